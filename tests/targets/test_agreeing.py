"""A list comes into force when both seats have signed the same bytes, and by no other way."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from abm.agreement.models import StaleDigest, State, Verdict
from abm.kit.rules import RuleBroken
from abm.people.seats import Side
from abm.targets.models import Membership, Outcome
from abm.targets.pages import versions_of
from tests.targets.conftest import BEFORE, NOW, Ground

STARTS = datetime(2026, 9, 30, 22, 0, tzinfo=UTC)  # midnight in Berlin
ENDS = datetime(2026, 12, 31, 23, 0, tzinfo=UTC)


def members(ground: Ground, at: datetime) -> dict[str, int]:
    """Who is on the list at an instant, by name and tier."""
    rows = ground.session.scalars(
        select(Membership).where(Membership.list_id == ground.target_list.id, ~Membership.carried)
    )
    return {row.account.name: row.tier for row in rows if row.starts <= at and (row.ends is None or at < row.ends)}


def in_force(ground: Ground, at: datetime) -> int | None:
    """The number of the version in force at an instant, as pages say it."""
    ground.session.flush()
    found = versions_of(ground.session, ground.target_list, at).in_force
    return found.number if found else None


def test_two_signatures_on_the_same_digest_bring_the_list_into_force(ground: Ground) -> None:
    ground.put_in(ground.accounts[0], 1)
    ground.put_in(ground.accounts[1], 2)
    version = ground.propose()
    assert version.awaited() == ["marketing", "sales"]
    assert not ground.sign(version, Side.SALES)
    assert members(ground, NOW) == {}
    assert ground.sign(version, Side.MARKETING, at=NOW + timedelta(hours=1))
    assert (version.standing.starts, version.standing.ends) == (NOW + timedelta(hours=1), ENDS)
    assert members(ground, NOW) == {}
    assert members(ground, NOW + timedelta(hours=1)) == {"Company 0000": 1, "Company 0001": 2}
    assert members(ground, ENDS) == {}


def test_a_list_signed_before_its_quarter_waits_for_it(ground: Ground) -> None:
    ground.put_in(ground.accounts[0], at=BEFORE)
    version = ground.agree(at=BEFORE)
    assert (version.standing.starts, version.standing.ends) == (STARTS, ENDS)
    assert members(ground, STARTS - timedelta(seconds=1)) == {}
    assert members(ground, STARTS) == {"Company 0000": 1}


def test_a_scheduled_list_that_is_replaced_before_its_quarter_never_begins(ground: Ground) -> None:
    first = ground.put_in(ground.accounts[0], at=BEFORE)
    ground.put_in(ground.accounts[1], at=BEFORE)
    replaced = ground.agree(at=BEFORE)
    ground.take_out(first, at=BEFORE)
    ground.agree(at=BEFORE + timedelta(days=1))
    assert replaced.standing.starts == replaced.standing.ends
    assert members(ground, STARTS) == {"Company 0001": 1}


def test_a_change_in_the_middle_of_the_quarter_ends_and_begins_only_what_it_changes(ground: Ground) -> None:
    stays, moves, leaves = (ground.put_in(account, 2, at=BEFORE) for account in ground.accounts[:3])
    first = ground.agree(at=BEFORE)
    moves.place(tier=1, ae=moves.ae, outcome=Outcome.IN, by=ground.cast.ines, at=NOW)
    ground.take_out(leaves)
    ground.put_in(ground.accounts[3], 3)
    second = ground.agree()
    change = second.standing.starts
    assert change is not None
    assert first.standing.ends == change
    assert members(ground, change - timedelta(seconds=1)) == dict.fromkeys(
        ["Company 0000", "Company 0001", "Company 0002"], 2
    )
    assert members(ground, change) == {"Company 0000": 2, "Company 0001": 1, "Company 0003": 3}
    kept = ground.session.scalars(
        select(Membership).where(Membership.account_id == stays.account_id, ~Membership.carried)
    ).one()
    assert kept.version_id == first.id


def test_a_signature_counts_for_its_own_version_only(ground: Ground) -> None:
    entry = ground.put_in(ground.accounts[0], 1)
    first = ground.propose()
    ground.sign(first, Side.SALES)
    entry.place(tier=2, ae=entry.ae, outcome=Outcome.IN, by=ground.cast.ines, at=NOW)
    second = ground.propose()
    assert not ground.sign(second, Side.MARKETING)
    assert first.state is State.SUPERSEDED
    assert second.awaited() == ["sales"]
    assert members(ground, ENDS - timedelta(days=1)) == {}


def test_an_edit_that_is_taken_back_does_not_bring_the_signature_back(ground: Ground) -> None:
    entry = ground.put_in(ground.accounts[0], 1)
    first = last = ground.propose()
    ground.sign(first, Side.SALES)
    for tier in (2, 1):
        entry.place(tier=tier, ae=entry.ae, outcome=Outcome.IN, by=ground.cast.ines, at=NOW)
        last = ground.propose()
    assert last.read() == first.read()
    assert last.digest != first.digest
    assert not ground.sign(last, Side.MARKETING)
    with pytest.raises(RuleBroken, match="not what your page showed"):
        ground.sign(first, Side.MARKETING)


def test_editing_the_draft_leaves_the_open_version_and_its_signatures_alone(ground: Ground) -> None:
    entry = ground.put_in(ground.accounts[0], 1)
    version = ground.propose()
    ground.sign(version, Side.SALES)
    entry.place(tier=3, ae=entry.ae, outcome=Outcome.IN, by=ground.cast.ines, at=NOW)
    assert ground.sign(version, Side.MARKETING)
    assert members(ground, NOW + timedelta(days=1)) == {"Company 0000": 1}


def test_a_screen_that_showed_something_else_signs_nothing(ground: Ground) -> None:
    entry = ground.put_in(ground.accounts[0], 1)
    shown = ground.propose().digest
    entry.place(tier=2, ae=entry.ae, outcome=Outcome.IN, by=ground.cast.ines, at=NOW)
    version = ground.propose()
    with pytest.raises(StaleDigest):
        ground.sign(version, Side.SALES, digest=shown)
    assert version.signatures == []


def test_who_proposed_signs_for_their_own_seat_and_no_other(ground: Ground) -> None:
    ground.put_in(ground.accounts[0])
    version = ground.propose(by=ground.cast.renata)
    with pytest.raises(RuleBroken, match="Only Amara Osei"):
        ground.sign(version, Side.MARKETING, by=ground.cast.renata)
    assert not ground.sign(version, Side.SALES)
    with pytest.raises(RuleBroken, match="already signed"):
        ground.sign(version, Side.SALES)


def test_nobody_signs_who_holds_no_seat(ground: Ground) -> None:
    ground.put_in(ground.accounts[0])
    version = ground.propose()
    for person in (ground.cast.ines, ground.cast.priya, ground.cast.wen, ground.cast.vera):
        for side in Side:
            with pytest.raises(RuleBroken, match="signs for the"):
                ground.sign(version, side, by=person)


def test_a_deputy_signs_on_their_days_and_both_names_are_kept(ground: Ground) -> None:
    ground.put_in(ground.accounts[0])
    version = ground.propose()
    ground.seat(Side.SALES).name_deputy(
        ground.cast.ines,
        first_day=date(2026, 11, 25),
        last_day=date(2026, 11, 27),
        reason="Away",
        by=ground.cast.renata,
        at=NOW,
    )
    with pytest.raises(RuleBroken, match="on their days"):
        ground.sign(version, Side.SALES, by=ground.cast.ines, at=NOW)
    ground.sign(version, Side.SALES, by=ground.cast.ines, at=NOW + timedelta(days=1))
    signature = version.signature_of("sales")
    assert signature is not None
    assert (signature.person, signature.deputy_for) == (ground.cast.ines, ground.cast.renata)


def test_an_empty_seat_signs_nothing_and_stops_the_proposal(ground: Ground) -> None:
    ground.put_in(ground.accounts[0])
    version = ground.propose()
    ground.seat(Side.MARKETING).give_to(None, by=ground.cast.wen, at=NOW)
    with pytest.raises(RuleBroken, match="An empty seat signs nothing"):
        ground.sign(version, Side.MARKETING)
    with pytest.raises(RuleBroken, match=r"The marketing seat is empty\. An empty seat signs nothing"):
        ground.propose()


def test_a_decline_says_why_and_closes_the_version(ground: Ground) -> None:
    ground.put_in(ground.accounts[0])
    version = ground.propose()
    ground.sign(version, Side.SALES)
    with pytest.raises(RuleBroken, match="why you decline"):
        ground.sign(version, Side.MARKETING, verdict=Verdict.DECLINE, comment="  ")
    ground.sign(version, Side.MARKETING, verdict=Verdict.DECLINE, comment="No pharma yet")
    assert version.state is State.DECLINED
    assert members(ground, NOW + timedelta(days=1)) == {}
    with pytest.raises(RuleBroken, match="declined"):
        ground.sign(version, Side.MARKETING)


def test_a_signature_can_be_taken_back_until_the_list_is_in_force(ground: Ground) -> None:
    ground.put_in(ground.accounts[0])
    version = ground.propose()
    ground.sign(version, Side.SALES)
    with pytest.raises(RuleBroken, match="no signature of yours"):
        ground.target_list.withdraw_signature(version, by=ground.cast.amara, at=NOW)
    ground.target_list.withdraw_signature(version, by=ground.cast.renata, at=NOW, reason="One more look")
    assert not ground.sign(version, Side.MARKETING)
    assert ground.sign(version, Side.SALES, at=NOW + timedelta(hours=1))
    with pytest.raises(RuleBroken, match="signatures stay"):
        ground.target_list.withdraw_signature(version, by=ground.cast.renata, at=NOW)


def test_a_proposal_is_withdrawn_by_who_made_it(ground: Ground) -> None:
    ground.put_in(ground.accounts[0])
    version = ground.propose()
    with pytest.raises(RuleBroken, match="Only who proposed"):
        ground.target_list.withdraw(version, by=ground.cast.renata, at=NOW)
    ground.target_list.withdraw(version, by=ground.cast.ines, at=NOW)
    assert version.state is State.WITHDRAWN
    with pytest.raises(RuleBroken, match="no longer open"):
        ground.sign(version, Side.SALES)


def test_what_is_in_force_stays_until_its_successor_is(ground: Ground) -> None:
    ground.put_in(ground.accounts[0])
    first = ground.agree(at=BEFORE)
    ground.put_in(ground.accounts[1])
    second = ground.propose()
    ground.sign(second, Side.MARKETING)
    assert in_force(ground, NOW) == first.number
    ground.sign(second, Side.SALES, at=NOW + timedelta(days=1))
    assert in_force(ground, NOW) == first.number
    assert in_force(ground, NOW + timedelta(days=1)) == second.number
    assert in_force(ground, ENDS) is None


def test_a_quarter_that_is_over_is_history(ground: Ground) -> None:
    entry = ground.put_in(ground.accounts[0])
    version = ground.propose()
    ground.sign(version, Side.SALES)
    with pytest.raises(RuleBroken, match="can no longer come into force"):
        ground.sign(version, Side.MARKETING, at=ENDS)
    for attempt in (lambda: ground.propose(at=ENDS), lambda: ground.take_out(entry, at=ENDS)):
        with pytest.raises(RuleBroken, match="2026-q4 is over"):
            attempt()
