"""What the tier policy in force asks of both sides: one commitment an account, side and quarter, at the tier's rhythm.

It begins on the day on which the account comes under the policy. Where it was under another tier or other terms before,
that window is closed today, pro rata, and the new one begins next Monday. What campaigns ask comes on top, as in the
workload of the list; a touch counts for the campaign first (`counting`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, null, or_, select
from sqlalchemy.orm import Session, aliased, joinedload, lazyload

from abm.accounts.models import Account
from abm.accounts.queries import on_day
from abm.accounts.team import TeamFunction, TeamMember
from abm.audit import models as audit
from abm.campaigns.audience import listed_at
from abm.kit.clock import Quarter, Week
from abm.outbound.answering import close
from abm.outbound.clocks import Span
from abm.outbound.models import Commitment, CommitmentSource
from abm.people.models import Organisation
from abm.people.programmes import Programme
from abm.people.seats import Side
from abm.targets.in_force import Rhythm, Signed, signed_list_at
from abm.targets.models import Membership, TargetList

OTHERWISE = "The tier or its policy says otherwise now"
FUNCTIONS = {Side.SALES: TeamFunction.AE, Side.MARKETING: TeamFunction.MARKETER}
UNITS = {Side.SALES: ("touch", "touches"), Side.MARKETING: ("play", "plays")}


@dataclass
class Kept:
    """What following the policy ended, and what it added."""

    closed: list[Commitment] = field(default_factory=list)
    derived: list[Commitment] = field(default_factory=list)


@dataclass(frozen=True)
class Line:
    """What the policy of a list asks of a side for an account of a tier."""

    list_id: int
    list_name: str  # its public name within the natural key
    tier: int
    side: Side
    rhythm: Rhythm

    @property
    def source_id(self) -> str:
        """The natural key's source: list, side, tier and rhythm, so that other terms are another commitment."""
        return f"{self.list_name}.{self.side[0]}{self.tier}.{self.rhythm.touches}-{self.rhythm.weeks}"

    @property
    def why(self) -> str:
        """`Tier 1: 3 touches a week`."""
        one, many = UNITS[self.side]
        period = {1: "a week", 13: "a quarter"}.get(self.rhythm.weeks, f"in {self.rhythm.weeks} weeks")
        return f"Tier {self.tier}: {self.rhythm.touches} {one if self.rhythm.touches == 1 else many} {period}"

    def wanted(self, first: date, last: date) -> int:
        """How much that is from one day to another, rounded half to even."""
        return round(Fraction(self.rhythm.touches * Span(first, last).days, 7 * self.rhythm.weeks))


def keep_policy(session: Session, *, organisation: Organisation, at: datetime) -> Kept:
    """Let the commitments by policy be those that the lists in force ask for. The caller holds the organisation."""
    kept, lines = Kept(), list(_lines(session, organisation, at))
    today = organisation.today(at)
    for side in Side:
        source = _source_of([line for line in lines if line.side is side])
        for commitment in _obsolete(session, side, source, today, at):
            close(commitment, OTHERWISE, on=today, by=None, at=at)
            kept.closed.append(commitment)
        session.flush()
        own = {(line.list_id, line.tier): line for line in lines if line.side is side}
        kept.derived += _derive(session, side, source, own, organisation.quarter_of(today), today, at)
    return kept


def _lines(session: Session, organisation: Organisation, at: datetime) -> Iterator[Line]:
    """What the policies in force ask for, of all programmes."""
    for programme_id in session.scalars(select(Programme.id).order_by(Programme.id)):
        signed = signed_list_at(session, organisation, at, programme_id)
        if signed is not None:
            yield from _lines_of(signed, programme_id)


def _lines_of(signed: Signed, programme_id: int) -> Iterator[Line]:
    for tier in sorted(signed.policies):
        for side in Side:
            rhythm = signed.rhythm(tier, side)
            if rhythm.touches:
                yield Line(signed.list_id, f"{signed.place.of_quarter}.{programme_id}", tier, side, rhythm)


def _source_of(lines: Sequence[Line]) -> ColumnElement[Any]:
    """The source that a membership asks for, in SQL; NULL where its tier asks nothing."""
    whens = [(and_(Membership.list_id == one.list_id, Membership.tier == one.tier), one.source_id) for one in lines]
    return case(*whens, else_=null()) if whens else null()


def _held(at: datetime) -> ColumnElement[bool]:
    """That a membership holds, and counts: of an account on two lists that of the higher tier, then the older list."""
    other = aliased(Membership)
    better = select(other.id).where(
        other.account_id == Membership.account_id,
        other.starts <= at,
        or_(other.ends.is_(None), other.ends > at),
        or_(other.tier < Membership.tier, and_(other.tier == Membership.tier, other.list_id < Membership.list_id)),
    )
    return listed_at(at) & ~better.correlate(Membership).exists()


