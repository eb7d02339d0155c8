"""A week as it stands, kept in the memory of a process and brought up to date account by account.

Every change leaves an event. An event of one account has its row read anew, one of everybody (another list, another
definition, other rates) the whole week; what nobody's week rests on is passed over. What time alone changes has its day
or its instant. So a page costs what happened since the last one, however long the list and however old its touches.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from threading import Lock
from typing import Final
from weakref import WeakKeyDictionary

from sqlalchemy import ColumnElement, Engine, ScalarSelect, case, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from abm.audit.models import Event
from abm.audit.seal import RECENT
from abm.campaigns.models import AudienceMember, Campaign
from abm.kit.clock import Quarter, Week
from abm.kit.db import is_writing
from abm.people.models import Organisation
from abm.progress.concerned import Told, accounts_concerned, told
from abm.progress.moments import Moment
from abm.progress.queries import WeekOfList, week_of_list
from abm.progress.reading import ShownWeek, read_snapshot, standing_of, standing_week
from abm.progress.snapshots import snapshot_of
from abm.stages.models import StageFollowing
from abm.targets.in_force import Place, place_at
from abm.targets.models import Membership
from abm.touches.models import Touch

LONGEST: Final = 1800.0  # seconds: the most that a change would stay unseen that left no event
MOST_ROWS: Final = 60_000  # in the memory of a process, over all weeks: some 50 MB


@dataclass(frozen=True)
class Mark:
    """How far the history went: its newest event, by number and by name (a database that is put back counts on from a
    former number), how many of the last there were (who commits late adds one), and the link up to which the stages
    follow it; None while every account's stage is computed anew.

    An event may be later than the moment that is looked at: somebody wrote meanwhile. `ahead` is when the first such
    happened; what it changed is not seen before.
    """

    newest: int
    recent: tuple[str | None, int]
    followed: int | None
    ahead: datetime | None = field(compare=False)


@dataclass(frozen=True)
class Kept:
    """A week as it stood at a mark."""

    found: WeekOfList
    shown: ShownWeek
    places: Mapping[int, int]  # where in its rows an account is, by number
    mark: Mark
    turns: datetime | None  # when time alone changes something of it
    read: float  # from scratch, by the clock of this process

    def stands(self, moment: Moment, place: Place) -> bool:
        """Whether nothing but events can have changed it."""
        on, young = self.found.moment, time.monotonic() - self.read < LONGEST
        same = (on.until, on.begun, on.open) == (moment.until, moment.begun, moment.open)
        same = same and self.found.signed.place == place
        return same and young and (self.turns is None or moment.at < self.turns)


Weeks = dict[tuple[int, Quarter, Week], Kept]  # by programme, and a quarter's share of a week
KEPT: Final[WeakKeyDictionary[Engine, Weeks]] = WeakKeyDictionary()
KEEPING: Final = Lock()


def shown_week(session: Session, organisation: Organisation, moment: Moment, programme_id: int) -> ShownWeek | None:
    """A week as both sides saw it, or as it stands while it is not frozen; None where no list was in force."""
    snapshot = None if moment.open else snapshot_of(session, moment, programme_id)
    if snapshot is None:
        return standing_lately(session, organisation, moment, programme_id)
    return read_snapshot(session, snapshot)


def standing_lately(
    session: Session, organisation: Organisation, moment: Moment, programme_id: int
) -> ShownWeek | None:
    """A week by the facts as they stand now; None where no list was in force.

    Who may write reads from scratch: what a transaction has seen of its own may be taken back.
    """
    if is_writing():
        return standing_week(session, organisation, moment, programme_id)
    weeks = KEPT.setdefault(session.get_bind().engine, {})
    return Looking(session, organisation, moment, programme_id).up_to_date(weeks)


@dataclass(frozen=True)
class Looking:
    """Somebody looks at a week of a programme."""

    session: Session
    organisation: Organisation
    moment: Moment
    programme_id: int

    def up_to_date(self, weeks: Weeks) -> ShownWeek | None:
        """The week out of `weeks` where it is there, and kept there; None where no list was in force."""
        place = place_at(self.session, self.organisation, self.moment.at, self.programme_id)
        if place is None:
            return None
        key = (self.programme_id, self.moment.quarter, self.moment.week)
        before = weeks.get(key)
        kept = self._updated(before) if before is not None and before.stands(self.moment, place) else None
        kept = kept or self._from_scratch()
        if kept is None:
            return None
        with KEEPING:
            weeks.pop(key, None)
            weeks[key] = kept  # as the one that was asked for last
            while len(weeks) > 1 and sum(len(one.places) for one in weeks.values()) > MOST_ROWS:
                del weeks[next(iter(weeks))]
        return kept.shown

    def _from_scratch(self) -> Kept | None:
        mark = _mark(self.session, self.moment)  # before reading: what comes in meanwhile is looked at next time
        found = week_of_list(self.session, self.organisation, self.moment, self.programme_id)
        if found is None:
            return None
        places = {number: place for place, number in enumerate(found.numbers)}
        turns = _next_turn(self.session, found, self.programme_id, mark) if self.moment.open else None
        return Kept(found, standing_of(found, self.organisation), places, mark, turns, time.monotonic())

    def _updated(self, kept: Kept) -> Kept | None:
        """The week with the rows of those to whom anything happened; None where it has to be read from scratch."""
        before, now = kept.mark, _mark(self.session, self.moment)
        if before.followed is None or now.followed is None:
            return None  # stages are computed anew
        if now == before:
            return kept
        if _recent(self.session, before.newest) != before.recent:  # asked last: who commits later is in neither count
            return None  # somebody committed late, or the database was put back
        events = told(self.session, after=before.newest, followed=(before.followed, now.followed))
        accounts = None if events is None else accounts_concerned(self.session, self._of_its_days(events))
        if accounts is None:
            return None
        return self._with_new_rows(replace(kept, mark=now), accounts & kept.places.keys())

    def _of_its_days(self, events: Iterable[Told]) -> list[Told]:
        """The events without the touches that were logged for a day after the week: those are counted in their own, and
        credited after those before them.
        """
        sunday = self.moment.week.sunday.isoformat()
        logged = (Touch.__tablename__, "logged")
        return [one for one in events if (one.subject, one.verb) != logged or str(one.after["day"]) <= sunday]

    def _with_new_rows(self, kept: Kept, accounts: set[int]) -> Kept | None:
        """The week with the rows of these accounts read anew; None where they are not the same accounts any more."""
        if not accounts:
            return kept
        found = week_of_list(self.session, self.organisation, self.moment, self.programme_id, only=sorted(accounts))
        if found is None or {*found.numbers} != accounts:
            return None
        rows = [*kept.found.rows]
        for number, row in zip(found.numbers, found.rows, strict=True):
            place = kept.places[number]
            if (rows[place].tier, rows[place].name) != (row.tier, row.name):
                return None  # it has another place in the order
            rows[place] = row
        begun = [one for one in (kept.turns, found.next_begun, kept.mark.ahead) if one is not None]
        found = replace(kept.found, rows=rows)
        turns = min(begun, default=None) if self.moment.open else None
        return replace(kept, found=found, shown=standing_of(found, self.organisation), turns=turns)


def _mark(session: Session, moment: Moment) -> Mark:
    """How far the history goes now. One query, so that all of it is of one instant."""
    newest = select(func.coalesce(func.max(Event.id), 0)).scalar_subquery()
    ahead = select(func.min(Event.at)).where(Event.at > moment.at).scalar_subquery()
    following = StageFollowing.sealed_upto, StageFollowing.walked_upto
    asked = select(newest, *_last_up_to(newest), ahead, *following)
    number, name, counted, first, followed, walked = session.execute(asked).one()
    return Mark(number, (name, counted), followed if walked is None else None, first)


def _recent(session: Session, newest: int) -> tuple[str | None, int]:
    """The event of a number by name, and how many of the last up to it there are now."""
    name, counted = session.execute(select(*_last_up_to(newest))).one()
    return name, counted


def _last_up_to(newest: int | ScalarSelect[int]) -> tuple[ScalarSelect[str], ScalarSelect[int]]:
    """Both, as columns of whatever query asks for them."""
    name = select(Event.public_id).where(Event.id == newest).scalar_subquery()
    return name, select(func.count()).where(Event.id > newest - RECENT, Event.id <= newest).scalar_subquery()


def _next_turn(session: Session, found: WeekOfList, programme_id: int, mark: Mark) -> datetime | None:
    """When time alone will next change something of an open week: who is on the list, in an audience, or has been on
    the list for a whole rhythm, and what was written ahead of it. What changes with the day is not in it.
    """
    at = found.moment.at
    members = _next(Membership.starts, at), _next(Membership.ends, at)
    audiences = _next(AudienceMember.starts, at), _next(AudienceMember.ends, at)
    ours = select(Campaign.id).where(Campaign.programme_id == programme_id)
    instants = [
        *(found.next_begun, mark.ahead),
        *session.execute(select(*members).where(Membership.list_id == found.signed.list_id)).one(),
        *session.execute(select(*audiences).where(AudienceMember.campaign_id.in_(ours))).one(),
    ]
    return min((one for one in instants if one is not None), default=None)


def _next(
    instant: InstrumentedAttribute[datetime] | InstrumentedAttribute[datetime | None], at: datetime
) -> ColumnElement[datetime | None]:
    return func.min(case((instant > at, instant)))
