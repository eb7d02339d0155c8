"""Lines of the ledger out of a CSV file: what each says, and why one stays out."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from abm.campaigns.models import Campaign
from abm.imports import dates, money
from abm.imports.filetype import FileRefused
from abm.imports.reader import Limits, Row, Table, read_table
from abm.imports.values import CellFault
from abm.kit.rules import RuleBroken
from abm.kit.spreadsheet import undefused
from abm.kit.text import one_line
from abm.people.models import Organisation
from abm.people.programmes import Programme
from abm.spend.models import SpendBasis, SpendFacts, SpendKind, SpendLine, check_spend

T = TypeVar("T")

LIMITS = Limits(size=400_000, rows=3_000, columns=60)
# Our field and the heads that mean it, in small letters.
HEADS = {
    "kind": ("kind", "type", "category", "cost type"),
    "basis": ("planned or actual", "basis", "status", "budget or actual"),
    "what": ("what for", "what", "description", "line item", "item"),
    "supplier": ("supplier", "vendor", "payee"),
    "first_day": ("day", "date", "first day", "start date", "from", "invoice date"),
    "last_day": ("last day", "end date", "to", "until"),
    "amount": ("amount", "cost", "total", "net amount"),
    "currency": ("currency", "currency code"),
    "campaign": ("campaign", "campaign name"),
    "programme": ("programme", "program"),
    "external_id": ("number", "invoice number", "external id", "id", "reference"),
}
NEEDED = ("kind", "what", "first_day", "amount")
KINDS = {
    "play": SpendKind.PLAY,
    "campaign": SpendKind.PLAY,
    "media": SpendKind.PLAY,
    "event": SpendKind.PLAY,
    "programme": SpendKind.PROGRAMME,
    "program": SpendKind.PROGRAMME,
    "tool": SpendKind.TOOL,
    "software": SpendKind.TOOL,
    "people": SpendKind.PEOPLE,
    "headcount": SpendKind.PEOPLE,
    "salaries": SpendKind.PEOPLE,
    "other": SpendKind.OTHER,
}
BASES = {
    "planned": SpendBasis.PLANNED,
    "budget": SpendBasis.PLANNED,
    "plan": SpendBasis.PLANNED,
    "actual": SpendBasis.ACTUAL,
    "actuals": SpendBasis.ACTUAL,
    "spent": SpendBasis.ACTUAL,
    "": SpendBasis.ACTUAL,
}


@dataclass(frozen=True)
class ReadLine:
    """A line of the file: what it says, or which field keeps it out and how to mend it; `same`: it is there already."""

    number: int
    cells: tuple[str, ...]
    facts: SpendFacts | None = None
    field: str = ""
    message: str = ""
    same: bool = False


@dataclass(frozen=True)
class ReadFile:
    """A file that could be read, line by line."""

    heads: tuple[str, ...]
    notes: Sequence[str]
    lines: Sequence[ReadLine]

    @property
    def good(self) -> list[ReadLine]:
        return [one for one in self.lines if one.facts is not None and not one.same]

    @property
    def refused(self) -> list[ReadLine]:
        return [one for one in self.lines if one.facts is None]

    @property
    def same(self) -> list[ReadLine]:
        return [one for one in self.lines if one.same]


def read_spend(
    session: Session,
    content: bytes,
    *,
    organisation: Organisation,
    campaigns: Sequence[Campaign],
    programmes: Sequence[Programme],
) -> ReadFile:
    """Read every line; nothing is saved. Raises FileRefused, with the mend, for what is no such file."""
    table = read_table(io.BytesIO(content), limits=LIMITS)
    columns = _columns(table.header)
    missing = [HEADS[name][0] for name in NEEDED if name not in columns]
    if missing:
        raise FileRefused(f"The file has no column “{'” and “'.join(missing)}”: name it so and bring the file again.")
    reading = _Reading(table, columns, organisation.currency, campaigns, programmes)
    standing = session.scalars(select(SpendLine).where(SpendLine.voided_at.is_(None))).all()
    known = {line.external_id for line in standing if line.external_id is not None}
    return ReadFile(table.header, table.notes, list(reading.lines(known, {_says(line) for line in standing})))


class _Reading:
    """One file as its columns and their habits have it."""

    def __init__(
        self,
        table: Table,
        columns: dict[str, int],
        currency: str,
        campaigns: Sequence[Campaign],
        programmes: Sequence[Programme],
    ) -> None:
        self.table, self.columns, self.currency = table, columns, currency
        self.campaigns = {_key(one.name): one for one in campaigns} | {one.slug: one for one in campaigns}
        self.programmes = {_key(one.name): one for one in programmes}
        days = [cell for name in ("first_day", "last_day") if name in columns for cell in table.column(columns[name])]
        self.order = dates.date_order(days)
        self.style = money.number_style(table.column(columns["amount"]))

    def lines(self, known: set[str], said: set[tuple[object, ...]]) -> Iterator[ReadLine]:
        """Each line; `known` are the numbers in the ledger, `said` what its lines say."""
        seen = set(known)
        for row in self.table:
            line = self._line(row, seen, known)
            if line.facts is not None:
                seen |= {line.facts.external_id} if line.facts.external_id else set()
                if line.facts.external_id is None and _says(line.facts) in said:
                    message = "The ledger has a line that says the same: give it a number to enter it once more."
                    line = replace(line, same=True, message=message)
            yield line

    def _line(self, row: Row, seen: set[str], known: set[str]) -> ReadLine:
        if row.fault:
            return ReadLine(row.number, row.cells, message=row.fault)
        try:
            facts = self._facts(row)
            check_spend(facts)
        except (CellFault, RuleBroken) as fault:
            return ReadLine(row.number, row.cells, field=fault.field or "", message=fault.message)
        number = facts.external_id
        if number is not None and number in known:
            return ReadLine(row.number, row.cells, facts, "external_id", "It is in the ledger already.", same=True)
        if number is not None and number in seen:
            message = f"“{number}” stands in the file twice: keep one of the lines."
            return ReadLine(row.number, row.cells, field="external_id", message=message)
        return ReadLine(row.number, row.cells, facts)

    def _facts(self, row: Row) -> SpendFacts:
        first = dates.day("first_day", self._cell(row, "first_day"), self.order)
        if first is None:
            raise CellFault("first_day", "", "The day is missing: write it as YYYY-MM-DD.")
        written = one_line(self._cell(row, "currency")).upper() or self.currency
        amount = money.money("amount", self._cell(row, "amount"), written, style=self.style)
        if amount is None:
            raise CellFault("amount", "", "The amount is missing: write it like 1250.00.")
        return SpendFacts(
            kind=_one_of("kind", self._cell(row, "kind"), KINDS),
            basis=_one_of("basis", self._cell(row, "basis"), BASES),
            what=one_line(self._cell(row, "what")),
            supplier=one_line(self._cell(row, "supplier")),
            first_day=first,
            last_day=dates.day("last_day", self._cell(row, "last_day"), self.order) or first,
            amount=amount.minor,
            currency=amount.currency,
            campaign=_named("campaign", self._cell(row, "campaign"), self.campaigns),
            programme=_named("programme", self._cell(row, "programme"), self.programmes),
            external_id=one_line(self._cell(row, "external_id"))[:40] or None,
        )

    def _cell(self, row: Row, name: str) -> str:
        return undefused(row.cells[self.columns[name]]) if name in self.columns else ""


def _says(line: SpendLine | SpendFacts) -> tuple[object, ...]:
    """What makes two lines without a number the same."""
    days = line.first_day, line.last_day
    campaign = line.campaign.id if line.campaign else None
    return line.kind, line.basis, line.what, line.supplier, *days, line.amount, line.currency, campaign


def _columns(header: Sequence[str]) -> dict[str, int]:
    heads = [_key(head) for head in header]
    found = {}
    for name, words in HEADS.items():
        place = next((heads.index(word) for word in words if word in heads), None)
        if place is not None:
            found[name] = place
    return found


def _key(words: str) -> str:
    return one_line(words).casefold()


def _one_of(field: str, cell: str, known: dict[str, T]) -> T:
    found = known.get(_key(cell))
    if found is None:
        words = ", ".join(dict.fromkeys(str(value) for value in known.values()))
        raise CellFault(field, cell, f"“{one_line(cell)}” is none of {words}.")
    return found


def _named(field: str, cell: str, known: dict[str, T]) -> T | None:
    if not one_line(cell):
        return None
    found = known.get(_key(cell))
    if found is None:
        raise CellFault(field, cell, f"There is no {field} “{one_line(cell)}”: write its name as it is here.")
    return found
