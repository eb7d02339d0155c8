"""What the ledger must never say: money that was taken out, a worth nobody gave, two lines of one invoice."""

from __future__ import annotations

import html
import re
import threading
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from abm.accounts.models import set_rate
from abm.campaigns.creating import create_campaign
from abm.kit.clock import Quarter
from abm.kit.rules import RuleBroken
from abm.people.programmes import add_programme
from abm.spend.models import SpendBasis, SpendFacts, SpendKind, SpendLine, enter_spend
from abm.spend.of_campaign import spent_on
from abm.spend.queries import Wanted, spent, total_marketing_spend
from tests.apart import ApartClient
from tests.cast import Cast, sign_in
from tests.spend.book import AT, DAY, Q4

FORM = {
    "kind": "tool",
    "basis": "actual",
    "what": "Intent data",
    "first_day": "2026-11-24",
    "amount": "77",
    "currency": "EUR",
    "external_id": "R-1",
}


def enter(
    cast: Cast, session: scoped_session[Session], amount: int, currency: str = "EUR", **more: object
) -> SpendLine:
    told: dict[str, object] = {"kind": SpendKind.TOOL, "basis": SpendBasis.ACTUAL, "what": "Intent data"}
    days: dict[str, object] = {"first_day": DAY, "last_day": DAY}
    facts = SpendFacts(amount=amount, currency=currency, **(told | days | more))  # type: ignore[arg-type]
    return enter_spend(session(), facts, by=cast.priya, at=AT)


def test_what_is_voided_counts_nowhere_even_where_it_is_shown(
    client: FlaskClient, cast: Cast, session: scoped_session[Session]
) -> None:
    enter(cast, session, 77_00, what="Twice").void(reason="Twice", by=cast.priya, at=AT)
    enter(cast, session, 9_00, "NOK", what="Stand").void(reason="Cancelled", by=cast.priya, at=AT)
    enter(cast, session, 5_00)
    sums = spent(session(), Wanted(Q4.first, Q4.last, voided=True), cast.organisation)
    assert (sums.bases[SpendBasis.ACTUAL].amount, sums.bases[SpendBasis.ACTUAL].unknown) == (5_00, 0)
    session.commit()
    page = sign_in(client, cast.priya).get("/spend?quarter=2026-q4&voided=1").text
    assert "Twice" in page
    together = page.partition("All marketing spend")[2].partition("</tr>")[0]
    assert re.findall(r"€[\d.,]+", together) == ["€0.00", "€5.00"]


def test_a_sum_without_its_rates_is_no_zero_and_a_part_is_not_called_all(
    client: FlaskClient, cast: Cast, session: scoped_session[Session]
) -> None:
    enter(cast, session, 61_000_00, "NOK", what="Stand", kind=SpendKind.OTHER)
    session.commit()
    page = sign_in(client, cast.tomas).get("/spend?quarter=2026-q4&kind=other").text
    other = page.partition('<th scope="row">Other</th>')[2].partition("</tr>")[0]
    assert re.findall(r"€[\d.,]+|\d without a rate", other) == ["€0.00", "1 without a rate"]
    assert "These lines together" in page
    assert "All marketing spend" not in page


def test_a_later_rate_says_nothing_of_an_earlier_day(cast: Cast, session: scoped_session[Session]) -> None:
    enter(cast, session, 100_00, "USD")
    for day, rate in ((date(2026, 11, 25), "0.90"), (DAY, "0.95")):
        total = total_marketing_spend(session(), Q4, cast.organisation)
        assert (total.amount, total.unknown) == (0, 1)
        set_rate(cast.organisation, currency="USD", day=day, rate=Decimal(rate), by=cast.wen, at=AT)
        session.flush()
    total = total_marketing_spend(session(), Q4, cast.organisation)
    assert (total.amount, total.unknown) == (95_00, 0)


def test_the_quarters_of_a_foreign_year_add_up_to_what_it_is_worth(
    cast: Cast, session: scoped_session[Session]
) -> None:
    set_rate(cast.organisation, currency="USD", day=date(2026, 1, 1), rate=Decimal("0.917"), by=cast.wen, at=AT)
    first, last = date(2026, 5, 17), date(2027, 5, 16)
    enter(cast, session, 10_000_01, "USD", first_day=first, last_day=last)
    quarters = [Quarter(2026, number) for number in (2, 3, 4)] + [Quarter(2027, number) for number in (1, 2)]
    parts = [total_marketing_spend(session(), quarter, cast.organisation).amount for quarter in quarters]
    whole = (Decimal("10000.01") * Decimal("0.917")).quantize(Decimal("0.01"), ROUND_HALF_EVEN)
    assert Decimal(sum(parts)) / 100 == whole
    days = [45, 92, 92, 90, 46]  # 17 May to 30 June, whole quarters, 1 April to 16 May
    assert sum(days) == 365
    for part, count in zip(parts, days, strict=True):
        assert abs(Decimal(part) / 100 - whole * count / 365) < Decimal("0.01")


def test_the_line_of_a_campaign_belongs_to_its_programme(cast: Cast, session: scoped_session[Session]) -> None:
    campaign = create_campaign(cast.organisation, name="Boxes", starts_on=DAY, ends_on=DAY, by=cast.priya, at=AT)
    other = add_programme(cast.organisation, name="EMEA", by=cast.wen, at=AT)
    with pytest.raises(RuleBroken, match="belongs to another programme") as refusal:
        enter(cast, session, 1_00, campaign=campaign, programme=other)
    assert refusal.value.field == "programme"
    campaign.programme_id = other.id
    assert enter(cast, session, 1_00, campaign=campaign).programme_id == other.id


