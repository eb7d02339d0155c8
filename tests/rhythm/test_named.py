"""The accounts that a decision names are those of the frozen week, one on each line."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from abm.accounts.models import create_account
from abm.kit.rules import RuleBroken
from abm.rhythm.decisions import Decision
from abm.rhythm.review_queries import named_in
from tests.progress.ground import SIGNED
from tests.rhythm.conftest import Meeting, said
from tests.rhythm.test_decisions import ADDRESS, FORM


def test_a_name_with_a_comma_in_it_is_one_name(app: Flask, meeting: Meeting) -> None:
    meeting.ground.accounts[1].name = "Acme, Inc."
    meeting.session.commit()
    meeting.open()
    client = meeting.enter(app.test_client(), meeting.cast.ines)
    answer = client.post(f"{ADDRESS}/decisions", data={**FORM, "scope": "named", "names": "acme, inc.\r\nCompany 1"})
    assert answer.status_code == 303
    decision = meeting.session.scalars(select(Decision)).one()
    assert [account.name for account in decision.accounts] == ["Acme, Inc.", "Company 1"]
    assert decision.before == 1  # its meeting of the frozen week


def test_a_company_that_was_not_on_the_list_of_that_week_is_refused(app: Flask, meeting: Meeting) -> None:
    create_account(meeting.cast.organisation, name="Elsewhere", by=meeting.cast.wen, at=SIGNED)
    meeting.session.commit()
    meeting.open()
    client = meeting.enter(app.test_client(), meeting.cast.ines)
    named = {**FORM, "scope": "named", "names": "Company 1\nElsewhere"}
    answer = client.post(f"{ADDRESS}/decisions", data=named)
    assert answer.status_code == 409
    assert "No account on the list of this week is called Elsewhere." in said(answer)
    assert "Company 1\nElsewhere</textarea>" in answer.text.replace("\r", "")


def test_two_of_one_name_are_told_apart_by_their_addresses(meeting: Meeting) -> None:
    first, second, _ = meeting.ground.accounts
    second.name = first.name
    meeting.session.commit()
    frozen = meeting.freeze()
    with pytest.raises(RuleBroken, match=r"2 accounts of this week .* “Company 1 \(company-1\)” or “Company 1 \(comp"):
        named_in(meeting.session, frozen, ["Company 1"])
    assert named_in(meeting.session, frozen, [f"Company 1 ({second.slug})"]) == [second]
