"""A row from outside is one of our accounts for certain, perhaps, or not."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy.orm import Session

from abm.accounts.matching import Match, Matcher, find_match
from abm.accounts.models import Account, create_account, know_as
from abm.kit.db import db
from tests.cast import Cast
from tests.counting import statements

AT = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)


def create(cast: Cast, name: str, country: str = "", *, domains: tuple[str, ...] = (), external: str = "") -> Account:
    account = create_account(cast.organisation, name=name, country=country, by=cast.wen, at=AT)
    account.set_domains(domains, by=cast.wen, at=AT)
    if external:
        know_as(account, system="salesforce", value=external)
    return account


def answer(match: Match) -> tuple[int | None, bool]:
    return match.account.id if match.account else None, match.certain


def test_an_id_of_the_other_system_is_the_surest(cast: Cast, session: Session) -> None:
    halden = create(cast, "Halden Freight", external="001A")
    create(cast, "Orbis", domains=("orbis.com",))
    match = find_match(session, system="salesforce", external="001A", domains=["orbis.com"], name="Something else")
    assert answer(match) == (halden.id, True)
    assert match.why == "the same id in salesforce"


def test_an_id_counts_in_its_own_system_only(cast: Cast, session: Session) -> None:
    create(cast, "Halden Freight", external="001A")
    assert answer(find_match(session, system="hubspot", external="001A", name="Orbis")) == (None, True)


def test_an_identifying_domain_comes_next(cast: Cast, session: Session) -> None:
    halden = create(cast, "Halden Freight", domains=("halden.com",))
    assert answer(find_match(session, domains=["halden.com"], name="HF Logistics")) == (halden.id, True)


def test_a_shared_domain_identifies_nobody(cast: Cast, session: Session) -> None:
    create(cast, "Halden Freight", domains=("play.google.com",))
    assert answer(find_match(session, domains=["play.google.com"], name="Orbis")) == (None, True)


def test_domains_of_two_accounts_are_asked_about(cast: Cast, session: Session) -> None:
    halden = create(cast, "Halden Freight", domains=("halden.com",))
    create(cast, "Orbis", domains=("orbis.com",))
    match = find_match(session, domains=["halden.com", "orbis.com"])
    assert answer(match) == (halden.id, False)
    assert match.why == "its web domains belong to 2 accounts"


def test_a_domain_whose_account_has_another_id_there_is_asked_about(cast: Cast, session: Session) -> None:
    halden = create(cast, "Halden Freight", domains=("halden.com",), external="001A")
    match = find_match(session, system="salesforce", external="001B", domains=["halden.com"])
    assert answer(match) == (halden.id, False)


@pytest.mark.parametrize(
    ("name", "country", "certain"),
    [
        ("HALDEN FREIGHT gmbh", "norway", True),  # normalised name and country
        ("Halden Freight", None, True),  # written alike, the only one, and the row speaks of no country
        ("Halden Freight GmbH", None, False),  # similar only
        ("Halden Freight", "", True),
    ],
)
def test_a_name_is_certain_with_its_country_or_when_written_alike(
    cast: Cast, session: Session, name: str, country: str | None, certain: bool
) -> None:
    halden = create(cast, "Halden Freight", "Norway")
    assert answer(find_match(session, name=name, country=country)) == (halden.id, certain)


def test_the_same_name_in_another_country_is_another_company(cast: Cast, session: Session) -> None:
    create(cast, "United Oil & Gas, UK", "United Kingdom")
    match = find_match(session, name="United Oil & Gas, UK", country="Singapore")
    assert (answer(match), match.why) == ((None, True), "only in another country")


def test_two_accounts_of_one_name_are_told_apart_by_country_or_asked_about(cast: Cast, session: Session) -> None:
    oslo, vienna = create(cast, "Halden Freight", "Norway"), create(cast, "Halden Freight", "Austria")
    assert answer(find_match(session, name="Halden Freight", country="Austria")) == (vienna.id, True)
    match = find_match(session, name="Halden Freight")
    assert (answer(match), match.why) == ((oslo.id, False), "2 accounts have this name")


def test_a_name_with_another_domain_is_asked_about(cast: Cast, session: Session) -> None:
    halden = create(cast, "Halden Freight", "Norway", domains=("halden.com",))
    match = find_match(session, name="Halden Freight", country="Norway", domains=["halden.no"])
    assert answer(match) == (halden.id, False)


def test_a_row_without_a_name_is_nobody(cast: Cast, session: Session) -> None:
    create(cast, "Halden Freight")
    assert answer(find_match(session, name="***")) == (None, True)
    assert answer(find_match(session)) == (None, True)


def test_thousands_of_rows_take_three_queries(cast: Cast, session: Session) -> None:
    for number in range(30):
        create(cast, f"Company {number}", "Norway", domains=(f"c{number}.com",), external=f"{number:03}")
    session.commit()
    with statements(db.engine) as sent:
        matcher = Matcher.load(session, system="salesforce")
        found = [matcher.match(name=f"COMPANY {number} Inc", country="Norway").certain for number in range(30)]
    assert (all(found), len(sent)) == (True, 3)


def test_an_account_made_by_an_earlier_row_is_found_by_a_later_one(cast: Cast, session: Session) -> None:
    matcher = Matcher.load(session, system="salesforce")
    halden = create(cast, "Halden Freight", "Norway")
    matcher.learn(halden, external="001A", domains=["halden.com"])
    assert answer(matcher.match(external="001A")) == (halden.id, True)
    assert answer(matcher.match(domains=["halden.com"])) == (halden.id, True)
    assert answer(matcher.match(name="Halden Freight", country="Norway")) == (halden.id, True)
