"""The companies we sell to, the people there, and the deals with them (domain §3)."""

from __future__ import annotations

import enum
from datetime import date
from decimal import Decimal

from sqlalchemy import ForeignKey, Index, Numeric, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from abm.kit.base import Base, Currency, Day, Email, Facts, Instant, Key, LongText, Minor, Name, PublicId, Slug, Word
from abm.kit.base import check, choice
from abm.people.models import User


class TeamFunction(enum.StrEnum):
    """What somebody does for an account. The AE is the one who answers for it."""

    AE = "ae"
    SDR = "sdr"
    SE = "se"
    CSM = "csm"
    MARKETER = "marketer"


class BuyingRole(enum.StrEnum):
    CHAMPION = "champion"
    ECONOMIC_BUYER = "economic buyer"
    TECHNICAL_BUYER = "technical buyer"
    USER = "user"
    INFLUENCER = "influencer"
    BLOCKER = "blocker"
    UNKNOWN = "unknown"


class Source(enum.StrEnum):
    """Who brought an opportunity."""

    MARKETING = "marketing"
    SALES = "sales"
    PARTNER = "partner"
    CUSTOMER = "customer"
    UNKNOWN = "unknown"


class DealType(enum.StrEnum):
    NEW = "new"
    EXPANSION = "expansion"
    RENEWAL = "renewal"


class StageCategory(enum.StrEnum):
    OPEN = "open"
    WON = "won"
    LOST = "lost"


class Account(Base):
    """A company. It is permanent; tier and planned AE belong to a quarter's entry."""

    __tablename__ = "account"
    __table_args__ = (
        check("employees IS NULL OR employees >= 0", "employees"),
        check("revenue IS NULL OR revenue >= 0", "revenue"),
        check("parent_id IS NULL OR parent_id <> id", "not_its_own_parent"),
        Index("ix_account_listing", "archived_at", "name", "id"),
    )

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    slug: Mapped[Slug]
    name: Mapped[Name]
    normal_name: Mapped[Name] = mapped_column(index=True)  # casefolded, without legal suffix: finds twins
    industry: Mapped[Word] = mapped_column(default="", index=True)
    segment: Mapped[Word] = mapped_column(default="")
    employees: Mapped[int | None]
    revenue: Mapped[Minor | None]  # yearly, in minor units of revenue_currency
    revenue_currency: Mapped[Currency | None]
    country: Mapped[Word] = mapped_column(default="", index=True)
    city: Mapped[Word] = mapped_column(default="")
    division: Mapped[Word] = mapped_column(default="")
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    custom: Mapped[Facts] = mapped_column(default=dict)
    archived_at: Mapped[Instant | None]
    do_not_approach: Mapped[LongText | None]  # why
    do_not_approach_until: Mapped[Day | None]
    created_at: Mapped[Instant]
    revision: Mapped[int] = mapped_column(default=1)

    parent: Mapped[Account | None] = relationship(remote_side="Account.id")
    domains: Mapped[list[AccountDomain]] = relationship(
        back_populates="account", cascade="all, delete-orphan", order_by="AccountDomain.id"
    )
    team: Mapped[list[TeamMember]] = relationship(back_populates="account", order_by="TeamMember.id")
    contacts: Mapped[list[Contact]] = relationship(back_populates="account", order_by="Contact.name")
    opportunities: Mapped[list[Opportunity]] = relationship(
        back_populates="account", order_by="Opportunity.created_on.desc()"
    )

    __mapper_args__ = {"version_id_col": revision}


class AccountDomain(Base):
    """A web domain of an account. Only a domain marked so identifies it, and then is unique."""

    __tablename__ = "account_domain"
    __table_args__ = (
        UniqueConstraint("account_id", "domain"),
        Index(
            "ix_account_domain_identifying",
            "domain",
            unique=True,
            sqlite_where=text("identifies"),
            postgresql_where=text("identifies"),
        ),
    )

    id: Mapped[Key]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    domain: Mapped[Name] = mapped_column(index=True)
    identifies: Mapped[bool]

    account: Mapped[Account] = relationship(back_populates="domains")


