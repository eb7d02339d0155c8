"""What copying and exporting leave behind goes; everything else stays."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from abm.kit.text import one_line, paragraphs, shortened


def test_unseen_characters_go_and_blanks_become_one() -> None:
    assert one_line("\ufeff Ame\u0301lie\u00a0\t \u200bOy\x07 \n") == "Amélie Oy"
    assert one_line("\u202egnp.exe") == "gnp.exe"
    assert one_line("می\u200cخواهم") == "می\u200cخواهم"  # a joiner that Persian needs


def test_a_text_keeps_its_lines() -> None:
    assert paragraphs("\r\none  two \r\n\r\nthree\u200b\n\n") == "one  two\n\nthree"


def test_a_long_text_is_quoted_in_part() -> None:
    assert shortened("Halden Freight") == "Halden Freight"
    assert shortened("x" * 500, 10) == "x" * 9 + "…"


@given(st.text(max_size=200))
def test_tidying_twice_changes_nothing(text: str) -> None:
    assert one_line(one_line(text)) == one_line(text)
    assert paragraphs(paragraphs(text)) == paragraphs(text)
    assert len(shortened(text)) <= 60
