"""A touch with somebody who is new here: added as a contact with it, once, or with nothing at all."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from abm.accounts.merging import merge_contacts
from abm.accounts.models import Account, Contact, add_contact
from abm.touches.models import Touch
from tests.outbound.test_touch_routes import log
from tests.outbound.world import NOW, World


@pytest.fixture
def halden(world: World) -> Account:
    account = world.account()
    world.session.commit()
    return account


def people(world: World) -> list[tuple[str, str, str | None]]:
    """Name, title and address of everybody known."""
    found = [(one.name, one.title, one.email) for one in world.session.scalars(select(Contact).order_by(Contact.id))]
    world.session.rollback()
    return found


def whom(world: World) -> list[str | None]:
    """With whom each touch was."""
    touches = world.session.scalars(select(Touch).order_by(Touch.id))
    found = [one.contact.name if one.contact else None for one in touches]
    world.session.rollback()
    return found


def test_somebody_new_is_added_with_the_touch_however_often_it_is_sent(
    client: FlaskClient, world: World, halden: Account
) -> None:
    world.enter(client, world.cast.tomas)
    new = {"new_name": " Ana  Fischer ", "new_title": "Buyer", "new_email": "Ana@Halden.example"}
    for _ in range(5):
        assert log(client, halden, **new).status_code == 303
    assert people(world) == [("Ana Fischer", "Buyer", "ana@halden.example")]
    assert whom(world) == ["Ana Fischer"]


def test_who_is_here_under_that_name_or_address_is_not_added_twice(
    client: FlaskClient, world: World, halden: Account
) -> None:
    add_contact(halden, name="Ana Fischer", email="ana@halden.example", by=world.cast.wen, at=NOW)
    world.session.commit()
    world.enter(client, world.cast.tomas)
    log(client, halden, new_name="ana fischer")
    log(client, halden, new_name="A. F.", new_email="ana@halden.example", client_key="second")
    assert whom(world) == ["Ana Fischer", "Ana Fischer"]
    assert len(people(world)) == 1


def test_whoever_is_archived_or_merged_is_known_and_an_opt_out_holds(
    client: FlaskClient, world: World, halden: Account
) -> None:
    wen = world.cast.wen
    ana = add_contact(halden, name="Ana Fischer", email="ana@halden.example", by=wen, at=NOW)
    twice = add_contact(halden, name="A. Fischer", email="af@halden.example", by=wen, at=NOW)
    merge_contacts(ana, twice, by=wen, at=NOW)
    ana.opt_out("call", by=wen, at=NOW)
    ana.archive(by=wen, at=NOW)
    world.session.commit()
    world.enter(client, world.cast.tomas)
    for said in ({"new_email": "ana@halden.example"}, {"new_email": "af@halden.example"}, {"new_name": "ana fischer"}):
        refused = log(client, halden, **{"new_name": "A. F.", **said})
        assert (refused.status_code, "Ana Fischer has opted out of call" in refused.text) == (409, True)
    assert log(client, halden, new_name="A. F.", new_email="af@halden.example", what="email/sent").status_code == 303
    assert whom(world) == ["Ana Fischer"]
    assert len(people(world)) == 2
    touch = world.session.scalars(select(Touch)).one()
    address, chosen = f"/accounts/{halden.slug}/touches/{touch.public_id}", ana.public_id
    world.session.rollback()
    assert f'<option selected value="{chosen}">' in client.get(f"{address}/edit").text


def test_what_was_written_of_somebody_known_is_kept_or_asked(
    client: FlaskClient, world: World, halden: Account
) -> None:
    add_contact(halden, name="Ana Fischer", title="Buyer", by=world.cast.wen, at=NOW)
    for email in ("bo@halden.example", "bo.berg@halden.example"):
        add_contact(halden, name="Bo Berg", email=email, by=world.cast.wen, at=NOW)
    world.session.commit()
    world.enter(client, world.cast.tomas)
    assert log(client, halden, new_name="Ana Fischer", new_email="ana@halden.example").status_code == 303
    for said, words in (
        (
            {"new_name": "Ana Fischer", "new_email": "other@halden.example"},
            "Ana Fischer is here under another address.",
        ),
        ({"new_name": "Bo Berg"}, "Several people here may be Bo Berg."),
    ):
        refused = log(client, halden, **said, client_key="second")
        assert (refused.status_code, words in refused.text) == (409, True)
    assert log(client, halden, new_name="B.", new_email="bo@halden.example", client_key="second").status_code == 303
    assert whom(world) == ["Ana Fischer", "Bo Berg"]
    known = people(world)
    assert (known[0], len(known)) == (("Ana Fischer", "Buyer", "ana@halden.example"), 3)


@pytest.mark.parametrize(
    ("fields", "status", "words"),
    [
        ({"new_email": "ana@halden.example"}, 422, "Write the name of whoever is new here."),
        ({"new_name": "Ana", "new_email": "nowhere"}, 422, "This does not read as an e-mail address."),
        ({"new_name": "Ana", "when": "2027-01-01T10:00"}, 409, "That moment is still to come."),
        ({"new_name": "A" * 201}, 422, "200 characters"),
    ],
)
def test_a_touch_that_is_refused_leaves_nobody_behind(
    client: FlaskClient, world: World, halden: Account, fields: dict[str, str], *, status: int, words: str
) -> None:
    answer = log(world.enter(client, world.cast.tomas), halden, **fields)
    assert (answer.status_code, words in answer.text) == (status, True)
    assert people(world) == []
    assert whom(world) == []


def test_somebody_on_the_list_and_somebody_new_are_two(client: FlaskClient, world: World, halden: Account) -> None:
    ana = add_contact(halden, name="Ana Fischer", by=world.cast.wen, at=NOW)
    world.session.commit()
    chosen = ana.public_id
    answer = log(world.enter(client, world.cast.tomas), halden, new_name="Bo", contact=chosen)
    assert (answer.status_code, "not both" in answer.text) == (422, True)


def test_a_correction_may_name_somebody_new(client: FlaskClient, world: World, halden: Account) -> None:
    world.enter(client, world.cast.tomas)
    log(client, halden)
    touch = world.session.scalars(select(Touch)).one()
    address, revision = f"/accounts/{halden.slug}/touches/{touch.public_id}", str(touch.revision)
    world.session.rollback()
    said = {"what": "call/connected", "when": "2026-11-24T10:30", "revision": revision, "new_name": "Bo Berg"}
    assert client.post(f"{address}/corrections", data=said).status_code == 303
    assert whom(world) == ["Bo Berg"]
