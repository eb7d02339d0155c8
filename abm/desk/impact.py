"""What a change of the list means for work under way: tiers, people's weeks, running campaigns, promises, pressure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from fractions import Fraction

from sqlalchemy import select
from sqlalchemy.orm import Session

from abm.accounts.contacts import PERSON, Contact
from abm.campaigns.in_effect import InEffect, plans_in_effect
from abm.campaigns.pressure import DAYS, Pressure, pressure_of
from abm.campaigns.queries import worked_by
from abm.desk.work import work_of
from abm.outbound.models import Commitment
from abm.outbound.queries import Promised, promised, running
from abm.people.models import Organisation
from abm.people.seats import Side
from abm.targets.content import Content
from abm.targets.diff import Change, difference
from abm.targets.models import TargetList
from abm.targets.reasons import Reason, reasons
from abm.targets.weighing import weigh
from abm.targets.work import Work
from abm.targets.workload import TOGETHER, Asked
from abm.touches.models import Direction, Touch, TouchSide

LOOKED_AT = 200  # accounts of a change; a longer one is a new list, and its capacity says enough


@dataclass(frozen=True)
class Filling:
    """A tier, or an AE in a tier: accounts before and after, and how many fit."""

    words: str
    before: int
    after: int
    most: int

    @property
    def over(self) -> int:
        """How many accounts too many afterwards; 0 when all fit."""
        return max(0, self.after - self.most)


@dataclass(frozen=True)
class Reasked:
    """Somebody whose weeks change: what the list asked, and what it would ask. None: nothing before."""

    before: Asked | None
    after: Asked


@dataclass(frozen=True)
class Concerned:
    """An account that changes, why, and the work that it leaves or may join."""

    change: Change
    known: Reason
    leaves: Sequence[InEffect]  # live campaigns that work it and would stop
    may_join: Sequence[InEffect]  # live campaigns aimed at its new tier, which need a new version for it
    open: Sequence[Promised]  # what is promised on it and not kept yet
    pressure: Pressure | None = None  # where what it may join would be too much for it

    @property
    def quiet(self) -> bool:
        """Whether nothing under way is concerned."""
        return not (self.leaves or self.may_join or self.open)


@dataclass(frozen=True)
class Impact:
    """All that a change means; `more` accounts were not looked at."""

    fillings: Sequence[Filling]
    accounts: Sequence[Concerned]
    more: int
    people: Sequence[Reasked]

    @property
    def concerned(self) -> list[Concerned]:
        return [one for one in self.accounts if not one.quiet]

    @property
    def quiet(self) -> list[Concerned]:
        return [one for one in self.accounts if one.quiet]

    def ending(self, side: Side) -> int:
        """What a side promised on accounts that leave, and has not done."""
        return sum(_left(one, side) for one in self.accounts if one.change.after is None)

    @property
    def handed(self) -> int:
        """How many touches, promised and not done, another AE would answer for."""
        return sum(_left(one, Side.SALES) for one in self.accounts if one.change.after is not None)


@dataclass(frozen=True)
class _Known:
    """What is under way, by account id."""

    live: Sequence[InEffect]  # of every programme: an account has one week
    programme_id: int
    worked: Mapping[int, set[int]]
    unkept: Mapping[int, Sequence[Promised]]
    done: Mapping[int, Sequence[tuple[date, int | None]]]
    today: date
    first_day: date  # on which the change can hold


def impact_of(
    session: Session,
    target_list: TargetList,
    before: Content | None,
    after: Content,
    *,
    organisation: Organisation,
    at: datetime,
    seen: Collection[str] | None = None,
) -> Impact:
    """Compare what holds with what would hold, in eight queries whatever the size of the change.

    `seen`: the people, by public id, whose own figures are shown; None: everybody's.
    """
    changes, plans = difference(before, after).changes, plans_in_effect(session)
    looked_at = changes[:LOOKED_AT]
    known = reasons(session, target_list.id, [one.row for one in looked_at], at)
    work = work_of(session, target_list, organisation=organisation, at=at, plans=plans)
    under_way = _under_way(session, target_list, plans, [one.id for one in known.values()], work=work, at=at)
    return Impact(
        fillings=_fillings(before, after),
        accounts=[
            _concerned(change, known[change.row.account], under_way)
            for change in looked_at
            if change.row.account in known
        ],
        more=len(changes) - len(looked_at),
        people=_reasked(before, after, work, seen),
    )


def _under_way(
    session: Session,
    target_list: TargetList,
    plans: Sequence[InEffect],
    ids: Sequence[int],
    *,
    work: Work,
    at: datetime,
) -> _Known:
    today = work.today
    unkept: dict[int, list[Promised]] = defaultdict(list)
    for one in promised(session, today, Commitment.account_id.in_(ids), running(today)):
        if one.left:
            unkept[one.commitment.account_id].append(one)
    live = [one for one in plans if one.state.runs]
    return _Known(
        live=live,
        programme_id=target_list.programme_id,
        worked=worked_by(session, ids, at),
        unkept=unkept,
        done=_contacts_made(session, ids, today),
        today=today,
        first_day=work.first_day,
    )


def _contacts_made(session: Session, ids: Sequence[int], today: date) -> dict[int, list[tuple[date, int | None]]]:
    """Day and person of what both sides did on these accounts in the last seven days."""
    made = select(Touch.account_id, Touch.day, PERSON).outerjoin(Contact, Contact.id == Touch.contact_id)
    rows = session.execute(
        made.where(
            Touch.account_id.in_(ids),
            Touch.side.in_((TouchSide.SALES, TouchSide.MARKETING)),
            Touch.direction == Direction.OUTBOUND,
            Touch.voided_at.is_(None),
            Touch.day > today - timedelta(days=DAYS),
        )
    )
    found: dict[int, list[tuple[date, int | None]]] = defaultdict(list)
    for account_id, day, contact_id in rows:
        found[account_id].append((day, contact_id))
    return found


def _concerned(change: Change, known: Reason, under_way: _Known) -> Concerned:
    before, after = change.before, change.after
    worked, promises = under_way.worked.get(known.id, set()), under_way.unkept.get(known.id, [])
    own = [one for one in under_way.live if one.programme_id == under_way.programme_id]
    if after is None:
        return Concerned(change, known, [one for one in own if one.id in worked], [], promises)
    moved = before is None or before.tier != after.tier
    aimed = [one for one in own if moved and one.id not in worked and after.tier in one.plan.criteria.tiers]
    handed = before is not None and before.ae != after.ae
    pressure = pressure_of(
        under_way.done.get(known.id, []),
        _days_of([one for one in under_way.live if one.id in worked], under_way.today),
        _days_of(aimed, under_way.first_day),
    )
    too_much = pressure if pressure is not None and pressure.over else None
    return Concerned(change, known, [], aimed, promises if handed else [], too_much)


def _days_of(plans: Sequence[InEffect], first_day: date) -> list[date]:
    """The days to come on which these plans reach out to each of their accounts."""
    return [play.day for one in plans for play in one.plan.plays if play.day >= first_day]


def _reasked(before: Content | None, after: Content, work: Work, seen: Collection[str] | None) -> list[Reasked]:
    """Whose weeks change, as far as the reader may see them; last those who are asked for nothing any more."""
    old = {one.what: one for one in weigh(before, work).asked} if before else {}
    new = {one.what: one for one in weigh(after, work).asked}
    gone = [replace(one, parts={}, campaigns=Fraction(0)) for what, one in old.items() if what not in new]
    shown = (one for one in [*new.values(), *gone] if seen is None or one.who in seen or one.who == TOGETHER)
    pairs = [Reasked(old.get(one.what), one) for one in shown]
    return [one for one in pairs if one.after.touches != (one.before.touches if one.before else 0)]


def _left(one: Concerned, side: Side) -> int:
    return sum(promise.left for promise in one.open if promise.commitment.side == side)


def _fillings(before: Content | None, after: Content) -> list[Filling]:
    """Every tier, and each AE of a tier whose number of accounts changes."""
    old, new = _counted(before), _counted(after)
    names = {row.ae: row.ae_name for content in (before, after) if content for row in content.rows.values()}
    changed = [(names[ae], tier, ae) for tier, ae in old.keys() | new.keys() if ae and old[tier, ae] != new[tier, ae]]
    places = [(f"Tier {tier}", tier, "") for tier in after.policies]
    places += [(f"{name}, tier {tier}", tier, ae) for name, tier, ae in sorted(changed) if tier in after.policies]
    return [Filling(words, old[tier, ae], new[tier, ae], _most(after, tier, ae)) for words, tier, ae in places]


def _most(content: Content, tier: int, ae: str) -> int:
    terms = content.policies[tier]
    return terms.max_per_ae if ae else terms.max_accounts


def _counted(content: Content | None) -> Counter[tuple[int, str]]:
    """Accounts per tier (under no AE), and per tier and AE."""
    counted: Counter[tuple[int, str]] = Counter()
    for row in content.rows.values() if content else ():
        counted[row.tier, ""] += 1
        counted[row.tier, row.ae] += 1
    return counted
