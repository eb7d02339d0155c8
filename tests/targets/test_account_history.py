"""An account's way through the lists, told from what both seats signed and what people said."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from abm.people.seats import Side
from abm.targets.account_history import ListAt, Signed, Stay, Step, Word, steps_of
from abm.targets.kinds import Motion, Outcome, Priority
from tests.targets.browsing import text
from tests.targets.conftest import BEFORE, NOW, Ground, Web

Q3, Q4, Q1 = (datetime(2026, 7, 1, tzinfo=UTC), datetime(2026, 10, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
THIRD, FOURTH = ListAt(3, 1, "2026-q3", Q4), ListAt(4, 1, "2026-q4", Q1)
CHANGE = datetime(2026, 11, 10, 15, 0, tzinfo=UTC)
VERSIONS = [
    Signed(31, 3, 1, Q3 - timedelta(days=5), "Ines", Q3),
    Signed(41, 4, 1, Q4 - timedelta(days=5), "Ines", Q4),
    Signed(42, 4, 2, CHANGE - timedelta(days=2), "Renata", CHANGE),
]
HALDEN = Stay(3, 31, 2, Motion.NEW, False, "tomas", "Tomás", Q3, Q4)
IN_FOURTH = replace(HALDEN, list_id=4, version_id=41, starts=Q4, ends=Q1)


def told(*stays: Stay, words: tuple[Word, ...] = ()) -> list[tuple[str, str, int | None]]:
    return [(one.kind, one.what, one.version_id) for one in steps(*stays, words=words)]


def steps(*stays: Stay, words: tuple[Word, ...] = ()) -> list[Step]:
    return steps_of(stays, [THIRD, FOURTH], VERSIONS, words)


def test_it_came_in_and_its_quarter_ended() -> None:
    assert told(HALDEN) == [("ended", "the quarter is over", None), ("in", "tier 2, Tomás, New business", 31)]


def test_it_stays_into_the_next_quarter_or_moves_with_it() -> None:
    assert told(IN_FOURTH, HALDEN)[1] == ("kept", "tier 2, as before", 41)
    moved = replace(IN_FOURTH, tier=1, ae="marcus", ae_name="Marcus")
    assert told(moved, HALDEN)[1] == ("moved", "tier 2 to tier 1, Tomás to Marcus", 41)


def test_a_change_in_the_middle_names_what_changed_and_the_reason_said_since() -> None:
    first, second = replace(IN_FOURTH, ends=CHANGE), replace(IN_FOURTH, version_id=42, tier=1, starts=CHANGE)
    old = Word(4, Q4 - timedelta(days=9), "Tomás", "New plant")
    new = Word(4, CHANGE - timedelta(days=3), "Marcus", "The board asked")
    late = Word(4, CHANGE - timedelta(days=1), "Elif", "Said after it was proposed")
    moved = steps(first, second, words=(old, new, late))[1]
    assert (moved.kind, moved.what, moved.why, moved.who) == ("moved", "tier 2 to tier 1", "The board asked", "Marcus")
    unsaid = steps(first, second, words=(old,))[1]
    assert (unsaid.why, unsaid.who) == ("", "Renata")  # nobody said anything since: who proposed it
    assert [(one.why, one.who) for one in steps(first, words=(old,)) if one.kind == "in"] == [("New plant", "Tomás")]


def test_it_left_by_a_version_with_its_reason() -> None:
    gone = replace(IN_FOURTH, ends=CHANGE)
    out = Word(4, CHANGE - timedelta(days=3), "Ines", "Acquired", out=True, decision=True)
    (left, _) = steps(gone, words=(out,))
    assert (left.kind, left.what, left.version_id) == ("out", "was tier 2, Tomás", 42)
    assert (left.why, left.who) == ("Acquired", "Ines")


def test_what_never_began_and_what_came_back_are_told_apart() -> None:
    never = replace(IN_FOURTH, ends=Q4)
    assert told(never) == [("replaced", "tier 2, Tomás: signed, and replaced before it began", 41)]
    back = replace(IN_FOURTH, version_id=42, starts=CHANGE)
    assert [kind for kind, _, _ in told(HALDEN, back)] == ["ended", "in", "ended", "in"]


def test_a_list_that_carries_over_shows_the_version_that_it_rests_on() -> None:
    carried = replace(IN_FOURTH, version_id=31, ends=CHANGE)
    assert told(carried, HALDEN)[1] == ("kept", "tier 2, as before", 31)


def test_lists_of_another_programme_are_a_way_of_their_own() -> None:
    other = ListAt(5, 2, "2026-q4", Q1)
    found = steps_of([HALDEN, replace(IN_FOURTH, list_id=5)], [THIRD, other], VERSIONS, [])
    assert [(one.kind, one.list_id) for one in found] == [("ended", 5), ("ended", 3), ("in", 5), ("in", 3)]


def test_its_page_tells_it_with_reasons_and_links(web: Web, ground: Ground) -> None:
    entry = ground.put_in(ground.accounts[0], 2, at=BEFORE)
    stays = ground.put_in(ground.accounts[1], 3, at=BEFORE)
    entry.nominate(Priority.HIGH, "New plant this year", by=ground.cast.tomas, at=BEFORE)
    ground.agree(at=BEFORE)
    entry.place(tier=1, ae=ground.cast.marcus, outcome=Outcome.IN, by=ground.cast.ines, at=NOW - timedelta(days=9))
    ground.agree(at=NOW - timedelta(days=8))
    ground.take_out(entry, at=NOW - timedelta(days=2))
    third = ground.propose(at=NOW - timedelta(days=1))
    for side in Side:
        ground.sign(third, side, at=NOW - timedelta(hours=2))
    ground.session.commit()
    web.sign_in(ground.cast.vera)
    shown = text(web.get(f"/accounts/{ground.accounts[0].slug}/lists"))
    told_there = (
        "24 Nov 2026 2026-q4 Out was tier 1, Marcus Bell Bought by a rival (Ines Calder) version 3",
        "16 Nov 2026 2026-q4 Changed tier 2 to tier 1, Tomás Ferreira to Marcus Bell Ines Calder version 2",
        "1 Oct 2026 2026-q4 In tier 2, Tomás Ferreira, New business New plant this year (Tomás Ferreira) version 1",
    )
    assert [one for one in told_there if one not in shown] == []
    assert "Ended" not in shown
    still = text(web.get(f"/accounts/{stays.account.slug}/lists"))
    assert "In tier 3" in still
    assert "Ended" not in still
    assert "2026-q4 : in, tier 3" in still
    assert "Not on a list yet" in text(web.get(f"/accounts/{ground.accounts[5].slug}/lists"))
    assert web.get("/accounts/never-heard-of/lists").status_code == 404
