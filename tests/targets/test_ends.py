"""How the two ends of a difference are written, read and chosen."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from abm.agreement.models import State
from abm.targets.ends import Choosable, End, choices_of, read_end


@pytest.mark.parametrize(
    ("written", "end", "words"),
    [
        ("draft", End("2026-q4", draft=True), "the draft of 2026-q4"),
        ("2027-q1:draft", End("2027-q1", draft=True), "the draft of 2027-q1"),
        ("2026-q3", End("2026-q3"), "2026-q3 as it held last"),
        ("2026-q3:2", End("2026-q3", 2), "2026-q3, version 2"),
    ],
)
def test_an_end_is_a_quarter_a_version_or_a_draft(written: str, end: End, words: str) -> None:
    assert read_end(written, here="2026-q4") == end
    assert end.words == words


@pytest.mark.parametrize(
    "written",
    ["", "7", "2026-q5", "2026-q3:", "2026-q3:0", "2026-q3:-1", "2026-q3:9999999", "2026-q3:２", "2026-q3:1２", "<b>"],
)
def test_anything_else_is_refused_with_the_mend(written: str) -> None:
    with pytest.raises(ValueError, match="Write a quarter like 2026-q3, one of its versions like 2026-q3:2, or draft"):
        read_end(written, here="2026-q4")


@given(st.builds(End, st.sampled_from(["2026-q3", "1999-q1"]), st.one_of(st.none(), st.integers(1, 999_999))))
def test_what_is_written_is_read_as_the_same_end(end: End) -> None:
    assert read_end(str(end), here="2026-q4") == end


def test_the_chooser_offers_every_version_and_what_held_last_where_something_did() -> None:
    versions = [
        Choosable("2026-q3", 1, State.DECLINED),
        Choosable("2026-q4", 1, State.SIGNED),
        Choosable("2026-q4", 2, State.OPEN),
    ]
    assert choices_of(versions, ["2026-q4", "2027-q1"], here="2026-q4") == [
        ("2027-q1:draft", "2027-q1: the draft"),
        ("draft", "2026-q4: the draft"),
        ("2026-q4", "2026-q4: as it held last"),
        ("2026-q4:2", "2026-q4: version 2, open"),
        ("2026-q4:1", "2026-q4: version 1, signed"),
        ("2026-q3:1", "2026-q3: version 1, declined"),
    ]
