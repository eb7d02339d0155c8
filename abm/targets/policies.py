"""What a tier means this quarter, and where a seat accepts more than that: both sides agree on the policy too."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from sqlalchemy import ForeignKey, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from abm.audit.models import record
from abm.kit.base import Base, Instant, Key, LongText, Word, check, choice, session_of
from abm.kit.rules import require
from abm.people.models import User
from abm.people.seats import Side
from abm.targets.kinds import Period

if TYPE_CHECKING:
    from abm.targets.models import TargetList


@dataclass(frozen=True)
class Terms:
    """The terms of a tier: capacity, and what each side does at least for each of its accounts."""

    max_accounts: int
    max_per_ae: int
    sales_touches: int  # at least, per sales_period, over sales_contacts people
    sales_contacts: int
    sales_period: Period
    marketing_plays: int  # at least, per marketing_period
    marketing_period: Period
    roles_wanted: int
    stalled_days: int


# Capacity: ITSMA/ABM Leadership Alliance 2020, Inflexion 2024; per AE: Winning by Design. The rest is our judgement.
DEFAULT_TERMS: Final = {
    1: Terms(15, 5, 3, 3, Period.WEEK, 1, Period.WEEK, 5, 21),
    2: Terms(75, 15, 1, 2, Period.WEEK, 2, Period.FOUR_WEEKS, 3, 30),
    3: Terms(300, 30, 1, 1, Period.FOUR_WEEKS, 1, Period.FOUR_WEEKS, 2, 45),
}
# Above these a tier is hardly worked as one: warned about, never refused (practice).
UNUSUAL_ACCOUNTS: Final = {1: 25, 2: 150, 3: 1000}
LARGEST: Final = 100_000


class TierPolicy(Base):
    """The terms of one tier in the draft of a list."""

    __tablename__ = "tier_policy"
    __table_args__ = (
        UniqueConstraint("list_id", "tier"),
        check("tier BETWEEN 1 AND 3", "tier"),
        check("max_accounts > 0 AND max_per_ae > 0", "capacity"),
        check("sales_touches >= 0 AND sales_contacts >= 0 AND marketing_plays >= 0", "rhythm"),
        check("roles_wanted >= 0 AND stalled_days > 0", "wanted"),
    )

    id: Mapped[Key]
    list_id: Mapped[int] = mapped_column(ForeignKey("target_list.id"))
    tier: Mapped[int]
    max_accounts: Mapped[int]
    max_per_ae: Mapped[int]
    sales_touches: Mapped[int]
    sales_contacts: Mapped[int]
    sales_period: Mapped[Period] = mapped_column(choice(Period, "sales_period"))
    marketing_plays: Mapped[int]
    marketing_period: Mapped[Period] = mapped_column(choice(Period, "marketing_period"))
    roles_wanted: Mapped[int]
    stalled_days: Mapped[int]

    target_list: Mapped[TargetList] = relationship(back_populates="policies")

    @property
    def terms(self) -> Terms:
        return Terms(**{name: getattr(self, name) for name in Terms.__dataclass_fields__})

    def change(self, *, by: User, at: datetime, **terms: int | Period) -> None:
        """Change some of the terms, by the names of `Terms`."""
        unknown = terms.keys() - Terms.__dataclass_fields__.keys()
        if unknown:
            raise TypeError(f"A tier policy has no {', '.join(sorted(unknown))}.")
        for name, value in terms.items():
            least = 1 if name in {"max_accounts", "max_per_ae", "stalled_days"} else 0
            fits = isinstance(value, Period) or least <= value <= LARGEST
            require(fits, f"Tier {self.tier}: write a whole number from {least} to {LARGEST:,}.", field=name)
        self.target_list.require_running(at)
        before = asdict(self.terms)
        differing = {name: value for name, value in terms.items() if before[name] != value}
        if not differing:
            return
        for name, value in differing.items():
            setattr(self, name, value)
        was = {name: before[name] for name in differing}
        record(self, "changed", by=by, at=at, before={"tier": self.tier, **was}, after={"tier": self.tier, **differing})


def hold_policies(target_list: TargetList) -> list[TierPolicy]:
    """The policies of a draft as they stand, held until the end of the transaction: two who save follow each other."""
    of_list = select(TierPolicy).where(TierPolicy.list_id == target_list.id).order_by(TierPolicy.tier)
    held = of_list.with_for_update(of=TierPolicy).execution_options(populate_existing=True)
    return list(session_of(target_list).scalars(held))


def fingerprint(policies: Sequence[TierPolicy]) -> str:
    """By which a form knows whether the terms are still those that it showed."""
    told = [(policy.tier, *map(str, asdict(policy.terms).values())) for policy in policies]
    return hashlib.sha256(repr(sorted(told)).encode()).hexdigest()[:16]


class Waiver(Base):
    """That a seat accepts what is exceeded, and why: a capacity, or what is asked of a person.

    It holds up to the figure that it was given for; each side says its own word.
    """

    __tablename__ = "waiver"
    __table_args__ = (UniqueConstraint("list_id", "what", "figure", "side"),)

    id: Mapped[Key]
    list_id: Mapped[int] = mapped_column(ForeignKey("target_list.id"))
    what: Mapped[Word]  # tier:1, ae:<public id>:1, asked:sales:<public id> or asked:marketing:together
    figure: Mapped[int]
    side: Mapped[Side] = mapped_column(choice(Side, "waiver_side"))
    by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    at: Mapped[Instant]
    reason: Mapped[LongText]

    by: Mapped[User] = relationship(lazy="joined", innerjoin=True)