class ExternalId(Base):
    """How another system names one of our rows: the surest identity of an import."""

    __tablename__ = "external_id"
    __table_args__ = (UniqueConstraint("system", "kind", "value"),)

    id: Mapped[Key]
    system: Mapped[Word]  # salesforce, hubspot, maven …
    kind: Mapped[Word]  # account, opportunity, contact, user
    value: Mapped[Name]
    row_id: Mapped[int] = mapped_column(index=True)


class TeamMember(Base):
    """That somebody works an account in a function, from one day to another."""

    __tablename__ = "team_member"
    __table_args__ = (
        check("last_day IS NULL OR first_day <= last_day", "days_in_order"),
        Index(
            "ix_team_member_one_ae",
            "account_id",
            unique=True,
            sqlite_where=text("function = 'ae' AND last_day IS NULL"),
            postgresql_where=text("function = 'ae' AND last_day IS NULL"),
        ),
    )

    id: Mapped[Key]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    function: Mapped[TeamFunction] = mapped_column(choice(TeamFunction, "team_function"))
    first_day: Mapped[Day]
    last_day: Mapped[Day | None]  # the last day on which it holds; None: still does
    assigned_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    assigned_at: Mapped[Instant]

    account: Mapped[Account] = relationship(back_populates="team")
    user: Mapped[User] = relationship(foreign_keys=[user_id])

    def on(self, day: date) -> bool:
        return self.first_day <= day and (self.last_day is None or day <= self.last_day)


class Contact(Base):
    """A person at an account, their part in buying, and the channels on which they want to be left alone."""

    __tablename__ = "contact"
    __table_args__ = (Index("ix_contact_account_email", "account_id", "email"),)

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    name: Mapped[Name]
    title: Mapped[Name] = mapped_column(default="")
    email: Mapped[Email | None]
    phone: Mapped[Word] = mapped_column(default="")
    buying_role: Mapped[BuyingRole] = mapped_column(choice(BuyingRole, "buying_role"), default=BuyingRole.UNKNOWN)
    opted_out: Mapped[Facts] = mapped_column(default=dict)  # channel -> day of the opt-out, ISO
    created_at: Mapped[Instant]
    archived_at: Mapped[Instant | None]

    account: Mapped[Account] = relationship(back_populates="contacts")


class CrmStage(Base):
    """A stage of the company's own sales process: one table, asked about when an import brings a new name."""

    __tablename__ = "crm_stage"

    id: Mapped[Key]
    name: Mapped[Name] = mapped_column(unique=True)
    position: Mapped[int]
    category: Mapped[StageCategory] = mapped_column(choice(StageCategory, "stage_category"))
    qualified: Mapped[bool]


class Opportunity(Base):
    """A deal. Account and creation day may be missing in imported data: it is then unmatched, outside list figures."""

    __tablename__ = "opportunity"
    __table_args__ = (
        check("amount IS NULL OR amount >= 0", "amount"),
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
    closed_on: Mapped[Day | None]
    updated_at: Mapped[Instant]

    account: Mapped[Account | None] = relationship(back_populates="opportunities")
    stage: Mapped[CrmStage] = relationship(lazy="joined", innerjoin=True)
    owner: Mapped[User | None] = relationship()


class OpportunityRevision(Base):
    """What an opportunity looked like from an instant on. Every change is kept."""

    __tablename__ = "opportunity_revision"

    id: Mapped[Key]
    opportunity_id: Mapped[int] = mapped_column(ForeignKey("opportunity.id"), index=True)
    at: Mapped[Instant]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    stage_id: Mapped[int] = mapped_column(ForeignKey("crm_stage.id"))
    amount: Mapped[Minor | None]
    currency: Mapped[Currency]
    closed_on: Mapped[Day | None]


class ExchangeRate(Base):
    """What one unit of a currency was worth in the reporting currency from a day on."""

    __tablename__ = "exchange_rate"
    __table_args__ = (UniqueConstraint("currency", "day"), check("rate > 0", "positive"))

    id: Mapped[Key]
    currency: Mapped[Currency]
    day: Mapped[Day]
    rate: Mapped[Decimal] = mapped_column(Numeric(18, 8))
    entered_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    entered_at: Mapped[Instant]