def _obsolete(
    session: Session, side: Side, source: ColumnElement[Any], today: date, at: datetime
) -> Sequence[Commitment]:
    """Running commitments by policy that no membership asks for any more."""
    asked = select(Membership.id).where(
        Membership.account_id == Commitment.account_id, _held(at), source == Commitment.source_id
    )
    statement = select(Commitment).where(
        Commitment.source == CommitmentSource.POLICY,
        Commitment.side == side,
        Commitment.closed_on.is_(None),
        Commitment.last_day >= today,
        ~asked.correlate(Commitment).exists(),
    )
    return session.scalars(statement.options(joinedload(Commitment.account), lazyload(Commitment.campaign))).all()


def _derive(  # noqa: PLR0917 what one statement needs
    session: Session,
    side: Side,
    source: ColumnElement[Any],
    lines: dict[tuple[int, int], Line],
    quarter: Quarter,
    today: date,
    at: datetime,
) -> list[Commitment]:
    """What memberships ask for and nobody promised yet; once, with one event for the list that asks."""
    rows = session.execute(_missing(side, source, quarter, today, at)).all() if lines else []
    closed = _closed(session, side, today, [row.account_id for row in rows])
    found: list[Commitment] = []
    for row in rows:
        line = lines[row.list_id, row.tier]
        first = Week.of(today).plus(1).monday if row.before else today
        wanted = line.wanted(first, quarter.last) if first <= quarter.last else 0
        again = closed.get((line.source_id, row.account_id, first))
        if wanted and again is not None:
            again.closed_on = again.closed_why = None
            found.append(again)
        elif wanted:
            found.append(_commitment(line, row.account_id, row.person_id, wanted, first, quarter.last, at))
    session.add_all(found)
    session.flush()
    _record(session, side, found, at)
    return found


def _closed(
    session: Session, side: Side, today: date, account_ids: Sequence[int]
) -> dict[tuple[str, int, date], Commitment]:
    """What was closed before it had begun, by its natural key: where the tier comes back it is opened again."""
    statement = select(Commitment).where(
        Commitment.source == CommitmentSource.POLICY,
        Commitment.side == side,
        Commitment.first_day >= today,
        Commitment.closed_on.is_not(None),
        Commitment.account_id.in_(account_ids),
    )
    rows = session.scalars(statement.options(lazyload(Commitment.campaign))) if account_ids else ()
    return {(one.source_id, one.account_id, one.first_day): one for one in rows}


def _missing(side: Side, source: ColumnElement[Any], quarter: Quarter, today: date, at: datetime) -> Select[Any]:
    """Each membership that asks for something which is not promised, and whether anything was this quarter."""
    by_policy = (Commitment.source == CommitmentSource.POLICY) & (Commitment.side == side)
    own = by_policy & (Commitment.account_id == Membership.account_id)
    running = Commitment.closed_on.is_(None) & (Commitment.last_day >= today)
    promised = select(Commitment.id).where(own, running, Commitment.source_id == source)
    before = select(Commitment.id).where(own, Commitment.last_day >= quarter.first).correlate(Membership).exists()
    person = select(func.min(TeamMember.user_id)).where(
        TeamMember.account_id == Membership.account_id, TeamMember.function == FUNCTIONS[side], on_day(today)
    )
    return (
        select(Membership.account_id, Membership.list_id, Membership.tier, before.label("before"))
        .add_columns(person.correlate(Membership).scalar_subquery().label("person_id"))
        .join(Account, Account.id == Membership.account_id)
        .where(_held(at), source.is_not(None), Account.archived_at.is_(None))
        .where(~promised.correlate(Membership).exists())
        .order_by(Membership.account_id)
    )


def _commitment(  # noqa: PLR0917 a row
    line: Line, account_id: int, person_id: int | None, wanted: int, first: date, last: date, at: datetime
) -> Commitment:
    return Commitment(
        source=CommitmentSource.POLICY,
        source_id=line.source_id,
        account_id=account_id,
        side=line.side,
        person_id=person_id,
        wanted=wanted,
        first_day=first,
        last_day=last,
        why=line.why,
        made_at=at,
    )


def _record(session: Session, side: Side, found: Sequence[Commitment], at: datetime) -> None:
    """One event for each list, with how many accounts it asks that side to work."""
    counts: dict[str, int] = {}
    for one in found:
        counts[one.source_id] = counts.get(one.source_id, 0) + 1
    for target_list in session.scalars(select(TargetList)) if counts else ():
        name = f"{target_list.quarter}.{target_list.programme_id}."
        derived = sum(number for source, number in counts.items() if source.startswith(name))
        if derived:
            after = {"side": side, "derived": derived}
            audit.record(target_list, "policy commitments derived", by=None, at=at, after=after)
