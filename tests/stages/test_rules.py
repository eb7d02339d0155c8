"""From facts to a stage: the furthest that matches wins."""

from __future__ import annotations

import pytest

from abm.definitions.stages import DEFAULT_STAGES
from abm.stages.models import Facts, Stage
from abm.stages.rules import stage_of


@pytest.mark.parametrize(
    ("facts", "stage"),
    [
        (Facts(), Stage.TARGET),
        (Facts(engagements=1), Stage.AWARE),
        (Facts(engagements=5, minutes=9), Stage.AWARE),
        (Facts(engagements=1, minutes=10), Stage.ENGAGED),
        (Facts(engagements=9, minutes=99, people=5), Stage.ENGAGED),
        (Facts(engagements=9, minutes=100, people=1), Stage.ENGAGED),
        (Facts(engagements=9, minutes=100, people=2), Stage.MQA),
        (Facts(engagements=1, demo_requests=1), Stage.MQA),
        (Facts(engagements=1, minutes=30, meetings_held=1), Stage.MEETING),
        (Facts(open_deals=1), Stage.OPPORTUNITY),
        (Facts(meetings_held=3, open_deals=1, minutes=500, people=9), Stage.OPPORTUNITY),
        (Facts(open_deals=2, won_deals=1), Stage.CUSTOMER),
    ],
)
def test_the_furthest_stage_that_matches_wins(facts: Facts, stage: Stage) -> None:
    assert stage_of(facts, DEFAULT_STAGES).stage is stage


def test_the_cause_says_the_facts_in_words() -> None:
    assert (
        stage_of(Facts(engagements=4, minutes=118, people=3), DEFAULT_STAGES).cause
        == "118 engagement minutes in 90 days, 3 people"
    )
    assert stage_of(Facts(engagements=1), DEFAULT_STAGES).cause == "1 response in 90 days"
    assert stage_of(Facts(meetings_held=1), DEFAULT_STAGES).cause == "1 meeting held in 90 days"


def test_the_stages_stand_in_their_order() -> None:
    assert [stage.rank for stage in Stage] == [*range(7), -1, -1]
