"""Rows that are accounts: which company each means, what it would change, and the writing of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from babel.numbers import get_currency_precision
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from abm.accounts.domains import add_domains
from abm.accounts.identity import normal_name
from abm.accounts.matching import Match, Matcher
from abm.accounts.models import Account, TeamFunction, TeamMember, create_accounts, know_many
from abm.accounts.team import may_answer, staff_new_accounts
from abm.imports.colleagues import Colleagues
from abm.imports.lines import Line
from abm.imports.models import Action
from abm.imports.parents import Parents
from abm.imports.planned import Ground, Planned, Seen, differing, in_chunks, planned
from abm.imports.values import CellFault
from abm.imports.websites import Website
from abm.kit.text import shortened
from abm.people.access import May, may

WORDS = ("industry", "segment", "country", "city", "division")


class AccountRows:
    """Plans and applies a file of accounts."""

    def __init__(self, ground: Ground, lines: Sequence[Line]) -> None:
        self.ground, self.lines = ground, lines
        self.matcher = Matcher.load(ground.session, system=ground.system)
        self.people = Colleagues(ground.session)
        self.may_assign = may(ground.by, May.ASSIGN_ACCOUNTS)
        self.known: dict[int, Account] = {}
        self._seen = Seen()

    def plan(self) -> list[Planned]:
        """What each row would do."""
        plans = [planned(line, self._identify) for line in self.lines]
        self._load([plan.target_id for plan in plans if plan.target_id is not None])
        parents = Parents(self.ground.session, self.matcher, self.lines, plans)
        for plan in plans:
            if plan.action is Action.BAD:
                continue
            parents.plan(plan)
            if plan.target_id is not None:
                self._compare(self.known[plan.target_id], plan)
            plan.settle()
        return plans

    def apply(self, plans: Sequence[Planned]) -> None:
        """Write what was planned: parents before those below them, then what changes."""
        created: dict[int, Account] = {}
        waiting = [plan for plan in plans if plan.action is Action.ADD]
        while waiting:
            placed = {None} | created.keys()
            ready = [plan for plan in waiting if plan.facts.get("parent_row") in placed]
            self._create(ready, created)
            waiting = [plan for plan in waiting if plan.number not in created]
        for plan in plans:
            if plan.action is Action.UPDATE:
                self._change(self.known[_target(plan)], plan, created)
        rows = {plan.number: created.get(plan.number) or self.known[_target(plan)] for plan in plans if plan.applies}
        self._add_domains(plans, rows)
        self._remember_ids(plans, rows)
        self._assign(plans, created)

    def _identify(self, line: Line, plan: Planned) -> None:
        """Read the row and say which account it means, if we know it."""
        name, external = line.name("name"), line.name("external_id")
        if not name:
            raise CellFault("name", "", "The row names no account: write the company's name.")
        sites = line.websites("domain")
        facts = _facts_of(line)
        domains = [site.domain for site in sites if site.identifies]
        match = self.matcher.match(external=external, domains=domains, name=name, country=facts.get("country"))
        self._claim(line, match, domains)
        if match.account is not None and not match.certain:
            raise CellFault("name", name, _may_be(name, match))
        plan.target_id = match.account.id if match.account else None
        self._refuse_domain_of_another(domains, plan.target_id)
        by_name = match.account is not None and match.why not in {_same_id(self.ground.system), "the same web domain"}
        parent = (line.name("parent"), line.name("parent_external_id"))
        columns = facts if by_name else {"name": name, **facts}  # a spelling that only resembles changes no name
        plan.facts = {"columns": columns, "sites": sites, "external": external, "parent": parent}
        self._plan_owner(line, plan)

    def _claim(self, line: Line, match: Match, domains: list[str]) -> None:
        """Let no two rows speak of one account."""
        number, external = line.number, line.name("external_id")
        named = normal_name(line.name("name")), line.word("country").casefold()
        same: object = match.account.id if match.account else named
        self._seen.claim(number, "account", same, *([("id", external)] if external else []))
        for domain in domains:
            self._seen.claim(number, f"web domain {domain}, which stands for one account only", ("domain", domain))

    def _refuse_domain_of_another(self, domains: list[str], target: int | None) -> None:
        for domain in domains:
            owner = self.matcher.match(domains=[domain]).account
            if owner is not None and owner.id != target:
                raise CellFault("domain", domain, f"{domain} already identifies {owner.name}: take it out of the row.")

    def _plan_owner(self, line: Line, plan: Planned) -> None:
        owner, why = self.people.one(line.name("owner"))
        if why:
            plan.remark(why)
        elif owner is not None and not may_answer(owner):
            plan.remark(f"{owner.name} is not in Sales, so the account comes in without an AE.")
        elif owner is not None and not self.may_assign:
            plan.remark("The AE is left as it is: saying who answers for an account is for Sales.")
        elif owner is not None:
            plan.facts["owner"] = owner

    def _load(self, ids: Sequence[int]) -> None:
        query = select(Account).options(
            selectinload(Account.domains), selectinload(Account.team).selectinload(TeamMember.user)
        )
        self.known = {row[0].id: row[0] for row in in_chunks(self.ground.session, query, Account.id, ids)}

    def _compare(self, account: Account, plan: Planned) -> None:
        """Keep of the row only what the account does not have yet."""
        facts = plan.facts
        facts["columns"] = differing(account, facts["columns"])
        for name, value in facts["columns"].items():
            if name == "parent_id":
                continue  # told by name, see Parents
            if name not in {"revenue", "revenue_currency"}:
                plan.note(name, getattr(account, name), value)
        if {"revenue", "revenue_currency"} & facts["columns"].keys():
            wanted = {"revenue": account.revenue, "revenue_currency": account.revenue_currency} | facts["columns"]
            before = _money(account.revenue, account.revenue_currency)
            plan.note("revenue", before, _money(wanted["revenue"], wanted["revenue_currency"]))
        present = {one.domain for one in account.domains}
        facts["sites"] = [site for site in facts["sites"] if site.domain not in present]
        if facts["sites"]:
            plan.note("domain", present, present | {site.domain for site in facts["sites"]})
        known_as = self.matcher.match(external=facts["external"]).account if facts["external"] else None
        if facts["external"] and known_as is None:
            plan.note("external_id", "", facts["external"])
        if known_as is not None:
            facts["external"] = ""
        ae = account.ae_on(self.ground.today)
        if facts.get("owner") is not None and facts["owner"] is not ae:
            plan.note("owner", ae.name if ae else "", facts["owner"].name)
        else:
            facts.pop("owner", None)

    def _create(self, plans: Sequence[Planned], created: dict[int, Account]) -> None:
        ground = self.ground
        companies = [_with_parent(plan, created) for plan in plans]
        accounts = create_accounts(ground.organisation, companies, by=ground.by, at=ground.at)
        created |= {plan.number: account for plan, account in zip(plans, accounts, strict=True)}

    def _change(self, account: Account, plan: Planned, created: Mapping[int, Account]) -> None:
        columns = _with_parent(plan, created)
        if columns:
            account.change(by=self.ground.by, at=self.ground.at, **columns)

    def _add_domains(self, plans: Sequence[Planned], rows: Mapping[int, Account]) -> None:
        sites = ((rows[plan.number], plan.facts["sites"]) for plan in plans if plan.applies and plan.facts["sites"])
        added = [(account, {site.domain: site.identifies for site in _told(new)}) for account, new in sites]
        add_domains(self.ground.session, added, by=self.ground.by, at=self.ground.at)

    def _remember_ids(self, plans: Sequence[Planned], rows: Mapping[int, Account]) -> None:
        named = ((plan.facts["external"], rows[plan.number].id) for plan in plans if plan.applies)
        know_many(self.ground.session, named, system=self.ground.system, kind="account")

    def _assign(self, plans: Sequence[Planned], created: Mapping[int, Account]) -> None:
        ground, owned = self.ground, [plan for plan in plans if plan.applies and "owner" in plan.facts]
        new = [(created[plan.number], plan.facts["owner"]) for plan in owned if plan.number in created]
        staff_new_accounts(ground.session, new, first_day=ground.today, by=ground.by, at=ground.at)
        for plan in owned:
            if plan.number not in created:
                account, day = self.known[_target(plan)], ground.today
                account.assign(plan.facts["owner"], function=TeamFunction.AE, first_day=day, by=ground.by, at=ground.at)


def _facts_of(line: Line) -> dict[str, Any]:
    """What the row says of the company; a blank cell says nothing, and takes nothing away."""
    facts: dict[str, Any] = {name: found for name in WORDS if (found := line.word(name))}
    employees, revenue = line.count("employees"), line.money("revenue")
    if employees is not None:
        facts["employees"] = employees
    if revenue is not None:
        facts["revenue"], facts["revenue_currency"] = revenue.minor, revenue.currency
    return facts


def _with_parent(plan: Planned, created: Mapping[int, Account]) -> dict[str, Any]:
    columns: dict[str, Any] = dict(plan.facts["columns"])
    row = plan.facts.get("parent_row")
    return columns if row is None else {**columns, "parent_id": created[row].id}


def _told(sites: Sequence[Website]) -> list[Website]:
    """Each domain once; the one that identifies wins."""
    return list({site.domain: site for site in sorted(sites, key=lambda site: site.identifies)}.values())


def _target(plan: Planned) -> int:
    return plan.target_id or 0


def _same_id(system: str) -> str:
    return f"the same id in {system}"


def _may_be(name: str, match: Match) -> str:
    account = match.account
    known = f"{account.name} ({account.country})" if account and account.country else account and account.name
    return (
        f"“{shortened(name)}” may be {known}: {match.why}. If it is the same company, correct the row or the account; "
        "if it is another, add it by hand."
    )


def _money(minor: int | None, currency: str | None) -> str:
    if minor is None or not currency:
        return ""
    return f"{Decimal(minor).scaleb(-get_currency_precision(currency)):,} {currency}"
