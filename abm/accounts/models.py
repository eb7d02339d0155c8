"""The companies we sell to (domain §3); contacts, deals and teams have their own files, gathered here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship
from sqlalchemy.orm.attributes import flag_modified

from abm.accounts.changes import Change, check_text, refuse_stale, set_facts
from abm.accounts.contacts import BuyingRole, Contact, add_contact, add_contacts
from abm.accounts.crm_stages import CrmStage, StageCategory, add_stage, all_stages, stage_named
from abm.accounts.deals import (
    DealType,
    Opportunity,
    OpportunityRevision,
    Source,
    create_opportunities,
    create_opportunity,
)
from abm.accounts.domains import AccountDomain, replace_domains
from abm.accounts.external_ids import ExternalId, know_as, know_many, rows_known_as
from abm.accounts.identity import normal_name, slug_of
from abm.accounts.rates import ExchangeRate, Rates, Sum, at_rate, converted, rates_of, set_rate
from abm.accounts.team import TeamFunction, TeamMember, join_team
from abm.audit import models as audit
from abm.audit.models import record
from abm.kit.base import (
    Base,
    Currency,
    Day,
    Facts,
    Instant,
    Key,
    LongText,
    Minor,
    Name,
    PublicId,
    Slug,
    Word,
    check,
    public_id,
    session_of,
)
from abm.kit.rules import refuse, require
from abm.people.models import Organisation, User

# Everything of this domain that other floors use, in one place.
__all__ = (
    "Account", "AccountDomain", "BuyingRole", "Contact", "CrmStage", "DealType", "ExchangeRate", "ExternalId",
    "Opportunity", "OpportunityRevision", "Rates", "Source", "StageCategory", "Sum", "TeamFunction",
    "TeamMember", "add_contact", "add_contacts", "add_stage", "all_stages", "at_rate", "converted", "create_account",
    "create_accounts", "create_opportunities", "create_opportunity", "know_as", "know_many",
    "rates_of", "rows_known_as", "set_rate", "stage_named",
)  # fmt: skip

SLUGS_AT_ONCE = 500  # names whose addresses are looked up with one query
GENERATIONS = 20  # of parents above an account; more is a mistake in the data
LARGEST = {"employees": 100_000_000, "revenue": 10**16}


class Account(Base):
    """A company. It is permanent; tier and planned AE belong to a quarter's entry."""

    __tablename__ = "account"
    __table_args__ = (
        check("employees IS NULL OR employees >= 0", "employees"),
        check("revenue IS NULL OR revenue >= 0", "revenue"),
        check("parent_id IS NULL OR parent_id <> id", "not_its_own_parent"),
        Index("ix_account_listing", "archived_at", "normal_name", "id"),
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
    do_not_approach_until: Mapped[Day | None]  # the last day on which it holds; None: until taken back
    created_at: Mapped[Instant]
    revision: Mapped[int] = mapped_column(default=1)

    parent: Mapped[Account | None] = relationship(remote_side="Account.id", back_populates="children")
    children: Mapped[list[Account]] = relationship(back_populates="parent", order_by="Account.normal_name")
    domains: Mapped[list[AccountDomain]] = relationship(
        back_populates="account", cascade="all, delete-orphan", order_by="AccountDomain.id"
    )
    team: Mapped[list[TeamMember]] = relationship(back_populates="account", order_by="TeamMember.id")
    contacts: Mapped[list[Contact]] = relationship(back_populates="account", order_by="Contact.name")
    opportunities: Mapped[list[Opportunity]] = relationship(
        back_populates="account", order_by="(Opportunity.created_on.desc(), Opportunity.id.desc())"
    )

    __mapper_args__ = {"version_id_col": revision}

    KIND = frozenset({"industry", "segment", "employees", "revenue", "revenue_currency", "custom"})
    FACTS = KIND | {"name", "country", "city", "division", "parent_id"}

    def change(self, *, by: User | None, at: datetime, revision: int | None = None, **facts: object) -> Change:
        """Change what is known of the company. `parent` takes an account or None; `revenue` is minor units.

        Raises Conflict, with both values of what differs, where `revision` is no longer the latest.
        """
        columns = _columns(facts)
        refuse_stale(self, columns, seen=revision, allowed=self.FACTS)
        parent = facts.get("parent")
        if isinstance(parent, Account):
            self._check_parent(parent)
        change = _set(self, columns)
        if change:
            record(self, "changed", by=by, at=at, before=change.before, after=change.after)
            session_of(self).expire(self, ["parent"])
        return change

    def set_domains(
        self, identifying: Iterable[str], *, shared: Iterable[str] = (), by: User | None, at: datetime
    ) -> None:
        """Have exactly these web domains. One that identifies is nobody else's; hosts never identify."""
        if replace_domains(self, identifying, shared, by=by, at=at):
            flag_modified(self, "name")  # an edit of its domains counts as a revision of the account

    def assign(
        self,
        user: User,
        *,
        function: TeamFunction = TeamFunction.AE,
        first_day: date,
        by: User | None,
        at: datetime,
    ) -> TeamMember:
        """Put somebody on the team from a day on; a new AE ends the former one's time."""
        return join_team(self, user, function=function, first_day=first_day, by=by, at=at)

    def ae_on(self, day: date) -> User | None:
        """Who answered for the account on a day."""
        held = (member for member in self.team if member.function is TeamFunction.AE and member.on(day))
        return next((member.user for member in held), None)

    def approachable_on(self, day: date) -> bool:
        """Whether anybody may approach the account on a day."""
        return self.archived_at is None and not self.left_alone_on(day)

    def left_alone_on(self, day: date) -> bool:
        """Whether "do not approach" holds on a day."""
        until = self.do_not_approach_until
        return self.do_not_approach is not None and (until is None or day <= until)

    def leave_alone(self, why: str, *, until: date | None, by: User, at: datetime) -> None:
        """Mark the account as "do not approach", with the reason, until a day or until taken back."""
        require(why.strip(), "Say why nobody should approach this account.", field="why")
        check_text(why, field="why")
        before = {"why": self.do_not_approach, "until": self.do_not_approach_until}
        self.do_not_approach, self.do_not_approach_until = why.strip(), until
        record(self, "left alone", by=by, at=at, before=before, after={"why": why.strip(), "until": until})

    def approach_again(self, *, by: User, at: datetime) -> None:
        """Take "do not approach" back."""
        require(self.do_not_approach is not None, f"Nothing keeps anybody from approaching {self.name}.")
        before = {"why": self.do_not_approach, "until": self.do_not_approach_until}
        self.do_not_approach = self.do_not_approach_until = None
        record(self, "opened again", by=by, at=at, before=before)

    def archive(self, *, by: User, at: datetime) -> None:
        """Take the account out of lists and searches. Its facts and its page stay."""
        require(self.archived_at is None, f"{self.name} is already archived.")
        self.archived_at = at
        record(self, "archived", by=by, at=at)

    def restore(self, *, by: User, at: datetime) -> None:
        require(self.archived_at is not None, f"{self.name} is not archived.")
        self.archived_at = None
        record(self, "restored", by=by, at=at)

    def _check_parent(self, parent: Account) -> None:
        above: Account | None = parent
        for _ in range(GENERATIONS):
            if above is None:
                return
            message = f"{parent.name} belongs to {self.name}: it cannot be its parent too."
            require(above.id != self.id, message, field="parent")
            above = above.parent
        refuse(f"{parent.name} has more than {GENERATIONS} companies above it.", field="parent")


def create_account(organisation: Organisation, *, name: str, by: User | None, at: datetime, **facts: object) -> Account:
    """A new account with an address of its own. `facts` as for `Account.change`."""
    require(name.strip(), "Write the company's name.", field="name")
    return create_accounts(organisation, [{**facts, "name": name}], by=by, at=at)[0]


def create_accounts(
    organisation: Organisation, companies: Sequence[dict[str, object]], *, by: User | None, at: datetime
) -> list[Account]:
    """Many new accounts, each with its event, in the same few statements. Facts as for `Account.change`."""
    session = session_of(organisation)
    free = _free_slugs(session, [str(facts.get("name", "")) for facts in companies])
    created: list[Account] = []
    changes: list[Change] = []
    with session.no_autoflush:
        for facts, slug in zip(companies, free, strict=True):
            account = Account(slug=slug, created_at=at, custom={}, domains=[], team=[])
            changes.append(_set(account, _columns(facts)))
            created.append(account)
    try:
        with session.begin_nested():
            session.add_all(created)
    except IntegrityError:  # somebody took one of the addresses in between
        for account in created:
            account.slug = f"{account.slug[:60]}-{public_id()[:6]}"
        session.add_all(created)
    events = (audit.Change(one, "created", after=change.after) for one, change in zip(created, changes, strict=True))
    audit.record_many(session, events, by=by, at=at)
    return created


def _columns(facts: dict[str, object]) -> dict[str, object]:
    """Facts as columns: a parent by its id, a name without blanks around it."""
    columns = {name: value.strip() if isinstance(value, str) else value for name, value in facts.items()}
    if "parent" in columns:
        columns["parent_id"] = getattr(columns.pop("parent"), "id", None)
    require("name" not in columns or columns["name"], "Write the company's name.", field="name")
    for name, largest in LARGEST.items():
        value = columns.get(name)
        fits = value is None or (isinstance(value, int) and 0 <= value <= largest)
        require(fits, f"The {name} cannot be negative, nor larger than any company's.", field=name)
    return columns


def _set(account: Account, columns: dict[str, object]) -> Change:
    change = set_facts(account, columns, allowed=Account.FACTS)
    known = account.revenue is None or account.revenue_currency
    require(known, "Say in which currency the revenue is.", field="revenue_currency")
    if "name" in change.after:
        account.normal_name = normal_name(account.name)
    return change


def _free_slugs(session: Session, names: Sequence[str]) -> list[str]:
    """An address for each name that no account and none before it in the list has."""
    bases = [slug_of(name) for name in names]
    asked = sorted(set(bases))
    taken: set[str] = set()
    for start in range(0, len(asked), SLUGS_AT_ONCE):
        tried = [one for base in asked[start : start + SLUGS_AT_ONCE] for one in _numbered(base)]
        taken.update(session.scalars(select(Account.slug).where(Account.slug.in_(tried))))
    slugs: list[str] = []
    for base in bases:
        slugs.append(next((one for one in _numbered(base) if one not in taken), f"{base}-{public_id()[:6]}"))
        taken.add(slugs[-1])
    return slugs


def _numbered(base: str) -> list[str]:
    return [base, *(f"{base}-{number}" for number in range(2, 20))]
