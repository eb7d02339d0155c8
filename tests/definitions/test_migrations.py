"""What both seats signed of definitions holds again after the tables went down below them and up again."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session, scoped_session

from abm.definitions.in_force import in_force_at
from abm.definitions.models import definition_of
from abm.kit import migrate
from tests.cast import assembled
from tests.definitions.conftest import NOW, PHARMA, RULES, TODAY, Desk

DAY = timedelta(days=1)


def down_and_up(session: scoped_session[Session], url: str, revision: str) -> None:
    session.commit()
    session.expunge_all()  # what is asked for next is read anew
    migrate.downgrade(url, revision)
    migrate.upgrade(url)


@pytest.mark.parametrize("revision", ["0003", "0002"])
def test_what_holds_is_asked_of_the_same_versions_before_and_after(
    desk: Desk, session: scoped_session[Session], database_url: str, revision: str
) -> None:
    rules, fit = desk.begin("list-rules"), desk.begin("fit")
    desk.agree(rules)
    desk.change(rules, {**RULES, "carry_over_weeks": 9})
    desk.propose(rules, date(2026, 12, 1), at=NOW + DAY)  # waits for its signatures
    desk.agree(fit)
    desk.change(fit, {"criteria": [PHARMA]})  # was never proposed
    desk.begin("stages")
    ids = {one.slug: (one.id, one.document_id, one.created_at, one.created_by_id) for one in (rules, fit)}
    held = {slug: in_force_at(session(), slug, NOW + DAY) for slug in ids}
    down_and_up(session, database_url, revision)
    assert all(held.values())
    assert {slug: in_force_at(session(), slug, NOW + DAY) for slug in ids} == held
    for slug, kept in ids.items():
        found = definition_of(session(), slug)
        assert found is not None
        assert (found.id, found.document_id, found.created_at, found.created_by_id) == kept
    drafts = {slug: found.draft for slug in ids if (found := definition_of(session(), slug))}
    assert drafts["list-rules"] == {**RULES, "carry_over_weeks": 9}
    assert len(drafts["fit"]["criteria"]) == 2, "what the last version says: the draft beyond it went"
    assert definition_of(session(), "stages") is None
    session.rollback()
    assert migrate.drift(database_url) == []


def test_a_definition_that_was_found_again_is_changed_and_signed_like_any_other(
    desk: Desk, session: scoped_session[Session], database_url: str
) -> None:
    desk.agree(desk.begin("list-rules"))
    down_and_up(session, database_url, "0003")
    found = definition_of(session(), "list-rules")
    assert found is not None
    desk.cast = assembled(session())
    desk.change(found, {**RULES, "carry_over_weeks": 7})
    desk.agree(found, TODAY + DAY)
    held = in_force_at(session(), "list-rules", NOW + 3 * DAY)
    assert held is not None
    assert (held.number, held.says["carry_over_weeks"]) == (2, 7)
