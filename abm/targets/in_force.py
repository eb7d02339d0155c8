"""What both sides signed and what holds at an instant, read with its tier policy in one query."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from abm.agreement.canonical import thaw
from abm.agreement.models import Standing, Version
from abm.kit.clock import Quarter
from abm.people.models import Organisation
from abm.people.programmes import DEFAULT_PROGRAMME
from abm.people.seats import Side
from abm.targets.kinds import PERIOD_WEEKS, Period
from abm.targets.models import TargetList


@dataclass(frozen=True)
class Rhythm:
    """How many contacts a side owes an account of a tier within so many weeks."""

    touches: int
    weeks: int


@dataclass(frozen=True)
class Signed:
    """The version of a quarter's list that is in force, by number and digest, and its policy per tier."""

    list_id: int
    quarter: Quarter
    number: int
    digest: str
    since: datetime
    policies: Mapping[int, Mapping[str, Any]]

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
    """A programme's list of that day's quarter as it was in force at an instant; None when none was."""
    columns = (TargetList.id, Version.number, Version.digest, Version.content, Standing.starts)
    row = session.execute(_in_force(organisation, at, programme_id).with_only_columns(*columns)).one_or_none()
    if row is None:
        return None
    policies = cast(list[dict[str, Any]], thaw(row.content)["policies"])
    quarter = organisation.quarter_of(organisation.today(at))
    return Signed(row.id, quarter, row.number, row.digest, row.starts, {int(p["tier"]): p for p in policies})


def list_id_at(
    session: Session, organisation: Organisation, at: datetime, programme_id: int = DEFAULT_PROGRAMME
) -> int | None:
    """The id of that list alone, without reading what was signed: that grows with the accounts."""
    return session.scalar(_in_force(organisation, at, programme_id))


def _in_force(organisation: Organisation, at: datetime, programme_id: int) -> Select[int]:
    return (
        select(TargetList.id)
        .join(Version, Version.document_id == TargetList.document_id)
        .join(Standing, Standing.version_id == Version.id)
        .where(
            TargetList.programme_id == programme_id,
            TargetList.quarter == str(organisation.quarter_of(organisation.today(at))),
            Standing.starts <= at,
            Standing.ends.is_(None) | (Standing.ends > at),
        )
    )
