"""What stood at the end of a week, whatever was said, won and completed on the Monday after it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import time_machine

from abm.accounts.crm_stages import StageCategory, add_stage
from abm.accounts.deals import Opportunity, create_opportunity
from abm.accounts.models import CrmStage
from abm.campaigns.creating import adopt_campaign
from abm.campaigns.kinds import CampaignState
from abm.campaigns.plan import Criteria
from abm.kit.clock import Quarter, Week
from abm.outbound.judging import Verdict, judge
from abm.people.programmes import DEFAULT_PROGRAMME
from abm.people.seats import Side
from abm.progress.flight import on_the_way
from abm.progress.pipeline import DealState
from tests.progress.ground import MONDAY, WEEK, Ground

LAST = WEEK.plus(-1)
IN_LAST = MONDAY - timedelta(days=5)


def stage(ground: Ground, name: str, category: StageCategory) -> CrmStage:
    organisation, wen = ground.cast.organisation, ground.cast.wen
    return add_stage(organisation, name=name, category=category, qualified=True, by=wen, at=IN_LAST)


def deal(ground: Ground, at: datetime, step: CrmStage, **facts: object) -> Opportunity:
    organisation, wen, account = ground.cast.organisation, ground.cast.wen, ground.accounts[0]
    found = create_opportunity(
        organisation, account=account, name="Fleet", stage=step, by=wen, at=at, created_on=date(2026, 11, 17), **facts
    )
    ground.session.commit()
    return found


def told(ground: Ground, week: Week = LAST) -> list[tuple[DealState, str, int | None]]:
    return [(one.state, one.step, one.worth) for one in ground.row(1, week).deals]


def test_a_deal_won_on_monday_was_open_on_sunday_with_its_stage_and_amount_of_then(ground: Ground) -> None:
    proposal, won = stage(ground, "Proposal", StageCategory.OPEN), stage(ground, "Won", StageCategory.WON)
    fleet = deal(ground, IN_LAST, proposal, amount=100_00)
    fleet.change(by=ground.cast.wen, at=MONDAY, stage=won, closed_on=date(2026, 11, 23), amount=900_00)
    ground.session.commit()
    assert told(ground) == [(DealState.OPEN, "Proposal", 100_00)]
    assert told(ground, WEEK) == [(DealState.WON, "Won", 900_00)]


def test_a_deal_that_came_in_late_says_what_was_known_first_and_never_a_stage_that_closes(ground: Ground) -> None:
    proposal, won = stage(ground, "Proposal", StageCategory.OPEN), stage(ground, "Won", StageCategory.WON)
    fleet = deal(ground, MONDAY, proposal, amount=100_00)
    assert told(ground) == [(DealState.OPEN, "Proposal", 100_00)]
    fleet.change(by=ground.cast.wen, at=MONDAY + timedelta(hours=1), stage=won, closed_on=date(2026, 11, 23))
    deal(ground, MONDAY, won, closed_on=date(2026, 11, 23), amount=500_00)
    assert told(ground) == [(DealState.OPEN, "Proposal", 100_00), (DealState.OPEN, "open", 500_00)]


def test_what_closed_in_the_week_says_what_is_known_today(ground: Ground) -> None:
    proposal, won = stage(ground, "Proposal", StageCategory.OPEN), stage(ground, "Won", StageCategory.WON)
    fleet = deal(ground, IN_LAST, proposal, amount=100_00)
    fleet.change(by=ground.cast.wen, at=MONDAY, stage=won, closed_on=date(2026, 11, 20), amount=900_00)
    ground.session.commit()
    assert told(ground) == [(DealState.WON, "Won", 900_00)]


def test_a_verdict_belongs_to_the_share_of_the_week_in_which_it_was_given(ground: Ground) -> None:
    given = datetime(2027, 1, 2, 12, tzinfo=UTC)  # a Saturday; the quarter ended on the Thursday
    with time_machine.travel(given, tick=False):
        organisation, tomas = ground.cast.organisation, ground.cast.tomas
        account = ground.accounts[0]
        judge(account, Side.SALES, Verdict.BLOCKED, "No budget", organisation=organisation, by=tomas, at=given)
        ground.session.commit()
        assert ground.week(Week(2026, 53), Quarter(2026, 4)).rows[0].verdicts == {}
        assert ground.week(Week(2026, 53), Quarter(2027, 1)).rows[0].verdicts == {Side.SALES: "blocked"}


def in_flight(ground: Ground, week: Week = LAST) -> list[tuple[str, CampaignState, int]]:
    found = ground.week(week)
    way = on_the_way(ground.session, found.moment, DEFAULT_PROGRAMME, found.account_ids)
    return [(one.name, one.state, one.accounts) for one in way.campaigns]


def test_a_campaign_completed_on_monday_flew_in_the_week_before(ground: Ground) -> None:
    cast = ground.cast
    flown = adopt_campaign(
        cast.organisation,
        name="Cold chain",
        starts_on=date(2025, 12, 1),
        ends_on=date(2026, 12, 18),
        criteria=Criteria((1, 2)),
        by=cast.priya,
        at=IN_LAST,
    )
    ground.session.commit()
    assert in_flight(ground) == [("Cold chain", CampaignState.ADOPTED, 2)]
    assert in_flight(ground, WEEK.plus(-2)) == []  # it was not taken in yet
    flown.complete(keep="The pilot", retire="Nothing", by=cast.priya, at=MONDAY)
    ground.session.commit()
    assert in_flight(ground) == [("Cold chain", CampaignState.ADOPTED, 2)]
    assert in_flight(ground, WEEK) == []
