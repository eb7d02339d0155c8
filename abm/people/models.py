"""The organisation, its people, what they do here and the teams they work in (domain §2)."""

from __future__ import annotations

import enum
from datetime import date, datetime, timedelta

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from abm.audit.models import record
from abm.kit import clock
from abm.kit.base import Base, Currency, Email, Instant, Key, Name, PublicId, Word, check, choice, session_of
from abm.kit.clock import Quarter, Week
from abm.kit.rules import require


class Role(enum.StrEnum):
    """What somebody does in the company; what each may do here stands in `access.GRANTS`."""

    CMO = "cmo"
    CRO = "cro"
    MARKETER = "marketer"
    SALES_MANAGER = "sales_manager"
    AE = "ae"
    SDR = "sdr"
    REVOPS = "revops"
    VIEWER = "viewer"

    @property
    def label(self) -> str:
        return ROLE_LABELS[self]


ROLE_LABELS = {
    Role.CMO: "CMO",
    Role.CRO: "CRO",
    Role.MARKETER: "Marketer",
    Role.SALES_MANAGER: "Sales manager",
    Role.AE: "AE",
    Role.SDR: "SDR",
    Role.REVOPS: "RevOps",
    Role.VIEWER: "Viewer",
}


LONGEST_BACK = 730  # days: two years; what is older comes with a file


class Organisation(Base):
    """The one company of this installation, and how it counts time and money."""

    __tablename__ = "organisation"
    __table_args__ = (
        check("id = 1", "single"),
        check("fiscal_start_month BETWEEN 1 AND 12", "month"),
        check("backdating_days BETWEEN 0 AND 730", "backdating"),
    )

    id: Mapped[Key] = mapped_column(default=1)
    name: Mapped[Name]
    time_zone: Mapped[Word]
    fiscal_start_month: Mapped[int]
    currency: Mapped[Currency]
    created_at: Mapped[Instant]
    backdating_days: Mapped[int] = mapped_column(default=90)  # how far back people log; files bring facts of any age

    def rename(self, name: str, *, by: User, at: datetime) -> None:
        if name != self.name:
            before, self.name = self.name, name
            record(self, "renamed", by=by, at=at, before={"name": before}, after={"name": name})

    def move(self, time_zone: str, *, by: User, at: datetime) -> None:
        """Count days in another time zone. The caller makes sure that no fact exists yet."""
        if time_zone != self.time_zone:
            before, self.time_zone = self.time_zone, time_zone
            record(self, "moved", by=by, at=at, before={"time_zone": before}, after={"time_zone": time_zone})

    def log_back(self, days: int, *, by: User, at: datetime) -> None:
        """Let people log what happened up to so many days ago."""
        require(0 <= days <= LONGEST_BACK, f"Write a number of days up to {LONGEST_BACK}.", field="backdating_days")
        if days != self.backdating_days:
            before, self.backdating_days = self.backdating_days, days
            record(self, "logs back", by=by, at=at, before={"days": before}, after={"days": days})

    def oldest_to_log(self, at: datetime) -> date:
        """The first day of which people still log what happened."""
        return self.today(at) - timedelta(days=self.backdating_days)

    def today(self, at: datetime | None = None) -> date:
        """The organisation's day at an instant, by default now."""
        return clock.day_of(at or clock.now(), self.time_zone)

    def quarter_of(self, day: date) -> Quarter:
        return Quarter.of(day, self.fiscal_start_month)

    def quarter(self, text: str) -> Quarter:
        """Read `2026-q4` as a fiscal quarter of this organisation. Raises ValueError."""
        return Quarter.parse(text, self.fiscal_start_month)

    def current_quarter(self) -> Quarter:
        return self.quarter_of(self.today())

    def current_week(self) -> Week:
        return Week.of(self.today())

    def start_of(self, day: date) -> datetime:
        return clock.start_of(day, self.time_zone)

    def end_of(self, day: date) -> datetime:
        return clock.end_of(day, self.time_zone)


class Team(Base):
    """People who sell together, under one sales manager, in one region."""

    __tablename__ = "team"

    id: Mapped[Key]
    name: Mapped[Name] = mapped_column(unique=True)
    region: Mapped[Word] = mapped_column(default="")
    manager_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", use_alter=True))

    manager: Mapped[User | None] = relationship(foreign_keys=[manager_id])

    def change(self, *, name: str, region: str, manager: User | None, by: User, at: datetime) -> None:
        """Rename a team, or give it another region or manager."""
        before = {"name": self.name, "region": self.region, "manager": self.manager_id}
        after = {"name": name, "region": region, "manager": manager.id if manager else None}
        if before != after:
            self.name, self.region, self.manager = name, region, manager
            record(self, "changed", by=by, at=at, before=before, after=after)


