"""What was promised on accounts and by people, how much of it is done, and what waits for somebody."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from flask import url_for
from sqlalchemy import ColumnElement, Select, String, case, cast, func, select
from sqlalchemy.orm import Session, joinedload, lazyload

from abm.campaigns.models import Campaign
from abm.kit import clock
from abm.outbound.clocks import Clock
from abm.outbound.models import Commitment, Credit
from abm.outbound.pauses import Pause, clock_of
from abm.outbound.ways import AnotherWay
from abm.people.models import Organisation, User
from abm.people.seats import Side
from abm.people.waiting import Waiting
from abm.touches.models import Direction, Touch

ends_on = case((Commitment.closed_on < Commitment.last_day, Commitment.closed_on), else_=Commitment.last_day)
amount_done = select(func.count()).where(Credit.commitment_id == Commitment.id).correlate(Commitment).scalar_subquery()
way_is_open = (
    select(AnotherWay.id)
    .where(AnotherWay.commitment_id == Commitment.id, AnotherWay.answered_at.is_(None))
    .correlate(Commitment)
    .exists()
)
PROMISE = (Commitment, amount_done, way_is_open)  # what a `Promised` is made of
DUE_SOON = timedelta(days=3)
QUIET = timedelta(days=14)
ROWS_DUE = 3  # at most, of one person, among what needs them now


@dataclass(frozen=True)
class Promised:
    """A commitment, how much of it is done, and the day on which we look."""

    commitment: Commitment
    done: int
    otherwise: bool  # another way is proposed, and nobody has answered
    day: date

    @cached_property
    def clock(self) -> Clock:
        return self.commitment.clock_on(self.day)

    @property
    def wanted(self) -> int:
        """What is owed: what was promised, less the share of the days that are out of the count."""
        return self.clock.owed

    @property
    def expected(self) -> int:
        """How much was planned to be done by the end of the day."""
        return self.clock.due_by(self.day)

    @property
    def left(self) -> int:
        return max(0, self.wanted - self.done)

    @property
    def asks(self) -> bool:
        """Whether anything is due at all on the day: it has begun, is not done, and its clock runs."""
        return self.begun and self.left > 0 and not self.clock.stands_still_on(self.day)

    @property
    def state(self) -> str:
        """Where it stands, in words: what holds its clock comes before what was answered."""
        commitment, day = self.commitment, self.day
        if commitment.closed_on is not None:
            return "closed early"
        wait, rest = commitment.wait_on(day), commitment.rest_on(day)
        if wait is not None and wait.on is not None:
            return f"waits on {wait.on.name}"
        if rest is not None:
            return rest.cause.words
        if self.otherwise:
            return "another way proposed"
        return "assigned" if commitment.accepted_at is None else "accepted"

    @property
    def begun(self) -> bool:
        return self.commitment.first_day <= self.day

    @property
    def sentence(self) -> str:
        """`5 of 13 done, 8 planned by today`."""
        return pace(self.done, self.wanted, self.expected)


@dataclass(frozen=True)
class Total:
    """What one side promised in all, and how much of it is done."""

    wanted: int = 0
    done: int = 0
    expected: int = 0
    waited: int = 0  # days on which commitments waited on the other side, one by one

    @property
    def sentence(self) -> str:
        return pace(self.done, self.wanted, self.expected)

    def plus(self, window: Clock, day: date, done: int, waited: int) -> Total:
        """With one commitment more, as its clock stands on a day."""
        wanted, expected = self.wanted + window.owed, self.expected + window.due_by(day)
        return Total(wanted, self.done + done, expected, self.waited + waited)


def pace(done: int, wanted: int, expected: int) -> str:
    """How far something is, in words that do not shame: the plan is named only where it is ahead of what is done."""
    return f"{done} of {wanted} done" + (f", {expected} planned by today" if done < expected else "")


def promise_of(row: Any, day: date) -> Promised:
    """A row that began with the columns of `PROMISE`, as it reads on a day."""
    return Promised(row[0], row[1], row[2], day)


def running(day: date) -> ColumnElement[bool]:
    """What is still to be kept, or still to begin, on a day."""
    return ends_on >= day


def promised(session: Session, day: date, *conditions: ColumnElement[bool]) -> list[Promised]:
    """Commitments with what is done of each, the one that ends first at the top."""
    statement = in_full(select(*PROMISE).where(*conditions)).order_by(ends_on, Commitment.id)
    return [promise_of(row, day) for row in session.execute(statement).unique()]


def in_full(statement: Select[Any]) -> Select[Any]:
    """With everything that a page says of a commitment, so that no row asks again."""
    return statement.options(
        joinedload(Commitment.account),
        joinedload(Commitment.campaign).load_only(Campaign.name, Campaign.slug).lazyload(Campaign.document),
        joinedload(Commitment.person).options(joinedload(User.team), lazyload(User.grants)),
        joinedload(Commitment.pauses).joinedload(Pause.on).lazyload(User.grants),
    )


def commitments_of(session: Session, person_id: int, day: date) -> list[Promised]:
    """What a person answers for that has not ended. For that person and who leads them only."""
    return promised(session, day, Commitment.person_id == person_id, running(day))


def on_account(session: Session, account_id: int, day: date) -> list[Promised]:
    """What both sides owe an account."""
    return promised(session, day, Commitment.account_id == account_id, running(day))


def totals(session: Session, day: date, *conditions: ColumnElement[bool]) -> dict[Side, Total]:
    """Per side, all that these commitments owe, have done, and had planned by the day. Two queries."""
    stood_still = paused(session, *conditions)
    columns = Commitment.id, Commitment.side, Commitment.wanted, Commitment.first_day, Commitment.last_day, ends_on
    found: dict[Side, Total] = defaultdict(Total)
    for number, side, *window, done in session.execute(select(*columns, amount_done).where(*conditions)):
        pauses = stood_still.get(number, ())
        waited = sum(pause.days_until(day) for pause in pauses if pause.is_wait)
        found[side] = found[side].plus(clock_of(pauses, day, *window), day, done, waited)
    return {side: found[side] for side in Side}


def paused(session: Session, *conditions: ColumnElement[bool]) -> dict[int, list[Pause]]:
    """The pauses of these commitments, by commitment."""
    found: dict[int, list[Pause]] = defaultdict(list)
    statement = select(Pause).join(Commitment, Commitment.id == Pause.commitment_id).where(*conditions)
    for pause in session.scalars(statement.options(lazyload("*"))):
        found[pause.commitment_id].append(pause)
    return found


def waiting_for(session: Session, user: User, organisation: Organisation) -> list[Waiting]:
    """What a person's own promises ask for now: to accept them, to keep those that end soon, to break a silence."""
    day = organisation.today(clock.now())
    mine = Commitment.person_id == user.id
    statement = in_full(select(*PROMISE, _last_outbound()).where(mine, running(day)))
    rows = session.execute(statement.order_by(ends_on, Commitment.id)).unique().all()
    found = [promise_of(row, day) for row in rows]
    silent = [one for one, (*_, last) in zip(found, rows, strict=True) if _is_silent(one, last)]
    return [*to_accept(found), *_due(found, organisation), *_silence(silent, organisation)]


