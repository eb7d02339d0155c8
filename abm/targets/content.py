"""What both sides sign of a list: quarter, tier policies and entries, as whole numbers and text; and back again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from abm.accounts.models import Account
from abm.people.models import User
from abm.targets.entries import Entry
from abm.targets.kinds import Motion, Outcome, Period
from abm.targets.policies import Terms, TierPolicy


@dataclass(frozen=True)
class Row:
    """One account as signed; accounts and people go by public id, names are those of the day of proposing."""

    account: str
    name: str
    tier: int
    motion: Motion
    with_children: bool
    ae: str
    ae_name: str

    def same_terms(self, other: Row) -> bool:
        """Whether both say the same of the account. That a company or a person was renamed changes nothing."""
        return self._terms() == other._terms()

    def _terms(self) -> tuple[object, ...]:
        return self.tier, self.motion, self.with_children, self.ae


@dataclass(frozen=True)
class Content:
    """A list as it can be signed: terms per tier, rows per account's public id."""

    quarter: str
    policies: Mapping[int, Terms]
    rows: Mapping[str, Row]

    def written(self) -> dict[str, object]:
        """For freezing: entries by public id, tiers in order."""
        return {
            "quarter": self.quarter,
            "policies": [{"tier": tier, **asdict(self.policies[tier])} for tier in sorted(self.policies)],
            "entries": [asdict(self.rows[account]) for account in sorted(self.rows)],
        }


def read_content(written: Mapping[str, object]) -> Content:
    """A version's content, as `Content.written` wrote it."""
    policies = cast(list[dict[str, Any]], written["policies"])
    entries = cast(list[dict[str, Any]], written["entries"])
    rows = (Row(**{**entry, "motion": Motion(entry["motion"])}) for entry in entries)
    return Content(
        quarter=str(written["quarter"]),
        policies={int(policy["tier"]): _terms(policy) for policy in policies},
        rows={row.account: row for row in rows},
    )


def draft_content(session: Session, list_id: int, quarter: str, policies: Iterable[TierPolicy]) -> Content:
    """What would be signed if the draft were proposed as it stands: the entries that are in. One query."""
    found = session.execute(
        select(
            Account.public_id,
            Account.name,
            Entry.tier,
            Entry.motion,
            Entry.with_children,
            User.public_id.label("ae"),
            User.name.label("ae_name"),
        )
        .join(Account, Account.id == Entry.account_id)
        .join(User, User.id == Entry.ae_id)
        .where(Entry.list_id == list_id, Entry.outcome == Outcome.IN)
    )
    rows = (
        Row(
            account=one.public_id,
            name=one.name,
            tier=one.tier,
            motion=one.motion,
            with_children=one.with_children,
            ae=one.ae,
            ae_name=one.ae_name,
        )
        for one in found
    )
    terms = {policy.tier: policy.terms for policy in policies}
    return Content(quarter=quarter, policies=terms, rows={row.account: row for row in rows})


def _terms(policy: Mapping[str, Any]) -> Terms:
    facts = {name: policy[name] for name in Terms.__dataclass_fields__}
    periods = {name: Period(policy[name]) for name in ("sales_period", "marketing_period")}
    return Terms(**{**facts, **periods})
