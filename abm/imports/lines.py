"""One row of a file as our fields: each cell is read on demand, and a cell that cannot be says why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time

from abm.imports import dates, money, values
from abm.imports.choices import Choices
from abm.imports.dates import DateOrder
from abm.imports.headers import Recognition
from abm.imports.money import Money, NumberStyle
from abm.imports.values import CellFault
from abm.imports.websites import Website, websites
from abm.kit.text import shortened

DAY_FIELDS = ("created_on", "qualified_on", "closed_on", "at", "at_2")
DAYS_ALONE = ("at_2",)  # the day of an activity, which a warehouse may write with a midnight
MONEY_FIELDS = ("revenue", "amount")


@dataclass(frozen=True)
class Reading:
    """How the columns of one file are read."""

    columns: Mapping[str, int]
    orders: Mapping[str, DateOrder]
    styles: Mapping[str, NumberStyle]
    units: Mapping[str, int]
    currencies: Mapping[str, str]
    currency: str  # of amounts whose column names none
    written_in: str = ""  # the zone of times that name none, where it is not the organisation's

    @classmethod
    def of(
        cls, recognition: Recognition, options: Mapping[str, Mapping[str, str]], choices: Choices, reporting: str
    ) -> Reading:
        """Put together what the header, the columns and a person say."""
        return cls(
            recognition.columns,
            {name: choices.order_of(DateOrder(seen)) for name, seen in options["dates"].items()},
            {name: choices.style_of(NumberStyle(seen)) for name, seen in options["styles"].items()},
            recognition.units,
            {} if choices.currency else recognition.currencies,
            choices.currency or reporting,
            "UTC" if recognition.copied else "",
        )


@dataclass(frozen=True)
class Line:
    """A row under its spreadsheet number."""

    number: int
    cells: Mapping[str, str]  # place of the column -> text
    fault: str
    reading: Reading

    def has(self, field: str) -> bool:
        """Whether the cell of a field says anything."""
        return not values.says_nothing(self.text(field))

    def text(self, field: str) -> str:
        """The cell as the file has it; "" where the file has no such column."""
        place = self.reading.columns.get(field)
        return "" if place is None else self.cells.get(str(place), "")

    def name(self, field: str) -> str:
        return values.name(field, self.text(field))

    def word(self, field: str) -> str:
        return "" if values.says_nothing(self.text(field)) else values.word(field, self.text(field))

    def tried(self, field: str) -> str:
        """The name in a cell; "" where it cannot be read, which planning the row will say."""
        try:
            return self.name(field)
        except CellFault:
            return ""

    def person(self) -> str:
        """A person's name, in one cell or two."""
        whole = self.name("name") or " ".join(filter(None, (self.name("first_name"), self.name("last_name"))))
        if not whole:
            raise CellFault("name", "", "The row names nobody: write the person's name.")
        return values.name("name", whole)

    def count(self, field: str) -> int | None:
        return values.count(field, self.text(field))

    def yes(self, field: str) -> bool:
        """Whether a cell says yes. Blank is no."""
        return bool(values.yes_or_no(field, self.text(field)))

    def email(self, *fields: str) -> str | None:
        return next((found for one in fields if (found := values.email(one, self.text(one)))), None)

    def websites(self, field: str) -> Sequence[Website]:
        return websites(field, self.text(field)) if self.has(field) else ()

    def day(self, field: str) -> date | None:
        order = self.reading.orders.get(field, DateOrder.ISO)
        return dates.day(field, self.text(field), order)

    def moment(self, field: str, zone: str) -> dates.Moment | None:
        """A day in `zone`, and the time of day where the cell has one; without a zone of its own it is the file's."""
        order, written_in = self.reading.orders.get(field, DateOrder.ISO), self.reading.written_in
        found = dates.moment(field, self.text(field), order, zone, written_in=written_in)
        if field in DAYS_ALONE and written_in and found and found.at and found.at.time() == time():
            return dates.Moment(found.at.date(), None)
        return found

    def money(self, field: str) -> Money | None:
        """An amount in minor units of the currency that its cell, its row, its column or the file names."""
        style = self.reading.styles.get(field, NumberStyle.POINT)
        unit = self.reading.units.get(field, 1)
        return money.money(field, self.text(field), self._currency_of(field), style=style, unit=unit)

    def _currency_of(self, field: str) -> str:
        named = self.word("currency").upper()
        if named and not money.is_currency(named):
            raise CellFault("currency", named, f"“{shortened(named)}” is no currency: write a code like EUR.")
        return named or self.reading.currencies.get(field, self.reading.currency)
