"""Rows that are opportunities: which deal each means, what it would change, and the writing of it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import cache
from typing import Any

from babel.numbers import get_currency_precision
from sqlalchemy import select

from abm.accounts.deals import settled_facts
from abm.accounts.matching import Match, Matcher
from abm.accounts.models import (
    Account,
    CrmStage,
    DealType,
    ExternalId,
    Opportunity,
    add_stage,
    all_stages,
    create_opportunities,
    know_many,
)
from abm.imports.colleagues import Colleagues
from abm.imports.lines import Line
from abm.imports.models import Action
from abm.imports.planned import Ground, Planned, Seen, differing, in_chunks, planned
from abm.imports.values import CellFault
from abm.imports.words import SOURCES, TYPES, meant
from abm.kit.text import shortened
from abm.people.models import User

UNTITLED = "Deal"
DAYS = ("created_on", "qualified_on", "closed_on")
WORDED = {"account_id": "account", "stage": "stage", "owner": "owner"}


class DealRows:
    """Plans and applies a file of opportunities."""

    def __init__(self, ground: Ground, lines: Sequence[Line]) -> None:
        self.ground, self.lines = ground, lines
        matcher = Matcher.load(ground.session, system=ground.system)
        self._match = cache(lambda external, name: matcher.match(external=external, name=name))
        self.people = Colleagues(ground.session)
        self.stages = {stage.name.casefold(): stage for stage in all_stages(ground.session)}
        self._account_names: dict[int, str] = dict(ground.session.execute(select(Account.id, Account.name)).all())
        self._seen = Seen()
        self._blank = Opportunity()
        self._by_id: dict[str, Opportunity] = {}
        self._by_name: dict[tuple[int | None, str], list[Opportunity]] = {}

    def plan(self) -> list[Planned]:
        """What each row would do."""
        self._load()
        return [planned(line, self._plan) for line in self.lines]

    def apply(self, plans: Sequence[Planned]) -> None:
        """Write what was planned; stages that somebody has just explained come first."""
        ground = self.ground
        self._add_stages([plan for plan in plans if plan.applies])
        added = [plan for plan in plans if plan.action is Action.ADD]
        facts = [self._with_rows(plan.facts["given"]) for plan in added]
        created = create_opportunities(ground.organisation, facts, by=ground.by, at=ground.at)
        named = ((plan.facts["external"], deal.id) for plan, deal in zip(added, created, strict=True))
        know_many(ground.session, named, system=ground.system, kind="opportunity")
        for plan in plans:
            if plan.action is Action.UPDATE:
                plan.facts["deal"].change(by=ground.by, at=ground.at, **self._with_rows(plan.facts["given"]))

    def _load(self) -> None:
        """The deals that the rows may mean: by the system's id, else by account and name."""
        ids = [line.tried("external_id") for line in self.lines if line.has("external_id")]
        session, system = self.ground.session, self.ground.system
        by_id = select(ExternalId.value, Opportunity).join(Opportunity, Opportunity.id == ExternalId.row_id)
        by_id = by_id.where(ExternalId.system == system, ExternalId.kind == "opportunity")
        self._by_id = {row[0]: row[1] for row in in_chunks(session, by_id, ExternalId.value, ids)}
        names = [_tried_title(line) for line in self.lines if not line.has("external_id")]
        for row in in_chunks(session, select(Opportunity), Opportunity.name, names):
            self._by_name.setdefault((row[0].account_id, row[0].name), []).append(row[0])

    def _plan(self, line: Line, plan: Planned) -> None:
        external, account = line.name("external_id"), self._account(line, plan)
        given = self._given(line, plan, account)
        deal = self._find(external, given["name"], account)
        key = ("id", external) if external else (account.id if account else None, given["name"])
        self._seen.claim(line.number, "deal", key)
        if given["stage"].category.value == "open":
            given.pop("closed_on", None)  # when an open deal may close is a hope, not a fact
        if deal is None:
            self._check_new(given)
            plan.facts = {"given": given, "external": external}
        else:
            if not line.has("name"):
                del given["name"]  # made up from the product: whoever gave it a better one keeps that
            self._compare(deal, given, plan)

    def _account(self, line: Line, plan: Planned) -> Account | None:
        """Whose deal it is. One that we do not know leaves the deal unmatched, and says so."""
        name, external = line.name("account"), line.name("account_external_id")
        if not name and not external:
            return None
        match: Match = self._match(external, name)
        if match.account is None:
            plan.remark(f"There is no account {shortened(name or external)}: the deal comes in unmatched.")
            return None
        if not match.certain:
            message = f"“{shortened(name)}” may be {match.account.name}: {match.why}. Write its name as it is here."
            raise CellFault("account", name, message)
        return match.account  # type: ignore[return-value] # its id and name are all that is asked of it

    def _given(self, line: Line, plan: Planned, account: Account | None) -> dict[str, Any]:
        """What the row says of the deal; a blank cell says nothing, and takes nothing away."""
        given: dict[str, Any] = {"name": _title(line), "stage": self._stage(line)}
        if account is not None:
            given["account_id"] = account.id
        amount = line.money("amount")
        if amount is not None:
            given["amount"], given["currency"] = amount.minor, amount.currency
        given |= {name: found for name in DAYS if (found := line.day(name))}
        owner, why = self.people.one(line.name("owner"))
        if why:
            plan.remark(why)
        if owner is not None:
            given["owner"] = owner
        return given | _kind(line, plan)

    def _stage(self, line: Line) -> CrmStage:
        """The stage as we know it, or one to be added as somebody explained it."""
        name = line.name("stage")
        if not name:
            raise CellFault("stage", "", "The row names no stage: write how far the deal is.")
        known = self.stages.get(name.casefold())
        if known is not None:
            return known
        meaning = self.ground.choices.meaning_of(name)
        if meaning is None:
            raise CellFault("stage", name, f"Nobody has said yet what the stage “{shortened(name)}” means.")
        new = CrmStage(name=name, category=meaning.category, qualified=meaning.qualified)
        self.stages[name.casefold()] = new
        return new

    def _find(self, external: str, name: str, account: Account | None) -> Opportunity | None:
        if external:
            return self._by_id.get(external)
        found = self._by_name.get((account.id if account else None, name), [])
        if len(found) > 1:
            raise CellFault("name", name, f"{len(found)} deals of this account have this name: add a column of ids.")
        return found[0] if found else None

    def _check_new(self, given: dict[str, Any]) -> None:
        """Refuse here what creating would refuse later."""
        settled_facts(given, self._blank, None)

    def _compare(self, deal: Opportunity, given: dict[str, Any], plan: Planned) -> None:
        """Keep of the row only what the deal does not have yet."""
        plan.target_id = deal.id
        stage, owner = given.pop("stage"), given.pop("owner", None)
        changed = differing(deal, given)
        if stage is not deal.stage:
            changed["stage"] = stage
        if owner is not None and owner.id != deal.owner_id:
            changed["owner"] = owner
        if changed:
            settled_facts(changed, deal, self.ground.today)
        for name in changed.keys() - {"amount", "currency"}:
            plan.note(WORDED.get(name, name), self._said(deal, name), self._worded(changed[name], name))
        if {"amount", "currency"} & changed.keys():
            amount, currency = changed.get("amount", deal.amount), changed.get("currency", deal.currency)
            plan.note("amount", _money(deal.amount, deal.currency), _money(amount, currency))
        plan.facts = {"given": changed, "deal": deal}

    def _said(self, deal: Opportunity, name: str) -> str:
        if name == "owner":
            return self._owner_of(deal)
        return self._worded(getattr(deal, name), name)

    def _worded(self, value: object, name: str) -> str:
        if name == "account_id":
            return self._account_names[value] if isinstance(value, int) else ""
        if isinstance(value, CrmStage | User):
            return value.name
        return "" if value is None else str(value)

    def _owner_of(self, deal: Opportunity) -> str:
        owner = self.ground.session.get(User, deal.owner_id) if deal.owner_id else None
        return owner.name if owner else ""

    def _add_stages(self, plans: Sequence[Planned]) -> None:
        """Write down the stages that the planned deals need and nobody had before."""
        needed = {id(stage): stage for plan in plans if (stage := plan.facts["given"].get("stage"))}
        for stage in needed.values():
            if stage.id is None:
                facts = {"name": stage.name, "category": stage.category, "qualified": stage.qualified}
                added = add_stage(self.ground.organisation, by=self.ground.by, at=self.ground.at, **facts)
                self.stages[stage.name.casefold()] = added

    def _with_rows(self, given: dict[str, Any]) -> dict[str, Any]:
        """The facts with the stage as the database by now has it."""
        facts = dict(given)
        if "stage" in facts:
            facts["stage"] = self.stages[facts["stage"].name.casefold()]
        return facts


def _title(line: Line) -> str:
    """The deal's name: its own, or else what is sold and to whom."""
    own, to = line.name("name"), line.name("account")
    what = line.name("product") or UNTITLED
    return own or (f"{what} for {to}"[:200] if to else what)


def _tried_title(line: Line) -> str:
    try:
        return _title(line)
    except CellFault:  # the row will say so itself
        return ""


def _kind(line: Line, plan: Planned) -> dict[str, Any]:
    """Source, partner and type; a word that nobody knows is said, and left out."""
    kind: dict[str, Any] = {}
    source, type_, partner = line.name("source"), line.name("type"), line.name("partner")
    if source:
        known = meant(SOURCES, source)
        kind |= {"source": known} if known else {}
        if known is None:
            plan.remark(f"The source “{shortened(source)}” is not known here and left out.")
    if type_:
        found: DealType | None = meant(TYPES, type_)
        kind |= {"type": found} if found else {}
        if found is None:
            plan.remark(f"The type “{shortened(type_)}” is not known here and left out.")
    return kind | ({"partner": partner} if partner else {})


def _money(minor: int | None, currency: str) -> str:
    return "" if minor is None else f"{Decimal(minor).scaleb(-get_currency_precision(currency)):,} {currency}"
