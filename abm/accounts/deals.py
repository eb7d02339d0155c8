"""Opportunities: the deals with our accounts, and what each looked like at any time (domain §3)."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING, cast

from sqlalchemy import ForeignKey, Index, insert
from sqlalchemy.orm import Mapped, mapped_column, relationship

from abm.accounts.changes import Change, business_day, refuse_stale, set_facts
from abm.accounts.crm_stages import CrmStage
from abm.audit import models as audit
from abm.kit.base import Base, Currency, Day, Instant, Key, Minor, Name, PublicId, check, choice, session_of
from abm.kit.rules import require
from abm.people.models import Organisation, User

if TYPE_CHECKING:
    from abm.accounts.models import Account

MOST = 10**15  # minor units: far above any deal, far below what a sum of them overflows


class Source(enum.StrEnum):
    """Who brought an opportunity."""

    MARKETING = "marketing"
    SALES = "sales"
    PARTNER = "partner"
    CUSTOMER = "customer"
    UNKNOWN = "unknown"

    @property
    def label(self) -> str:
        return "Not known yet" if self is Source.UNKNOWN else self.value.capitalize()


class DealType(enum.StrEnum):
    """What kind of business a deal brings."""

    NEW = "new"
    EXPANSION = "expansion"
    RENEWAL = "renewal"

    @property
    def label(self) -> str:
        return "New business" if self is DealType.NEW else self.value.capitalize()


class Opportunity(Base):
    """A deal. Imported without account or creation day it is unmatched, and outside list figures."""

    __tablename__ = "opportunity"
    __table_args__ = (
        check("amount IS NULL OR amount >= 0", "amount"),
        check("created_on IS NULL OR closed_on IS NULL OR created_on <= closed_on", "days_in_order"),
        Index("ix_opportunity_account_closed", "account_id", "closed_on"),
    )

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    name: Mapped[Name]
    amount: Mapped[Minor | None]  # in minor units of currency
    currency: Mapped[Currency]
    stage_id: Mapped[int] = mapped_column(ForeignKey("crm_stage.id"), index=True)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    source: Mapped[Source] = mapped_column(choice(Source, "source"), default=Source.UNKNOWN)
    partner: Mapped[Name] = mapped_column(default="")
    type: Mapped[DealType] = mapped_column(choice(DealType, "deal_type"), default=DealType.NEW)
    created_on: Mapped[Day | None] = mapped_column(index=True)
    qualified_on: Mapped[Day | None]
    closed_on: Mapped[Day | None]  # known only once won or lost
    updated_at: Mapped[Instant]
    revision: Mapped[int] = mapped_column(default=1)

    account: Mapped[Account | None] = relationship(back_populates="opportunities")
    stage: Mapped[CrmStage] = relationship(lazy="joined", innerjoin=True)
    owner: Mapped[User | None] = relationship()

    __mapper_args__ = {"version_id_col": revision}

    LINKS = frozenset({"account_id", "stage_id", "owner_id"})
    DAYS = frozenset({"created_on", "qualified_on", "closed_on"})
    COLUMNS = LINKS | DAYS | {"name", "amount", "currency", "source", "partner", "type"}

    @property
    def unmatched(self) -> bool:
        return self.account_id is None or self.created_on is None

    def change(self, *, by: User | None, at: datetime, revision: int | None = None, **facts: object) -> Change:
        """Change what is known of the deal and keep what it was: `account`, `stage`, `owner` and columns.

        Raises Conflict where `revision` is no longer the latest.
        """
        settled = settled_facts(facts, self, business_day(self, at))
        refuse_stale(self, settled, seen=revision, allowed=self.COLUMNS)
        change = set_facts(self, settled, allowed=self.COLUMNS)
        if change:
            self.updated_at = at
            audit.record(self, "changed", by=by, at=at, before=change.before, after=change.after)
            session_of(self).expire(self, ["account", "stage", "owner"])
            session_of(self).add(OpportunityRevision(**_revised(self, by=by, at=at)))
        return change


class OpportunityRevision(Base):
    """What an opportunity looked like from an instant on. Every change is kept."""

    __tablename__ = "opportunity_revision"

    id: Mapped[Key]
    opportunity_id: Mapped[int] = mapped_column(ForeignKey("opportunity.id"), index=True)
    at: Mapped[Instant]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    stage_id: Mapped[int] = mapped_column(ForeignKey("crm_stage.id"))
    amount: Mapped[Minor | None]
    currency: Mapped[Currency]
    closed_on: Mapped[Day | None]


def create_opportunity(
    organisation: Organisation,
    *,
    account: Account | None,
    name: str,
    stage: CrmStage,
    by: User | None,
    at: datetime,
    **facts: object,
) -> Opportunity:
    """A new deal. `facts`: amount (minor units), currency, owner, source, partner, type and the three days.

    The currency is the reporting currency unless named. A won or lost deal needs the day on which it closed.
    """
    given = {**facts, "account": account, "name": name, "stage": stage}
    opportunity = create_opportunities(organisation, [given], by=by, at=at)[0]
    if account is not None:
        session_of(organisation).expire(account, ["opportunities"])
    return opportunity


def create_opportunities(
    organisation: Organisation, deals: Iterable[dict[str, object]], *, by: User | None, at: datetime
) -> list[Opportunity]:
    """Many new deals, each with its event and revision, in the same few statements. Facts as above."""
    session = session_of(organisation)
    created: list[Opportunity] = []
    changes: list[audit.Change] = []
    with session.no_autoflush:
        for facts in deals:
            opportunity = Opportunity(updated_at=at, source=Source.UNKNOWN, type=DealType.NEW, partner="")
            given = {"currency": organisation.currency, **facts}
            change = set_facts(opportunity, settled_facts(given, opportunity, None), allowed=Opportunity.COLUMNS)
            created.append(opportunity)
            changes.append(audit.Change(opportunity, "created", after=change.after))
    session.add_all(created)
    audit.record_many(session, changes, by=by, at=at)
    if created:
        alike = insert(OpportunityRevision).execution_options(render_nulls=True)  # else a statement per shape of row
        session.execute(alike, [_revised(deal, by=by, at=at) for deal in created])
    return created


def settled_facts(facts: dict[str, object], deal: Opportunity, today: date | None) -> dict[str, object]:
    """Facts as columns, with those that follow from a stage: the day of qualifying, and of closing.

    Raises RuleBroken for what no deal can be.
    """
    columns = {name: value for name, value in facts.items() if name not in {"account", "stage", "owner"}}
    for name in {"account", "owner"} & facts.keys():
        columns[f"{name}_id"] = getattr(facts[name], "id", None)
    stage = cast(CrmStage, facts.get("stage") or deal.stage)
    columns["stage_id"] = stage.id
    created = columns.get("created_on", deal.created_on)
    if stage.qualified and columns.get("qualified_on", deal.qualified_on) is None:
        columns["qualified_on"] = today or created  # an import that knows better says so
    if not stage.closed:
        columns["closed_on"] = None  # the day on which an open deal may close is a hope, not a fact
    _check(columns, deal, stage)
    return columns


def _check(columns: dict[str, object], deal: Opportunity, stage: CrmStage) -> None:
    name = columns.get("name", deal.name)
    require(str(name or "").strip(), "Write the opportunity's name.", field="name")
    amount = columns.get("amount")
    fits = amount is None or (isinstance(amount, int) and 0 <= amount <= MOST)
    require(fits, "An amount is 0 or more, and less than ten trillion.", field="amount")
    closed, created = columns.get("closed_on", deal.closed_on), columns.get("created_on", deal.created_on)
    require(
        closed is not None or not stage.closed,
        f"{stage.name} is the end of a deal: say on which day it closed.",
        field="closed_on",
    )
    if isinstance(closed, date) and isinstance(created, date):
        require(created <= closed, "It cannot have closed before it was created.", field="closed_on")


def _revised(deal: Opportunity, *, by: User | None, at: datetime) -> dict[str, object]:
    """The columns of a revision that says what the deal looks like now."""
    return {
        "opportunity_id": deal.id,
        "at": at,
        "by_id": by.id if by else None,
        "account_id": deal.account_id,
        "stage_id": deal.stage_id,
        "amount": deal.amount,
        "currency": deal.currency,
        "closed_on": deal.closed_on,
    }
