"""Amounts as people write them, kept in minor units: whatever may mean two things is asked about."""

from __future__ import annotations

import re
from decimal import Decimal

from babel.numbers import get_currency_precision, get_currency_symbol, list_currencies

from abm.kit.rules import require

MOST = 10**15  # minor units
_BLANKS = dict.fromkeys(map(ord, " \t\u00a0\u202f\u2009'’"))
_GROUPED = re.compile(r"\d{1,3}(?:,\d{3})+")


def is_currency(code: str) -> bool:
    """Whether this is the code of a currency, such as EUR."""
    return code in list_currencies()


def parse_amount(text: str, currency: str, *, field: str = "amount") -> int | None:
    """`12,500.00`, `€ 12 500` or `EUR 12500` in minor units; None for nothing. Raises RuleBroken, with the mend.

    A comma groups thousands and a point begins the decimals; what could be read otherwise is refused.
    """
    written = text.strip()
    if not written:
        return None
    quoted = f"{written[:30]!r}"
    require(len(written) <= 40, "The amount is too long: write it like 12500 or 12,500.00.", field=field)
    bare = _without_currency(written, currency).translate(_BLANKS)
    require(not bare.startswith(("-", "−", "(")), "An amount cannot be negative.", field=field)
    whole, _, decimals = bare.partition(".")
    digits = whole.replace(",", "") if _GROUPED.fullmatch(whole) else whole
    readable = digits.isascii() and digits.isdigit() and (not decimals or (decimals.isascii() and decimals.isdigit()))
    require(readable, f"{quoted} is not an amount: write it like 12500 or 12,500.00.", field=field)
    places = get_currency_precision(currency)
    if len(decimals) > places:
        example = "12500.50" if places else "12500"
        require(not decimals.strip("0"), f"{currency} has {places} decimals: write it like {example}.", field=field)
        require(len(decimals) != 3, f"{quoted} may mean two things: write it like 12500 or 12,500.00.", field=field)
    minor = int((Decimal(digits) + Decimal(f"0.{decimals or 0}")).scaleb(places))
    require(minor <= MOST, "The amount is larger than ten trillion.", field=field)
    return minor


def written_amount(minor: int | None, currency: str) -> str:
    """An amount as a form shows it, to be read back by `parse_amount`."""
    if minor is None:
        return ""
    places = get_currency_precision(currency)
    return f"{Decimal(minor).scaleb(-places):.{places}f}".removesuffix("." + "0" * places)


def _without_currency(text: str, currency: str) -> str:
    for mark in (currency, get_currency_symbol(currency, locale="en_GB")):
        if text.upper().startswith(mark):
            return text[len(mark) :].strip()
        if text.upper().endswith(mark):
            return text[: -len(mark)].strip()
    return text
