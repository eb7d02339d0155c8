"""The draft: who says what of an account, what fits, and what stops a proposal."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from abm.audit.models import Event
from abm.kit.clock import Quarter
from abm.kit.rules import Conflict, RuleBroken
from abm.people.seats import Side
from abm.targets.kinds import Motion, Period
from abm.targets.models import Entry, Nomination, Outcome, Priority, Readiness, Waiver, open_list
from tests.targets.conftest import NOW, Ground, MakeAccounts


def waive(ground: Ground, what: str, side: Side, *, reason: str = "A launch in December", by: object = None) -> Waiver:
    holder = {Side.MARKETING: ground.cast.amara, Side.SALES: ground.cast.renata}[side]
    return ground.target_list.waive(
        what,
        seat=ground.seat(side),
        reason=reason,
        by=by or holder,  # type: ignore[arg-type]
        at=NOW,
        organisation=ground.cast.organisation,
    )


def test_a_new_list_has_the_default_terms(ground: Ground) -> None:
    first, second, third = ground.target_list.policies
    assert [(p.max_accounts, p.max_per_ae) for p in (first, second, third)] == [(15, 5), (75, 15), (300, 30)]
    assert (first.sales_touches, first.sales_contacts, first.sales_period) == (3, 3, Period.WEEK)
    assert (second.sales_touches, second.sales_contacts, second.sales_period) == (1, 2, Period.WEEK)
    assert (third.sales_touches, third.sales_period) == (1, Period.FOUR_WEEKS)


def test_a_quarter_has_one_list_and_none_that_is_over_or_far_away(ground: Ground) -> None:
    organisation, ines = ground.cast.organisation, ground.cast.ines
    for quarter, message in (
        (Quarter(2026, 4), "started already"),
        (Quarter(2026, 3), "2026-q3 is over"),
        (Quarter(2028, 1), "more than a year away"),
    ):
        with pytest.raises(RuleBroken, match=message):
            open_list(organisation, quarter, by=ines, at=NOW)
    assert open_list(organisation, Quarter(2027, 1), by=ines, at=NOW).quarter == "2027-q1"


def test_an_account_is_entered_once(ground: Ground) -> None:
    entry = ground.target_list.enter(ground.accounts[0], by=ground.cast.ines, at=NOW, tier=2)
    again = ground.target_list.enter(ground.accounts[0], by=ground.cast.wen, at=NOW, tier=3)
    assert again is entry
    assert (entry.tier, entry.outcome) == (2, Outcome.CANDIDATE)


def test_an_archived_account_is_not_entered_and_one_archived_since_stops_the_proposal(ground: Ground) -> None:
    ground.put_in(ground.accounts[0])
    for account in ground.accounts[:2]:
        account.archive(by=ground.cast.wen, at=NOW)
    with pytest.raises(RuleBroken, match="archived"):
        ground.target_list.enter(ground.accounts[1], by=ground.cast.ines, at=NOW)
    with pytest.raises(RuleBroken, match="take out Company 0000"):
        ground.propose()


def test_what_is_in_has_a_tier_and_an_ae_and_what_is_out_a_reason(ground: Ground) -> None:
    entry = ground.target_list.enter(ground.accounts[0], by=ground.cast.ines, at=NOW)
    tomas, ines = ground.cast.tomas, ground.cast.ines
    with pytest.raises(RuleBroken, match="Choose the tier"):
        entry.place(tier=None, ae=tomas, outcome=Outcome.IN, by=ines, at=NOW)
    with pytest.raises(RuleBroken, match="Choose the AE"):
        entry.place(tier=1, ae=None, outcome=Outcome.IN, by=ines, at=NOW)
    with pytest.raises(RuleBroken, match="Say why it is out"):
        entry.place(tier=1, ae=tomas, outcome=Outcome.OUT, by=ines, at=NOW)
    with pytest.raises(RuleBroken, match="not in Sales"):
        entry.place(tier=1, ae=ground.cast.priya, outcome=Outcome.IN, by=ines, at=NOW)
    with pytest.raises(RuleBroken, match="Tiers are"):
        entry.place(tier=4, ae=tomas, outcome=Outcome.IN, by=ines, at=NOW)


def test_two_decisions_from_one_state_give_one_and_a_conflict_with_both_values(ground: Ground) -> None:
    entry = ground.put_in(ground.accounts[0], 1)
    seen = entry.revision
    entry.place(tier=2, ae=entry.ae, outcome=Outcome.IN, by=ground.cast.ines, at=NOW, revision=seen)
    with pytest.raises(Conflict) as caught:
        entry.place(tier=3, ae=entry.ae, outcome=Outcome.IN, by=ground.cast.priya, at=NOW, revision=seen)
    assert (caught.value.theirs, caught.value.yours) == ({"tier": 2}, {"tier": 3})
    ground.session.commit()
    loaded = entry.revision
    ground.session.execute(update(Entry).values(revision=loaded + 1).execution_options(synchronize_session=False))
    with pytest.raises(Conflict):
        entry.place(tier=3, ae=entry.ae, outcome=Outcome.IN, by=ground.cast.priya, at=NOW, revision=loaded)


def test_two_who_decided_the_same_are_no_conflict(ground: Ground) -> None:
    entry = ground.put_in(ground.accounts[0], 1)
    seen = entry.revision
    for person in (ground.cast.ines, ground.cast.priya):
        entry.place(tier=2, ae=entry.ae, outcome=Outcome.IN, by=person, at=NOW, revision=seen)
    assert (entry.tier, entry.revision, entry.changed_by_id) == (2, seen + 1, ground.cast.ines.id)


def test_a_decision_that_changes_nothing_leaves_no_trace(ground: Ground) -> None:
    entry = ground.put_in(ground.accounts[0], 1)
    events = ground.session.scalar(select(func.count()).select_from(Event))
    entry.place(tier=1, ae=entry.ae, outcome=Outcome.IN, by=ground.cast.priya, at=NOW)
    entry.aim(motion=Motion.NEW, with_children=False, by=ground.cast.priya, at=NOW)
    assert ground.session.scalar(select(func.count()).select_from(Event)) == events


def test_every_word_is_kept_with_its_reason(ground: Ground) -> None:
    entry = ground.target_list.enter(ground.accounts[0], by=ground.cast.ines, at=NOW)
    entry.nominate(Priority.LOW, "Heard of a tender", by=ground.cast.tomas, at=NOW)
    entry.nominate(Priority.HIGH, "The tender is out", by=ground.cast.tomas, at=NOW + timedelta(hours=1))
    entry.assess(Readiness.READY, "", by=ground.cast.priya, at=NOW)
    said = ground.session.scalars(select(Nomination).where(Nomination.entry_id == entry.id).order_by(Nomination.id))
    assert [one.why for one in said] == ["Heard of a tender", "The tender is out"]
    with pytest.raises(RuleBroken, match="Say why you want"):
        entry.nominate(Priority.HIGH, " \n ", by=ground.cast.tomas, at=NOW)
    with pytest.raises(RuleBroken, match="Say what is missing"):
        entry.assess(Readiness.CANNOT_ACTIVATE, "", by=ground.cast.priya, at=NOW)


def test_missing_voices_are_counted_and_do_not_stop_the_proposal(ground: Ground) -> None:
    entries = [ground.put_in(account) for account in ground.accounts[:4]]
    for entry in entries[:3]:
        entry.nominate(Priority.HIGH, "Wanted", by=ground.cast.tomas, at=NOW)
    entries[0].assess(Readiness.READY, "", by=ground.cast.priya, at=NOW)
    ground.take_out(entries[3])
    progress = ground.target_list.outlook().progress
    assert (progress.entries, progress.nominated, progress.assessed) == (3, 3, 1)
    assert (progress.without_nomination, progress.without_assessment) == (0, 2)
    assert ground.propose().number == 1


def test_an_empty_list_is_not_proposed(ground: Ground) -> None:
    ground.target_list.enter(ground.accounts[0], by=ground.cast.ines, at=NOW)
    with pytest.raises(RuleBroken, match="No account is in yet"):
        ground.propose()


def test_over_capacity_stops_the_proposal_until_it_fits(ground: Ground) -> None:
    ground.target_list.policies[0].change(max_accounts=2, by=ground.cast.ines, at=NOW)
    entries = [ground.put_in(account, 1) for account in ground.accounts[:3]]
    with pytest.raises(RuleBroken, match="Tier 1 has 3 accounts where 2 fit"):
        ground.propose()
    ground.take_out(entries[0])
    assert ground.propose().number == 1


def test_a_tier_over_capacity_is_accepted_by_either_seat_with_a_reason(ground: Ground) -> None:
    ground.target_list.policies[0].change(max_accounts=2, by=ground.cast.ines, at=NOW)
    for account in ground.accounts[:3]:
        ground.put_in(account, 1)
    with pytest.raises(RuleBroken, match="Say why"):
        waive(ground, "tier:1", Side.MARKETING, reason="")
    with pytest.raises(RuleBroken, match="signs for the"):
        waive(ground, "tier:1", Side.MARKETING, by=ground.cast.ines)
    waive(ground, "tier:1", Side.MARKETING)
    with pytest.raises(RuleBroken, match="accepted already"):
        waive(ground, "tier:1", Side.SALES)
    assert ground.propose().number == 1


def test_what_was_accepted_covers_no_more_than_it_did(ground: Ground) -> None:
    ground.target_list.policies[0].change(max_accounts=2, by=ground.cast.ines, at=NOW)
    for account in ground.accounts[:3]:
        ground.put_in(account, 1)
    waive(ground, "tier:1", Side.SALES)
    ground.put_in(ground.accounts[3], 1)
    with pytest.raises(RuleBroken, match="Tier 1 has 4 accounts"):
        ground.propose()
    waive(ground, "tier:1", Side.SALES)
    assert ground.propose().number == 1


def test_how_much_an_ae_takes_on_is_for_the_sales_seat_alone(ground: Ground) -> None:
    ground.target_list.policies[0].change(max_per_ae=1, by=ground.cast.ines, at=NOW)
    for account in ground.accounts[:2]:
        ground.put_in(account, 1)
    what = f"ae:{ground.cast.tomas.public_id}:1"
    with pytest.raises(RuleBroken, match=r"Tomás Ferreira, tier 1, has 2 accounts where 1 fit"):
        ground.propose()
    with pytest.raises(RuleBroken, match="for the sales seat"):
        waive(ground, what, Side.MARKETING)
    waive(ground, what, Side.SALES)
    assert ground.propose().number == 1
    with pytest.raises(RuleBroken, match="nothing to accept"):
        waive(ground, "tier:1", Side.SALES)


def test_a_deactivated_ae_stops_the_proposal(ground: Ground) -> None:
    entry = ground.put_in(ground.accounts[0], ae=ground.cast.marcus)
    ground.cast.marcus.deactivate(by=ground.cast.wen, at=NOW)
    with pytest.raises(RuleBroken, match="Marcus Bell is deactivated and still planned for 1 account"):
        ground.propose()
    with pytest.raises(RuleBroken, match="Marcus Bell is deactivated"):
        ground.put_in(ground.accounts[1], ae=ground.cast.marcus)
    entry.place(tier=1, ae=ground.cast.tomas, outcome=Outcome.IN, by=ground.cast.ines, at=NOW)
    assert ground.propose().number == 1


def test_a_proposal_that_changes_nothing_is_refused(ground: Ground) -> None:
    ground.put_in(ground.accounts[0])
    ground.propose()
    with pytest.raises(RuleBroken, match="what version 1 says already"):
        ground.propose()


def test_policies_keep_to_whole_sensible_numbers(ground: Ground) -> None:
    policy = ground.target_list.policies[0]
    for terms in ({"max_accounts": 0}, {"sales_touches": -1}, {"max_per_ae": 10**9}):
        with pytest.raises(RuleBroken, match="whole number"):
            policy.change(by=ground.cast.ines, at=NOW, **terms)
    with pytest.raises(TypeError):
        policy.change(by=ground.cast.ines, at=NOW, colour=3)


def test_what_is_frozen_is_sorted_and_whole(ground: Ground, companies: MakeAccounts) -> None:
    for account in reversed(ground.accounts):
        ground.put_in(account, 2, ground.cast.marcus)
    content = ground.propose().read()
    entries = content["entries"]
    assert isinstance(entries, list)
    assert [one["account"] for one in entries] == sorted(account.public_id for account in ground.accounts)
    assert entries[0] == {
        "account": entries[0]["account"],
        "name": next(a.name for a in ground.accounts if a.public_id == entries[0]["account"]),
        "tier": 2,
        "motion": "new",
        "with_children": False,
        "ae": ground.cast.marcus.public_id,
        "ae_name": "Marcus Bell",
    }
    assert content["quarter"] == "2026-q4"
