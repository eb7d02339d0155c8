"""Logging over the web: with and without script, once however often it is sent; corrected and voided in sight."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from abm.accounts.models import Account
from abm.touches.models import Touch, TouchSide
from abm.touches.rebuilding import differences
from tests.outbound.world import NOW, World

VOICEMAIL = {"what": "call/voicemail", "when": "2026-11-24T10:30", "client_key": "first", "place": "account"}
HTMX = {"HX-Request": "true"}


@pytest.fixture
def halden(world: World) -> Account:
    """An account on which Tomás promised three touches."""
    account = world.account()
    world.promise(account)
    world.session.commit()
    return account


def touches(world: World) -> list[Touch]:
    found = list(world.session.scalars(select(Touch).order_by(Touch.id).execution_options(populate_existing=True)))
    world.session.commit()
    return found


def log(client: FlaskClient, account: Account, *, headers: Any = None, **fields: str) -> TestResponse:
    return client.post(f"/accounts/{account.slug}/touches", data={**VOICEMAIL, **fields}, headers=headers)


def test_a_plain_form_logs_a_touch_and_leads_back_to_the_account(
    client: FlaskClient, world: World, halden: Account
) -> None:
    answer = log(world.enter(client, world.cast.tomas), halden, note="Left a message.")

    assert (answer.status_code, answer.location) == (303, "/accounts/halden-freight")
    (touch,) = touches(world)
    assert (touch.side, touch.channel, touch.outcome, touch.note) == ("sales", "call", "voicemail", "Left a message.")
    assert touch.at == datetime(2026, 11, 24, 9, 30, tzinfo=UTC)  # Berlin is an hour ahead
    assert sum(world.counts().values()) == 1


def test_script_gets_an_empty_form_the_bar_and_the_timeline(client: FlaskClient, world: World, halden: Account) -> None:
    page = log(world.enter(client, world.cast.tomas), halden, headers=HTMX).text

    assert "<html" not in page
    assert "1 of 3 done" in page
    assert "Call: voicemail" in page
    assert 'id="commitments"' in page
    assert page.count('hx-swap-oob="true"') == 3  # what is owed, what happened, the message
    assert 'value="first"' not in page  # the next touch has a key of its own


def test_today_gets_its_row_back(client: FlaskClient, world: World, halden: Account) -> None:
    tomas = world.enter(client, world.cast.tomas)

    assert log(tomas, halden, place="today").location == "/today"
    row = log(tomas, halden, place="today", client_key="second", headers=HTMX).text
    assert f'<li id="queue-{halden.public_id}"' in row.strip()
    assert "2 of 3 done" in row


def test_five_submits_make_one_touch(client: FlaskClient, world: World, halden: Account) -> None:
    tomas = world.enter(client, world.cast.tomas)

    answers = [log(tomas, halden).status_code for _ in range(5)]

    assert answers == [303] * 5
    assert len(touches(world)) == 1
    assert list(differences(world.session)) == []


def test_the_same_key_with_other_contents_says_so_and_keeps_what_was_typed(
    client: FlaskClient, world: World, halden: Account
) -> None:
    tomas = world.enter(client, world.cast.tomas)
    log(tomas, halden)

    answer = log(tomas, halden, what="call/connected", note="She was kind.")

    assert answer.status_code == 409
    assert "already sent with other contents" in answer.text
    assert "She was kind." in answer.text
    assert len(touches(world)) == 1


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"what": ""}, "Choose what happened."),
        ({"what": "call/impression"}, "Choose one of the outcomes on the list."),
        ({"what": "carrier pigeon/sent"}, "Choose one of the outcomes on the list."),
        ({"when": ""}, "Say when it was."),
        ({"when": "yesterday"}, "Choose the day and the time"),
        ({"when": "0001-01-01T00:00"}, "Choose the day and the time"),
        ({"contact": "nobodyweknow2345"}, "Choose one of the people on the list."),
        ({"campaign": "not-live"}, "Choose one of the campaigns on the list."),
        ({"inbound": "y"}, "“Voicemail” is something that we do"),
        ({"note": "x" * 2001}, "A note has at most 2,000 characters."),
    ],
)
def test_a_fault_in_the_form_shows_it_again(
    client: FlaskClient, world: World, halden: Account, fields: dict[str, str], sentence: str
) -> None:
    tomas, sent = world.enter(client, world.cast.tomas), {"note": "still here", "place": "today", **fields}

    plain, fragment = log(tomas, halden, **sent), log(tomas, halden, **sent, headers=HTMX)

    for answer in (plain, fragment):
        assert answer.status_code == 422
        assert sentence in answer.text
        assert "data-takes-focus" in answer.text
        assert sent["note"] in answer.text
    assert fragment.headers["HX-Retarget"] == f"#queue-log-{halden.public_id}"  # the row itself stays
    assert touches(world) == []


def test_a_moment_to_come_is_said_at_its_field(client: FlaskClient, world: World, halden: Account) -> None:
    answer = log(world.enter(client, world.cast.tomas), halden, when="2026-11-24T12:30")

    assert answer.status_code == 409
    assert re.search(r'id="when-error">.*still to come', answer.text, re.DOTALL)


def test_a_script_may_send_the_instant_with_its_own_offset(client: FlaskClient, world: World, halden: Account) -> None:
    log(world.enter(client, world.cast.tomas), halden, when="2026-11-24T09:59:00.000Z")

    assert touches(world)[0].at == NOW - timedelta(minutes=1)


def test_what_only_they_do_is_inbound_without_a_tick(client: FlaskClient, world: World, halden: Account) -> None:
    log(world.enter(client, world.cast.tomas), halden, what="email/replied")

    assert touches(world)[0].direction == "inbound"


def test_a_marketer_logs_for_marketing_and_somebody_of_both_sides_chooses(
    client: FlaskClient, world: World, halden: Account
) -> None:
    log(world.enter(client, world.cast.priya), halden, what="webinar/invited", side="sales")
    both = frozenset({*world.cast.priya.roles, *world.cast.tomas.roles})
    world.cast.priya.grant(both, by=world.cast.wen, at=NOW)
    world.session.commit()
    log(client, halden, client_key="second", side="sales")
    log(client, halden, client_key="third", side="marketing")

    assert [touch.side for touch in touches(world)] == [TouchSide.MARKETING, TouchSide.SALES, TouchSide.MARKETING]


def test_a_viewer_and_revops_cannot_log_and_hear_who_may(client: FlaskClient, world: World, halden: Account) -> None:
    for person in (world.cast.vera, world.cast.wen):
        answer = log(world.enter(client, person), halden)
        assert answer.status_code == 403
        assert "AE" in answer.text
        assert client.get(f"/accounts/{halden.slug}/touches/new").status_code == 403
    assert touches(world) == []


def test_an_account_that_does_not_exist_takes_nothing(client: FlaskClient, world: World, halden: Account) -> None:
    tomas = world.enter(client, world.cast.tomas)

    assert tomas.post("/accounts/nowhere/touches", data=VOICEMAIL).status_code == 404
    assert tomas.get("/accounts/nowhere/touches").status_code == 404


def test_the_form_stands_on_a_page_of_its_own_with_every_outcome_in_a_group(
    client: FlaskClient, world: World, halden: Account
) -> None:
    world.contact(halden)
    world.session.commit()

    page = world.enter(client, world.cast.tomas).get(f"/accounts/{halden.slug}/touches/new?channel=email").text

    assert '<optgroup label="Call">' in page
    assert re.search(r'<option selected value="email/sent">E-mail: Sent', page)
    assert 'value="2026-11-24T11:00"' in page
    assert "Ana Reyes" in page


def logged(client: FlaskClient, world: World, halden: Account) -> Touch:
    log(world.enter(client, world.cast.tomas), halden)
    return touches(world)[0]


def test_a_correction_keeps_the_history_and_counts_anew(client: FlaskClient, world: World, halden: Account) -> None:
    touch = logged(client, world, halden)
    at = f"/accounts/{halden.slug}/touches/{touch.public_id}"
    assert 'value="2026-11-24T10:30"' in client.get(f"{at}/edit").text

    fields = {
        "what": "email/replied",
        "when": "2026-11-24T10:45",
        "side": "sales",
        "note": "It was an e-mail.",
        "revision": "1",
    }
    answer = client.post(f"{at}/corrections", data=fields)

    assert (answer.status_code, answer.location) == (303, at)
    page = client.get(at).text
    assert "E-mail: they replied" in page
    assert "Before: call, voicemail" in page
    assert world.counts() == {}  # a reply is theirs, and keeps no promise of ours


def test_a_correction_of_what_somebody_else_has_just_corrected_is_refused(
    client: FlaskClient, world: World, halden: Account
) -> None:
    touch = logged(client, world, halden)
    at = f"/accounts/{halden.slug}/touches/{touch.public_id}/corrections"
    fields = {"what": "call/connected", "when": "2026-11-24T10:30", "side": "sales", "revision": "1"}
    assert client.post(at, data=fields).status_code == 303

    answer = client.post(at, data={**fields, "what": "call/no answer", "note": "mine"})

    assert answer.status_code == 409
    assert "Someone else changed this" in answer.text
    assert "mine" in answer.text


def test_a_correction_with_a_fault_shows_the_form_again(client: FlaskClient, world: World, halden: Account) -> None:
    touch = logged(client, world, halden)
    at = f"/accounts/{halden.slug}/touches/{touch.public_id}/corrections"

    for fields in ({"what": "", "revision": "1"}, {"what": "call/connected", "revision": "one"}):
        assert client.post(at, data={"when": "2026-11-24T10:30", "side": "sales", **fields}).status_code == 422


def test_voiding_needs_a_reason_and_stays_in_sight(client: FlaskClient, world: World, halden: Account) -> None:
    touch = logged(client, world, halden)
    at = f"/accounts/{halden.slug}/touches/{touch.public_id}"

    assert client.post(f"{at}/voidings", data={"reason": ""}).status_code == 422
    assert client.post(f"{at}/voidings", data={"reason": "wrong account"}).status_code == 303

    page = client.get(at).text
    assert "Tomás Ferreira voided it" in page
    assert "wrong account" in page
    assert "Void this touch" not in page
    assert world.counts() == {}
    assert client.post(f"{at}/voidings", data={"reason": "again"}).status_code == 409


def test_only_who_logged_it_their_manager_and_revops_change_a_touch(
    client: FlaskClient, world: World, halden: Account
) -> None:
    touch = logged(client, world, halden)
    at = f"/accounts/{halden.slug}/touches/{touch.public_id}"

    for name in ("marcus", "priya", "vera", "amara"):
        world.enter(client, world.cast.everyone[name])
        assert client.get(at).status_code == 200
        for answer in (client.get(f"{at}/edit"), client.post(f"{at}/corrections"), client.post(f"{at}/voidings")):
            assert answer.status_code == 403
            assert "Tomás Ferreira, Ines Calder, RevOps may." in answer.text
    for name in ("ines", "wen"):
        assert world.enter(client, world.cast.everyone[name]).get(f"{at}/edit").status_code == 200


def test_a_touch_of_another_account_is_not_found(client: FlaskClient, world: World, halden: Account) -> None:
    touch = logged(client, world, halden)
    world.account("Kestrel Foods")
    world.session.commit()

    assert client.get(f"/accounts/kestrel-foods/touches/{touch.public_id}").status_code == 404


def test_the_whole_history_goes_on_page_by_page(client: FlaskClient, world: World, halden: Account) -> None:
    for number in range(70):
        world.log(halden, when=NOW - timedelta(hours=number), note=f"touch {number}")
    world.session.commit()
    tomas = world.enter(client, world.cast.tomas)

    first = tomas.get(f"/accounts/{halden.slug}/touches").text
    older = re.search(r'rel="next" href="([^"]+)"', first)
    assert older is not None
    second = tomas.get(older[1]).text

    assert (first.count("Call: voicemail"), second.count("Call: voicemail")) == (60, 10)
    assert tomas.get(f"/accounts/{halden.slug}/touches?before=nonsense").status_code == 200
    assert world.session.scalar(select(func.count()).select_from(Touch)) == 70