@pytest.mark.parametrize("day", ["1999-12-31", "2099-01-01"])
def test_a_day_whose_quarter_nobody_can_choose_is_refused(
    client: FlaskClient, cast: Cast, session: scoped_session[Session], day: str
) -> None:
    session.commit()
    answer = sign_in(client, cast.priya).post("/spend", data=FORM | {"first_day": day})
    assert answer.status_code == 422
    assert "The day lies outside the years 2000 to 2098." in html.unescape(answer.text)


@pytest.mark.parametrize("number", ["9" * 40, "99999999", "-4", "٣", ""])
def test_no_number_of_a_page_is_a_fault(
    client: FlaskClient, cast: Cast, session: scoped_session[Session], number: str
) -> None:
    session.commit()
    assert sign_in(client, cast.priya).get("/spend", query_string={"page": number}).status_code == 200


def at_once(app: Flask, cast: Cast, address: str, forms: list[dict[str, str]]) -> list[int]:
    """Send each form at the same instant, by somebody else each; the answers' numbers in order."""
    people = (cast.priya, cast.amara, cast.wen)
    clients = [sign_in(ApartClient(app, app.response_class), person) for person in people[: len(forms)]]
    barrier, answers = threading.Barrier(len(forms)), []

    def send(client: FlaskClient, form: dict[str, str]) -> None:
        barrier.wait()
        answers.append(client.post(address, data=form).status_code)

    threads = [threading.Thread(target=send, args=pair) for pair in zip(clients, forms, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(answers)


def test_of_three_who_enter_one_invoice_at_once_one_does(
    app: Flask, cast: Cast, session: scoped_session[Session]
) -> None:
    session.commit()
    assert at_once(app, cast, "/spend", [FORM] * 3) == [303, 422, 422]
    session.rollback()
    assert session.scalars(select(SpendLine.external_id)).all() == ["R-1"]
    session.rollback()


def test_who_corrects_what_is_voided_by_now_keeps_what_was_typed(
    client: FlaskClient, cast: Cast, session: scoped_session[Session]
) -> None:
    line = enter(cast, session, 70_00)
    line.void(reason="Twice", by=cast.amara, at=AT)
    session.commit()
    address = f"/spend/lines/{line.public_id}/corrections"
    answer = sign_in(client, cast.priya).post(address, data=FORM | {"reason": "The invoice", "amount": "71.25"})
    assert answer.status_code == 409
    assert "This line is voided already." in answer.text
    assert "71.25" in answer.text


def test_of_three_who_correct_one_line_at_once_one_does(
    app: Flask, cast: Cast, session: scoped_session[Session]
) -> None:
    line = enter(cast, session, 70_00, external_id="R-1")
    session.commit()
    address = f"/spend/lines/{line.public_id}/corrections"
    session.rollback()
    forms = [FORM | {"reason": "The invoice", "amount": amount} for amount in ("71", "72", "73")]
    assert at_once(app, cast, address, forms) == [303, 409, 409]
    session.rollback()
    standing = select(SpendLine).where(SpendLine.voided_at.is_(None))
    assert len(session.scalars(standing).all()) == 1
    session.rollback()


def test_a_campaign_is_read_beside_its_budget_over_all_of_its_days(
    client: FlaskClient, cast: Cast, session: scoped_session[Session]
) -> None:
    campaign = create_campaign(cast.organisation, name="Boxes", starts_on=DAY, ends_on=DAY, by=cast.priya, at=AT)
    campaign.budget = 40_000_00
    session.flush()
    play: dict[str, Any] = {"kind": SpendKind.PLAY, "campaign": campaign}
    enter(cast, session, 100_00, first_day=date(2026, 12, 22), last_day=date(2027, 1, 10), **play)
    enter(cast, session, 30_00, first_day=date(2026, 7, 1), last_day=date(2026, 7, 1), **play)
    enter(cast, session, 80_00, basis=SpendBasis.PLANNED, **play)
    enter(cast, session, 9_00, "NOK", what="Stand", **play)
    enter(cast, session, 55_00)
    sums = spent_on(session(), campaign, cast.organisation, date(2026, 12, 25))
    planned, actual = SpendBasis.PLANNED, SpendBasis.ACTUAL
    assert (sums.all[planned].amount, sums.all[actual].amount, sums.all[actual].unknown) == (80_00, 130_00, 1)
    assert (sums.so_far.amount, sums.so_far.unknown) == (30_00 + 20_00, 1)  # 4 of 20 days at five euros each
    told = [(str(quarter), bases[planned].amount, bases[actual].amount) for quarter, bases in sums.quarters]
    assert told == [("2026-q3", 0, 30_00), ("2026-q4", 80_00, 50_00), ("2027-q1", 0, 50_00)]
    assert [line.what for line in sums.without_rate] == ["Stand"]
    session.commit()
    tomas = sign_in(client, cast.tomas)
    page = tomas.get("/spend/campaigns/boxes").text
    for words in ("€40,000.00", "€80.00", "1 without a rate", "/spend?quarter=2027-q1&amp;campaign=boxes"):
        assert words in page
    assert "Enter a line" not in page, "Sales reads it"
    fragment = tomas.get("/spend/campaigns/boxes", headers={"HX-Request": "true"}).text
    assert fragment.startswith('<div id="spent"><p>Spent so far: <strong>€')
    assert "<html" not in fragment
    assert 'href="/spend/campaigns/boxes"' in tomas.get("/campaigns/boxes").text
    assert tomas.get("/spend/campaigns/no-such").status_code == 404
