"""What changed in each section between two versions of a plan: nobody reads it all again. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from abm.campaigns.kinds import TEXTS, Section
from abm.campaigns.plan import Plan, PlannedPlay
from abm.campaigns.readiness import few
from abm.kit.wording import Words, word_changes


@dataclass(frozen=True)
class Changed:
    """A section that changed: in sentences, and its text word by word where that changed."""

    sentences: list[str]
    words: list[Words]


def changes(before: Plan, after: Plan) -> dict[Section, Changed]:
    """Every section that differs."""
    return {section: _changed(section, before, after) for section in after.differs_from(before)}


def _changed(section: Section, before: Plan, after: Plan) -> Changed:
    name = TEXTS.get(section)
    old, new = (getattr(before, name), getattr(after, name)) if name else ("", "")
    return Changed(list(_sentences(section, before, after)), word_changes(old, new) if old != new else [])


def _sentences(section: Section, before: Plan, after: Plan) -> Iterator[str]:
    match section:
        case Section.OBJECTIVE:
            yield from _said("Name", before.name, after.name)
            yield from _said("First day", before.starts_on, after.starts_on)
            yield from _said("Last day", before.ends_on, after.ends_on)
        case Section.AUDIENCE:
            yield from _audience(before, after)
        case Section.PLAYS:
            yield from _plays(before, after)
        case Section.SALES_ASK:
            yield from _said("Touches per account", before.ask_touches, after.ask_touches)
            yield from _said("By", before.ask_by, after.ask_by)
        case Section.BUDGET:
            yield "Another amount."
        case Section.MEASURE:
            yield from _said("Hold-out in percent", before.holdout.percent, after.holdout.percent)
            yield from _said("Tier 1 in the hold-out", before.holdout.tier_1, after.holdout.tier_1)


def _said(what: str, old: object, new: object) -> Iterator[str]:
    if old != new:
        yield f"{what}: {_words(old)} before, {_words(new)} now."


def _words(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "nothing" if value is None else str(value)


def _audience(before: Plan, after: Plan) -> Iterator[str]:
    old, new = ({one.account: one for one in plan.accounts} for plan in (before, after))
    joined = [one.name for key, one in new.items() if key not in old]
    left = [one.name for key, one in old.items() if key not in new]
    moved = [one.name for key, one in new.items() if key in old and old[key].tier != one.tier]
    if joined:
        yield f"{len(joined)} joined: {few(joined)}."
    if left:
        yield f"{len(left)} left: {few(left)}."
    if moved:
        yield f"Of another tier now: {few(moved)}."
    if before.criteria != after.criteria:
        yield "Other criteria."


def _plays(before: Plan, after: Plan) -> Iterator[str]:
    old, new = ({one.play: one for one in plan.plays} for plan in (before, after))
    for key, one in new.items():
        if key not in old:
            yield f"New: {_play(one)}."
        elif old[key] != one:
            notes = "" if old[key].notes == one.notes else ", with other notes"
            same = _play(old[key]) == _play(one)
            yield f"{_play(one)}{notes}." if same else f"{_play(old[key])} before, {_play(one)} now{notes}."
    for key, one in old.items():
        if key not in new:
            yield f"Gone: {_play(one)}."


def _play(play: PlannedPlay) -> str:
    return f"{play.what}, {play.channel.label.lower()}, {play.day.day} {play.day:%b}"
