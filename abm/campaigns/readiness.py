"""What a plan still needs before Sales looks at it, and before it is launched: sentences that say the mend."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from abm.campaigns.kinds import Section
from abm.campaigns.plan import Plan, named


def missing(plan: Plan, today: date, *, listed: bool = True) -> dict[Section, list[str]]:
    """Per section, what is missing for a review. `listed`: whether any list holds on the campaign's days."""
    found = {
        Section.OBJECTIVE: _objective(plan, today),
        Section.AUDIENCE: _audience(plan, listed=listed),
        Section.MESSAGE: _text(plan.message, "Write the message that both sides carry."),
        Section.OFFER: _text(plan.offer, "Write what is offered, and the proof for it."),
        Section.PLAYS: _plays(plan),
        Section.SALES_ASK: _ask(plan, today),
        Section.BUDGET: [] if plan.budget is not None else ["Say what it costs; 0 is an answer."],
        Section.MEASURE: _text(plan.measure, "Write what will be measured, and what is expected."),
    }
    return {section: sentences for section, sentences in found.items() if sentences}


def obstacles(plan: Plan, *, gone: Sequence[str], today: date) -> list[str]:
    """What keeps an approved plan from being launched. `gone`: accounts that no list of its days has any longer."""
    found = []
    if plan.ends_on < today:
        found.append("The last day of the campaign has passed: choose later days.")
    elif plan.ask_by is not None and plan.ask_by < max(today, plan.starts_on):
        found.append("The day by which Sales is asked has passed: choose a later one.")
    if gone:
        verb = "is" if len(gone) == 1 else "are"
        found.append(f"{few(gone)} {verb} no longer on the target list: submit the plan again without them.")
    return found


def look_again(approvers: Sequence[str], changed: Sequence[Section]) -> str:
    """`Ines Calder to look again: the offer and proof changed`: an approval that the draft has left behind."""
    return f"{' and '.join(approvers) or 'Sales'} to look again: {named(changed)} changed"


def few(names: Sequence[str]) -> str:
    """Some names and how many more: `Halden Freight, Orbis Pharma and 3 more`."""
    if len(names) <= 3:
        return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
    return f"{', '.join(names[:3])} and {len(names) - 3} more"


def either(words: Sequence[str]) -> str:
    """`draft, live or paused`."""
    return " or ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


def _text(text: str, sentence: str) -> list[str]:
    return [] if text else [sentence]


def _objective(plan: Plan, today: date) -> list[str]:
    found = _text(plan.objective, "Write what the campaign is for.")
    return found if plan.ends_on >= today else [*found, "The last day has passed: choose later days."]


def _audience(plan: Plan, *, listed: bool) -> list[str]:
    if plan.accounts:
        return []
    if not listed:
        return ["No target list is in force or scheduled for these days: both sides sign it first."]
    if not plan.criteria.aims:
        return ["Choose the tiers that the campaign aims at, or accounts one by one."]
    return ["No account of the list meets these criteria: choose wider ones."]


def _plays(plan: Plan) -> list[str]:
    if not plan.plays:
        return ["Add at least one play."]
    outside = [play.what for play in plan.plays if not plan.starts_on <= play.day <= plan.ends_on]
    return [f"{what} lies outside the days of the campaign." for what in outside]


def _ask(plan: Plan, today: date) -> list[str]:
    found = [] if plan.ask_touches else ["Say how many touches per account Sales is asked for."]
    if plan.ask_by is None:
        found.append("Say by when Sales is asked.")
    elif not max(plan.starts_on, today) <= plan.ask_by <= plan.ends_on:
        found.append("The day by which Sales is asked lies outside the days that the campaign has left.")
    return found + _text(plan.talk_track, "Write the talk track.")
