"""Cells mean what people meant, or a sentence says what is wrong with them."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from abm.imports.dates import DateOrder, date_order, day
from abm.imports.money import NumberStyle, money, number_style
from abm.imports.values import CellFault, count, email, free_text, is_band, name, percent, word, yes_or_no
from abm.imports.websites import website, websites

READERS: dict[str, Callable[[str], object]] = {
    "name": lambda text: name("name", text),
    "word": lambda text: word("country", text),
    "free text": free_text,
    "count": lambda text: count("employees", text),
    "band": is_band,
    "percent": lambda text: percent("probability", text),
    "yes or no": lambda text: yes_or_no("won", text),
    "email": lambda text: email("email", text),
    "website": lambda text: website("domain", text),
    "websites": lambda text: websites("domain", text),
    "day": lambda text: day("closed_on", text, DateOrder.DAY_FIRST),
    "date order": lambda text: date_order([text]),
    "money": lambda text: money("amount", text, "USD"),
    "money with commas": lambda text: money("amount", text, "EUR", style=NumberStyle.COMMA),
    "number style": lambda text: number_style([text]),
}
HOSTILE = [
    "a",
    "1",
    " ",
    ".",
    ",",
    "-",
    "/",
    "@",
    "1,",
    "1.",
    "1 ",
    "a.",
    "a-",
    "&#1",
    "&amp",
    "'",
    "=",
    "\u00a0",
    "é",
    "('",
]


def refusal(read: Callable[[], object]) -> str:
    with pytest.raises(CellFault) as fault:
        read()
    assert fault.value.field
    assert len(fault.value.value) <= 60
    assert fault.value.message.endswith(".")
    return fault.value.message


@given(
    st.sampled_from(sorted(READERS)),
    st.one_of(st.text(max_size=80), st.from_regex(r"[-(]?[0-9,.' /:]{1,20}[a-zA-Z€$%]{0,3}")),
)
def test_any_text_is_a_value_or_a_fault(reader: str, text: str) -> None:
    with contextlib.suppress(CellFault):
        READERS[reader](text)


@pytest.mark.parametrize("reader", READERS)
def test_hostile_text_is_read_to_its_end(reader: str) -> None:
    """A pattern that goes back and forth would not come to it."""
    for piece in HOSTILE:
        text = (piece * 50_000)[:50_000]
        for attempt in (text, text + "!", "1" + text):
            with contextlib.suppress(CellFault):
                READERS[reader](attempt)


def test_names_lose_what_exporting_left_behind_and_nothing_else() -> None:
    assert name("name", "  Land O&#8217;Lakes\u200b,\u00a0Inc.\t") == "Land O’Lakes, Inc."
    assert name("name", "Ame\u0301lie \u202eevil") == "Amélie evil"
    assert (
        name("name", "\U0001f468\u200d\U0001f469\u200d\U0001f467 Co") == "\U0001f468\u200d\U0001f469\u200d\U0001f467 Co"
    )
    assert word("country", "NA") == "NA"  # Namibia
    assert free_text(" one \r\n\r\n two\x07\x00 ") == "one\n\n two"
    assert "longer than 200 characters: shorten it" in refusal(lambda: name("name", "x" * 201))
    assert "longer than 40 characters" in refusal(lambda: word("country", "&#" + "9" * 5000))


@pytest.mark.parametrize(
    "cell", ["=cmd|'/C calc'!A0", "@SUM(1+1)", "+1-1", "<script>alert(1)</script>", "DROP TABLE x"]
)
def test_formulas_and_markup_stay_text(cell: str) -> None:
    assert name("name", cell) == cell


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        *(
            ("250", 250),
            ("2,200,000", 2_200_000),
            ("1.000", 1000),
            ("1'000", 1000),
            ("1\u202f000", 1000),
            ("12.0", 12),
            ("1,00", 1),
        ),
        *(("11-50", 11), ("11 - 50", 11), ("1,001-5,000", 1001), ("10,001+", 10_001), ("201–500", 201), ("0", 0)),
        *(("", None), ("-", None), ("NA", None), ("n/a", None)),
    ],
)
def test_counts_take_the_lower_end_of_a_band(cell: str, number: int | None) -> None:
    assert count("employees", cell) == number


@pytest.mark.parametrize(
    ("cell", "sentence"),
    [
        ("Jan-50", "was a band such as 1-50 that a spreadsheet took for a date"),
        ("50-Jan", "was a band such as 1-50"),
        ("-5", "is below zero"),
        ("1.5", "is no whole number"),
        ("many", "is no whole number"),
        ("9999999999", "more than can be true"),
    ],
)
def test_what_is_no_count_says_so(cell: str, sentence: str) -> None:
    assert sentence in refusal(lambda: count("employees", cell))


def test_bands_can_be_told_apart() -> None:
    assert [cell for cell in ("11-50", "10,001+", "250", "Jan-50", "-5") if is_band(cell)] == ["11-50", "10,001+"]


def test_shares_and_yes_and_no() -> None:
    assert [percent("p", cell) for cell in ("10", "10 %", "12,5%", "")] == [
        Decimal(10),
        Decimal(10),
        Decimal("12.5"),
        None,
    ]
    assert "no share from 0 to 100 %" in refusal(lambda: percent("p", "120"))
    assert [yes_or_no("won", cell) for cell in ("TRUE", "no", "1", "Ja", " ")] == [True, False, True, True, None]
    assert "neither yes nor no" in refusal(lambda: yes_or_no("won", "perhaps"))


def test_email_addresses_are_small_and_checked() -> None:
    assert email("email", " Rose@Edge.COM ") == "rose@edge.com"
    assert email("email", "mailto:rose@edge.com") == "rose@edge.com"
    assert email("email", "-") is None
    for cell in ("rose", "rose@", "a b@edge.com", "rose@edge..com", "x" * 400 + "@edge.com"):
        assert "is no e-mail address: write one like" in refusal(lambda cell=cell: email("email", cell))  # type: ignore[misc]
