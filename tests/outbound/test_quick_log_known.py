"""What a quick log is read against: accounts and people looked up by its words, few of many."""

from __future__ import annotations

import pytest
from flask import Flask

from abm.accounts.models import Account
from abm.kit.db import db
from abm.outbound.quick_log import Reading, read
from abm.outbound.quick_log_known import Known, known_for
from tests.counting import statements
from tests.outbound.quick_log_world import NOW as NOW_LOCAL
from tests.outbound.world import NOW, World


@pytest.fixture
def halden(world: World) -> Account:
    """An account of Tomás, with Ana."""
    account = world.account()
    world.contact(account)
    return account


def known(world: World, line: str, **chosen: str) -> Known:
    world.session.flush()
    return known_for(world.session, line, by=world.cast.tomas, day=NOW.date(), **chosen)


def reading(world: World, line: str) -> Reading:
    found = known(world, line)
    return read(line, accounts=found.accounts, contacts=found.contacts, now=NOW_LOCAL)


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("mueller soehne call vm", "Müller & Söhne GmbH"),
        ("MÜLLER call vm", "Müller & Söhne GmbH"),
        ("orbis-group.com vm", "Orbis Pharma"),
        ("orbis-group vm", "Orbis Pharma"),
        ("emailed jo@orbis-group.com", "Orbis Pharma"),
        ("hald vm", "Halden Freight"),
        ("next stores vm", "Next Stores"),
        ("A.B. Larsen vm", "A.B. Larsen AS"),
        ("ørsted wind vm", "Ørsted Wind"),
    ],
)
def test_an_account_is_found_by_name_domain_or_first_letters(
    world: World, halden: Account, line: str, name: str
) -> None:
    for other in ("Müller & Söhne GmbH", "Next Stores", "A.B. Larsen AS", "Ørsted Wind"):
        world.account(other, ae=world.cast.marcus)
    orbis = world.account("Orbis Pharma", ae=world.cast.marcus)
    orbis.set_domains(["orbis-group.com"], by=world.cast.wen, at=NOW)

    found = reading(world, line)

    assert found.account is not None
    assert (found.account.name, found.questions) == (name, ())


@pytest.mark.parametrize("line", ["freight call vm", "left vm for ana reyes"])
def test_a_later_word_or_somebody_of_ones_own_is_offered_and_never_taken(
    world: World, halden: Account, line: str
) -> None:
    found = reading(world, line)

    assert found.account is None
    assert [one.name for one in found.accounts] == ["Halden Freight"]


def test_an_account_that_is_archived_is_not_named(world: World, halden: Account) -> None:
    halden.archive(by=world.cast.wen, at=NOW)

    assert reading(world, "halden call vm").accounts == ()


def test_ones_own_come_first_and_do_not_decide(world: World, halden: Account) -> None:
    world.account("Halden Dairy", ae=world.cast.marcus)

    found = reading(world, "halden call vm")

    assert found.account is None
    assert [one.name for one in found.accounts] == ["Halden Freight", "Halden Dairy"]


def test_names_of_more_accounts_than_a_person_can_tell_apart_are_asked(
    world: World, halden: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("abm.outbound.quick_log_known.MOST", 5)
    for number in range(6):
        world.account(f"Company {number}", ae=world.cast.marcus)

    assert reading(world, "company call vm halden").account is None


def test_a_line_takes_three_queries_however_many_accounts_it_names(world: World, halden: Account, app: Flask) -> None:
    for number in range(60):
        world.account(f"Company {number}", ae=world.cast.marcus)
    world.session.flush()

    with statements(db.engine) as sent:
        found = known(world, "company call vm pricing")

    assert (len(found.accounts), len(sent)) == (60, 3)
    assert [one.mine for one in known(world, "halden vm").accounts] == [True]
    assert next(iter(known(world, "company 1 vm", chosen="halden-freight").accounts)).slug == "halden-freight"
