"""Lines of the ledger out of a CSV file: what each says, and why one stays out."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, lazyload

from abm.accounts.money import written_amount
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
from abm.spend.columns import (
    BASES,
    HEADS,
    KINDS,
    NEEDED,
    REPORT,
    REPORT_NEEDED,
    columns_of,
    key_of,
    report_of,
)
from abm.spend.models import SpendBasis, SpendFacts, SpendKind, SpendLine, check_spend, plays_of

T = TypeVar("T")

LIMITS = Limits(size=400_000, rows=3_000, columns=60)
AGAIN = "The ledger has a line that says the same: give it a number to enter it once more."
NO_COST = "It has no cost: write what was budgeted or what it cost."


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
    report = report_of(table.header)
    columns, costs = report or (columns_of(table.header), {})
    heads, needed = (REPORT, REPORT_NEEDED) if report else (HEADS, NEEDED)
    missing = [heads[name][0] for name in needed if name not in columns]
    if missing:
        raise FileRefused(f"The file has no column “{'” and “'.join(missing)}”: name it so and bring the file again.")
    reading = _Reading(
        table, columns, costs, currency=organisation.currency, campaigns=campaigns, programmes=programmes
    )
    campaign = joinedload(SpendLine.campaign).lazyload(Campaign.document)
    standing = select(SpendLine).where(SpendLine.voided_at.is_(None)).options(campaign, lazyload(SpendLine.entered_by))
    return ReadFile(table.header, table.notes, list(_compared(reading.lines(), session.scalars(standing).all())))


def _compared(read: Iterable[ReadLine], standing: Sequence[SpendLine]) -> Iterator[ReadLine]:
    """Each line beside the ledger and beside the lines before it: numbers stand once, and say one thing."""
    known = {line.external_id: line for line in standing if line.external_id is not None}
    said, seen = {_says(line) for line in standing}, set[str]()
    for line in read:
        number = line.facts.external_id if line.facts else None
        if line.facts is None:
            yield line
        elif number is None:
            yield replace(line, same=True, message=AGAIN) if _says(line.facts) in said else line
        elif number in seen:
            yield _refused(line, "external_id", f"“{number}” stands in the file twice: keep one of the lines.")
        elif number in known:
            yield _beside(line, line.facts, known[number])
        else:
            yield line
        seen |= {number} if number else set()


def _beside(line: ReadLine, facts: SpendFacts, there: SpendLine) -> ReadLine:
    """A line whose number is in the ledger: the same once more, or something else that a person looks at."""
    if _says(facts) == _says(there):
        return replace(line, field="external_id", message="It is in the ledger already.", same=True)
    now = f"“{there.what}”, {written_amount(there.amount, there.currency)} {there.currency}"
    message = f"“{facts.external_id}” is in the ledger and says something else ({now}): correct that line there."
    return _refused(line, "external_id", message)


class _Reading:
    """One file as its columns and their habits have it."""

    def __init__(
        self,
        table: Table,
        columns: Mapping[str, int],
        costs: Mapping[SpendBasis, int],
        *,
        currency: str,
        campaigns: Sequence[Campaign],
        programmes: Sequence[Programme],
    ) -> None:
        self.table, self.columns, self.costs, self.currency = table, columns, costs, currency
        named: dict[str, Campaign | None] = {one.slug: one for one in campaigns}
        self.campaigns = _by_name((one.name, one) for one in campaigns) | named
        self.programmes = _by_name((one.name, one) for one in programmes)
        days = [cell for name in ("first_day", "last_day") if name in columns for cell in table.column(columns[name])]
        self.order = dates.date_order(days)
        amounts = costs.values() or [columns["amount"]]
        self.style = money.number_style(chain.from_iterable(table.column(place) for place in amounts))

    def lines(self) -> Iterator[ReadLine]:
        """What each row says: one line, or of a report of campaigns one for each cost that it tells."""
        for row in self.table:
            if row.fault:
                yield ReadLine(row.number, row.cells, message=row.fault)
                continue
            told = [(basis, cell) for basis, place in self.costs.items() if _tells(cell := row.cells[place])]
            if self.costs and not told:
                yield ReadLine(row.number, row.cells, message=NO_COST)
            for basis, cell in told if self.costs else [(None, self._cell(row, "amount"))]:
                yield self._line(row, basis, cell)

    def _line(self, row: Row, basis: SpendBasis | None, amount: str) -> ReadLine:
        empty = ReadLine(row.number, row.cells)
        if voided := one_line(self._cell(row, "voided")):
            return _refused(empty, "voided", f"It was voided: “{voided}”. Leave the cell blank to enter it anew.")
        try:
            facts = self._facts(row, basis, amount)
            check_spend(facts)
        except (CellFault, RuleBroken) as fault:
            return _refused(empty, fault.field or "", fault.message)
        return replace(empty, facts=facts)

    def _facts(self, row: Row, basis: SpendBasis | None, amount: str) -> SpendFacts:
        """What a row says; `basis`: of which cost of a report."""
        first = dates.day("first_day", self._cell(row, "first_day"), self.order)
        if first is None:
            raise CellFault("first_day", "", "The day is missing: write it as YYYY-MM-DD.")
        currency = one_line(self._cell(row, "currency")).upper() or self.currency
        worth = money.money("amount", amount, currency, style=self.style)
        if worth is None:
            raise CellFault("amount", "", "The amount is missing: write it like 1250.00.")
        campaign = _named("campaign", self._cell(row, "campaign"), self.campaigns)
        play = _named("play", self._cell(row, "play"), _plays(campaign))
        number = one_line(self._cell(row, "external_id"))
        return SpendFacts(
            kind=SpendKind.PLAY if basis else _one_of("kind", self._cell(row, "kind"), KINDS),
            basis=basis or _one_of("basis", self._cell(row, "basis"), BASES),
            what=one_line(self._cell(row, "campaign" if basis else "what")),
            supplier=one_line(self._cell(row, "supplier")),
            first_day=first,
            last_day=dates.day("last_day", self._cell(row, "last_day"), self.order) or first,
            amount=worth.minor,
            currency=worth.currency,
            campaign=campaign,
            play=play,
            programme=_named("programme", self._cell(row, "programme"), self.programmes),
            external_id=(f"{number} {basis.value}" if basis else number) if number else None,
        )

    def _cell(self, row: Row, name: str) -> str:
        return undefused(row.cells[self.columns[name]]) if name in self.columns else ""


def _refused(line: ReadLine, field: str, message: str) -> ReadLine:
    return replace(line, facts=None, field=field, message=message)


def _says(line: SpendLine | SpendFacts) -> tuple[object, ...]:
    """What makes two lines the same, whatever their number."""
    days = line.first_day, line.last_day
    campaign = line.campaign.id if line.campaign else None
    return line.kind, line.basis, line.what, line.supplier, *days, line.amount, line.currency, campaign, line.play


def _tells(cost: str) -> bool:
    """Whether a report tells of a cost: Salesforce writes 0 where nobody entered one."""
    digits = {character for character in cost if character.isdigit()}
    return digits != {"0"} if digits else bool(one_line(cost))


def _plays(campaign: Campaign | None) -> dict[str, str | None]:
    plays = plays_of(campaign) if campaign is not None else {}
    keys: dict[str, str | None] = {key: key for key in plays}
    return _by_name((what, key) for key, what in plays.items()) | keys


def _by_name(named: Iterable[tuple[str, T]]) -> dict[str, T | None]:
    """Each by its name; None where several share it."""
    found: dict[str, T | None] = {}
    for name, one in named:
        found[key_of(name)] = None if key_of(name) in found else one
    return found


def _one_of(field: str, cell: str, known: dict[str, T]) -> T:
    found = known.get(key_of(cell))
    if found is None:
        words = ", ".join(dict.fromkeys(str(value) for value in known.values()))
        raise CellFault(field, cell, f"“{one_line(cell)}” is none of {words}.")
    return found


def _named(field: str, cell: str, known: Mapping[str, T | None]) -> T | None:
    if not one_line(cell):
        return None
    if key_of(cell) not in known:
        raise CellFault(field, cell, f"There is no {field} “{one_line(cell)}”: write its name as it is here.")
    found = known[key_of(cell)]
    if found is None:
        several = f"Several are called “{one_line(cell)}”: write the last part of its address, or enter it by form."
        raise CellFault(field, cell, several)
    return found
