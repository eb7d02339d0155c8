"""Definitions under agreement: drafts, versions, signatures, and what holds at which instant."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from abm.agreement.models import StaleDigest, State, Verdict
from abm.agreement.record import check_record, signed_record
from abm.audit.models import Event
from abm.definitions.fit import FIT
from abm.definitions.in_force import in_force_at
from abm.definitions.list_rules import DEFAULT_LIST_RULES, ListRules, list_rules_at
from abm.definitions.stages import stage_definitions
from abm.kit.rules import Conflict, RuleBroken
from abm.people.programmes import add_programme
from abm.people.seats import Side, add_seats, seats
from tests.counting import statements
from tests.definitions.conftest import CRITERIA, NOW, PHARMA, RULES, STRICT, TODAY, Desk


def test_the_default_applies_until_both_have_signed_and_then_from_the_last_signature(desk: Desk) -> None:
    assert list_rules_at(desk.session, NOW) == DEFAULT_LIST_RULES
    rules = desk.begin()
    version = desk.propose(rules)
    assert not desk.sign(rules, version, Side.SALES)
    assert list_rules_at(desk.session, NOW + timedelta(hours=1)) == DEFAULT_LIST_RULES
    assert desk.sign(rules, version, Side.MARKETING, at=NOW + timedelta(hours=2))
    assert list_rules_at(desk.session, NOW + timedelta(hours=1)) == DEFAULT_LIST_RULES
    assert list_rules_at(desk.session, NOW + timedelta(hours=2)) == ListRules(3, 6, 21, 2)


def test_one_stated_for_a_later_day_begins_at_that_days_first_instant_and_the_one_before_ends_there(
    desk: Desk,
) -> None:
    rules = desk.begin()
    desk.agree(rules)
    desk.change(rules, {**RULES, "carry_over_weeks": 1})
    second = desk.agree(rules, date(2026, 12, 1), at=NOW + timedelta(days=1))
    begins = desk.cast.organisation.start_of(date(2026, 12, 1))  # midnight in Berlin, 23:00 UTC
    assert (begins.day, begins.hour) == (30, 23)
    assert list_rules_at(desk.session, begins - timedelta(microseconds=1)).carry_over_weeks == 2
    assert list_rules_at(desk.session, begins).carry_over_weeks == 1
    held = in_force_at(desk.session, "list-rules", begins)
    assert held is not None
    assert (held.number, held.since) == (second.number, begins)


def test_the_stages_of_each_day_are_asked_in_one_query(desk: Desk) -> None:
    stages = desk.begin("stages")
    desk.agree(stages)
    desk.change(stages, {**STRICT, "window_days": 45})
    desk.agree(stages, date(2026, 12, 1), at=NOW + timedelta(days=1))
    desk.change(stages, {**STRICT, "window_days": 50})
    desk.agree(stages, date(2026, 12, 1), at=NOW + timedelta(days=2))  # what it replaces never begins
    desk.session.refresh(desk.cast.organisation)
    with statements(desk.session.get_bind().engine) as sent:
        held = stage_definitions(desk.session)
    assert len(sent) == 1
    days = (date(2026, 11, 23), date(2026, 11, 24), date(2026, 11, 30), date(2026, 12, 1))
    assert [(held.on(day).number, held.on(day).says.window_days) for day in days] == [
        (None, 90),
        (1, 30),
        (1, 30),
        (3, 50),
    ]


def test_the_rules_of_an_instant_take_one_query(desk: Desk) -> None:
    desk.agree(desk.begin())
    desk.session.flush()
    with statements(desk.session.get_bind().engine) as sent:
        list_rules_at(desk.session, NOW + timedelta(days=1))
    assert len(sent) == 1


def test_a_version_holds_from_today_at_the_earliest_and_within_a_year(desk: Desk) -> None:
    rules = desk.begin()
    with pytest.raises(RuleBroken, match="from today on at the earliest") as refusal:
        desk.propose(rules, TODAY - timedelta(days=1))
    assert refusal.value.field == "starts_on"
    with pytest.raises(RuleBroken, match="more than a year away"):
        desk.propose(rules, TODAY + timedelta(days=367))
    late = NOW.replace(hour=23, minute=30)  # already the 25th in Berlin
    with pytest.raises(RuleBroken, match="from today on"):
        desk.propose(rules, TODAY, at=late)


def test_only_the_two_seats_or_their_deputies_sign_each_for_its_own(desk: Desk) -> None:
    rules = desk.begin()
    version = desk.propose(rules)
    for outsider in (desk.cast.wen, desk.cast.amara, desk.cast.ines):
        with pytest.raises(RuleBroken, match="Only Renata Voss, or a deputy on their days, signs for the sales seat"):
            desk.sign(rules, version, Side.SALES, by=outsider)
    days = {"first_day": TODAY, "last_day": TODAY}
    seats(desk.session)[Side.SALES].name_deputy(desk.cast.ines, **days, reason="Away", by=desk.cast.renata, at=NOW)
    desk.session.flush()
    desk.sign(rules, version, Side.SALES, by=desk.cast.ines)
    assert version.signatures[0].deputy_for is desk.cast.renata
    seats(desk.session)[Side.MARKETING].give_to(None, by=desk.cast.wen, at=NOW)
    with pytest.raises(RuleBroken, match="The marketing seat is empty"):
        desk.sign(rules, version, Side.MARKETING)


def test_a_seat_that_saw_another_digest_signs_nothing(desk: Desk) -> None:
    rules = desk.begin()
    first = desk.propose(rules)
    seen = first.digest
    desk.change(rules, {**RULES, "carry_over_weeks": 3})
    second = desk.propose(rules)
    for version in (first, second):
        with pytest.raises(StaleDigest):
            desk.sign(rules, version, Side.SALES, digest=seen)
    assert first.state is State.SUPERSEDED
    assert second.valid_signatures() == []


def test_a_decline_closes_it_with_a_reason_and_a_signature_goes_back_until_the_other_signs(desk: Desk) -> None:
    rules = desk.begin()
    version = desk.propose(rules)
    desk.sign(rules, version, Side.SALES)
    with pytest.raises(RuleBroken, match="no signature of yours"):
        rules.withdraw_signature(version, by=desk.cast.amara, at=NOW)
    rules.withdraw_signature(version, by=desk.cast.renata, at=NOW)
    with pytest.raises(RuleBroken, match="Say why you decline"):
        desk.sign(rules, version, Side.SALES, verdict=Verdict.DECLINE)
    desk.sign(rules, version, Side.SALES, verdict=Verdict.DECLINE, comment="Fourteen days are enough")
    assert version.state is State.DECLINED
    with pytest.raises(RuleBroken, match="Only who proposed"):
        rules.withdraw(version, by=desk.cast.renata, at=NOW)


def test_versions_of_another_definition_are_refused(desk: Desk) -> None:
    rules, fit = desk.begin(), desk.begin("fit")
    version = desk.propose(fit)
    for refused in (
        lambda: desk.sign(rules, version, Side.SALES),
        lambda: rules.withdraw(version, by=desk.cast.wen, at=NOW),
        lambda: rules.withdraw_signature(version, by=desk.cast.wen, at=NOW),
    ):
        with pytest.raises(RuleBroken, match="of another definition"):
            refused()


def test_what_says_the_same_is_not_proposed_again_but_another_day_is(desk: Desk) -> None:
    rules = desk.begin()
    desk.propose(rules)
    with pytest.raises(RuleBroken, match="Version 1 says this already, from the same day on"):
        desk.propose(rules)
    later = desk.agree(rules, TODAY + timedelta(days=7))
    assert later.number == 2
    with pytest.raises(RuleBroken, match="The draft is what version 2 says already"):
        desk.propose(rules, TODAY + timedelta(days=8))


def test_an_edit_of_an_older_draft_is_a_conflict_with_both(desk: Desk) -> None:
    fit = desk.begin("fit")
    desk.session.flush()
    seen = fit.revision
    changed = {"criteria": [{**PHARMA, "weight": 99}]}
    desk.change(fit, changed, revision=seen)
    assert fit.revision == seen + 1
    with pytest.raises(Conflict) as conflict:
        desk.change(fit, CRITERIA, revision=seen)
    assert conflict.value.theirs == changed
    assert conflict.value.yours == CRITERIA
    with pytest.raises(RuleBroken, match="Somebody changed the draft"):
        fit.propose(FIT, starts_on=TODAY, by=desk.cast.wen, at=NOW, revision=seen)


def test_a_draft_that_cannot_be_read_is_never_kept(desk: Desk) -> None:
    fit = desk.begin("fit")
    with pytest.raises(RuleBroken, match="at least one criterion"):
        desk.change(fit, {"criteria": []})
    assert fit.draft == CRITERIA


def test_every_step_is_an_event_and_the_record_proves_itself(desk: Desk) -> None:
    fit = desk.begin("fit")
    version = desk.agree(fit)
    desk.session.flush()
    assert [finding.text for finding in check_record(signed_record(version)) if not finding.holds] == []
    forged = signed_record(version).replace(b'"marketing",', b'"sales",')
    assert any("marketing is missing" in one.text for one in check_record(forged) if not one.holds)
    verbs = desk.session.query(Event.verb).order_by(Event.id).all()
    assert [verb for (verb,) in verbs if verb in {"begun", "proposed", "signed", "came into force"}] == [
        "begun",
        "proposed",
        "signed",
        "signed",
        "came into force",
    ]


def test_the_database_keeps_which_document_a_definition_is(desk: Desk) -> None:
    desk.begin()
    desk.session.commit()
    for statement in (
        "UPDATE definition SET slug = 'x'",
        "UPDATE definition SET document_id = 99",
        "DELETE FROM definition",
    ):
        with pytest.raises(DBAPIError):
            desk.session.execute(text(statement))
        desk.session.rollback()


def test_the_seats_of_a_further_programme_sign_no_definition(desk: Desk) -> None:
    programme = add_programme(desk.cast.organisation, name="Americas", by=desk.cast.wen, at=NOW)
    add_seats(programme, {side: f"{side.label}, Americas" for side in Side}, by=desk.cast.wen, at=NOW)
    desk.session.flush()
    theirs = seats(desk.session, programme.id)[Side.SALES]
    theirs.give_to(desk.cast.ines, by=desk.cast.wen, at=NOW)
    rules = desk.begin()
    version = desk.propose(rules)
    said = {"by": desk.cast.ines, "at": NOW, "digest": version.digest, "verdict": Verdict.APPROVE}
    with pytest.raises(RuleBroken, match="Definitions hold for the whole company: CRO signs them"):
        rules.sign(version, seat=theirs, **said)
