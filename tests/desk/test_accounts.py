"""The list of accounts: search, filters, order, pages over ties in both directions, and its few queries."""

from __future__ import annotations

import re
from datetime import date

import pytest
from flask.testing import FlaskClient

from abm.accounts.models import Account, StageCategory, add_stage, create_account, create_opportunity
from abm.kit.db import db
from tests.accounts.pages import address_of
from tests.counting import statements
from tests.outbound.world import NOW, World

NAMES = ("Halden Freight", "Kestrel Foods", "Orbis Pharma", "Zebra Cold")


def names_in(page: str) -> list[str]:
    """The accounts of the table, in its order."""
    return re.findall(r"<th scope=\"row\"><a href=\"/accounts/[a-z0-9-]+\">([^<]+)</a>", page)


@pytest.fixture
def halden(world: World) -> Account:
    """Tomás answers for it; it stands on the list in tier 1, has a deal, and was called today."""
    account = world.account("Halden Freight")
    account.change(
        by=world.cast.wen, at=NOW, industry="Logistics", country="Norway", segment="Enterprise", employees=900
    )
    account.set_domains(["halden.com"], by=world.cast.wen, at=NOW)
    organisation, wen = world.cast.organisation, world.cast.wen
    stage = add_stage(organisation, name="Open", category=StageCategory.OPEN, qualified=True, by=wen, at=NOW)
    facts = {"name": "Cold chain", "amount": 250_000, "created_on": date(2026, 10, 1)}
    create_opportunity(organisation, account=account, stage=stage, by=wen, at=NOW, **facts)  # type: ignore[arg-type]
    world.log(account)
    return account


@pytest.fixture
def company(world: World, halden: Account) -> World:
    """Four accounts: two on the list, one of Marcus, one of nobody."""
    kestrel = world.account("Kestrel Foods", ae=world.cast.marcus)
    for name in ("Orbis Pharma", "Zebra Cold"):
        create_account(world.cast.organisation, name=name, country="Norway", employees=100, by=world.cast.wen, at=NOW)
    world.agree_on({halden: 1, kestrel: 2})
    return world


@pytest.fixture
def tomas(client: FlaskClient, company: World) -> FlaskClient:
    return company.enter(client, company.cast.tomas)


def test_a_row_says_what_all_domains_know_of_its_account(tomas: FlaskClient) -> None:
    page = " ".join(tomas.get("/accounts?q=halden").text.split())
    row = re.search(r"<tr id=\"account-halden-freight\">.*?</tr>", page)
    assert row is not None
    words = re.sub(r"<[^>]+>", " ", row[0])
    for fact in ("Halden Freight", "Tier 1", "Tomás Ferreira", "Logistics", "Norway", "900", "€2,500", "today"):
        assert fact in words


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", list(NAMES)),
        ("q=HALDEN", ["Halden Freight"]),
        ("q=halden.co", ["Halden Freight"]),
        ("q=Halden Freight GmbH", ["Halden Freight"]),
        ("q=nobody", []),
        ("q=%25", []),
        ("q=_", []),
        ("country=Norway", ["Halden Freight", "Orbis Pharma", "Zebra Cold"]),
        ("industry=Logistics&segment=Enterprise", ["Halden Freight"]),
        ("ae=nobody", ["Orbis Pharma", "Zebra Cold"]),
        ("whose=mine", ["Halden Freight"]),
        ("whose=team", ["Halden Freight", "Kestrel Foods"]),
        ("tier=1", ["Halden Freight"]),
        ("tier=any", ["Halden Freight", "Kestrel Foods"]),
        ("tier=none", ["Orbis Pharma", "Zebra Cold"]),
        ("sort=-name", list(reversed(NAMES))),
        ("sort=tier", list(NAMES)),
        ("sort=-employees", ["Halden Freight", "Zebra Cold", "Orbis Pharma", "Kestrel Foods"]),
        ("sort=-deals", ["Halden Freight", "Zebra Cold", "Orbis Pharma", "Kestrel Foods"]),
        ("sort=nonsense&tier=9&whose=theirs&state=gone", list(NAMES)),
    ],
)
def test_the_view_stands_in_its_address(tomas: FlaskClient, query: str, expected: list[str]) -> None:
    found = names_in(tomas.get(f"/accounts?{query}").text)
    if "tier=9" in query:
        assert set(found) <= set(expected)
    else:
        assert found == expected


