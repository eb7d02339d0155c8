"""What a file cannot say by itself and a person chooses: kept with the import, and read back for every plan."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from abm.accounts.models import StageCategory
from abm.imports.dates import DateOrder
from abm.imports.money import NumberStyle


class StageMeaning(enum.StrEnum):
    """What the deals of a CRM stage are, in one word that fits a select and a command line."""

    OPEN = "open"
    QUALIFIED = "qualified"
    WON = "won"
    LOST = "lost"

    @property
    def label(self) -> str:
        words = {StageMeaning.OPEN: "Open, not qualified yet", StageMeaning.QUALIFIED: "Open and qualified"}
        return words.get(self, self.value.capitalize())

    @property
    def category(self) -> StageCategory:
        return StageCategory.OPEN if self is StageMeaning.QUALIFIED else StageCategory(self.value)

    @property
    def qualified(self) -> bool:
        return self is not StageMeaning.OPEN


@dataclass(frozen=True)
class Choices:
    """Everything that may be chosen; what is blank is told from the file, or asked about."""

    date_order: str = ""  # of columns that leave it open
    number_style: str = ""
    currency: str = ""  # of amounts that name none
    stages: Mapping[str, str] = field(default_factory=dict)  # a CRM stage's name -> StageMeaning
    mapping: Mapping[str, str] = field(default_factory=dict)  # our field -> name of its column; empty: told from it

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> Self:
        """Read back what `written` kept."""
        return cls(**stored)

    def written(self) -> dict[str, Any]:
        return asdict(self)

    def order_of(self, seen: DateOrder) -> DateOrder:
        """The order that a column's days are read in."""
        chosen = seen is DateOrder.AMBIGUOUS and self.date_order
        return DateOrder(self.date_order) if chosen else seen

    def style_of(self, seen: NumberStyle) -> NumberStyle:
        """The style that a column's amounts are read in."""
        chosen = seen is NumberStyle.AMBIGUOUS and self.number_style
        return NumberStyle(self.number_style) if chosen else seen

    def meaning_of(self, stage: str) -> StageMeaning | None:
        """What somebody said that a stage means."""
        wanted = stage.casefold()
        found = next((meaning for name, meaning in self.stages.items() if name.casefold() == wanted), None)
        return StageMeaning(found) if found else None


def guessed_meaning(stage: str) -> StageMeaning | None:
    """What a stage's name suggests; it stands first in the select and is never taken unasked."""
    words = stage.casefold().replace("_", " ").replace("closed", " ").split()
    if words == ["won"]:
        return StageMeaning.WON
    if words == ["lost"]:
        return StageMeaning.LOST
    return None