def _last_outbound() -> ColumnElement[date]:
    """The latest day on which a commitment's own side reached out to its account."""
    return (
        select(func.max(Touch.day))
        .where(
            Touch.account_id == Commitment.account_id,
            cast(Touch.side, String) == cast(Commitment.side, String),
            Touch.direction == Direction.OUTBOUND,
            Touch.voided_at.is_(None),
        )
        .correlate(Commitment)
        .scalar_subquery()
    )


def _is_silent(one: Promised, last: date | None) -> bool:
    """Whether a week of the window has passed with nothing done, and nobody was in touch for two."""
    begun = one.day - one.commitment.first_day > QUIET / 2
    return begun and one.asks and not one.done and (last is None or one.day - last > QUIET)


def to_accept(mine: Sequence[Promised]) -> list[Waiting]:
    """One row for all that a person has not answered yet."""
    fresh = [one.commitment for one in mine if one.commitment.accepted_at is None]
    if not fresh:
        return []
    accounts = len({commitment.account_id for commitment in fresh})
    return [
        Waiting(
            verb="Accept",
            object=_count(len(fresh), "commitment"),
            why=f"assigned to you on {_count(accounts, 'account')}",
            since=min(commitment.made_at for commitment in fresh),
            href=url_for("outbound.commitments", by="me"),
            button="Look and accept",
            weight=20,
        )
    ]


def _due(found: Sequence[Promised], organisation: Organisation) -> list[Waiting]:
    soon = [one for one in found if one.asks and one.commitment.end - one.day <= DUE_SOON]
    return [
        Waiting(
            verb="Keep the promise on",
            object=one.commitment.account.name,
            why=f"{one.done} of {one.wanted} done, until {words(one.commitment.end)}",
            since=organisation.start_of(one.commitment.first_day),
            href=url_for("desk.account", slug=one.commitment.account.slug),
            button="Open",
            weight=30,
        )
        for one in soon[:ROWS_DUE]
    ]


def _silence(silent: Sequence[Promised], organisation: Organisation) -> list[Waiting]:
    """One row for all accounts on which nobody has been in touch for long."""
    names = list(dict.fromkeys(one.commitment.account.name for one in silent))
    if not names:
        return []
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return [
        Waiting(
            verb="Get in touch with",
            object=_count(len(names), "account"),
            why=f"no contact for two weeks: {', '.join(names[:3])}{more}",
            since=organisation.start_of(min(one.commitment.first_day for one in silent)),
            href=url_for("desk.today"),
            button="Open Today",
            weight=10,
        )
    ]


def words(day: date) -> str:
    """`Thu 26 Nov`."""
    return f"{day:%a} {day.day} {day:%b}"


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
