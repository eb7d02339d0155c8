"""The ledger of marketing spend: what a line says, what it is worth in a quarter, and that nothing is erased."""

from __future__ import annotations

import html
import re
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, scoped_session

from abm.accounts.models import set_rate
from abm.campaigns.creating import create_campaign
from abm.kit.rules import RuleBroken
from abm.spend.models import SpendBasis, SpendKind, SpendLine
from abm.spend.queries import Wanted, spent, total_marketing_spend
from tests.cast import Cast
from tests.spend.book import AT, DAY, FORM, Q4, browser, enter, facts, lines

# What a period's share is


@settings(max_examples=80, deadline=None)
@given(amount=st.integers(1, 10**9), days=st.integers(1, 366), cuts=st.lists(st.integers(0, 365), max_size=4))
def test_the_shares_of_periods_that_follow_each_other_add_up_exactly(amount: int, days: int, cuts: list[int]) -> None:
    line = SpendLine(first_day=DAY, last_day=DAY + timedelta(days=days - 1), amount=amount)
    edges = [-1, *sorted({cut for cut in cuts if cut < days - 1}), days - 1]
    pieces = [
        line.share(DAY + timedelta(days=before + 1), DAY + timedelta(days=after)) for before, after in pairwise(edges)
    ]
    assert sum(pieces) == amount
    for piece, before, after in zip(pieces, edges[:-1], edges[1:], strict=True):
        assert abs(piece * days - amount * (after - before)) <= days, "within one cent of an even spread"


def test_a_year_is_spread_over_its_quarters() -> None:
    line = SpendLine(first_day=date(2026, 10, 1), last_day=date(2027, 9, 30), amount=36_500_00)
    assert line.share(Q4.first, Q4.last) == 9_200_00  # 92 of 365 days, a hundred euros each
    assert line.share(date(2028, 1, 1), date(2028, 3, 31)) == 0


# Sums


def test_foreign_amounts_are_worth_the_rate_of_their_first_day(cast: Cast, session: scoped_session[Session]) -> None:
    rates = {date(2026, 10, 1): "0.90", date(2026, 11, 20): "0.95", date(2026, 12, 1): "0.99"}
    for day, rate in rates.items():
        set_rate(cast.organisation, currency="USD", day=day, rate=Decimal(rate), by=cast.wen, at=AT)
    enter(cast, session, facts(100_00, "USD"))
    enter(cast, session, facts(50_00))
    enter(cast, session, facts(7_00, basis=SpendBasis.PLANNED))
    total = total_marketing_spend(session(), Q4, cast.organisation)
    assert (total.amount, total.unknown) == (95_00 + 50_00, 0)


def test_what_has_no_rate_is_listed_and_in_no_sum(cast: Cast, session: scoped_session[Session]) -> None:
    enter(cast, session, facts(100_00, "NOK", what="Stand"))
    enter(cast, session, facts(50_00))
    sums = spent(session(), Wanted(Q4.first, Q4.last), cast.organisation)
    assert sums.bases[SpendBasis.ACTUAL].amount == 50_00
    assert sums.bases[SpendBasis.ACTUAL].unknown == 1
    assert [line.what for line in sums.without_rate] == ["Stand"]


def test_sums_are_by_kind_and_by_campaign(cast: Cast, session: scoped_session[Session]) -> None:
    campaign = create_campaign(cast.organisation, name="Boxes", starts_on=DAY, ends_on=DAY, by=cast.priya, at=AT)
    session.flush()
    enter(cast, session, facts(30_00, kind=SpendKind.PLAY, campaign=campaign))
    enter(cast, session, facts(20_00, kind=SpendKind.PLAY, campaign=campaign, basis=SpendBasis.PLANNED))
    enter(cast, session, facts(5_00, kind=SpendKind.PEOPLE))
    sums = spent(session(), Wanted(Q4.first, Q4.last), cast.organisation)
    assert sums.kinds[SpendKind.PLAY, SpendBasis.ACTUAL].amount == 30_00
    assert sums.campaigns["boxes", SpendBasis.PLANNED].amount == 20_00
    assert sums.bases[SpendBasis.ACTUAL].amount == 35_00
    only = Wanted(Q4.first, Q4.last, campaign="boxes", basis=SpendBasis.ACTUAL)
    assert [line.amount for line in session.scalars(only.lines())] == [30_00]


# Rules


