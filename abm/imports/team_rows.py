"""Rows that are our own people: who sells under whom, in which team and region.

A file never changes the e-mail or the roles of somebody who is here: that would hand over their sign-in.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from abm.accounts.models import ExternalId
from abm.imports.colleagues import Colleagues
from abm.imports.lines import Line
from abm.imports.planned import Ground, Planned, Seen, planned
from abm.imports.values import CellFault
from abm.imports.words import ROLES, meant
from abm.kit.text import shortened
from abm.people.models import Role, Team, User, add_team, add_user


class TeamRows:
    """Plans and applies a file of people who work here."""

    def __init__(self, ground: Ground, lines: Sequence[Line]) -> None:
        self.ground, self.lines = ground, lines
        session = ground.session
        self.people = Colleagues(session)
        teams = session.scalars(select(Team).options(joinedload(Team.manager)))
        self.teams: dict[str, Team] = {team.name.casefold(): team for team in teams}
        named = (ExternalId.system == ground.system, ExternalId.kind == "user")
        ids = session.execute(select(ExternalId.value, User).join(User, User.id == ExternalId.row_id).where(*named))
        self._by_id: dict[str, User] = {row[0]: row[1] for row in ids}
        self._seen = Seen()

    def plan(self) -> list[Planned]:
        """What each row would do."""
        return [planned(line, self._plan) for line in self.lines]

    def apply(self, plans: Sequence[Planned]) -> None:
        """Write what was planned: people and their teams, then who manages whom."""
        for plan in plans:
            if plan.applies:
                self._write(plan)

    def _plan(self, line: Line, plan: Planned) -> None:
        name, email, external = line.person(), line.email("email"), line.name("external_id")
        user = self._find(name, email, external)
        keys = [("email", email)] if email else []
        self._seen.claim(line.number, "person", user.id if user else ("name", name.casefold(), email), *keys)
        manager, region = line.name("manager"), line.word("region")
        team = line.name("team") or ", ".join(filter(None, (region, manager)))
        plan.facts = {
            "name": name,
            "email": email,
            "external": "" if external in self._by_id else external,
            "role": self._role(line),
            "team": team,
            "region": region,
            "manager": self._manager(manager, name),
            "user": user,
        }
        if user is not None:
            plan.target_id = user.id
            self._compare(user, plan)

    def _find(self, name: str, email: str | None, external: str) -> User | None:
        """Who of us it is: by id, by e-mail, or by a name that nobody else has."""
        known = self._by_id.get(external) if external else None
        known = known or (self.people.with_email(email) if email else None)
        if known is not None:
            return known
        named = self.people.named(name)
        if len(named) > 1:
            message = f"{len(named)} people are named {shortened(name)}: add their e-mail addresses."
            raise CellFault("name", name, message)
        if named and email and named[0].email:
            message = f"{named[0].name} is here with another address: change it under People if it is the same person."
            raise CellFault("email", email, message)
        return named[0] if named else None

    def _role(self, line: Line) -> Role:
        text = line.name("role")
        if not text:
            return Role.AE
        role = meant(ROLES, text)
        if role is None:
            usual = ", ".join(one.label for one in dict.fromkeys(ROLES.values()))
            message = f"“{shortened(text)}” is no role that a file gives: write {usual}, or invite them under People."
            raise CellFault("role", text, message)
        return role

    def _manager(self, name: str, own: str) -> str:
        if len(self.people.named(name)) > 1:
            raise CellFault("manager", name, f"Several people are named {shortened(name)}: write an e-mail address.")
        return "" if name.casefold() == own.casefold() else name

    def _compare(self, user: User, plan: Planned) -> None:
        """Keep of the row only what differs: the team with its region and manager, and an address not known yet."""
        facts = plan.facts
        if facts["team"] and (user.team is None or user.team.name.casefold() != facts["team"].casefold()):
            plan.note("team", user.team.name if user.team else "", facts["team"])
        if facts["email"] and not user.email:
            plan.note("email", "", facts["email"])
        elif facts["email"] != user.email:
            facts["email"] = None
        team = self.teams.get(facts["team"].casefold())
        if team is not None and facts["region"] and facts["region"] != team.region:
            plan.note("region", team.region, facts["region"])
        manager = team.manager if team is not None else None
        if team is not None and facts["manager"] and manager not in self.people.named(facts["manager"]):
            plan.note("manager", manager.name if manager else "", facts["manager"])
        if facts["external"]:
            plan.note("external_id", "", facts["external"])

    def _write(self, plan: Planned) -> None:
        ground, facts = self.ground, plan.facts
        team = self._team(facts)
        user: User | None = facts["user"]
        if user is None:
            named = self.people.named(facts["name"])  # a manager whom an earlier row brought in
            user = named[0] if named else self._hire(facts["name"], facts["role"], email=facts["email"], team=team)
        email = user.email or facts["email"]
        user.change(name=user.name, email=email, team=team or user.team, by=ground.by, at=ground.at)
        if facts["external"]:
            ground.session.flush()
            known = ExternalId(system=ground.system, kind="user", value=facts["external"], row_id=user.id)
            ground.session.add(known)

    def _team(self, facts: dict[str, Any]) -> Team | None:
        """The team that a row names, under its manager and in its region."""
        if not facts["team"]:
            return None
        ground = self.ground
        manager = self._manager_of(facts["manager"])
        team = self.teams.get(facts["team"].casefold())
        if team is None:
            named = {"name": facts["team"], "region": facts["region"], "manager": manager}
            team = add_team(ground.organisation, by=ground.by, at=ground.at, **named)
            self.teams[team.name.casefold()] = team
            return team
        region = facts["region"] or team.region
        team.change(name=team.name, region=region, manager=manager or team.manager, by=ground.by, at=ground.at)
        return team

    def _manager_of(self, name: str) -> User | None:
        """Whoever manages; somebody new to us comes in as a sales manager without an address."""
        if not name:
            return None
        named = self.people.named(name)
        return named[0] if named else self._hire(name, Role.SALES_MANAGER)

    def _hire(self, name: str, role: Role, *, email: str | None = None, team: Team | None = None) -> User:
        ground = self.ground
        roles = frozenset({role})
        user = add_user(ground.organisation, name=name, email=email, roles=roles, by=ground.by, at=ground.at, team=team)
        self.people.learn(user)
        return user
