"""Opportunities through the browser, and the tables of stages and rates behind them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from abm.accounts.models import (
    Account,
    CrmStage,
    ExchangeRate,
    Opportunity,
    OpportunityRevision,
    StageCategory,
    add_stage,
    create_account,
    create_opportunity,
)
from abm.kit.db import db
from tests.accounts.pages import address_of, alert, field_error, value_of, words_in
from tests.cast import Cast, sign_in
from tests.counting import statements

AT = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)


@pytest.fixture
def stages(cast: Cast, session: Session) -> dict[str, CrmStage]:
    rows = (("Prospecting", "open", False), ("Engaging", "open", True), ("Won", "won", True), ("Lost", "lost", False))
    made = {
        name: add_stage(
            cast.organisation, name=name, category=StageCategory(kind), qualified=qualified, by=cast.wen, at=AT
        )
        for name, kind, qualified in rows
    }
    session.commit()
    return made


@pytest.fixture
def halden(cast: Cast, session: Session) -> Account:
    account = create_account(cast.organisation, name="Halden Freight", by=cast.wen, at=AT)
    session.commit()
    return account


@pytest.fixture
def tomas(client: FlaskClient, cast: Cast) -> FlaskClient:
    return sign_in(client, cast.tomas)


def deal(cast: Cast, stage: CrmStage, account: Account | None, **facts: object) -> Opportunity:
    given = {"name": "Cold chain", "created_on": date(2026, 10, 1), **facts}
    return create_opportunity(cast.organisation, account=account, stage=stage, by=cast.tomas, at=AT, **given)  # type: ignore[arg-type]


def sent(at_stage: CrmStage, **fields: str) -> dict[str, str]:
    """What a filled form sends."""
    usual = {"name": "Cold chain", "account": "Halden Freight", "stage": str(at_stage.id), "currency": "EUR"}
    return usual | {"source": "marketing", "type": "new", "created_on": "2026-10-01"} | fields


def test_an_ae_adds_a_deal(
    tomas: FlaskClient, cast: Cast, session: Session, halden: Account, stages: dict[str, CrmStage]
) -> None:
    shown = tomas.get("/opportunities/new?account=halden-freight").text
    assert value_of(shown, "account") == "Halden Freight"
    form = sent(stages["Engaging"], amount="12,500.50", owner=cast.tomas.public_id)
    answer = tomas.post("/opportunities", data=form)
    assert (answer.status_code, answer.location) == (303, "/accounts/halden-freight")
    made = session.scalars(select(Opportunity)).one()
    assert (made.amount, made.account_id, made.owner_id) == (1_250_050, halden.id, cast.tomas.id)
    assert (made.source.value, made.qualified_on) == ("marketing", date(2026, 10, 1))


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"amount": "12.500,00"}, "amount", "is not an amount: write it like 12500 or 12,500.00"),
        ({"amount": "1.234"}, "amount", "EUR has 2 decimals"),
        ({"amount": "-3"}, "amount", "cannot be negative"),
        ({"currency": "XQZ"}, "currency", "XQZ is not a currency"),
        ({"stage": "999"}, "stage", "Choose one of the list"),
        ({"account": "Orbis"}, "account", "No account is named Orbis"),
        ({"created_on": "2026-02-30"}, "created_on", "There is no such day"),
        ({"created_on": "0001-01-01"}, "created_on", "outside the years 1990 to 2100"),
        ({"name": ""}, "name", "Write the opportunity's name."),
    ],
)
def test_what_cannot_be_read_is_said_and_nothing_saved(
    tomas: FlaskClient,
    session: Session,
    halden: Account,
    stages: dict[str, CrmStage],
    *,
    fields: dict[str, str],
    field: str,
    words: str,
) -> None:
    answer = tomas.post("/opportunities", data=sent(stages["Engaging"], **fields))
    assert answer.status_code == 422
    assert words in field_error(answer.text, field)
    assert session.scalar(select(func.count(Opportunity.id))) == 0


def test_a_won_deal_without_its_day_is_refused_and_kept_in_the_form(
    tomas: FlaskClient, halden: Account, stages: dict[str, CrmStage]
) -> None:
    assert halden.slug == "halden-freight"
    answer = tomas.post("/opportunities", data=sent(stages["Won"], amount="100"))
    assert answer.status_code == 409
    assert "say on which day it closed" in field_error(answer.text, "closed_on")
    assert value_of(answer.text, "amount") == "100"


def test_a_deal_moves_on_and_what_it_was_is_kept(
    tomas: FlaskClient, cast: Cast, session: Session, halden: Account, stages: dict[str, CrmStage]
) -> None:
    made = deal(cast, stages["Engaging"], halden, amount=100_000)
    session.commit()
    form = sent(stages["Won"], amount="1,500", closed_on="2026-11-20", revision=str(made.revision))
    assert tomas.post(f"/opportunities/{made.public_id}", data=form).status_code == 303
    session.expire_all()
    assert (made.stage.name, made.amount, made.closed_on) == ("Won", 150_000, date(2026, 11, 20))
    assert session.scalar(select(func.count(OpportunityRevision.id))) == 2


def test_two_edits_of_a_deal_meet(
    tomas: FlaskClient, cast: Cast, session: Session, halden: Account, stages: dict[str, CrmStage]
) -> None:
    made = deal(cast, stages["Prospecting"], halden, amount=100_000)
    session.commit()
    path, seen = f"/opportunities/{made.public_id}", str(made.revision)
    first = sent(stages["Engaging"], amount="1,000", revision=seen)
    assert tomas.post(path, data=first).status_code == 303
    second = tomas.post(path, data=sent(stages["Prospecting"], amount="2,000", revision=seen))
    assert second.status_code == 409
    assert all(word in alert(second.text) for word in ("Stage", "Engaging", "Prospecting", "1000", "2,000"))
    again = sent(stages["Prospecting"], amount="2,000", revision=value_of(second.text, "revision"))
    assert tomas.post(path, data=again).status_code == 303


def test_an_unmatched_deal_gets_its_account(
    tomas: FlaskClient, cast: Cast, session: Session, halden: Account, stages: dict[str, CrmStage]
) -> None:
    made = deal(cast, stages["Prospecting"], None)
    session.commit()
    assert "not matched yet" in tomas.get("/opportunities?state=unmatched").text
    form = sent(stages["Prospecting"], revision=str(made.revision))
    assert tomas.post(f"/opportunities/{made.public_id}", data=form).location == "/accounts/halden-freight"
    session.expire_all()
    assert made.account is halden
    session.rollback()
    assert words_in(tomas.get("/opportunities?state=unmatched").text, "Cold chain") == []


def test_deals_are_narrowed_by_state_and_counted(
    tomas: FlaskClient, cast: Cast, session: Session, halden: Account, stages: dict[str, CrmStage]
) -> None:
    deal(cast, stages["Prospecting"], halden, name="Open one", amount=100_000)
    deal(cast, stages["Won"], halden, name="Won one", closed_on=date(2026, 11, 1))
    deal(cast, stages["Lost"], None, name="Lost one", closed_on=date(2026, 11, 1))
    session.commit()
    names = ("Open one", "Won one", "Lost one")
    expected = {
        "open": ["Open one"],
        "won": ["Won one"],
        "lost": ["Lost one"],
        "unmatched": ["Lost one"],
        "all": list(names),
    }
    for state, wanted in expected.items():
        page = tomas.get(f"/opportunities?state={state}").text
        assert [name for name in names if name in page] == wanted
    assert "Worth €1,000.00 together" in tomas.get("/opportunities").text
    assert "Open one" in tomas.get("/opportunities?q=halden").text


def test_a_sum_over_currencies_says_what_it_converted_and_left_out(
    client: FlaskClient, cast: Cast, session: Session, halden: Account, stages: dict[str, CrmStage]
) -> None:
    for amount, currency in ((100_000, "EUR"), (100_000, "USD"), (100_000, "GBP")):
        deal(cast, stages["Prospecting"], halden, amount=amount, currency=currency)
    session.commit()
    wen = sign_in(client, cast.wen)
    rate = {"currency": "usd", "rate": "0.9", "day": "2026-01-01"}
    assert wen.post("/admin/rates", data=rate).status_code == 303
    page = " ".join(wen.get("/opportunities").text.split())
    assert "Worth €1,900.00 together, other currencies at today's rates" in page
    assert "without amounts in 1 currency that nobody has entered a rate for" in page


def test_pages_of_deals_go_there_and_back_over_ties(
    tomas: FlaskClient, cast: Cast, session: Session, halden: Account, stages: dict[str, CrmStage]
) -> None:
    for number in range(120):  # all created on one day
        deal(cast, stages["Prospecting"], halden, name=f"Deal {number:03}")
    session.commit()
    seen: list[list[str]] = []
    page, path = "", "/opportunities?sort=-created"
    for _ in range(3):
        page = tomas.get(path).text
        seen.append(words_in(page, r"Deal \d{3}"))
        path = address_of(page, "next") or path
    assert sorted(name for names in seen for name in names) == [f"Deal {number:03}" for number in range(120)]
    assert [len(names) for names in seen] == [50, 50, 20]
    back = tomas.get(address_of(page, "prev") or "").text
    assert words_in(back, r"Deal \d{3}") == seen[1]


def test_the_list_of_deals_takes_the_same_few_queries_whatever_there_is(
    tomas: FlaskClient, cast: Cast, session: Session, halden: Account, stages: dict[str, CrmStage]
) -> None:
    counts = []
    for more in (20, 60):
        for number in range(more):
            deal(cast, stages["Prospecting"], halden, name=f"Deal {number}", owner=cast.tomas)
        session.commit()
        with statements(db.engine) as taken:
            assert tomas.get("/opportunities").status_code == 200
        counts.append(len(taken))
    assert counts[0] == counts[1] <= 12


@pytest.mark.parametrize("q", ["%", "_", "'", '"', "\\", "<script>", "x" * 5000, "\0", "’", "%00"])
def test_hostile_searches_find_nothing_and_break_nothing(
    tomas: FlaskClient, cast: Cast, session: Session, halden: Account, stages: dict[str, CrmStage], *, q: str
) -> None:
    deal(cast, stages["Prospecting"], halden)
    session.commit()
    answer = tomas.get("/opportunities", query_string={"q": q, "after": q[:100], "sort": q[:100], "state": q[:100]})
    assert answer.status_code == 200
    assert "<script>x" not in answer.text


def test_somebody_elses_address_of_a_deal_is_not_found(tomas: FlaskClient, stages: dict[str, CrmStage]) -> None:
    assert stages
    assert tomas.get(f"/opportunities/{'a' * 16}/edit").status_code == 404
    assert tomas.post(f"/opportunities/{'a' * 16}", data={}).status_code == 404


def test_revops_keeps_the_stages(client: FlaskClient, cast: Cast, session: Session) -> None:
    wen = sign_in(client, cast.wen)
    form = {"name": "Prospecting", "category": "open", "idempotency_key": "k" * 32}
    assert [wen.post("/admin/stages", data=form).status_code for _ in range(2)] == [303, 303]
    stage = session.scalars(select(CrmStage)).one()
    path = f"/admin/stages/{stage.id}"
    session.rollback()
    taken = wen.post("/admin/stages", data={"name": "PROSPECTING", "category": "open"})
    assert taken.status_code == 409
    assert "already a stage named PROSPECTING" in field_error(taken.text, "name")
    assert value_of(wen.get(f"{path}/edit").text, "name") == "Prospecting"
    changed = {"name": "Discovery", "category": "open", "qualified": "y", "position": "3"}
    assert wen.post(path, data=changed).status_code == 303
    session.expire_all()
    assert (stage.name, stage.qualified, stage.position) == ("Discovery", True, 3)


def test_a_rate_of_the_same_day_is_replaced(client: FlaskClient, cast: Cast, session: Session) -> None:
    wen = sign_in(client, cast.wen)
    for rate in ("0.91", "0.92"):
        assert wen.post("/admin/rates", data={"currency": "USD", "rate": rate, "day": "2026-01-01"}).status_code == 303
    assert [str(row.rate) for row in session.scalars(select(ExchangeRate))] == ["0.92000000"]
    session.rollback()
    assert ">0.92<" in wen.get("/admin/rates").text


@pytest.mark.parametrize(
    ("fields", "field", "words", "status"),
    [
        ({"rate": "0,92"}, "rate", "Write the rate with a point", 422),
        ({"rate": "1e5"}, "rate", "Write the rate with a point", 422),
        ({"rate": "0"}, "rate", "A rate is more than 0", 409),
        ({"currency": "EUR"}, "currency", "EUR is the reporting currency", 409),
        ({"day": ""}, "day", "Write the day from which the rate holds", 422),
    ],
)
def test_a_rate_that_makes_no_sense_is_refused(
    client: FlaskClient, cast: Cast, *, fields: dict[str, str], field: str, words: str, status: int
) -> None:
    usual = {"currency": "USD", "rate": "0.92", "day": "2026-01-01"}
    answer = sign_in(client, cast.wen).post("/admin/rates", data=usual | fields)
    assert answer.status_code == status
    assert words in field_error(answer.text, field)


def test_an_ae_keeps_neither_stages_nor_rates(tomas: FlaskClient) -> None:
    assert [tomas.get(path).status_code for path in ("/admin/stages", "/admin/rates")] == [403, 403]
