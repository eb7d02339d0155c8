"""Amounts of money as files write them, in whole minor units of their currency.

`1.234` is one thousand or one and a bit: the whole column shows which mark its decimals have, or a person is asked.
Nothing is rounded and nothing guessed: what a currency has no coin for is refused with a sentence.
"""

from __future__ import annotations

import enum
import functools
import re
from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple, NoReturn

from babel.numbers import get_currency_precision, list_currencies

from abm.imports.values import CellFault, says_nothing
from abm.kit.spreadsheet import undefused
from abm.kit.text import one_line, shortened


class NumberStyle(enum.StrEnum):
    """Which mark the decimals of a column have."""

    POINT = "1,234.56"
    COMMA = "1.234,56"
    AMBIGUOUS = "ambiguous"  # a person says which


class Money(NamedTuple):
    """An amount in minor units (cents) of its currency."""

    minor: int
    currency: str


CLEARLY = 20  # times as many cells must speak for a style as against it
LARGEST = 10**16  # minor units; leaves room to add up in 64 bits

# What stands for a currency beside a figure; where several share a sign, the first unless the file's own is among them.
SIGNS = {
    "$": ("USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN", "CLP", "COP", "ARS", "TWD"),
    "€": ("EUR",),
    "£": ("GBP", "EGP", "GIP"),
    "¥": ("JPY", "CNY"),
    "￥": ("JPY", "CNY"),
    "元": ("CNY",),
    "円": ("JPY",),
    "₹": ("INR",),
    "₩": ("KRW",),
    "₺": ("TRY",),
    "₽": ("RUB",),
    "₪": ("ILS",),
    "₫": ("VND",),
    "₦": ("NGN",),
    "₱": ("PHP",),
    "฿": ("THB",),
    "₴": ("UAH",),
    "zł": ("PLN",),
    "kč": ("CZK",),
    "ft": ("HUF",),
    "kr": ("SEK", "NOK", "DKK", "ISK"),
    "kr.": ("DKK", "SEK", "NOK", "ISK"),
    "fr.": ("CHF",),
    "us$": ("USD",),
    "ca$": ("CAD",),
    "c$": ("CAD",),
    "a$": ("AUD",),
    "au$": ("AUD",),
    "nz$": ("NZD",),
    "s$": ("SGD",),
    "hk$": ("HKD",),
    "r$": ("BRL",),
    "mx$": ("MXN",),
}
_SHORT_FOR = frozenset({"k", "m", "mm", "mn", "mio", "mio.", "mrd", "mrd.", "b", "bn", "t", "tsd", "cr", "lakh"})

_LONGEST = 60
_AMOUNT = re.compile(r"([^\d.,'’ ]{0,4}) ?(\d[\d.,'’ ]{0,40}|[.,]\d{1,9})([^\d.,'’ ]{0,8}\.?)", re.ASCII)
_BELOW_ZERO = re.compile(r"[^\d.,]{0,5}[-−–(][^\d.,]{0,5}[\d.,].*|.*\d ?[-−]", re.ASCII)
_SHORT_FORM = re.compile(r"\d{1,20}(?:[.,]\d{1,20})?e[+-]?\d{1,3}", re.ASCII | re.IGNORECASE)
_GROUPS = r"(?:\d{1,40}|[1-9]\d{0,2}(?:[S '’]\d{2,3}){0,8}[S '’]\d{3})?"
_IN_STYLE = {
    NumberStyle.POINT: re.compile(rf"({_GROUPS.replace('S', ',')})(?:\.(\d{{0,20}}))?", re.ASCII),
    NumberStyle.COMMA: re.compile(rf"({_GROUPS.replace('S', '.')})(?:,(\d{{0,20}}))?", re.ASCII),
}


def number_style(cells: Iterable[str]) -> NumberStyle:
    """Which mark the decimals of one column have. A few slips do not change what the others show."""
    point = comma = lone_points = 0
    for cell in cells:
        marks, after = _marks(cell)
        if not marks:
            continue
        last, alone = marks[-1], len(marks) == 1
        if alone and after == 3:
            lone_points += last == "."  # a lone comma parts thousands: three decimals of money are nobody's habit
        elif (last == ".") == (alone or len(set(marks)) == 2):  # a mark that comes twice parts thousands
            point += 1
        else:
            comma += 1
    if comma > CLEARLY * point:
        return NumberStyle.COMMA
    if point > CLEARLY * comma:
        return NumberStyle.POINT
    return NumberStyle.AMBIGUOUS if point or lone_points else NumberStyle.POINT