@pytest.mark.parametrize(
    ("more", "field", "sentence"),
    [
        ({"amount": 0}, "amount", "above zero"),
        ({"currency": "EUX"}, "currency", "names no currency"),
        ({"what": " "}, "what", "Say what it is for"),
        ({"until": DAY - timedelta(days=1)}, "last_day", "lies before the first"),
        ({"until": DAY + timedelta(days=366)}, "last_day", "at most a year"),
        ({"kind": SpendKind.PLAY}, "campaign", "Choose the campaign"),
        ({"play": "abcdefghijklmnop"}, "play", "no such play"),
    ],
)
def test_what_cannot_be_is_refused(
    cast: Cast, session: scoped_session[Session], more: dict[str, object], field: str, sentence: str
) -> None:
    with pytest.raises(RuleBroken, match=sentence) as refusal:
        enter(cast, session, facts(**more))  # type: ignore[arg-type]
    assert refusal.value.field == field


def test_a_number_of_another_system_stands_once_until_its_line_is_voided(
    cast: Cast, session: scoped_session[Session]
) -> None:
    line = enter(cast, session, facts(external_id="R-1"))
    with pytest.raises(RuleBroken, match="“R-1” is in the ledger already"):
        enter(cast, session, facts(external_id="R-1"))
    again = line.correct(facts(12_00, external_id="R-1"), reason="The invoice says so", by=cast.priya, at=AT)
    session.flush()
    assert (again.corrects, line.void_reason) == (line, "The invoice says so")
    assert total_marketing_spend(session(), Q4, cast.organisation).amount == 12_00
    with pytest.raises(RuleBroken, match="voided already"):
        line.void(reason="Again", by=cast.priya, at=AT)
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(
            text(
                "INSERT INTO spend_line (public_id, programme_id, kind, basis, what, supplier, first_day, last_day, "
                "amount, currency, external_id, entered_by_id, entered_at, void_reason) SELECT 'x', programme_id, "
                "kind, basis, what, supplier, first_day, last_day, amount, currency, external_id, entered_by_id, "
                "entered_at, '' FROM spend_line WHERE voided_at IS NULL"
            )
        )


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE spend_line SET amount = 1",
        "DELETE FROM spend_line",
        "UPDATE spend_line SET voided_at = NULL, voided_by_id = NULL",
        "UPDATE spend_line SET void_reason = 'Another'",
    ],
)
def test_the_database_keeps_every_line(cast: Cast, session: scoped_session[Session], statement: str) -> None:
    enter(cast, session, facts()).void(reason="Twice", by=cast.priya, at=AT)
    session.flush()
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(text(statement))


# Pages


def test_a_line_is_entered_corrected_and_voided_by_form(
    client: FlaskClient, cast: Cast, session: scoped_session[Session]
) -> None:
    priya = browser(client, cast, session)
    assert priya.post("/spend", data=FORM).status_code == 303
    page = priya.get("/spend?quarter=2026-q4").text
    assert "€1,200.50" in page
    (address,) = re.findall(r"/spend/lines/[a-z0-9]+", page)
    changed = FORM | {"amount": "1,000", "reason": ""}
    assert priya.post(f"{address}/corrections", data=changed).status_code == 422, "a correction says why"
    assert priya.post(f"{address}/corrections", data=changed | {"reason": "Invoice"}).status_code == 303
    assert "Voided by Priya Raman" in priya.get(address).text
    assert lines(session) == [("Intent data", 120_050, "EUR", False), ("Intent data", 100_000, "EUR", True)]


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"amount": "12.345,6"}, "is not an amount: write it like 12500 or 12,500.00."),
        ({"currency": "E"}, "Write the currency's code, like EUR."),
        ({"first_day": "2026-02-30"}, "There is no such day"),
        ({"kind": "play"}, "Choose the campaign that the play belongs to."),
        ({"what": ""}, "Say what it is for."),
    ],
)
def test_a_form_that_cannot_be_read_keeps_what_was_typed(
    client: FlaskClient, cast: Cast, session: scoped_session[Session], more: dict[str, str], sentence: str
) -> None:
    answer = browser(client, cast, session).post("/spend", data=FORM | {"supplier": "Signalhaus"} | more)
    assert answer.status_code == 422
    assert sentence in html.unescape(answer.text)
    assert "Signalhaus" in answer.text
    assert lines(session) == []


def test_sales_reads_the_ledger_and_does_not_keep_it(
    client: FlaskClient, cast: Cast, session: scoped_session[Session]
) -> None:
    enter(cast, session, facts(what="Logger boxes"))
    tomas = browser(client, cast, session, "tomas")
    assert "Logger boxes" in tomas.get("/spend?quarter=2026-q4").text
    assert "Enter a line" not in tomas.get("/spend").text
    assert tomas.post("/spend", data=FORM).status_code == 403
