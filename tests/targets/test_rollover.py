"""What a roll-over suggests for an account, rule by rule."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from abm.people.seats import Side
from abm.stages.models import AccountStage, Stage
from abm.targets.kinds import Motion, Readiness
from abm.targets.rollover import Facts, Kind, suggest

DAY = date(2026, 11, 24)
STALLED = {1: 21, 2: 30, 3: 45}
TOUCHED = {Side.SALES: 5, Side.MARKETING: 2}


def facts(tier: int, **known: Any) -> Facts:
    """An account that is worked, has been on the list since the quarter began, and answered four days ago."""
    usual: dict[str, Any] = {
        "quarter": "2026-q4",
        "day": DAY,
        "stalled_days": STALLED[tier],
        "days_on_list": 55,
        "touches": TOUCHED,
        "responses": 2,
        "last_response": DAY - timedelta(days=4),
        "next_quarter_ends": date(2027, 3, 31),
    }
    return Facts(tier=tier, **{**usual, **known})


def silent(tier: int, **known: Any) -> Facts:
    """One that never answered."""
    return replace(facts(tier, **known), responses=0, last_response=None)


def at_stage(stage: Stage) -> AccountStage:
    return AccountStage(stage, "2 of something")


@pytest.mark.parametrize(
    ("known", "words"),
    [
        (facts(1), "Keep in tier 1"),
        (facts(2), "Keep in tier 2"),
        (facts(3), "Keep in tier 3"),
        # what is in the way, before all else
        (facts(1, archived=True, open_deals=2), "Drop"),
        (facts(1, left_alone="legal"), "Drop"),
        (facts(1, left_alone="legal", left_alone_until=date(2027, 3, 31)), "Drop"),
        (facts(1, left_alone="legal", left_alone_until=date(2027, 3, 30)), "Keep in tier 1"),
        (facts(1, taken_out="Acquired", open_deals=1), "Drop"),
        (facts(1, stage=AccountStage(Stage.DISQUALIFIED, "no budget"), open_deals=1), "Drop"),
        # deals that ended
        (silent(3, won=1, touches={}), "Keep in tier 3"),
        (facts(1, won=1, lost=1), "Keep in tier 1"),
        (facts(1, lost=1), "Demote to tier 2"),
        (facts(2, lost=1), "Demote to tier 3"),
        (facts(3, lost=1), "Keep in tier 3"),
        (facts(1, lost=1, open_deals=1), "Keep in tier 1"),
        # what promises more
        (silent(3, open_deals=1), "Promote to tier 2"),
        (facts(3, stage=at_stage(Stage.MQA)), "Promote to tier 2"),
        (facts(3, stage=at_stage(Stage.MEETING)), "Promote to tier 2"),
        (facts(3, stage=at_stage(Stage.ENGAGED)), "Keep in tier 3"),
        (facts(2, open_deals=1), "Promote to tier 1"),
        (facts(2, open_deals=1, last_response=DAY - timedelta(days=30)), "Promote to tier 1"),
        (facts(2, open_deals=1, last_response=DAY - timedelta(days=31)), "Keep in tier 2"),
        (silent(2, open_deals=1), "Keep in tier 2"),
        (facts(2, stage=at_stage(Stage.MEETING)), "Keep in tier 2"),
        (facts(1, open_deals=3), "Keep in tier 1"),
        # silence
        (facts(1, last_response=DAY - timedelta(days=20)), "Keep in tier 1"),
        (facts(1, last_response=DAY - timedelta(days=21)), "Demote to tier 2"),
        (silent(1), "Demote to tier 2"),
        (silent(1, open_deals=1), "Keep in tier 1"),
        (silent(1, days_on_list=27), "Keep in tier 1"),
        (silent(1, days_on_list=28), "Demote to tier 2"),
        (silent(2), "Demote to tier 3"),
        (silent(2, days_on_list=27), "Keep in tier 2"),
        (facts(2, last_response=DAY - timedelta(days=50)), "Keep in tier 2"),
        (silent(3), "Keep in tier 3"),
        (silent(3, touches={Side.SALES: 0, Side.MARKETING: 0}), "Drop"),
        (silent(3, touches={}, days_on_list=27), "Keep in tier 3"),
        (facts(3, touches={}), "Keep in tier 3"),
        # no way in
        (silent(3, readiness=Readiness.CANNOT_ACTIVATE), "Drop"),
        (facts(3, readiness=Readiness.CANNOT_ACTIVATE), "Keep in tier 3"),
        (silent(3, readiness=Readiness.NEEDS_WORK), "Keep in tier 3"),
    ],
)
def test_what_the_facts_of_an_account_speak_for(known: Facts, words: str) -> None:
    found = suggest(known)
    assert found.words == words
    assert found.reason, "every suggestion says why"
    assert (found.tier is None) == (found.kind is Kind.DROP)


def test_every_suggestion_names_the_facts_that_it_rests_on() -> None:
    assert suggest(facts(2, open_deals=1)).why == ("1 open deal, and the last response on Fri 20 Nov.",)
    assert suggest(silent(1)).why == ("No response for 55 days, and no open deal.",)
    assert suggest(silent(2)).why == ("7 touches in 2026-q4, no response and no open deal.",)
    assert suggest(silent(2, touches={Side.SALES: 1})).why[0].startswith("1 touch in")
    assert suggest(facts(3)).why == ("2 responses, the last response on Fri 20 Nov.",)
    assert suggest(silent(3)).why == ("No response in 2026-q4 so far: the rhythm of its tier goes on.",)
    assert suggest(silent(3, days_on_list=1)).why == ("On the list for 1 day: too early to tell.",)
    assert suggest(facts(1, left_alone="legal", left_alone_until=date(2027, 3, 31))).reason == (
        "Not to be approached until Wed 31 Mar: legal"
    )
    assert suggest(facts(3, left_alone="audit", left_alone_until=date(2027, 1, 15))).why[-1] == (
        "Not to be approached before Fri 15 Jan is over: audit"
    )


def test_a_customer_is_worked_on_for_expansion() -> None:
    won = suggest(facts(2, won=1))
    assert (won.motion, won.why) == (Motion.EXPANSION, ("1 deal won in 2026-q4: go on with expansion.",))
    earlier = suggest(facts(2, stage=AccountStage(Stage.CUSTOMER, "1 won deal")))
    assert earlier.motion is Motion.EXPANSION
    assert earlier.why[-1] == "A customer (1 won deal): go on with expansion."
    known = suggest(facts(2, stage=AccountStage(Stage.CUSTOMER, "1 won deal"), motion=Motion.EXPANSION))
    assert known.why == ("2 responses, the last response on Fri 20 Nov.",)
    assert suggest(facts(2, motion=Motion.WIN_BACK)).motion is Motion.WIN_BACK
