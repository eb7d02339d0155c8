"""No cell that leaves would run in a spreadsheet, and each comes back as it was."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from abm.kit.spreadsheet import defused, undefused

SHARED = Path(__file__).parents[2].parent / "shared" / "data" / "messy_csv"
DANGEROUS = tuple("=+-@＝＋－＠\t\r\n")


@pytest.mark.parametrize(
    "cell", ["=1+1", "+1", "-1", "@SUM(1)", "\tx", "\rx", "\nx", "＝1", "＋1", "－1", "＠x", " =1", "\ufeff=1"]
)
def test_what_would_run_leaves_as_text(cell: str) -> None:
    assert defused(cell) == f"'{cell}"
    assert undefused(defused(cell)) == cell


@pytest.mark.parametrize("cell", ["", "Acme", "'quoted'", "a=b", "3 - 2", "O'Hare", "'", "''"])
def test_what_would_not_run_stays_as_it_is(cell: str) -> None:
    assert defused(cell) == undefused(cell) == cell


dangerous = st.builds("".join, st.lists(st.sampled_from([*DANGEROUS, "'", " ", "a", "\ufeff", "\u200b"]), max_size=8))


@given(st.one_of(st.text(), dangerous))
def test_every_cell_comes_back_and_none_begins_a_formula(cell: str) -> None:
    assert undefused(defused(cell)) == cell
    assert not defused(cell).startswith(DANGEROUS)
    assert not defused(cell).strip(" \ufeff\u200b\u2060").startswith(DANGEROUS)


def test_naughty_strings_and_known_attacks_come_back() -> None:
    if not SHARED.is_dir():
        pytest.skip("the real files are not there (shared/data)")
    strings = json.loads((SHARED / "naughty-strings/blns.json").read_text(encoding="utf-8"))
    attacks = (SHARED / "csv-injection/csv-payload.txt").read_text(encoding="utf-8").splitlines()
    for cell in (*strings, *attacks):
        assert undefused(defused(cell)) == cell
        assert not defused(cell).startswith(DANGEROUS)
    assert sum(defused(cell) != cell for cell in attacks) == 5
