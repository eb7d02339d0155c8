"""Amounts are whole minor units of a currency; which mark the decimals have is the column's."""

from __future__ import annotations

import io
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from abm.imports.money import SIGNS, Money, NumberStyle, is_currency, money, number_style
from abm.imports.reader import read_table
from abm.imports.values import CellFault

POINT, COMMA, AMBIGUOUS = NumberStyle.POINT, NumberStyle.COMMA, NumberStyle.AMBIGUOUS


def refusal(cell: str, style: NumberStyle = POINT, currency: str = "USD") -> str:
    with pytest.raises(CellFault) as fault:
        money("amount", cell, currency, style=style)
    return fault.value.message


@pytest.mark.parametrize(
    ("cells", "style"),
    [
        (["1054", "1,234.50"], POINT),
        (["1.234,50 €", "7"], COMMA),
        (["1,5", "200"], COMMA),
        (["1.50"], POINT),
        (["1,234,567"], POINT),
        (["1.234.567"], COMMA),
        (["1,234", "12"], POINT),  # three decimals of money are nobody's habit
        (["1.234", "12"], AMBIGUOUS),
        (["1.234", "0.75"], POINT),
        (["1100.045"], POINT),
        (["1,50", "1.50"], AMBIGUOUS),
        ([], POINT),
    ],
)
def test_a_column_decides_the_mark_of_its_decimals(cells: list[str], style: NumberStyle) -> None:
    assert number_style(cells) is style


@pytest.mark.parametrize(
    ("cell", "style", "amount"),
    [
        *(("1054", POINT, (105_400, "USD")), ("$1,234.50", POINT, (123_450, "USD")), (".5", POINT, (50, "USD"))),
        *(("1.234,50 €", COMMA, (123_450, "EUR")), ("EUR 5", POINT, (500, "EUR")), ("5 CAD", POINT, (500, "CAD"))),
        *(("$5 CAD", POINT, (500, "CAD")), ("1'200.-", POINT, (120_000, "USD")), ("1 200,-", COMMA, (120_000, "USD"))),
        *(("¥500", POINT, (500, "JPY")), ("KWD 1.234", POINT, (1234, "KWD")), ("R$ 1.000", COMMA, (100_000, "BRL"))),
        *(("12,34,567", POINT, (123_456_700, "USD")), ("100.00", POINT, (10_000, "USD")), ("0", POINT, (0, "USD"))),
    ],
)
def test_amounts_are_whole_minor_units_of_their_currency(
    cell: str, style: NumberStyle, amount: tuple[int, str]
) -> None:
    assert money("amount", cell, "USD", style=style) == Money(*amount)


def test_a_file_may_count_in_millions() -> None:
    assert money("revenue", "1100.04", "USD", unit=1_000_000) == Money(110_004_000_000, "USD")


def test_a_shared_sign_means_the_files_own_currency_if_it_can() -> None:
    assert money("amount", "$5", "CAD") == Money(500, "CAD")
    assert money("amount", "$5", "EUR") == Money(500, "USD")
    assert money("amount", "5 kr", "NOK") == Money(500, "NOK")
    assert all(is_currency(code) for codes in SIGNS.values() for code in codes)


@pytest.mark.parametrize("cell", ["", "-", "n/a", " ", "."])
def test_a_cell_may_say_nothing(cell: str) -> None:
    assert money("amount", cell, "USD") is None


@pytest.mark.parametrize(
    ("cell", "style", "sentence"),
    [
        *(
            (cell, POINT, "is below zero, which an amount cannot be")
            for cell in ("-5", "(5)", "−5", "$-5", "-$5", "USD -5", "5-", "'-5")
        ),
        *((cell, POINT, "is shortened: write the whole number") for cell in ("1.2M", "3k", "2 bn", "4 Mio")),
        ("1E+07", POINT, "is a spreadsheet's short form"),
        ("1,23", POINT, "does not read like the column's other figures, 1,234.56"),
        ("1,234.50", COMMA, "does not read like the column's other figures, 1.234,56"),
        ("0,005", POINT, "does not read like the column's other figures"),
        ("1.234", POINT, "has more decimals than USD, which has 2: round it"),
        ("1.234", AMBIGUOUS, "can be read in two ways: say whether the column writes 1,234.56 or 1.234,56"),
        ("¥1.5", POINT, "has more decimals than JPY, which has 0"),
        ("5 XYZ", POINT, "has “XYZ” beside the figure, which names no currency"),
        ("5%", POINT, "has “%” beside the figure"),
        ("9" * 30, POINT, "is more than can be true"),
        ("a lot", POINT, "is no amount: write one like 1234.50"),
        ("=1+1", POINT, "is no amount"),
    ],
)
def test_what_is_no_amount_says_why(cell: str, style: NumberStyle, sentence: str) -> None:
    assert sentence in refusal(cell, style)


def test_an_undecided_column_still_reads_figures_without_marks() -> None:
    assert money("amount", "1234", "USD", style=AMBIGUOUS) == Money(123_400, "USD")


@given(st.integers(0, 10**13), st.sampled_from([POINT, COMMA]), st.sampled_from(["", "€", " EUR"]))
def test_every_amount_comes_back_from_both_styles(minor: int, style: NumberStyle, behind: str) -> None:
    text = f"{Decimal(minor) / 100:,.2f}"
    if style is COMMA:
        text = text.translate(str.maketrans(",.", ".,"))
    assert number_style([text]) is style
    assert money("amount", text + behind, "EUR", style=style) == Money(minor, "EUR")


def test_maven_deals_add_up_to_the_cent(shared_data: Path) -> None:
    table = read_table(io.BytesIO((shared_data / "maven_crm/sales_pipeline.csv").read_bytes()))
    amounts = [money("amount", cell, "USD") for cell in table.column(table.header.index("close_value"))]
    lines = (shared_data / "maven_crm/sales_pipeline.csv").read_text(encoding="utf-8").splitlines()[1:]
    assert sum(one.minor for one in amounts if one) == 100 * sum(int(line.rpartition(",")[2] or 0) for line in lines)
    assert amounts.count(None) == 2089