class User(Base):
    """A person. Without an e-mail until invited; once deactivated the name and the work stay."""

    __tablename__ = "user"

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    name: Mapped[Name] = mapped_column(index=True)
    email: Mapped[Email | None] = mapped_column(unique=True)
    password_hash: Mapped[str | None]
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"), index=True)
    created_at: Mapped[Instant]
    deactivated_at: Mapped[Instant | None]

    team: Mapped[Team | None] = relationship(foreign_keys=[team_id])
    grants: Mapped[list[RoleGrant]] = relationship(
        foreign_keys="RoleGrant.user_id", lazy="selectin", cascade="all, delete-orphan", order_by="RoleGrant.id"
    )

    @property
    def roles(self) -> frozenset[Role]:
        return frozenset(grant.role for grant in self.grants)

    @property
    def role_names(self) -> list[str]:
        """The roles in words, in the order in which roles are listed."""
        return [role.label for role in Role if role in self.roles]

    def is_one_of(self, *roles: Role) -> bool:
        return not self.roles.isdisjoint(roles)

    @property
    def active(self) -> bool:
        return self.deactivated_at is None

    @property
    def is_authenticated(self) -> bool:
        """What Flask-Login asks of whoever it is given: somebody, as against nobody."""
        return True

    def grant(self, roles: frozenset[Role], *, by: User | None, at: datetime) -> None:
        """Give exactly these roles."""
        require(roles, "Choose at least one role.", field="roles")
        before = self.roles
        if roles == before:
            return
        self.grants = [grant for grant in self.grants if grant.role in roles]
        for role in sorted(roles - before):
            self.grants.append(RoleGrant(role=role, granted_at=at, granted_by_id=by.id if by else None))
        record(self, "roles changed", by=by, at=at, before={"roles": sorted(before)}, after={"roles": sorted(roles)})

    def change(self, *, name: str, email: str | None, team: Team | None, by: User, at: datetime) -> None:
        """Correct a person's name and address, or move them to another team."""
        personal = {"name": (self.name, name), "email": (self.email, email)}
        changed = {field: values for field, values in personal.items() if values[0] != values[1]}
        teams = (self.team_id, team.id if team else None)
        if not changed and teams[0] == teams[1]:
            return
        self.name, self.email, self.team = name, email, team
        moved = ({"team": teams[0]}, {"team": teams[1]}) if teams[0] != teams[1] else ({}, {})
        record(self, "changed", by=by, at=at, before=moved[0], after=moved[1], personal=changed)

    def choose_password(self, password_hash: str, *, by: User | None, at: datetime) -> None:
        """Keep a new password's hash. Sessions and links that the old one opened are ended by the caller."""
        self.password_hash = password_hash
        record(self, "chose a password", by=by, at=at)

    def deactivate(self, *, by: User, at: datetime) -> None:
        """End this person's access. Work and name stay; what they owned shows as needing a new owner."""
        require(self.active, f"{self.name} is already deactivated.")
        require(by.id != self.id, "Somebody else has to deactivate you.")
        self.deactivated_at = at
        record(self, "deactivated", by=by, at=at)

    def reactivate(self, *, by: User, at: datetime) -> None:
        require(not self.active, f"{self.name} is active.")
        self.deactivated_at = None
        record(self, "reactivated", by=by, at=at)


class RoleGrant(Base):
    """That somebody has a role, since when and by whom."""

    __tablename__ = "role_grant"
    __table_args__ = (UniqueConstraint("user_id", "role"),)

    id: Mapped[Key]
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    role: Mapped[Role] = mapped_column(choice(Role, "role"))
    granted_at: Mapped[Instant]
    granted_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))


def add_user(
    organisation: Organisation,
    *,
    name: str,
    email: str | None,
    roles: frozenset[Role],
    by: User | None,
    at: datetime,
    team: Team | None = None,
) -> User:
    """A new person; e-mail addresses are kept in lower case and are unique. The caller flushes or commits."""
    session = session_of(organisation)
    user = User(name=name, email=email.lower() if email else None, created_at=at, team=team)
    session.add(user)
    record(user, "added", by=by, at=at, personal={"name": name, "email": email})
    user.grant(roles, by=by, at=at)
    return user


def add_team(
    organisation: Organisation, *, name: str, region: str, manager: User | None, by: User, at: datetime
) -> Team:
    """A new team."""
    team = Team(name=name, region=region, manager=manager)
    session_of(organisation).add(team)
    after = {"name": name, "region": region, "manager": manager.id if manager else None}
    record(team, "added", by=by, at=at, after=after)
    return team
