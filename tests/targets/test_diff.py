"""The difference between two contents, with figures counted apart from it."""

from __future__ import annotations

import random
from dataclasses import replace

from abm.targets.content import Content, Row
from abm.targets.diff import difference
from abm.targets.kinds import Motion
from abm.targets.policies import DEFAULT_TERMS


def row(account: str, tier: int = 1, ae: str = "tomas", motion: Motion = Motion.NEW, name: str = "") -> Row:
    return Row(account, name or account.title(), tier, motion, False, ae, ae.title())


def content(*rows: Row) -> Content:
    return Content("2026-q4", DEFAULT_TERMS, {one.account: one for one in rows})


def test_everything_came_in_where_there_was_no_list_before() -> None:
    found = difference(None, content(row("halden"), row("orbis", 3)))
    assert [change.kind for change in found.changes] == ["in", "in"]
    assert found.matrix == {(0, 1): 1, (0, 3): 1}
    assert (found.kept, found.summary) == (0, "2 in")


def test_the_same_list_has_no_difference_whatever_the_names() -> None:
    found = difference(content(row("halden")), content(row("halden", name="Halden Freight AG")))
    assert not found
    assert (found.kept, found.summary) == (1, "no difference")


def test_each_kind_of_change_is_told_apart() -> None:
    before = content(row("stays"), row("leaves", 2), row("moves", 2), row("changes ae"), row("turns"))
    after = content(
        row("stays"),
        row("comes", 3),
        row("moves", 1),
        row("changes ae", ae="marcus"),
        row("turns", motion=Motion.EXPANSION),
    )
    found = difference(before, after)
    assert [change.row.account for change in found.added] == ["comes"]
    assert [change.row.account for change in found.dropped] == ["leaves"]
    assert [change.parts for change in found.moved] == [["tier 2 to tier 1"]]
    assert [change.parts for change in found.handed] == [["Tomas to Marcus"]]
    assert [change.parts for change in found.redirected] == [["New business to Expansion"]]
    assert found.kept == 1
    assert found.summary == "1 in, 1 out, 1 moved tier, 1 with another AE, 1 with another motion"


def test_companies_below_and_several_changes_of_one_account_stand_in_one_line() -> None:
    old = row("halden", 2)
    found = difference(content(old), content(replace(old, tier=1, ae="marcus", ae_name="Marcus", with_children=True)))
    (change,) = found.changes
    assert change.parts == ["tier 2 to tier 1", "Tomas to Marcus", "now with the companies below it"]


def test_changed_terms_are_named_with_both_values() -> None:
    terms = {**DEFAULT_TERMS, 2: replace(DEFAULT_TERMS[2], max_accounts=40, stalled_days=14)}
    found = difference(content(), Content("2026-q4", terms, {}))
    assert [(one.tier, one.words, one.before, one.after) for one in found.policies] == [
        (2, "accounts at most", 75, 40),
        (2, "days until stalled", 30, 14),
    ]
    assert found.summary == "2 terms changed"


def test_the_matrix_adds_up_to_both_lists() -> None:
    chance = random.Random(7)  # noqa: S311 the same lists each time
    accounts = [f"account {number}" for number in range(400)]
    before = content(*(row(one, chance.choice((1, 2, 3))) for one in chance.sample(accounts, 250)))
    after = content(*(row(one, chance.choice((1, 2, 3))) for one in chance.sample(accounts, 260)))
    found = difference(before, after)
    for tier in (1, 2, 3):
        then = sum(count for (old, _), count in found.matrix.items() if old == tier)
        now = sum(count for (_, new), count in found.matrix.items() if new == tier)
        assert then == len([one for one in before.rows.values() if one.tier == tier])
        assert now == len([one for one in after.rows.values() if one.tier == tier])
    both = before.rows.keys() & after.rows.keys()
    assert len(found.added) == len(after.rows.keys() - before.rows.keys())
    assert len(found.dropped) == len(before.rows.keys() - after.rows.keys())
    assert len(found.moved) == len([one for one in both if before.rows[one].tier != after.rows[one].tier])
    assert found.kept == len(both) - len(found.moved)
