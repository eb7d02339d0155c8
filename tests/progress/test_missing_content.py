"""Where content is missing: who answered, is not won, and had none sent or opened in four weeks."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from abm.progress.content import read_accounts, write_accounts
from abm.progress.weekly import AccountWeek
from abm.stages.models import Stage
from abm.touches.kinds import Channel, Direction, TouchSide
from tests.cast import sign_in
from tests.progress.freezing import IN_LAST, LAST, freeze, seen
from tests.progress.ground import Ground

SENT, OPENED = (Channel.CONTENT, "sent"), (Channel.CONTENT, "viewed")
FOUR_WEEKS_AGO = IN_LAST - timedelta(weeks=3)  # still within the four weeks that end with that one


def lacking(ground: Ground) -> list[int]:
    return [row.tier for row in ground.week(LAST).rows if row.lacks_content]


def test_an_account_that_answered_lacks_content_until_some_is_sent_or_opened(ground: Ground) -> None:
    assert lacking(ground) == []  # nobody answered: nothing is missing yet
    for tier in (1, 2, 3):
        ground.log(tier, TouchSide.SALES, IN_LAST, (Channel.MEETING, "held"))
    assert lacking(ground) == [1, 2, 3]
    ground.log(1, TouchSide.SALES, FOUR_WEEKS_AGO, SENT)
    ground.log(2, TouchSide.MARKETING, IN_LAST, OPENED, Direction.INBOUND)
    ground.log(3, TouchSide.MARKETING, FOUR_WEEKS_AGO - timedelta(weeks=1), SENT)
    assert lacking(ground) == [3]


@pytest.mark.parametrize(
    ("stage", "lacks"),
    [(Stage.AWARE, False), (Stage.ENGAGED, True), (Stage.OPPORTUNITY, True), (Stage.CUSTOMER, False)],
)
def test_it_is_missing_from_engaged_until_the_deal_is_won(stage: Stage, lacks: bool) -> None:
    row = AccountWeek("a1", "Halden", "halden", 1, "", "", "", stage=stage, content=0)
    assert row.lacks_content is lacks


def test_the_review_names_them_and_leads_to_all(app: Flask, ground: Ground) -> None:
    ground.log(2, TouchSide.SALES, IN_LAST, (Channel.MEETING, "held"))
    freeze(ground)
    client = sign_in(app.test_client(), ground.cast.renata)
    assert client.post(f"/reviews/{LAST}").status_code in {302, 303}
    page = client.get(f"/reviews/{LAST}").text
    assert "Where content is missing" in page
    assert "Meeting, Tomás Ferreira; nothing sent or opened in four weeks" in page
    assert "Company 2" in client.get(f"/progress/{LAST}/accounts?figure=lacks-content").text
    assert "Content is missing at:</strong> Company 2" in client.get(f"/reviews/{LAST}/print").text


def test_a_snapshot_from_before_content_was_written_down_says_nothing_of_it(ground: Ground) -> None:
    ground.log(2, TouchSide.SALES, IN_LAST, (Channel.MEETING, "held"))
    freeze(ground)
    rows = seen(ground).rows
    assert [row.content for row in rows] == [0, 0, 0]
    written = write_accounts(rows)
    columns, accounts = written["columns"], written["accounts"]
    assert isinstance(columns, dict)
    assert isinstance(accounts, list)
    place = columns["account"].index("content")
    said = {**columns, "account": [*columns["account"][:place], *columns["account"][place + 1 :]]}
    older = {"columns": said, "accounts": [[*cells[:place], *cells[place + 1 :]] for cells in accounts]}
    read = read_accounts(older, {})
    assert [row.content for row in read] == [None, None, None]
    assert not any(row.lacks_content for row in read)
