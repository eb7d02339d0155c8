"""How each side sees an account, week by week."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, select
from sqlalchemy.exc import DatabaseError

from abm.accounts.models import Account
from abm.kit.clock import Week
from abm.outbound.judging import Judgement, Verdict, judge, judgements_on, views_of
from abm.people.seats import Side
from tests.outbound.world import MONDAY, NOW, World


def said(world: World, account: Account, side: Side, verdict: Verdict, note: str = "The tender slipped") -> None:
    by = world.cast.tomas if side is Side.SALES else world.cast.priya
    judge(account, side, verdict, note, organisation=world.cast.organisation, by=by, at=NOW)


def test_each_side_says_it_for_itself_and_two_views_are_shown(client: FlaskClient, world: World) -> None:
    halden = world.account()
    said(world, halden, Side.MARKETING, Verdict.ON_TRACK, "")
    address = f"/accounts/{halden.slug}/judgements"
    tomas = world.enter(client, world.cast.tomas)

    answer = tomas.post(address, data={"verdict": "at risk", "note": "Their buyer left"}, follow_redirects=True)

    assert "Sales sees Halden Freight at risk this week." in answer.text
    assert "two views" in answer.text
    assert "Their buyer left" in answer.text


def test_what_is_not_on_track_says_why_and_loses_nothing(client: FlaskClient, world: World) -> None:
    address = f"/accounts/{world.account().slug}/judgements"
    tomas = world.enter(client, world.cast.tomas)

    wordless = tomas.post(address, data={"verdict": "blocked"})
    nothing = tomas.post(address, data={"note": "Hm"})

    assert (wordless.status_code, nothing.status_code) == (422, 422)
    assert "Say in a word what is in the way." in wordless.text
    assert "Choose one of the three." in nothing.text
    assert re.search(r">\s*Hm</textarea>", nothing.text)
    assert tomas.post(address, data={"verdict": "on track"}).status_code == 303


def test_the_latest_word_of_a_side_holds_and_the_history_stays(world: World) -> None:
    halden = world.account()
    for verdict in (Verdict.BLOCKED, Verdict.ON_TRACK):
        said(world, halden, Side.SALES, verdict)
    history = judgements_on(world.session, halden.id)

    views = views_of(history, Week.of(MONDAY))

    assert [one.verdict for one in history] == [Verdict.ON_TRACK, Verdict.BLOCKED]
    assert views.latest == {Side.MARKETING: None, Side.SALES: history[0]}
    assert not views.differ


def test_a_word_of_last_week_is_no_second_view(client: FlaskClient, world: World) -> None:
    halden = world.account()
    said(world, halden, Side.MARKETING, Verdict.BLOCKED)
    said(world, halden, Side.SALES, Verdict.ON_TRACK)

    views = views_of(judgements_on(world.session, halden.id), Week.of(MONDAY).plus(1))

    assert not views.differ


def test_revops_and_who_only_reads_see_it_and_say_nothing(client: FlaskClient, world: World) -> None:
    address = f"/accounts/{world.account().slug}/judgements"

    for name in ("vera", "wen"):
        page = world.enter(client, world.cast.everyone[name])
        assert "How it goes" not in page.get(address).text
        assert page.post(address, data={"verdict": "on track"}).status_code == 403


def test_nobody_rewrites_what_was_said(world: World) -> None:
    said(world, world.account(), Side.SALES, Verdict.BLOCKED)
    world.session.commit()

    with pytest.raises(DatabaseError):
        world.session.execute(delete(Judgement))
    world.session.rollback()
    assert world.session.scalars(select(Judgement)).one().verdict is Verdict.BLOCKED
