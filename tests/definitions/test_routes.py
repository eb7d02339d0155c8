"""Definitions on the web: read by all, drafted by those who may, signed by the two seats with the digest they saw."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import time_machine
from flask import Flask

from abm.agreement.models import State
from abm.agreement.record import check_record
from abm.kit.db import db
from abm.people.seats import Side
from tests.cast import PASSWORD
from tests.counting import statements
from tests.definitions.browsing import FIT, draft, words
from tests.definitions.conftest import CRITERIA, NOW, PHARMA, RULES, STRICT, Desk, Web
from tests.passwords import give_passwords

RULES_SENT = {name: str(value) for name, value in RULES.items()} | {"revision": "0", "do": "save"}
ROW = {"criteria-0-what": "industry:is one of", "criteria-0-values": "Pharma\nFood", "criteria-0-weight": "40"}
FIT_SENT = {**ROW, "revision": "0", "do": "save"}
LIST, STAGES = "/definitions/list-rules", "/definitions/stages"


def test_before_anybody_writes_the_default_stands_labelled_and_a_fit_is_missing(web: Web, desk: Desk) -> None:
    web.sign_in(desk.cast.vera)
    page = words(web.get("/definitions"))
    assert "default, not yet agreed" in page
    assert "not defined yet" in page
    assert "after 14 days the proposal closes itself" in page
    assert "Default, not yet agreed" in words(web.get(LIST))
    assert "No fit definition yet" in words(web.get(FIT))
    assert web.get("/definitions/shoe-size").status_code == 404
    assert web.get(f"{LIST}/versions/1").status_code == 404


def test_whoever_may_not_define_reads_who_may(web: Web, desk: Desk) -> None:
    web.sign_in(desk.cast.tomas)
    for answer in (web.get(f"{FIT}/edit"), web.post(f"{FIT}/edit", FIT_SENT), web.post(f"{FIT}/versions")):
        assert answer.status_code == 403
        assert "write and propose definitions" in words(answer)
        assert "RevOps" in words(answer)
    assert draft(desk, "fit") is None


def test_the_draft_of_the_rules_is_saved_and_proposed_and_both_sign(web: Web, desk: Desk) -> None:
    web.sign_in(desk.cast.wen)
    assert web.post(f"{LIST}/edit", RULES_SENT).location == LIST
    page = words(web.get(LIST))
    assert "Also with the next in line after 5 days 6 days" in page
    sent = {"starts_on": "2026-11-24", "revision": "1", "idempotency_key": "k" * 32}
    first = web.post(f"{LIST}/versions", sent)
    assert first.location == f"{LIST}/versions/1"
    assert web.post(f"{LIST}/versions", sent).location == first.location
    for person in (desk.cast.renata, desk.cast.amara):
        web.sign_in(person)
        digest = re.findall(r'name="digest" value="([0-9a-f]{64})"', web.get(f"{LIST}/versions/1").text)[0]
        signing = {"digest": digest, "verdict": "approve", "comment": ""}
        assert web.post(f"{LIST}/versions/1/signatures", signing).status_code == 303
    assert "is in force since 24 Nov 2026" in words(web.get(LIST))
    assert "version 1 since 24 Nov 2026" in words(web.get("/definitions"))
    assert all(finding.holds for finding in check_record(web.get(f"{LIST}/versions/1/record.json").data))


def test_a_page_says_formula_sources_exclusions_and_history(web: Web, desk: Desk) -> None:
    stages = desk.begin("stages")
    desk.agree(stages, at=NOW - timedelta(hours=1))
    desk.change(stages, {**STRICT, "window_days": 45})
    desk.agree(stages, date(2026, 12, 1), at=NOW - timedelta(minutes=30))
    desk.session.commit()
    web.sign_in(desk.cast.vera)
    page = words(web.get(STAGES))
    assert "Within 30 days, 1 response makes a target account aware, 20 engagement minutes engaged" in page
    assert "that day and the 29 days before it: a visit, a click or a sign-up 1;" in page
    assert "Voided touches" in page
    assert "Version 1 in force" in page
    assert "held from 24 Nov 2026 to 1 Dec 2026" in page
    assert "Within 45 days" not in page
    for address in (FIT, LIST):
        assert "What it leaves out" in words(web.get(address))


def test_the_draft_of_the_stages_is_saved_as_typed_and_refuses_what_makes_no_sense(web: Web, desk: Desk) -> None:
    web.sign_in(desk.cast.wen)
    assert 'name="minutes_dinner"' in web.get(f"{STAGES}/edit").text
    sent = {name: str(value) for name, value in STRICT.items()} | {"revision": "0", "do": "save"}
    refused = web.post(f"{STAGES}/edit", {**sent, "coverage_weeks_2": "5", "mqa_people": ""})
    assert refused.status_code == 422
    assert draft(desk, "stages") is None
    assert web.post(f"{STAGES}/edit", sent).location == STAGES
    assert draft(desk, "stages") == STRICT


def test_a_default_that_nobody_touched_can_be_agreed_on_as_it_is(web: Web, desk: Desk) -> None:
    web.sign_in(desk.cast.ines)
    answer = web.post(f"{LIST}/versions", {"starts_on": "2026-11-24", "revision": "0"})
    assert answer.location == f"{LIST}/versions/1"
    refused = web.post(f"{FIT}/versions", {"starts_on": "2026-11-24", "revision": "0"})
    assert refused.status_code in {409, 422}
    assert "Add at least one criterion" in words(refused)


def test_a_proposal_for_a_day_that_is_over_keeps_what_was_typed(web: Web, desk: Desk) -> None:
    web.sign_in(desk.cast.wen)
    answer = web.post(f"{LIST}/versions", {"starts_on": "2026-11-23", "revision": "0"})
    assert answer.status_code == 422
    assert "from today on at the earliest" in words(answer)
    assert 'value="2026-11-23"' in answer.text
    assert web.post(f"{LIST}/versions", {"starts_on": "soon", "revision": "0"}).status_code == 422


def test_criteria_come_and_go_by_buttons_and_keep_what_was_typed(web: Web, desk: Desk) -> None:
    web.sign_in(desk.cast.priya)
    typed = {**ROW, "criteria-0-weight": "forty", "revision": "0"}
    added = web.post(f"{FIT}/edit", {**typed, "do": "add", "add": "revenue:is between"})
    assert added.status_code == 200
    assert re.search(r'name="criteria-0-weight"[^>]*value="forty"', added.text)
    assert 'name="criteria-1-least"' in added.text
    assert re.search(r'name="criteria-1-currency"[^>]*value="EUR"', added.text)
    two = {**typed, "criteria-1-what": "revenue:is between", "criteria-1-least": "1,000", "criteria-1-weight": "9"}
    removed = web.post(f"{FIT}/edit", {**two, "do": "remove-0"})
    assert re.findall(r'name="criteria-\d-what"[^>]*value="([^"]*)"', removed.text) == ["revenue:is between"]
    assert 'value="1,000"' in removed.text
    odd = web.post(f"{FIT}/edit", {**two, "do": "add", "add": "shoe size", "criteria-²-what": "x", "criteria": "y"})
    assert odd.status_code == 200
    assert draft(desk, "fit") is None


def test_a_fit_is_saved_by_rows_and_says_which_row_is_wrong(web: Web, desk: Desk) -> None:
    web.sign_in(desk.cast.priya)
    wrong = web.post(f"{FIT}/edit", {**FIT_SENT, "criteria-0-weight": "forty"})
    assert wrong.status_code == 422
    assert "1, Industry is one of, Weight: Write a whole number." in words(wrong)
    refused = web.post(f"{FIT}/edit", {**FIT_SENT, "criteria-0-weight": "400", "criteria-7-what": "parent:is known"})
    assert refused.status_code == 422
    assert "1, Industry is one of, Weight: Write a weight from 1 to 100." in words(refused)
    assert "Add at least one criterion" in words(web.post(f"{FIT}/edit", {"revision": "0", "do": "save"}))
    sent = {
        **FIT_SENT,
        "criteria-5-what": "employees:is between",
        "criteria-5-least": "200",
        "criteria-5-most": "5,000",
    }
    assert web.post(f"{FIT}/edit", {**sent, "criteria-5-weight": "20"}).status_code == 303
    assert draft(desk, "fit") == CRITERIA
    shown = web.get(f"{FIT}/edit").text
    assert re.search(r'name="criteria-1-most"[^>]*value="5000"', shown)
    assert "Pharma\nFood</textarea>" in shown.replace("\r\n", "\n")


def test_two_who_edit_from_one_page_give_one_draft_and_a_conflict_that_can_be_decided(web: Web, desk: Desk) -> None:
    desk.begin("fit")
    desk.session.commit()
    web.sign_in(desk.cast.priya)
    mine = {**FIT_SENT, "revision": "1"}
    assert web.post(f"{FIT}/edit", {**mine, "criteria-0-weight": "70"}).status_code == 303
    web.sign_in(desk.cast.wen)
    answer = web.post(f"{FIT}/edit", {**mine, "criteria-0-weight": "10"})
    assert answer.status_code == 409
    assert "Pharma, Food; weight 70 Pharma, Food; weight 10" in words(answer)
    assert draft(desk, "fit")["criteria"][0]["weight"] == 70
    revision = re.findall(r'name="revision"[^>]*value="(\d+)"', answer.text)[0]
    assert web.post(f"{FIT}/edit", {**mine, "criteria-0-weight": "10", "revision": revision}).status_code == 303
    assert draft(desk, "fit")["criteria"][0]["weight"] == 10
    begun_meanwhile = web.post(f"{FIT}/edit", {**FIT_SENT, "criteria-0-weight": "11"})
    assert begun_meanwhile.status_code == 409


def test_a_stale_page_signs_nothing_and_shows_the_difference(web: Web, desk: Desk) -> None:
    fit = desk.begin("fit")
    seen = desk.propose(fit).digest
    desk.change(fit, {"criteria": [{**PHARMA, "weight": 99}]})
    desk.propose(fit)
    desk.session.commit()
    web.sign_in(desk.cast.renata)
    for number in (1, 2):
        answer = web.post(f"{FIT}/versions/{number}/signatures", {"digest": seen, "verdict": "approve"})
        assert answer.status_code == 409
        assert "Pharma, Food; weight 40 Pharma, Food; weight 99" in words(answer)
        assert "Look at version 2" in words(answer)
    assert fit.document.versions[-1].valid_signatures() == []


def test_a_version_shows_the_difference_first_and_who_is_awaited(web: Web, desk: Desk) -> None:
    rules = desk.begin()
    desk.propose(rules)
    desk.session.commit()
    web.sign_in(desk.cast.vera)
    page = words(web.get(f"{LIST}/versions/1"))
    assert "What changes against the default" in page
    assert page.index("14 days 21 days") < page.index("waiting for Amara Osei (CMO)")
    refused = web.post(f"{LIST}/versions/1/signatures", {"digest": "0" * 64, "verdict": "approve"})
    assert refused.status_code == 403
    assert "Renata Voss (CRO)" in words(refused)
    elsewhere = web.post(f"{LIST}/versions/1/signatures?programme=americas", {"digest": "0" * 64, "verdict": "approve"})
    assert elsewhere.status_code == 403


def test_signing_asks_for_the_password_again_and_a_decline_for_its_reason(web: Web, desk: Desk) -> None:
    rules = desk.begin()
    version = desk.propose(rules)
    give_passwords(desk.cast, desk.session)
    digest = version.digest
    web.sign_in(desk.cast.renata)
    address = f"{LIST}/versions/1/signatures"
    assert web.post(address, {"digest": digest, "verdict": "decline", "comment": " "}).status_code == 422
    with time_machine.travel(NOW.replace(hour=10), tick=False):
        asked = web.post(address, {"digest": digest, "verdict": "approve"})
        assert asked.status_code == 422
        assert "Write your password" in words(asked)
        given = {"digest": digest, "verdict": "approve", "confirm_password": PASSWORD}
        assert web.post(address, given).status_code == 303
        assert web.post(f"{address}/withdrawals", {"reason": ""}).status_code == 303
    assert version.valid_signatures() == []


def test_who_proposed_withdraws_the_proposal_and_nobody_else(web: Web, desk: Desk) -> None:
    rules = desk.begin()
    version = desk.propose(rules)
    desk.session.commit()
    web.sign_in(desk.cast.priya)
    refused = web.post(f"{LIST}/versions/1/withdrawals")
    assert refused.status_code == 403
    assert "Wen Zhao" in words(refused)
    web.sign_in(desk.cast.wen)
    assert web.post(f"{LIST}/versions/1/withdrawals").location == LIST
    desk.session.expire_all()
    assert version.state is State.WITHDRAWN


def test_what_waits_stands_on_the_home_page_of_the_seat_until_it_has_signed(web: Web, desk: Desk) -> None:
    rules = desk.begin()
    first = desk.propose(rules)
    desk.sign(rules, first, Side.SALES)
    desk.session.commit()
    web.sign_in(desk.cast.renata)
    assert "List rules" not in words(web.get("/"))
    web.sign_in(desk.cast.amara)
    assert "Sign the definition “List rules”, version 1" in words(web.get("/"))
    desk.change(rules, {**RULES, "carry_over_weeks": 1})
    desk.propose(rules)
    desk.session.commit()
    web.sign_in(desk.cast.renata)
    home = words(web.get("/"))
    assert "Look again at the definition “List rules”, version 2" in home
    assert "you signed version 1" in home


def test_pages_take_few_queries(app: Flask, web: Web, desk: Desk) -> None:
    changed: dict[str, dict[str, Any]] = {
        "fit": {"criteria": [PHARMA]},
        "list-rules": {**RULES, "carry_over_weeks": 1},
        "stages": {**STRICT, "window_days": 31},
    }
    for slug, facts in changed.items():
        definition = desk.begin(slug)
        desk.agree(definition)
        desk.change(definition, facts)
        desk.propose(definition)
    desk.session.commit()
    web.sign_in(desk.cast.amara)
    with app.app_context():
        engine = db.engine
    for address in ("/definitions", FIT, f"{FIT}/edit", f"{LIST}/versions/2", f"{STAGES}/edit", f"{STAGES}/versions/2"):
        web.get(address)
        with statements(engine) as sent:
            assert web.get(address).status_code == 200
        assert len(sent) <= 12, address
