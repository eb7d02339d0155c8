"""Opportunities, their stages, and sums over several currencies."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from abm.accounts.models import (
    Account,
    CrmStage,
    Opportunity,
    OpportunityRevision,
    Rates,
    Source,
    StageCategory,
    add_stage,
    converted,
    create_account,
    create_opportunities,
    create_opportunity,
    rates_of,
    set_rate,
    stage_named,
)
from abm.kit.rules import Conflict, RuleBroken
from tests.cast import Cast
from tests.counting import statements

AT = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
TODAY = date(2026, 11, 24)


@pytest.fixture
def stages(cast: Cast) -> dict[str, CrmStage]:
    rows = (
        ("Prospecting", StageCategory.OPEN, False),
        ("Engaging", StageCategory.OPEN, True),
        ("Won", StageCategory.WON, True),
        ("Lost", StageCategory.LOST, False),
    )
    return {
        name: add_stage(cast.organisation, name=name, category=category, qualified=qualified, by=cast.wen, at=AT)
        for name, category, qualified in rows
    }


@pytest.fixture
def halden(cast: Cast) -> Account:
    return create_account(cast.organisation, name="Halden Freight", by=cast.wen, at=AT)


def create(cast: Cast, account: Account | None, stage: CrmStage, **facts: object) -> Opportunity:
    given = {"name": "Cold chain", "created_on": date(2026, 10, 1), **facts}
    return create_opportunity(cast.organisation, account=account, stage=stage, by=cast.tomas, at=AT, **given)  # type: ignore[arg-type]


def test_stages_stand_in_their_order_and_are_found_whatever_their_case(
    session: Session, stages: dict[str, CrmStage]
) -> None:
    assert [stage.position for stage in stages.values()] == [1, 2, 3, 4]
    assert stage_named(session, "  eNGAGING ") is stages["Engaging"]
    assert stage_named(session, "Negotiation") is None


def test_a_stage_name_is_given_once(cast: Cast, stages: dict[str, CrmStage]) -> None:
    with pytest.raises(RuleBroken, match="already a stage named won"):
        add_stage(cast.organisation, name="won", category=StageCategory.WON, qualified=True, by=cast.wen, at=AT)
    with pytest.raises(RuleBroken, match="already a stage named Won"):
        stages["Lost"].change(by=cast.wen, at=AT, name="Won")


def test_a_deal_takes_the_reporting_currency_unless_told(
    cast: Cast, halden: Account, stages: dict[str, CrmStage]
) -> None:
    assert create(cast, halden, stages["Prospecting"]).currency == "EUR"
    assert create(cast, halden, stages["Prospecting"], currency="USD").currency == "USD"


def test_every_change_of_a_deal_is_kept(
    cast: Cast, session: Session, halden: Account, stages: dict[str, CrmStage]
) -> None:
    deal = create(cast, halden, stages["Prospecting"], amount=100_000, source=Source.MARKETING)
    deal.change(by=cast.tomas, at=AT, stage=stages["Engaging"], amount=150_000)
    deal.change(by=cast.tomas, at=AT, stage=stages["Won"], closed_on=TODAY)
    revisions = session.scalars(select(OpportunityRevision).order_by(OpportunityRevision.id)).all()
    assert [(row.stage_id, row.amount, row.closed_on) for row in revisions] == [
        (stages["Prospecting"].id, 100_000, None),
        (stages["Engaging"].id, 150_000, None),
        (stages["Won"].id, 150_000, TODAY),
    ]
    assert deal.stage is stages["Won"]


def test_a_deal_qualifies_on_the_day_it_reaches_a_qualified_stage(
    cast: Cast, halden: Account, stages: dict[str, CrmStage]
) -> None:
    deal = create(cast, halden, stages["Prospecting"])
    assert deal.qualified_on is None
    deal.change(by=cast.tomas, at=AT, stage=stages["Engaging"])
    assert deal.qualified_on == TODAY


def test_a_deal_that_is_over_says_when(cast: Cast, halden: Account, stages: dict[str, CrmStage]) -> None:
    with pytest.raises(RuleBroken, match="Lost is the end of a deal: say on which day it closed"):
        create(cast, halden, stages["Lost"])
    with pytest.raises(RuleBroken, match="cannot have closed before it was created"):
        create(cast, halden, stages["Won"], closed_on=date(2026, 9, 30))


def test_an_open_deal_has_no_closing_day(cast: Cast, halden: Account, stages: dict[str, CrmStage]) -> None:
    deal = create(cast, halden, stages["Won"], closed_on=TODAY)
    deal.change(by=cast.tomas, at=AT, stage=stages["Engaging"])
    assert deal.closed_on is None
    assert create(cast, halden, stages["Prospecting"], closed_on=date(2027, 1, 1)).closed_on is None


@pytest.mark.parametrize("amount", [-1, 10**15 + 1])
def test_amounts_beyond_reason_are_refused(
    cast: Cast, halden: Account, stages: dict[str, CrmStage], amount: int
) -> None:
    with pytest.raises(RuleBroken, match="An amount is 0 or more"):
        create(cast, halden, stages["Prospecting"], amount=amount)


def test_a_deal_without_account_or_creation_day_is_unmatched(
    cast: Cast, halden: Account, stages: dict[str, CrmStage]
) -> None:
    assert create(cast, None, stages["Prospecting"]).unmatched
    assert create(cast, halden, stages["Prospecting"], created_on=None).unmatched
    assert not create(cast, halden, stages["Prospecting"]).unmatched


def test_many_deals_keep_their_revisions_in_one_statement_whatever_they_leave_blank(
    cast: Cast, session: Session, halden: Account, stages: dict[str, CrmStage]
) -> None:
    deals: list[dict[str, object]] = [
        {
            "name": f"Deal {number}",
            "account": halden if number % 2 else None,
            "stage": stages["Engaging"],
            "amount": number if number % 3 else None,
        }
        for number in range(12)
    ]
    with statements(session.get_bind()) as sent:  # type: ignore[arg-type] # an engine
        created = create_opportunities(cast.organisation, deals, by=cast.wen, at=AT)
    assert len([one for one in sent if "INTO opportunity_revision" in one]) == 1
    kept = session.scalars(select(OpportunityRevision).order_by(OpportunityRevision.opportunity_id)).all()
    assert [(one.opportunity_id, one.account_id, one.amount) for one in kept] == [
        (deal.id, deal.account_id, deal.amount) for deal in created
    ]


def test_of_two_edits_of_a_deal_the_second_is_refused(
    cast: Cast, session: Session, halden: Account, stages: dict[str, CrmStage]
) -> None:
    deal = create(cast, halden, stages["Prospecting"], amount=100)
    session.commit()
    seen = deal.revision
    deal.change(by=cast.tomas, at=AT, revision=seen, amount=200)
    session.commit()
    with pytest.raises(Conflict) as refused:
        deal.change(by=cast.marcus, at=AT, revision=seen, amount=300)
    assert (refused.value.theirs, refused.value.yours) == ({"amount": 200}, {"amount": 300})


def test_the_rate_of_a_day_is_the_latest_up_to_it() -> None:
    rates = Rates("EUR", [("USD", date(2026, 1, 1), Decimal("0.9")), ("USD", date(2026, 7, 1), Decimal("0.8"))])
    assert converted(10_000, "USD", date(2026, 6, 30), rates) == 9_000
    assert converted(10_000, "USD", date(2026, 7, 1), rates) == 8_000
    assert converted(10_000, "USD", date(2025, 1, 1), rates) == 9_000
    assert converted(10_000, "EUR", TODAY, rates) == 10_000
    assert converted(10_000, "GBP", TODAY, rates) is None


def test_conversion_minds_that_currencies_have_different_minor_units() -> None:
    rates = Rates("EUR", [("JPY", TODAY, Decimal("0.0061")), ("KWD", TODAY, Decimal("3.0"))])
    assert converted(1_000_000, "JPY", TODAY, rates) == 610_000  # ¥1,000,000 are €6,100.00
    assert converted(1_000, "KWD", TODAY, rates) == 300  # one dinar of a thousand fils is €3.00


def test_a_sum_says_what_it_converted_and_what_it_left_out() -> None:
    rates = Rates("EUR", [("USD", TODAY, Decimal("0.9"))])
    total = rates.sum([(1_000, "EUR", TODAY), (1_000, "USD", TODAY), (1_000, "GBP", TODAY), (None, "EUR", TODAY)])
    assert (total.minor, total.converted, total.unknown) == (1_900, 1, 1)


def test_the_same_day_again_replaces_its_rate(cast: Cast, session: Session) -> None:
    for rate in ("0.91", "0.92"):
        set_rate(cast.organisation, currency="USD", day=TODAY, rate=Decimal(rate), by=cast.wen, at=AT)
    assert rates_of(session, cast.organisation).on("USD", TODAY) == Decimal("0.92")


@pytest.mark.parametrize(
    ("currency", "rate"), [("EUR", "1"), ("USD", "0"), ("USD", "-1"), ("USD", "1e12"), ("USD", "1e-12")]
)
def test_rates_that_make_no_sense_are_refused(cast: Cast, currency: str, rate: str) -> None:
    with pytest.raises(RuleBroken, match="rate"):
        set_rate(cast.organisation, currency=currency, day=TODAY, rate=Decimal(rate), by=cast.wen, at=AT)
