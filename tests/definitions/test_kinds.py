"""What each kind of definition reads, refuses, says in words and finds different. No database."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from abm.agreement.canonical import freeze
from abm.agreement.record import BOTH_SEATS, REQUIRED
from abm.definitions.catalogue import KINDS
from abm.definitions.fit import FIT
from abm.definitions.forms import FORMS
from abm.definitions.list_rules import LIST_RULES, ListRules
from abm.definitions.stages import DEFAULT_STAGES, STAGES, CoverageWanted, Held, Response, StageDefinitions
from abm.kit.rules import RuleBroken

RULES = {"remind_after_days": 3, "also_with_after_days": 6, "expires_after_days": 21, "carry_over_weeks": 2}
STRICT: dict[str, Any] = {
    **STAGES.written(DEFAULT_STAGES),
    "window_days": 60,
    "engaged_minutes": 20,
    "minutes_download": 5,
    "coverage_percent_3": 70,
    "coverage_weeks_3": 4,
}
PHARMA = {"field": "industry", "operator": "is one of", "values": ["Pharma", "Food"], "weight": 40}
LARGE = {"field": "employees", "operator": "is between", "least": 200, "most": 5000, "weight": 20}
GROUP = {"field": "parent", "operator": "is known", "weight": 5, "words": "Part of a group"}
FLEET = {"field": "custom field", "operator": "contains", "name": "Fleet", "values": ["reefer"], "weight": 35}
REVENUE = {"field": "revenue", "operator": "is between", "least": 10_000_000, "currency": "EUR", "weight": 10}
EVERYTHING = [PHARMA, LARGE, GROUP, FLEET, REVENUE]


def refused(kind: Any, facts: dict[str, Any]) -> tuple[str | None, str]:
    with pytest.raises(RuleBroken) as refusal:
        kind.read(facts)
    return refusal.value.field, refusal.value.message


def test_every_kind_has_its_form_and_needs_both_seats_in_a_signed_record() -> None:
    assert set(FORMS) == set(KINDS)
    assert {REQUIRED[kind.kind] for kind in KINDS.values()} == {BOTH_SEATS}


def test_what_is_read_is_written_the_same_and_can_be_frozen() -> None:
    for kind, facts in ((LIST_RULES, RULES), (FIT, {"criteria": EVERYTHING}), (STAGES, STRICT)):
        written = kind.written(kind.read(facts))  # type: ignore[var-annotated]
        assert written == facts
        assert freeze(kind=kind.kind, document="x" * 16, number=1, predecessor=None, content=written).digest


def test_the_list_rules_read_as_a_sentence() -> None:
    assert LIST_RULES.sentence(ListRules(1, 5, 14, 0)) == (
        "Whoever is awaited is reminded after 1 day, and then every day; after 5 days the next in line sees it too; "
        "after 14 days the proposal closes itself. "
        "A quarter that starts unsigned works on with the last list for no week."
    )


@pytest.mark.parametrize(
    ("facts", "field", "mend"),
    [
        ({"remind_after_days": 0}, "remind_after_days", "from 1 to 90"),
        ({"expires_after_days": 91}, "expires_after_days", "from 1 to 90"),
        ({"carry_over_weeks": 14}, "carry_over_weeks", "from 0 to 13"),
        ({"carry_over_weeks": None}, "carry_over_weeks", "Write a whole number"),
        ({"remind_after_days": True}, "remind_after_days", "Write a whole number"),
        ({"remind_after_days": 7}, "also_with_after_days", "before the first reminder"),
        ({"expires_after_days": 6}, "expires_after_days", "before the next in line has seen it"),
    ],
)
def test_list_rules_that_make_no_sense_are_refused_with_the_mend(facts: dict[str, Any], field: str, mend: str) -> None:
    where, message = refused(LIST_RULES, {**RULES, **facts})
    assert where == field
    assert mend in message


def test_the_default_stages_are_those_of_practice() -> None:
    figures = ("window_days", "aware_engagements", "engaged_minutes", "mqa_minutes", "mqa_people")
    assert [getattr(DEFAULT_STAGES, name) for name in figures] == [90, 1, 10, 100, 2]
    counted = {one.value: DEFAULT_STAGES.minutes_of(one) for one in Response}
    minutes = {"visit": 1, "reply": 2, "download": 10, "webinar": 30, "event": 30, "meeting": 30, "dinner": 120}
    assert counted == minutes
    wanted = {tier: (one.percent, one.window) for tier, one in DEFAULT_STAGES.coverage_by_tier.items()}
    assert wanted == {1: (100, "this week"), 2: (90, "in 4 weeks"), 3: (80, "in 13 weeks")}


def test_stages_that_were_read_say_what_differs_from_the_default() -> None:
    strict = STAGES.read(STRICT)
    assert (strict.minutes_of(Response.DOWNLOAD), strict.coverage_by_tier[3]) == (5, CoverageWanted(70, 4))
    changed = {one.words: (one.before, one.after) for one in STAGES.difference(DEFAULT_STAGES, strict)}
    assert changed == {
        "Responses and meetings count for": ("90 days", "60 days"),
        "Engaged from": ("10 engagement minutes", "20 engagement minutes"),
        "A download": ("10 minutes", "5 minutes"),
        "Tier 3: share touched": ("80 %", "70 %"),
        "Tier 3: within": ("13 weeks", "4 weeks"),
    }
    assert "Within 60 days, 1 response makes a target account aware, 20 engagement" in STAGES.sentence(strict)
    assert "that day and the 59 days before it" in STAGES.formulas(strict)[0]


@pytest.mark.parametrize(
    ("facts", "field", "mend"),
    [
        ({"window_days": 6}, "window_days", "from 7 to 730"),
        ({"mqa_minutes": 19}, "mqa_minutes", "marketing-qualified before it is engaged"),
        ({"minutes_visit": None}, "minutes_visit", "from 0 to 1,000"),
        ({"coverage_percent_1": 101}, "coverage_percent_1", "from 0 to 100"),
        ({"coverage_weeks_2": 5}, "coverage_weeks_2", "over 1, 4 or 13 weeks"),
    ],
)
def test_stages_that_make_no_sense_are_refused_with_the_mend(facts: dict[str, Any], field: str, mend: str) -> None:
    where, message = refused(STAGES, {**STRICT, **facts})
    assert where == field
    assert mend in message


def test_a_day_has_the_version_that_is_in_force_at_its_end() -> None:
    monday, tuesday = date(2026, 11, 23), date(2026, 11, 24)
    strict = STAGES.read(STRICT)
    held = StageDefinitions([Held(2, tuesday, strict), Held(1, tuesday, DEFAULT_STAGES), Held(3, date.max, strict)])
    assert [held.on(day).number for day in (monday, tuesday, date(2027, 1, 1), date.max)] == [None, 2, 2, 3]
    assert held.on(monday).words == "the default, not yet agreed"
    assert held.on(tuesday).words == "version 2, signed by both seats"


def test_a_fit_reads_as_a_sentence_the_heaviest_first() -> None:
    assert FIT.sentence(FIT.read({"criteria": EVERYTHING})) == (
        "An account fits by: Industry is one of Pharma, Food (40 of 110); Fleet contains reefer (35 of 110); "
        "Employees 200 to 5,000 (20 of 110); Yearly revenue at least 10,000,000 EUR (10 of 110); "
        "Part of a group (5 of 110)."
    )


@pytest.mark.parametrize(
    ("row", "field", "mend"),
    [
        ({**PHARMA, "field": "shoe size"}, "criteria.1", "choose what it looks at"),
        ({**PHARMA, "operator": "is between"}, "criteria.1", "choose what it looks at"),
        ({**PHARMA, "weight": 0}, "criteria.1.weight", "from 1 to 100"),
        ({**PHARMA, "weight": 101}, "criteria.1.weight", "from 1 to 100"),
        ({**PHARMA, "values": [" "]}, "criteria.1.values", "at least one value"),
        ({**PHARMA, "values": "Pharma"}, "criteria.1.values", "at least one value"),
        ({**PHARMA, "values": ["x" * 101]}, "criteria.1.values", "at most 100 characters"),
        ({**PHARMA, "values": [f"v{n}" for n in range(51)]}, "criteria.1.values", "at most 50 values"),
        ({**FLEET, "name": ""}, "criteria.1.name", "name of the custom field"),
        ({**FLEET, "name": 'a"b'}, "criteria.1.name", "no quotes"),
        ({**LARGE, "least": None, "most": None}, "criteria.1.least", "the least, the most, or both"),
        ({**LARGE, "least": 9, "most": 8}, "criteria.1.most", "less than the least"),
        ({**LARGE, "least": -1}, "criteria.1.least", "whole numbers up to 100,000,000"),
        ({**REVENUE, "currency": "EURO"}, "criteria.1.currency", "at most 3 characters"),
        ({**REVENUE, "currency": "ZZZ"}, "criteria.1.currency", "in which currency"),
        ("rubbish", "criteria.1", "choose what it looks at"),
    ],
)
def test_a_criterion_that_cannot_be_asked_is_refused_with_the_mend(row: Any, field: str, mend: str) -> None:
    where, message = refused(FIT, {"criteria": [row]})
    assert where == field
    assert mend in message


def test_a_fit_has_one_to_thirty_criteria_and_asks_nothing_twice() -> None:
    assert refused(FIT, {"criteria": []})[0] == "criteria"
    assert refused(FIT, {})[0] == "criteria"
    assert "at most 30" in refused(FIT, {"criteria": [PHARMA] * 31})[1]
    again = {**PHARMA, "values": ["Food", "Pharma"], "weight": 1}
    assert refused(FIT, {"criteria": [PHARMA, again]}) == (
        "criteria.2",
        "Criterion 2 asks what another one asks already.",
    )


def test_a_difference_names_what_came_went_and_weighs_otherwise() -> None:
    before = FIT.read({"criteria": [PHARMA, LARGE]})
    after = FIT.read({"criteria": [GROUP, {**PHARMA, "weight": 50}]})
    changes = [(one.words, one.before, one.after) for one in FIT.difference(before, after)]
    assert changes == [
        ("Belongs to a larger company", None, "weight 5 (“Part of a group”)"),
        ("Industry is one of", "Pharma, Food; weight 40", "Pharma, Food; weight 50"),
        ("Employees", "200 to 5,000; weight 20", None),
    ]
    assert len(FIT.difference(None, after)) == 2
    assert FIT.difference(after, after) == []
