"""What both sides signed and what holds at an instant, with its tier policy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from abm.agreement.canonical import thaw
from abm.agreement.models import Standing, Version
from abm.kit.clock import Quarter
from abm.people.models import Organisation
from abm.people.programmes import DEFAULT_PROGRAMME
from abm.people.seats import Side
from abm.targets.kinds import PERIOD_WEEKS, Period
from abm.targets.models import Membership, TargetList

NEVER = 10_000  # days

TIME = aliased(Membership)


@dataclass(frozen=True)
class Rhythm:
    """How many contacts a side owes an account of a tier within so many weeks."""

    touches: int
    weeks: int


@dataclass(frozen=True)
class Place:
    """Which version of which list holds at an instant. Where a quarter starts unsigned, the list before is carried."""

    list_id: int
    of_quarter: Quarter
    version_id: int
    number: int
    digest: str
    since: datetime
    carried_until: datetime | None = None  # the end of the agreed weeks, or when this quarter's list began

    @property
    def words(self) -> str:
        """`2026-q4, version 7`."""
        return f"{self.of_quarter}, version {self.number}"


Policies = Mapping[int, Mapping[str, Any]]
MOST_KNOWN: Final = 64
KNOWN: Final[dict[str, Policies]] = {}  # by the digest of the version that holds them


@dataclass(frozen=True)
class Signed:
    """The version of the list that holds, and its policy per tier."""

    place: Place
    policies: Policies

    @property
    def list_id(self) -> int:
        return self.place.list_id

    @property
    def number(self) -> int:
        return self.place.number

    @property
    def since(self) -> datetime:
        return self.place.since

    def stalled_days(self, tier: int) -> int:
        """After how many days without a move an account of a tier is stalled; never where nothing is said of it."""
        policy = self.policies.get(tier)
        return int(policy["stalled_days"]) if policy else NEVER

    def rhythm(self, tier: int, side: Side) -> Rhythm:
        """What that side owes an account of a tier; nothing where the policy does not speak of the tier."""
        policy = self.policies.get(tier)
        if policy is None:
            return Rhythm(0, 1)
        amount, period = (
            ("sales_touches", "sales_period") if side is Side.SALES else ("marketing_plays", "marketing_period")
        )
        return Rhythm(int(policy[amount]), PERIOD_WEEKS[Period(policy[period])])


def signed_list_at(
    session: Session, organisation: Organisation, at: datetime, programme_id: int = DEFAULT_PROGRAMME
) -> Signed | None:
    """A programme's list as it held at an instant, with its policy; None when none did."""
    place = place_at(session, organisation, at, programme_id)
    return None if place is None else Signed(place, _policies(session, place))


def _policies(session: Session, place: Place) -> Policies:
    """The policy per tier that a version holds. What a digest stands for never changes: it is read once."""
    known = KNOWN.get(place.digest)
    if known is None:
        content = session.scalars(select(Version.content).where(Version.id == place.version_id)).one()
        known = {int(p["tier"]): p for p in cast(list[dict[str, Any]], thaw(content)["policies"])}
        if len(KNOWN) >= MOST_KNOWN:
            KNOWN.clear()
        KNOWN[place.digest] = known
    return known


def place_at(
    session: Session, organisation: Organisation, at: datetime, programme_id: int = DEFAULT_PROGRAMME
) -> Place | None:
    """The same without reading what was signed: that grows with the accounts."""
    row = _row_at(session, organisation, at, programme_id)
    return row and _place(organisation, row)


def _place(organisation: Organisation, row: Any) -> Place:
    quarter = organisation.quarter(row.quarter)
    return Place(row.list_id, quarter, row.version_id, row.number, row.digest, row.starts, row.until)


def _row_at(session: Session, organisation: Organisation, at: datetime, programme_id: int) -> Any:
    """The version of that day's quarter, else of the quarter before while it carries over; None where nothing holds."""
    quarter = organisation.quarter_of(organisation.today(at))
    carries = Membership.carried, Membership.starts <= at, Membership.ends > at
    until = select(func.max(Membership.ends)).where(Membership.list_id == TargetList.id, *carries).scalar_subquery()
    own = and_(TargetList.quarter == str(quarter), Standing.starts <= at, Standing.ends > at)
    ended = and_(Standing.ends == organisation.start_of(quarter.first), Standing.ends > Standing.starts)
    before = and_(TargetList.quarter == str(quarter.plus(-1)), ended, until.is_not(None))
    lists = TargetList.id.label("list_id"), TargetList.quarter, Version.id.label("version_id")
    found = (
        select(*lists, Version.number, Version.digest, Standing.starts, case((before, until)).label("until"))
        .join(Version, Version.document_id == TargetList.document_id)
        .join(Standing, Standing.version_id == Version.id)
        .where(TargetList.programme_id == programme_id, or_(own, before))
        .order_by(case((before, 1), else_=0))
        .limit(1)
    )
    return session.execute(found).one_or_none()


def listed_since(
    at: datetime, programme: int | ScalarSelect[int], *more: ColumnElement[bool]
) -> Select[*tuple[int, datetime]]:
    """Account and instant: since when an account that is on a list of a programme at `at` has been so without a gap.

    What goes on is one time: over versions, tiers, AEs and quarters, and while a list is carried over. Of one that
    left, its last time by then. `more` narrows which memberships (`TIME`) are looked at.
    """
    lists = select(TargetList.id).where(TargetList.programme_id == programme)
    lasts = or_(TIME.ends.is_(None), TIME.ends > TIME.starts)
    reached = func.max(func.coalesce(TIME.ends, at)).over(
        partition_by=TIME.account_id, order_by=(TIME.starts, TIME.ends), rows=(None, -1)
    )
    times = select(TIME.account_id, TIME.starts, reached.label("reached")).correlate(Membership)
    each = times.where(TIME.list_id.in_(lists), TIME.starts <= at, lasts, *more).subquery()
    begun = or_(each.c.reached.is_(None), each.c.reached < each.c.starts)
    return select(each.c.account_id, func.max(each.c.starts)).where(begun).group_by(each.c.account_id)


def listed_since_there(at: datetime) -> ScalarSelect[datetime]:
    """The same of the account and the programme of each membership that a statement asks for."""
    its = aliased(TargetList)
    programme = select(its.programme_id).where(its.id == Membership.list_id).correlate(Membership).scalar_subquery()
    since = listed_since(at, programme, TIME.account_id == Membership.account_id)
    return since.with_only_columns(since.selected_columns[1]).scalar_subquery()
