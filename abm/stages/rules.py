"""From facts to a stage: the furthest that matches wins. Pure, so that the same facts always give the same stage."""

from __future__ import annotations

from abm.definitions.stages import StageDefinition
from abm.stages.models import AccountStage, Facts, Stage


def stage_of(facts: Facts, definition: StageDefinition) -> AccountStage:  # noqa: PLR0911 one line a stage
    """The stage of an account and its cause (practice.md: Demandbase, RollWorks, Engagio)."""
    days = definition.window_days
    if facts.won_deals:
        return AccountStage(Stage.CUSTOMER, _count(facts.won_deals, "won deal"))
    if facts.open_deals:
        return AccountStage(Stage.OPPORTUNITY, _count(facts.open_deals, "open deal"))
    if facts.meetings_held:
        return AccountStage(Stage.MEETING, f"{_count(facts.meetings_held, 'meeting')} held in {days} days")
    if facts.demo_requests:
        return AccountStage(Stage.MQA, "asked for a demo")
    engaged = f"{_count(facts.minutes, 'engagement minute')} in {days} days"
    if facts.minutes >= definition.mqa_minutes and facts.people >= definition.mqa_people:
        return AccountStage(Stage.MQA, f"{engaged}, {facts.people} people")
    if facts.minutes >= definition.engaged_minutes:
        return AccountStage(Stage.ENGAGED, engaged)
    if facts.engagements >= definition.aware_engagements:
        return AccountStage(Stage.AWARE, f"{_count(facts.engagements, 'response')} in {days} days")
    return AccountStage(Stage.TARGET, f"no response in {days} days")


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
