"""Amounts are read as people write them, and asked about where they may mean two things."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from abm.accounts.money import MOST, is_currency, parse_amount, written_amount
from abm.kit.rules import RuleBroken


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("12500", "EUR", 1_250_000),
        ("12,500.50", "EUR", 1_250_050),
        ("€ 12 500", "EUR", 1_250_000),
        ("EUR 12500.5", "EUR", 1_250_050),
        ("12 500,000.00 eur", "EUR", None),
        ("1,234", "USD", 123_400),
        ("1234567", "JPY", 1_234_567),
        ("1.234", "KWD", 1_234),
        ("0", "EUR", 0),
        ("12'500", "CHF", 1_250_000),
    ],
)
def test_an_amount_is_read_in_minor_units(text: str, currency: str, minor: int | None) -> None:
    if minor is None:
        with pytest.raises(RuleBroken):
            parse_amount(text, currency)
    else:
        assert parse_amount(text, currency) == minor


def test_nothing_is_no_amount() -> None:
    assert parse_amount("  ", "EUR") is None


@pytest.mark.parametrize(
    ("text", "currency", "words"),
    [
        ("-1", "EUR", "cannot be negative"),
        ("(100)", "EUR", "cannot be negative"),
        ("twelve", "EUR", "is not an amount"),
        ("12.500,00", "EUR", "is not an amount"),
        ("1,23", "EUR", "is not an amount"),
        ("=1+1", "EUR", "is not an amount"),
        ("1e5", "EUR", "is not an amount"),
        ("١٢", "EUR", "is not an amount"),
        ("1.234", "EUR", "EUR has 2 decimals"),
        ("1.000", "EUR", "may mean two things"),
        ("1.5", "JPY", "JPY has 0 decimals: write it like 12500"),
        ("99999999999999", "EUR", "larger than ten trillion"),
        ("9" * 50_000, "EUR", "too long"),
    ],
)
def test_what_is_no_amount_is_refused_with_the_mend(text: str, currency: str, words: str) -> None:
    with pytest.raises(RuleBroken, match=words):
        parse_amount(text, currency)


@given(st.integers(0, MOST), st.sampled_from(["EUR", "JPY", "KWD"]))
def test_what_a_form_shows_is_read_back_unchanged(minor: int, currency: str) -> None:
    assert parse_amount(written_amount(minor, currency), currency) == minor


def test_a_currency_is_known_by_its_code() -> None:
    assert is_currency("EUR")
    assert not is_currency("EURO")
    assert not is_currency("XQZ")
