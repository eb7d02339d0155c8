"""The table of outcomes says one thing for each outcome, and what practice.md says of minutes."""

from __future__ import annotations

import pytest

from abm.kit.rules import RuleBroken
from abm.touches.kinds import Channel, Direction, OutcomeClass
from abm.touches.outcomes import OUTCOMES, all_outcomes, rule_of


def test_every_channel_has_outcomes_and_no_two_of_a_channel_share_a_letter() -> None:
    assert set(OUTCOMES) == set(Channel)
    for rules in OUTCOMES.values():
        letters = [rule.letter for rule in rules.values()]
        assert len(set(letters)) == len(letters)
        assert not set(letters) & {"j", "k"}  # these walk through rows


@pytest.mark.parametrize(
    ("channel", "outcome", "minutes"),
    [
        (Channel.WEB, "visit", 1),
        (Channel.EMAIL, "replied", 2),
        (Channel.CONTENT, "downloaded", 10),
        (Channel.WEBINAR, "attended", 30),
        (Channel.MEETING, "held", 30),
        (Channel.MEETING, "dinner", 120),
        (Channel.AD, "impression", 0),
    ],
)
def test_engagement_minutes_are_those_of_practice(channel: Channel, outcome: str, minutes: int) -> None:
    assert rule_of(channel, outcome).minutes == minutes


def test_what_brings_minutes_is_an_answer_and_what_brings_none_is_not() -> None:
    for channel, outcome, rule in all_outcomes():
        assert (rule.minutes > 0) == rule.responded, (channel, outcome)


def test_whatever_we_send_without_an_answer_is_ours_alone() -> None:
    for _channel, outcome, rule in all_outcomes():
        if rule.klass is OutcomeClass.NO_RESPONSE and outcome != "opted out":
            assert rule.directions == (Direction.OUTBOUND,)


def test_an_outcome_that_a_channel_has_not_is_refused() -> None:
    with pytest.raises(RuleBroken, match="Ad has no outcome “voicemail”"):
        rule_of(Channel.AD, "voicemail")
