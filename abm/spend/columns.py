"""What the columns of a file of spend are called, in lists of one's own and in campaign reports of Salesforce."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from abm.kit.text import one_line
from abm.spend.models import SpendBasis, SpendKind

Name = TypeVar("Name")

# Our field and the heads that mean it, in small letters.
HEADS: Mapping[str, tuple[str, ...]] = {
    "kind": ("kind", "type", "category", "cost type"),
    "basis": ("planned or actual", "basis", "status", "budget or actual"),
    "what": ("what for", "what", "description", "line item", "item"),
    "supplier": ("supplier", "vendor", "payee"),
    "first_day": ("day", "date", "first day", "start date", "from", "invoice date"),
    "last_day": ("last day", "end date", "to", "until"),
    "amount": ("amount", "cost", "total", "net amount"),
    "currency": ("currency", "currency code"),
    "campaign": ("campaign", "campaign name"),
    "play": ("play", "play name"),
    "programme": ("programme", "program"),
    "external_id": ("number", "invoice number", "external id", "id", "reference"),
    "voided": ("voided",),
}
NEEDED = ("kind", "what", "first_day", "amount")
# A report of campaigns has two amounts a row and no kind: its type and status speak of the campaign.
REPORT: Mapping[str, tuple[str, ...]] = {
    "campaign": ("campaign name", "name", "campaign"),
    "first_day": ("start date", "startdate"),
    "last_day": ("end date", "enddate"),
    "currency": ("campaign currency", "currencyisocode", "currency"),
    "external_id": ("campaign id", "campaign id 18", "id"),
}
COSTS: Mapping[SpendBasis, tuple[str, ...]] = {
    SpendBasis.PLANNED: ("budgeted cost in campaign", "budgeted cost", "budgetedcost"),
    SpendBasis.ACTUAL: ("actual cost in campaign", "actual cost", "actualcost"),
}
REPORT_NEEDED = ("campaign", "first_day")
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


def key_of(words: str) -> str:
    """What names are compared by."""
    return one_line(words).casefold()


def columns_of(header: Sequence[str]) -> dict[str, int]:
    """The place of every field that the file tells."""
    return _places(header, HEADS)


def report_of(header: Sequence[str]) -> tuple[dict[str, int], dict[SpendBasis, int]] | None:
    """The places of a report of campaigns, and of its amounts; None where the file is a list of lines."""
    costs = _places(header, COSTS)
    return (_places(header, REPORT), costs) if costs and "amount" not in columns_of(header) else None


def _places(header: Sequence[str], known: Mapping[Name, tuple[str, ...]]) -> dict[Name, int]:
    heads = [key_of(head) for head in header]
    found = {name: next((heads.index(word) for word in words if word in heads), None) for name, words in known.items()}
    return {name: place for name, place in found.items() if place is not None}