def money(
    field: str, text: str, currency: str, *, style: NumberStyle = NumberStyle.POINT, unit: int = 1
) -> Money | None:
    """The amount in a cell, in the file's currency unless the cell names another; None where it says nothing.

    `unit` is what one stands for in the file, such as 1,000,000. Raises CellFault.
    """
    if says_nothing(text):
        return None
    line = one_line(undefused(text)) if len(text) <= _LONGEST else ""
    line = line.removesuffix(",-").removesuffix(".-")  # no cents, as some countries write it
    if _BELOW_ZERO.fullmatch(line):
        _refuse(field, text, "is below zero, which an amount cannot be: correct it or leave it blank")
    if _SHORT_FORM.fullmatch(line):
        _refuse(field, text, "is a spreadsheet's short form: format the column as a number and export again")
    found = _AMOUNT.fullmatch(line)
    if found is None:
        _refuse(field, text, "is no amount: write one like 1234.50")
    if found[3].lower() in _SHORT_FOR:
        _refuse(field, text, "is shortened: write the whole number, like 1200000")
    meant = _currency(field, text, found[1], found[3], currency)
    return Money(_minor(field, text, _decimal(field, text, found[2].strip(), style) * unit, meant), meant)


def is_currency(code: str) -> bool:
    """Whether three capital letters name a currency."""
    return code in _codes()


def _marks(cell: str) -> tuple[str, int]:
    """The points and commas of a figure, and how many digits follow the last; a leading 0 makes it a decimal."""
    found = _AMOUNT.fullmatch(one_line(cell)) if len(cell) <= _LONGEST else None
    figure = found[2].strip() if found else ""
    marks = "".join(character for character in figure if character in ".,")
    before, _, behind = figure.rpartition(marks[-1]) if marks else ("", "", "")
    plain_decimal = len(marks) == 1 and (before in {"", "0"} or len(before) > 3)
    return marks, (0 if plain_decimal else len(behind))


def _decimal(field: str, text: str, figure: str, style: NumberStyle) -> Decimal:
    if style is NumberStyle.AMBIGUOUS:
        if not figure.isdigit():
            _refuse(field, text, "can be read in two ways: say whether the column writes 1,234.56 or 1.234,56")
        style = NumberStyle.POINT
    found = _IN_STYLE[style].fullmatch(figure)
    if found is None or not (found[1] or found[2]):
        _refuse(field, text, f"does not read like the column's other figures, {style}: write it so")
    return Decimal(f"{re.sub('[^0-9]', '', found[1]) or '0'}.{found[2] or '0'}")


def _minor(field: str, text: str, amount: Decimal, currency: str) -> int:
    digits = get_currency_precision(currency)
    minor = amount.scaleb(digits)
    if minor != minor.to_integral_value():
        _refuse(field, text, f"has more decimals than {currency}, which has {digits}: round it")
    if minor > LARGEST:
        _refuse(field, text, "is more than can be true: correct it")
    return int(minor)


def _currency(field: str, text: str, before: str, behind: str, default: str) -> str:
    """The currency that a code or sign beside the figure names."""
    meant = default
    for sign in (behind, before):  # “$5 CAD”: the code says which dollar
        if not sign:
            continue
        if is_currency(sign.upper()):
            named: tuple[str, ...] = (sign.upper(),)
        else:
            named = SIGNS.get(sign.lower(), ())
        if not named:
            _refuse(field, text, f"has “{shortened(sign)}” beside the figure, which names no currency: take it out")
        meant = meant if meant in named else named[0]
    return meant


@functools.cache
def _codes() -> frozenset[str]:
    return frozenset(list_currencies())


def _refuse(field: str, text: str, why: str) -> NoReturn:
    raise CellFault(field, text, f"“{shortened(text)}” {why}.")
