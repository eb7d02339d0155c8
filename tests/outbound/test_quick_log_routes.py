"""The quick log over the web: shown before it is logged, asked where it is not clear, logged once."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from abm.accounts.models import Account
from abm.touches.models import Touch
from abm.touches.rebuilding import differences
from tests.outbound.world import NOW, World

HTMX = {"HX-Request": "true"}
MOMENT = "2026-11-24T11:00:00"


@pytest.fixture
def halden(world: World) -> Account:
    """An account with Ana and Paul, on which Tomás promised three touches."""
    account = world.account()
    world.contact(account)
    world.contact(account, "Paul Brandt")
    world.promise(account)
    world.session.commit()
    return account


@pytest.fixture
def tomas(client: FlaskClient, world: World, halden: Account) -> FlaskClient:
    return world.enter(client, world.cast.tomas)


def touches(world: World) -> list[Touch]:
    found = list(world.session.scalars(select(Touch).order_by(Touch.id).execution_options(populate_existing=True)))
    world.session.commit()
    return found


def log(client: FlaskClient, line: str, *, headers: Any = None, **fields: str) -> TestResponse:
    sent = {"line": line, "client_key": "first", "moment": MOMENT, **fields}
    return client.post("/log", data=sent, headers=headers)


def shown(client: FlaskClient, line: str, **fields: str) -> str:
    """What is understood, as words."""
    page = client.get("/log", query_string={"line": line, **fields}, headers=HTMX).text
    assert "<html" not in page
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def test_a_line_is_shown_as_it_is_understood_and_nothing_is_logged(tomas: FlaskClient, world: World) -> None:
    words = shown(tomas, "halden ana call vm pricing yesterday 10:30")

    assert "Enter logs it: Call: Voicemail on Halden Freight, 23 Nov 2026, 10:30" in words
    assert "With Ana Reyes" in words
    assert "Note pricing" in words
    assert touches(world) == []


def test_a_line_that_is_clear_is_logged_and_counted(tomas: FlaskClient, world: World) -> None:
    answer = log(tomas, "halden ana call vm pricing yesterday 10:30")

    assert (answer.status_code, answer.location) == (303, "/log")
    (touch,) = touches(world)
    assert (touch.side, touch.direction, touch.channel, touch.outcome) == ("sales", "outbound", "call", "voicemail")
    assert (touch.note, touch.contact.name if touch.contact else "") == ("pricing", "Ana Reyes")
    assert touch.at == datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
    assert sum(world.counts().values()) == 1
    page = tomas.get("/log").text
    assert "Logged on Halden Freight: Call: Voicemail." in page
    assert re.search(r'id="one-line" value=""[^>]*data-takes-focus', page)


def test_what_they_did_is_theirs(tomas: FlaskClient, world: World) -> None:
    log(tomas, "halden they called, want a quote")

    assert [(one.direction, one.outcome, one.note) for one in touches(world)] == [
        ("inbound", "connected", "want a quote")
    ]


@pytest.mark.parametrize(
    ("line", "question"),
    [
        ("halden", "What came of it?"),
        ("called halden about pricing", "What happened?"),
        ("halden call vm for ana and paul", "With whom?"),
        ("halden orbis met", "Which account?"),
        ("nobody we know call vm", "No account is named so."),
        ("halden vm tomorrow", "When was it?"),
        ("halden vm 2026-12-24", "When was it?"),
        ("", "What is understood shows here"),
    ],
)
def test_what_is_not_clear_is_asked_and_what_was_typed_stays(
    tomas: FlaskClient, world: World, line: str, question: str
) -> None:
    world.account("Orbis Pharma")
    world.session.commit()

    answer = log(tomas, line)

    assert answer.status_code == 422
    assert question in answer.text
    assert f'value="{line}"' in answer.text
    assert 'value="first"' in answer.text
    assert touches(world) == []


def test_an_answer_settles_a_question_and_may_raise_the_next(tomas: FlaskClient, world: World) -> None:
    for name, people in (("Kestrel Foods", ("Anna Petrov", "Anna Lindqvist")), ("Kestrel Dairy", ())):
        account = world.account(name, ae=world.cast.marcus)
        for person in people:
            world.contact(account, person)
    world.session.commit()

    assert "Which account? Kestrel Dairy Kestrel Foods" in shown(tomas, "kestrel called anna")
    second = shown(tomas, "kestrel called anna", account="kestrel-foods")
    assert "Still open: what happened, with whom." in second
    assert "Anna Lindqvist Anna Petrov Nobody in particular" in second
    answers = {"account": "kestrel-foods", "what": "call/no answer/outbound", "contact": "nobody"}
    assert log(tomas, "kestrel called anna", **answers).status_code == 303
    (touch,) = touches(world)
    assert (touch.account.name, touch.outcome, touch.contact) == ("Kestrel Foods", "no answer", None)


def test_an_answer_that_is_not_offered_counts_for_nothing(tomas: FlaskClient, world: World) -> None:
    other = world.account("Orbis Pharma")
    stranger = world.contact(other, "Claire Dubois")
    world.session.commit()

    for line, answers in (
        ("called halden", {"what": "email/sent/outbound"}),
        ("called halden", {"what": "nonsense"}),
        ("halden vm for ana and paul", {"contact": stranger.public_id}),
        ("nothing known vm", {"account": "orbis-pharma"}),
        ("halden vm tomorrow", {"when": "soon"}),
    ):
        assert log(tomas, line, **answers).status_code == 422, line
    assert touches(world) == []
    log(tomas, "halden call vm", account="orbis-pharma", what="email/sent/outbound", contact=stranger.public_id)
    assert [(one.account.name, one.outcome) for one in touches(world)] == [("Halden Freight", "voicemail")]


def test_another_moment_is_chosen_or_written(tomas: FlaskClient, world: World) -> None:
    line = "halden mtg booked thu"
    assert "Thu 19 Nov" in shown(tomas, line)

    log(tomas, line, when="now")
    log(tomas, line, client_key="second", when="other", other="2026-11-20T09:00")

    assert [one.at for one in touches(world)] == [NOW, datetime(2026, 11, 20, 8, 0, tzinfo=UTC)]


def test_looking_first_needs_no_script_and_logs_nothing(tomas: FlaskClient, world: World) -> None:
    page = log(tomas, "halden call vm pricing", look="yes")

    assert page.status_code == 200
    assert "Call: Voicemail on Halden Freight" in page.text
    assert touches(world) == []


def test_the_same_form_sent_five_times_is_one_touch(tomas: FlaskClient, world: World) -> None:
    statuses = [log(tomas, "halden call vm pricing").status_code for _ in range(5)]

    assert statuses == [303] * 5
    assert len(touches(world)) == 1
    assert list(differences(world.session)) == []


def test_the_same_key_with_another_line_says_so_and_keeps_it(tomas: FlaskClient, world: World) -> None:
    log(tomas, "halden call vm pricing")

    answer = log(tomas, "halden call connected she was kind")

    assert answer.status_code == 409
    assert "already sent with other contents" in answer.text
    assert "halden call connected she was kind" in answer.text
    assert len(touches(world)) == 1


def test_whoever_opted_out_is_left_alone(tomas: FlaskClient, world: World, halden: Account) -> None:
    ana = next(one for one in halden.contacts if one.name == "Ana Reyes")
    ana.opt_out("call", by=world.cast.wen, at=NOW - timedelta(days=3))
    world.session.commit()

    answer = log(tomas, "called ana at halden, vm")

    assert answer.status_code == 409
    assert "Ana Reyes has opted out of call" in answer.text
    assert touches(world) == []


def test_what_was_too_long_ago_is_refused_with_the_reason(tomas: FlaskClient, world: World) -> None:
    answer = log(tomas, "met halden 2026-06-01")

    assert answer.status_code == 409
    assert "more than 90 days ago" in answer.text
    assert touches(world) == []


def test_a_page_of_yesterday_logs_now_and_a_late_repetition_logs_nothing(tomas: FlaskClient, world: World) -> None:
    log(tomas, "halden call vm", moment="2026-11-23T16:00:00")
    log(tomas, "halden call vm", client_key="second", moment="nonsense")
    log(tomas, "halden call vm", client_key="third", moment="2026-11-25T16:00:00")

    assert [one.at for one in touches(world)] == [NOW] * 3


def test_a_line_of_nonsense_does_no_harm(tomas: FlaskClient, world: World) -> None:
    for line in (
        "%",
        "_ vm",
        "\x00",
        "x" * 5000,
        "' OR 1=1 --",
        "😀 vm",
        "a.b.c@d",
        "99/99 vm",
        "0000-00-00",
        "call " * 60,
    ):
        assert tomas.get("/log", query_string={"line": line}).status_code == 200
        assert log(tomas, line).status_code == 422
    assert touches(world) == []


def test_somebody_of_both_sides_chooses_for_which(client: FlaskClient, world: World, halden: Account) -> None:
    both = frozenset({*world.cast.priya.roles, *world.cast.tomas.roles})
    world.cast.priya.grant(both, by=world.cast.wen, at=NOW)
    priya = world.enter(client, world.cast.priya)

    log(priya, "halden call vm")
    log(priya, "halden call vm", client_key="second", side="marketing")

    assert [one.side for one in touches(world)] == ["sales", "marketing"]


def test_whoever_only_reads_has_no_quick_log(client: FlaskClient, world: World, halden: Account) -> None:
    vera = world.enter(client, world.cast.vera)

    assert log(vera, "halden call vm").status_code == 403
    assert vera.get("/log").status_code == 403
    assert 'href="/log"' not in vera.get("/accounts").text


def test_the_accounts_of_ones_day_stand_below(tomas: FlaskClient, world: World) -> None:
    world.account("Kestrel Foods", ae=world.cast.marcus)
    world.session.commit()

    page = tomas.get("/log").text

    assert 'href="/accounts/halden-freight/touches/new"' in page
    assert "kestrel-foods" not in page
