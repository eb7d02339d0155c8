"""How well an account fits: the same score in SQL and in its explanation, on both engines."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from abm.accounts.models import Account, create_accounts
from abm.agreement.models import Verdict
from abm.definitions.fit import FIT, Criteria
from abm.definitions.models import begin_definition
from abm.people.seats import Side, seats
from abm.targets.fit import AccountFacts, Part, explain, fact_columns, fit_in_force, score_expression
from tests.cast import Cast
from tests.targets.conftest import NOW

WORDS = ["Pharma", "pharma", "PHARMA AG", "Ölhandel", "ölhandel", "a'b%_\\", "Food, Beverages", "", "5", "1.5"]
NUMBERS = [None, 0, 1, 199, 200, 201, 5000, 100_000_000]


def criteria(*rows: dict[str, Any]) -> Criteria:
    return FIT.read({"criteria": list(rows)})


PHARMA = {"field": "industry", "operator": "is one of", "values": ["pharma", "Food"], "weight": 40}
LARGE = {"field": "employees", "operator": "is between", "least": 200, "most": 5000, "weight": 20}
RICH = {"field": "revenue", "operator": "is between", "least": 1000, "currency": "EUR", "weight": 10, "words": "Pays"}
FLEET = {"field": "custom field", "operator": "contains", "name": "Fleet", "values": ["reefer"], "weight": 30}


def test_the_score_is_what_is_met_of_all_weights_and_each_part_says_what_the_account_has() -> None:
    asked = criteria(PHARMA, LARGE, RICH, FLEET)
    facts = AccountFacts(
        industry="Pharma", employees=1200, revenue=99_999, revenue_currency="EUR", custom={"Fleet": "Reefers, 40 t"}
    )
    found = explain(asked, facts)
    assert found.score == 90
    assert found.parts == (
        Part("Industry is one of pharma, Food", 40, True, "Pharma"),
        Part("Employees 200 to 5,000", 20, True, "1,200"),
        Part("Pays", 10, False, "999 EUR"),
        Part("Fleet contains reefer", 30, True, "Reefers, 40 t"),
    )


def test_what_is_not_known_and_what_cannot_be_compared_is_not_met() -> None:
    assert [part.has for part in explain(criteria(PHARMA, LARGE, RICH, FLEET), AccountFacts()).parts] == [
        "not known"
    ] * 4
    swiss = AccountFacts(revenue=9_000_000, revenue_currency="CHF")
    (part,) = explain(criteria(RICH), swiss).parts
    assert not part.met
    assert part.has == "90,000 CHF: another currency, not compared"


@pytest.mark.parametrize(("met", "score"), [(1, 33), (2, 67), (3, 100), (0, 0)])
def test_a_half_is_rounded_up_to_whole_percent(met: int, score: int) -> None:
    rows = [
        {"field": "city", "operator": "is one of", "values": [f"v{n}"], "weight": 1}
        | ({"values": ["Cork", f"v{n}"]} if n < met else {})
        for n in range(3)
    ]
    assert explain(criteria(*rows), AccountFacts(city="Cork")).score == score


def test_without_criteria_nothing_fits() -> None:
    assert explain((), AccountFacts(industry="Pharma")).score == 0


def rows() -> st.SearchStrategy[dict[str, Any]]:
    """Criteria of every kind, over the words and numbers that the accounts have."""
    weight = st.integers(1, 100)
    values = st.lists(st.sampled_from([word for word in WORDS if word]), min_size=1, max_size=3, unique=True)
    words = st.fixed_dictionaries(
        {
            "field": st.sampled_from(["industry", "segment", "country", "city", "custom field"]),
            "operator": st.sampled_from(["is one of", "contains"]),
            "values": values,
            "name": st.sampled_from(["Fleet", "Fl'eet ö.$"]),
            "weight": weight,
        }
    )
    bounds = st.lists(st.sampled_from(NUMBERS), min_size=2, max_size=2).filter(any)
    between = st.builds(
        lambda field, two, much: {
            "field": field,
            "operator": "is between",
            "least": min(two, key=lambda one: one or 0),
            "most": max(two, key=lambda one: one or 0),
            "currency": "EUR" if field == "revenue" else "",
            "weight": much,
        },
        st.sampled_from(["employees", "revenue"]),
        bounds,
        weight,
    )
    known = st.fixed_dictionaries(
        {"field": st.sampled_from(["parent", "children"]), "operator": st.just("is known"), "weight": weight}
    )
    return st.one_of(words, between, known)


@pytest.fixture
def zoo(session: scoped_session[Session], cast: Cast) -> Session:
    """Accounts with every word and number, some of them parents and some children."""
    customs = [{}, {"Fleet": "reefer"}, {"Fleet": 5}, {"Fleet": True}, {"Fleet": None}, {"Fl'eet ö.$": "Pharma"}]
    turns = zip(range(24), itertools.cycle(WORDS), itertools.cycle(NUMBERS), itertools.cycle(customs), strict=False)
    companies = [
        {
            "name": f"Company {n}",
            "industry": word,
            "segment": WORDS[(n * 3) % len(WORDS)],
            "country": WORDS[(n * 7 + 1) % len(WORDS)],
            "city": WORDS[-n % len(WORDS)],
            "employees": number,
            "revenue": number * 100 if number is not None and n % 5 else None,
            "revenue_currency": "CHF" if n % 4 == 0 else "EUR",
            "custom": custom,
        }
        for n, word, number, custom in turns
    ]
    made = create_accounts(cast.organisation, companies, by=cast.wen, at=NOW)
    for child, parent in ((1, 0), (2, 0), (5, 4)):
        made[child].change(parent=made[parent], by=cast.wen, at=NOW)
    session.flush()
    return session()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(asked=st.lists(rows(), min_size=1, max_size=6))
def test_both_ways_of_counting_agree_on_every_account(zoo: Session, asked: list[dict[str, Any]]) -> None:
    fit = tuple(FIT.read({"criteria": [one]})[0] for one in asked)
    for score, *facts in zoo.execute(select(score_expression(fit), *fact_columns()).select_from(Account)):
        assert score == explain(fit, AccountFacts(*facts)).score
    assert zoo.scalars(select(score_expression(())).select_from(Account)).first() == 0


def test_the_fit_in_force_is_what_both_signed_and_nothing_before(session: scoped_session[Session], cast: Cast) -> None:
    assert fit_in_force(session(), NOW) == ((), None)
    fit = begin_definition(session(), FIT, {"criteria": [PHARMA]}, by=cast.wen, at=NOW)
    version = fit.propose(FIT, starts_on=cast.organisation.today(NOW), by=cast.wen, at=NOW)
    for side, person in ((Side.SALES, cast.renata), (Side.MARKETING, cast.amara)):
        said = {"digest": version.digest, "verdict": Verdict.APPROVE}
        fit.sign(version, seat=seats(session())[side], by=person, at=NOW, **said)
    assert fit_in_force(session(), NOW - timedelta(seconds=1)) == ((), None)
    assert fit_in_force(session(), NOW) == (criteria(PHARMA), NOW)
