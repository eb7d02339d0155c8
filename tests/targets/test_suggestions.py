"""Suggestions come from facts: the fit, open deals, past engagement, known roles; the strongest first, with reasons."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask

from abm.accounts.contacts import BuyingRole, add_contact
from abm.accounts.crm_stages import all_stages
from abm.accounts.deals import create_opportunity
from abm.accounts.models import Account, create_accounts
from abm.accounts.usual_stages import add_usual_stages
from abm.agreement.models import Verdict
from abm.definitions.fit import FIT, Criteria
from abm.definitions.models import begin_definition
from abm.kit.db import db
from abm.people.seats import Side, seats
from abm.targets.models import Entry
from abm.targets.queries import accounts_to_enter
from abm.targets.suggestions import Suggestion, coverage_words, suggestions
from abm.touches.kinds import Channel, Direction, TouchSide
from abm.touches.logging import log_touch
from tests.counting import statements
from tests.targets.browsing import LIST, text
from tests.targets.conftest import BEFORE, NOW, Ground, Web

PHARMA = {"field": "industry", "operator": "is one of", "values": ["Pharma"], "weight": 60}
LARGE = {"field": "employees", "operator": "is between", "least": 200, "weight": 40}
ASKED: Criteria = FIT.read({"criteria": [PHARMA, LARGE]})


def suggested(ground: Ground, criteria: Criteria = ASKED, least: int = 0, most: int = 50) -> list[Suggestion]:
    ground.session.flush()
    candidates = accounts_to_enter(ground.target_list.id, "", criteria=criteria, fit_at_least=least)
    organisation = ground.cast.organisation
    policies, today = ground.target_list.policies, organisation.today(NOW)
    return suggestions(
        ground.session, candidates, criteria, policies, organisation=organisation, today=today, most=most
    )


def know(ground: Ground, account: Account, **facts: Any) -> None:
    account.change(by=ground.cast.wen, at=NOW, **facts)


def sell(ground: Ground, account: Account, amount: int | None, *, stage: int = 0, **facts: Any) -> None:
    by, organisation = ground.cast.wen, ground.cast.organisation
    if not all_stages(ground.session):
        add_usual_stages(organisation, by=by, at=BEFORE)
    ground.session.flush()
    facts = {"created_on": date(2026, 10, 1), "amount": amount, **facts}
    kind = all_stages(ground.session)[stage]
    create_opportunity(organisation, account=account, name="Pilot", stage=kind, by=by, at=NOW, **facts)


def engage(ground: Ground, account: Account, *, days_ago: int = 1, channel: Channel, outcome: str) -> None:
    when = NOW - timedelta(days=days_ago)
    log_touch(
        account,
        organisation=ground.cast.organisation,
        by=ground.cast.priya,
        at=when + timedelta(minutes=5),
        client_key=f"{account.id} {days_ago} {outcome}",
        side=TouchSide.MARKETING,
        direction=Direction.INBOUND,
        channel=channel,
        outcome=outcome,
        when=when,
    )


def meet(ground: Ground, account: Account, *roles: BuyingRole) -> None:
    for number, role in enumerate(roles):
        add_contact(account, name=f"Person {number}", buying_role=role, by=ground.cast.wen, at=NOW)


def test_the_strongest_stands_first_and_each_says_why(ground: Ground) -> None:
    fits, sold, engaged, known, *_ = ground.accounts
    know(ground, fits, industry="Pharma", employees=150)
    sell(ground, sold, 1_000_00)
    sell(ground, sold, 2_500_00)
    engage(ground, engaged, channel=Channel.WEBINAR, outcome="attended")
    engage(ground, engaged, channel=Channel.EMAIL, outcome="replied", days_ago=70)
    meet(ground, known, BuyingRole.CHAMPION, BuyingRole.CHAMPION, BuyingRole.USER, BuyingRole.UNKNOWN)

    found = suggested(ground)

    assert [(one.name, one.strength) for one in found] == [
        (fits.name, 60),
        (sold.name, 40),
        (engaged.name, 12),  # 32 of 100 minutes
        (known.name, 8),  # 2 of the 5 roles that tier 1 wants
        (ground.accounts[4].name, 0),
        (ground.accounts[5].name, 0),
    ]
    assert [one.reasons for one in found[1:]] == [
        ["2 open deals, €3,500"],
        ["32 engagement minutes, 2 responses in 13 weeks"],
        ["2 buying roles known: enough for tier 3"],
        [],
        [],
    ]
    assert found[0].fit is not None
    assert [(part.met, part.has) for part in found[0].fit.parts] == [(True, "Pharma"), (False, "150")]


def test_what_is_in_the_draft_or_archived_is_not_suggested(ground: Ground) -> None:
    ground.put_in(ground.accounts[0])
    ground.take_out(ground.put_in(ground.accounts[1]))
    ground.accounts[2].archive(by=ground.cast.wen, at=NOW)
    assert [one.name for one in suggested(ground)] == [account.name for account in ground.accounts[3:]]


def test_closed_unmatched_and_foreign_deals_and_old_engagement_count_as_they_should(ground: Ground) -> None:
    first, second, third = ground.accounts[:3]
    sell(ground, first, 100_00, created_on=None)
    sell(ground, first, 100_00, stage=-1, closed_on=date(2026, 11, 1))
    sell(ground, second, 100_00, currency="CHF")
    engage(ground, third, channel=Channel.WEBINAR, outcome="attended", days_ago=92)
    found = {one.name: one for one in suggested(ground, ())}
    assert found[first.name].open_deals == 0
    assert found[second.name].reasons == ["1 open deal"]
    assert found[second.name].worth.unknown == 1
    assert found[third.name].reasons == []


def test_what_may_not_be_approached_stands_last_and_says_so(ground: Ground) -> None:
    know(ground, ground.accounts[0], industry="Pharma", employees=900)
    ground.accounts[0].leave_alone("In court with us", until=None, by=ground.cast.wen, at=NOW)
    ground.accounts[1].leave_alone("Over", until=date(2026, 11, 23), by=ground.cast.wen, at=NOW)
    *_, last = suggested(ground)
    assert last.name == ground.accounts[0].name
    assert last.reasons == ["do not approach: In court with us"]


def test_a_filter_leaves_what_fits_well_enough(ground: Ground) -> None:
    know(ground, ground.accounts[0], industry="Pharma", employees=900)
    know(ground, ground.accounts[1], industry="pharma")
    assert [one.name for one in suggested(ground, least=61)] == [ground.accounts[0].name]
    assert len(suggested(ground, least=60)) == 2
    assert suggested(ground, (), least=1) == []


@pytest.mark.parametrize(
    ("known", "said"),
    [
        (6, "6 buying roles known: enough for tier 1"),
        (4, "4 buying roles known: enough for tier 2"),
        (1, "1 buying role known of 2 that tier 3 wants"),
    ],
)
def test_known_roles_are_said_against_the_wish_of_the_tiers(known: int, said: str) -> None:
    assert coverage_words(known, {1: 5, 2: 3, 3: 2}) == said


def define(ground: Ground) -> None:
    """Both seats sign the fit."""
    session, cast = ground.session, ground.cast
    fit = begin_definition(session, FIT, {"criteria": [PHARMA, LARGE]}, by=cast.wen, at=BEFORE)
    version = fit.propose(FIT, starts_on=cast.organisation.today(BEFORE), by=cast.wen, at=BEFORE)
    for side, person in ((Side.SALES, cast.renata), (Side.MARKETING, cast.amara)):
        said: Any = {"digest": version.digest, "verdict": Verdict.APPROVE}
        fit.sign(version, seat=seats(session)[side], by=person, at=BEFORE, **said)
    session.commit()


def test_the_page_explains_each_score_and_adds_what_its_filter_shows(web: Web, ground: Ground) -> None:
    know(ground, ground.accounts[3], industry="Pharma", employees=900)
    ground.session.commit()
    web.sign_in(ground.cast.priya)
    before = text(web.get(f"{LIST}/candidates"))
    assert "No fit definition yet" in before
    define(ground)
    page = text(web.get(f"{LIST}/candidates"))
    assert page.index("Company 0003") < page.index("Company 0000")
    assert "Industry is one of Pharma (weight 60): Pharma" in page
    narrowed = text(web.get(f"{LIST}/candidates?fit=75"))
    assert "Company 0003" in narrowed
    assert "Company 0000" not in narrowed
    assert web.get(f"{LIST}/candidates?fit=rubbish").status_code == 200
    assert web.post(f"{LIST}/entries", data={"everything": "y", "q": "", "fit": "rubbish"}).status_code == 422
    assert web.post(f"{LIST}/entries", data={"everything": "y", "q": "", "fit": "75"}).status_code == 303
    assert [entry.account_id for entry in ground.session.query(Entry)] == [ground.accounts[3].id]


def test_the_page_asks_the_same_few_questions_of_two_thousand_accounts(app: Flask, web: Web, ground: Ground) -> None:
    define(ground)
    web.sign_in(ground.cast.amara)
    counts = []
    for count in (20, 2000):
        facts = [{"name": f"Firm {count} {n}", "industry": "Pharma", "employees": n} for n in range(count)]
        create_accounts(ground.cast.organisation, facts, by=ground.cast.wen, at=BEFORE)
        sell(ground, ground.accounts[0], 100)
        ground.session.commit()
        with app.app_context():
            engine = db.engine
        web.get(f"{LIST}/candidates?fit=50")
        with statements(engine) as sent:
            assert web.get(f"{LIST}/candidates?fit=50").status_code == 200
        counts.append(len(sent))
    assert counts[0] == counts[1] <= 12
