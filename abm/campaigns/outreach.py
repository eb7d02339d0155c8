"""Outbound contacts of both sides on many accounts, day by day, and where they are too many (domain §6, "Pressure").

The database finds what is over a cap; only that comes back. A contact is a touch that was made, or a play of a live
campaign that is still to come; in the view of a draft, the plays of that draft as well.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Date,
    Integer,
    Select,
    and_,
    exists,
    func,
    literal,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction

from abm.accounts.contacts import PERSON
from abm.accounts.models import Account, Contact
from abm.campaigns.audience import never_left
from abm.campaigns.kinds import RUNNING
from abm.campaigns.launches import AudienceMember
from abm.campaigns.live_plays import LivePlay
from abm.campaigns.models import Campaign
from abm.campaigns.pressure import ACCOUNT_CAP, CONTACT_CAP, DAYS
from abm.targets.models import Membership
from abm.touches.models import Direction, Touch, TouchSide

Accounts = Collection[int] | Select[int]  # their ids, or the query that gives them
OUR_SIDES = (TouchSide.SALES, TouchSide.MARKETING)


@dataclass(frozen=True)
class Drafted:
    """The plays of a draft that are to come, and the accounts it would work: they stand in for its live plays."""

    campaign_id: int
    days: Sequence[date]
    account_ids: Collection[int]
    with_deal: Collection[int] = ()  # those of them with an open deal


@dataclass(frozen=True)
class Span:
    """The days that are looked at, from an instant: what is past was done, what is to come is planned."""

    first: date
    last: date
    today: date
    at: datetime
    drafted: Drafted | None = None


@dataclass
class Overfull:
    """An account, and the days on which the seven days that end with them held too much."""

    account_id: int
    on_account: list[date] = field(default_factory=list)
    on_contact: dict[int, list[date]] = field(default_factory=dict)  # by contact id

    @property
    def days(self) -> set[date]:
        return {*self.on_account, *(day for days in self.on_contact.values() for day in days)}


class day_number(GenericFunction[int]):  # noqa: N801 it reads as the function of SQL that it is
    """A day as a number, so that days can be subtracted on both engines."""

    type = Integer()
    inherit_cache = True


class afterwards(GenericFunction[int]):  # noqa: N801 as above
    """A column that is compared once its row is found: else SQLite looks each listed account up in each campaign."""

    type = Integer()
    inherit_cache = True


@compiles(afterwards, "postgresql")
def _as_it_is(element: Any, compiler: SQLCompiler, **options: Any) -> str:
    return compiler.process(element.clauses, **options)


@compiles(afterwards, "sqlite")
def _without_index(element: Any, compiler: SQLCompiler, **options: Any) -> str:
    return f"+{compiler.process(element.clauses, **options)}"


@compiles(day_number, "postgresql")
def _as_difference(element: Any, compiler: SQLCompiler, **options: Any) -> str:
    return f"({compiler.process(element.clauses, **options)} - DATE '2000-01-01')"


@compiles(day_number, "sqlite")
def _as_julian(element: Any, compiler: SQLCompiler, **options: Any) -> str:
    return f"CAST(julianday({compiler.process(element.clauses, **options)}) AS INTEGER)"


def overfull(session: Session, span: Span, account_ids: Accounts | None = None) -> list[Overfull]:
    """Each account of a list in force with more contacts in some seven days than it, or one of its people, can take.

    Two queries, however many accounts there are; `account_ids` narrows them.
    """
    found: dict[int, Overfull] = {}
    for account_id, day in session.execute(_over_account(span, account_ids)):
        found.setdefault(account_id, Overfull(account_id)).on_account.append(day)
    for account_id, contact_id, day in session.execute(_over_contact(span, account_ids)):
        found.setdefault(account_id, Overfull(account_id)).on_contact.setdefault(contact_id, []).append(day)
    return [found[account_id] for account_id in sorted(found)]


def _over_account(span: Span, account_ids: Accounts | None) -> Select[int, date]:
    """A day is too full where the contact that came as many earlier as are allowed lies in the same seven days."""
    contacts = _contacts(span, account_ids).subquery()
    number = day_number(contacts.c.day)
    earlier = func.lag(number, ACCOUNT_CAP).over(partition_by=contacts.c.account_id, order_by=number)
    ranked = select(contacts.c.account_id, contacts.c.day, (number - earlier).label("apart")).subquery()
    over = select(ranked.c.account_id, ranked.c.day).where(ranked.c.apart < DAYS, ranked.c.day >= span.first)
    return over.distinct().order_by(ranked.c.account_id, ranked.c.day)


def _over_contact(span: Span, account_ids: Accounts | None) -> Select[int, int, date]:
    """The same for one person, of what was done: plays name nobody."""
    number = day_number(Touch.day)
    earlier = func.lag(number, CONTACT_CAP).over(partition_by=PERSON, order_by=number)
    made = _made(span, account_ids).add_columns(PERSON.label("contact_id"), (number - earlier).label("apart"))
    ranked = made.join(Contact, Contact.id == Touch.contact_id).subquery()
    columns = (ranked.c.account_id, ranked.c.contact_id, ranked.c.day)
    over = select(*columns).where(ranked.c.apart < DAYS, ranked.c.day >= span.first)
    return over.distinct().order_by(*columns)


def _contacts(span: Span, account_ids: Accounts | None) -> CompoundSelect[int, date]:
    """Account and day of every contact that counts in these days and the six before."""
    parts = [_made(span, account_ids), planned(span, account_ids)]
    if span.drafted is not None and span.drafted.days:
        parts.append(_of_draft(span.drafted, account_ids))
    return union_all(*parts)


def _made(span: Span, account_ids: Accounts | None) -> Select[int, date]:
    """What both sides did: outbound, unvoided, on accounts that are on a list."""
    return select(Touch.account_id, Touch.day).where(
        Touch.day.between(span.first - timedelta(days=DAYS - 1), min(span.last, span.today)),
        is_contact(),
        Touch.account_id.in_(_listed(span.at)),
        *_narrowed(Touch.account_id, account_ids),
    )


def is_contact() -> ColumnElement[bool]:
    """That a touch is one of us reaching out, and was not taken back."""
    sides = Touch.side.in_(OUR_SIDES)
    return and_(sides, Touch.direction == Direction.OUTBOUND, Touch.voided_at.is_(None))


def planned(span: Span, account_ids: Accounts | None = None, *columns: Any) -> Select[Any]:
    """Account and day of every play to come of a campaign that runs, save those of a campaign seen as its draft."""
    own = [] if span.drafted is None else [LivePlay.campaign_id != span.drafted.campaign_id]
    chosen = columns or (AudienceMember.account_id, LivePlay.day)
    return (
        select(*chosen)
        .select_from(LivePlay)
        .join(Campaign, and_(Campaign.id == LivePlay.campaign_id, Campaign.state.in_(RUNNING)))
        .join(AudienceMember, AudienceMember.campaign_id == LivePlay.campaign_id)
        .where(
            LivePlay.day.between(max(span.today, span.first - timedelta(days=DAYS - 1)), span.last),
            works_on_that_day(),
            never_left(span.at),
            afterwards(AudienceMember.account_id).in_(_listed(span.at)),
            or_(LivePlay.day > span.today, ~_done_today(span.today)),
            *own,
            *_narrowed(AudienceMember.account_id, account_ids),
        )
    )


def works_on_that_day() -> ColumnElement[bool]:
    """That a play reaches a member of the audience: not held out, and worked when its day is over."""
    lasts = or_(AudienceMember.ends.is_(None), AudienceMember.ends >= LivePlay.until)
    return and_(~AudienceMember.held_out, AudienceMember.starts < LivePlay.until, lasts)


def _done_today(today: date) -> ColumnElement[bool]:
    """That a play of today was recorded already, and counts as the touch that it is."""
    return exists().where(
        Touch.account_id == AudienceMember.account_id,
        Touch.side == TouchSide.MARKETING,
        Touch.direction == Direction.OUTBOUND,
        Touch.day == today,
        Touch.campaign_id == LivePlay.campaign_id,
        Touch.channel == LivePlay.channel,
        Touch.voided_at.is_(None),
    )


def _of_draft(drafted: Drafted, account_ids: Accounts | None) -> Select[int, date]:
    """Each play of the draft on each of its accounts."""
    days = union_all(*(select(literal(day, Date).label("day")) for day in drafted.days)).subquery()
    crossed = select(Account.id.label("account_id"), days.c.day).join(days, true())
    return crossed.where(Account.id.in_(drafted.account_ids), *_narrowed(Account.id, account_ids))


def _listed(at: datetime) -> Select[int]:
    """The accounts that are on a list, or signed for one that begins: one that left does not count."""
    lasts = or_(Membership.ends.is_(None), and_(Membership.ends > at, Membership.ends > Membership.starts))
    return select(Membership.account_id).where(lasts)


def _narrowed(column: Any, account_ids: Accounts | None) -> list[ColumnElement[bool]]:
    return [] if account_ids is None else [column.in_(account_ids)]