def test_an_ae_is_chosen_by_name(tomas: FlaskClient, company: World) -> None:
    page = tomas.get(f"/accounts?ae={company.cast.marcus.public_id}").text
    company.session.rollback()
    assert names_in(page) == ["Kestrel Foods"]
    assert "Marcus Bell" in page


def test_archived_accounts_and_those_left_alone_have_places_of_their_own(
    client: FlaskClient, company: World, halden: Account
) -> None:
    kestrel = company.account("Kestrel Air")
    kestrel.archive(by=company.cast.wen, at=NOW)
    halden.leave_alone("In court", until=None, by=company.cast.ines, at=NOW)
    tomas = company.enter(client, company.cast.tomas)
    assert "Kestrel Air" not in names_in(tomas.get("/accounts").text)
    assert names_in(tomas.get("/accounts?state=archived").text) == ["Kestrel Air"]
    assert names_in(tomas.get("/accounts?state=left-alone").text) == ["Halden Freight"]


def test_before_a_list_is_signed_nothing_has_a_tier(client: FlaskClient, world: World, halden: Account) -> None:
    assert halden.slug == "halden-freight"
    tomas = world.enter(client, world.cast.tomas)
    assert "Tier 1" not in tomas.get("/accounts").text
    assert names_in(tomas.get("/accounts?tier=1").text) == []
    assert names_in(tomas.get("/accounts?tier=none&sort=tier").text) == ["Halden Freight"]


def test_an_empty_company_is_told_what_comes_next(client: FlaskClient, world: World) -> None:
    page = world.enter(client, world.cast.tomas).get("/accounts").text
    assert "No accounts yet" in page
    assert "Add an account" in page
    vera = world.enter(client, world.cast.vera).get("/accounts").text
    assert "Add an account" not in vera


@pytest.mark.parametrize("sort", ["name", "-name", "employees", "-employees", "tier", "-deals"])
def test_pages_go_there_and_back_over_ties(client: FlaskClient, world: World, sort: str) -> None:
    """120 accounts of three names, three sizes and none: every row stands on exactly one page, in either direction."""
    for number in range(120):
        facts = {"name": f"Twin {number % 3}", "employees": [None, 10, 20][number % 3]}
        create_account(world.cast.organisation, by=world.cast.wen, at=NOW, **facts)  # type: ignore[arg-type]
    tomas = world.enter(client, world.cast.tomas)
    pages, path = [], f"/accounts?sort={sort}"
    while path:
        pages.append(tomas.get(path).text)
        path = address_of(pages[-1], "next")
    rows = [re.findall(r"<tr id=\"account-([a-z0-9-]+)\">", page) for page in pages]
    assert [len(some) for some in rows] == [50, 50, 20]
    assert len({slug for some in rows for slug in some}) == 120
    back = tomas.get(address_of(pages[2], "prev")).text
    assert re.findall(r"<tr id=\"account-([a-z0-9-]+)\">", back) == rows[1]
    first = tomas.get(address_of(back, "prev")).text
    assert re.findall(r"<tr id=\"account-([a-z0-9-]+)\">", first) == rows[0]
    assert address_of(first, "prev") == ""


def test_a_page_that_begins_nowhere_begins_at_the_start(tomas: FlaskClient) -> None:
    for cursor in ("0" * 16, "x' OR 1=1", "%", "é" * 16, "9" * 5000):
        assert names_in(tomas.get("/accounts", query_string={"after": cursor}).text) == list(NAMES)


@pytest.mark.parametrize("q", ["%", "_", "'", '"', "\\", "<script>alert(1)</script>", "x" * 50_000, "\0", "the", "é"])
def test_hostile_searches_break_nothing(tomas: FlaskClient, q: str) -> None:
    answer = tomas.get("/accounts", query_string={"q": q})
    assert answer.status_code == 200
    assert "<script>alert" not in answer.text


def test_the_page_takes_the_same_few_queries_whatever_there_is(client: FlaskClient, company: World) -> None:
    tomas = company.enter(client, company.cast.tomas)
    counts = []
    for more in (16, 180):
        for number in range(more):
            company.account(f"Company {more} {number}", ae=company.cast.marcus)
        tomas = company.enter(client, company.cast.tomas)
        with statements(db.engine) as sent:
            assert tomas.get("/accounts?q=company&sort=-employees").status_code == 200
        counts.append(len(sent))
    assert counts[0] == counts[1] <= 12
