"""The week of a signed list, read from facts, against a recount by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import time_machine
from flask import Flask
from sqlalchemy import select

from abm.accounts.crm_stages import StageCategory, add_stage
from abm.accounts.deals import create_opportunity
from abm.accounts.models import Account
from abm.kit.clock import Quarter, Week
from abm.kit.db import db
from abm.outbound.models import Commitment, CommitmentSource
from abm.people.seats import Side
from abm.progress.moments import moment_of
from abm.progress.promises import promises_by_account
from abm.progress.queries import week_of_list
from abm.progress.weekly import Joint, Promise
from abm.stages.models import Stage
from abm.targets.kinds import Outcome
from abm.touches.kinds import Channel, Direction, TouchSide
from abm.touches.models import Touch
from tests.cast import sign_in
from tests.counting import statements
from tests.definitions.agreeing import agree_on_stages
from tests.progress.freezing import sealed_and_followed
from tests.progress.ground import MONDAY, NOW, WEEK, Ground


def test_stages_and_coverage_follow_the_definition_of_their_day(app: Flask, ground: Ground) -> None:
    download = (Channel.CONTENT, "downloaded")  # 10 minutes by default, half of them by what both sign on Tuesday
    ground.log(1, TouchSide.MARKETING, MONDAY - timedelta(days=9), download, Direction.INBOUND)
    ground.log(2, TouchSide.SALES, MONDAY - timedelta(days=9))
    before = ground.week()
    assert before.stages.words == "the default, not yet agreed"
    assert before.rows[0].stage is before.rows[0].stage_before is Stage.ENGAGED
    assert before.rows[1].covered_by(Side.SALES)

    signed = MONDAY + timedelta(days=1)
    agree_on_stages(ground.session, ground.cast, signed, minutes_download=5, coverage_percent_2=75, coverage_weeks_2=1)
    ground.session.commit()
    after = ground.week()
    assert (after.rows[0].stage_before, after.rows[0].stage) == (Stage.ENGAGED, Stage.AWARE)
    assert not after.rows[1].covered_by(Side.SALES)
    assert ground.week(WEEK.plus(-1)).stages.number is None
    page = sign_in(app.test_client(), ground.cast.vera).get("/progress/2026-w48").text
    assert "version 1, signed by both seats" in page
    assert "75" in page


def test_the_page_shows_every_account_of_the_list_in_force_with_its_ae(ground: Ground) -> None:
    found = ground.week()
    assert [(row.name, row.tier, row.ae, row.team) for row in found.rows] == [
        ("Company 1", 1, "Tomás Ferreira", "North"),
        ("Company 2", 2, "Tomás Ferreira", "North"),
        ("Company 3", 3, "Tomás Ferreira", "North"),
    ]
    assert found.signed.number == 1


def test_both_sides_touching_an_account_makes_it_both_active(ground: Ground) -> None:
    ground.log(1, TouchSide.SALES, MONDAY)
    ground.log(1, TouchSide.MARKETING, MONDAY)
    assert ground.row(1).joint is Joint.BOTH


def test_a_tier_3_account_rests_as_planned_four_weeks_after_its_touches_and_is_past_its_rhythm_then(
    ground: Ground,
) -> None:
    for side in (TouchSide.SALES, TouchSide.MARKETING):
        ground.log(3, side, MONDAY - timedelta(weeks=3))
    assert ground.row(3).joint is Joint.RESTING
    assert ground.row(3, WEEK.plus(-3)).joint is Joint.BOTH
    assert ground.row(3, WEEK.plus(-2)).joint is Joint.RESTING


def test_nobody_is_late_on_the_thursday_of_an_open_week_who_was_active_last_week(ground: Ground) -> None:
    for side in (TouchSide.SALES, TouchSide.MARKETING):
        ground.log(1, side, MONDAY - timedelta(weeks=1))
    assert ground.row(1).joint is Joint.RESTING
    with time_machine.travel(NOW + timedelta(weeks=1)):  # the same week, once it is over
        assert ground.row(1).joint is Joint.PAST


def test_what_they_do_is_not_what_we_do(ground: Ground) -> None:
    ground.log(1, TouchSide.MARKETING, MONDAY, (Channel.EMAIL, "replied"), Direction.INBOUND)
    row = ground.row(1)
    assert row.side(Side.MARKETING).this_week == 0
    assert row.stage is Stage.AWARE


def test_a_voided_touch_counts_nowhere(ground: Ground) -> None:
    touch = ground.log(1, TouchSide.SALES, MONDAY, (Channel.MEETING, "held"))
    assert (ground.row(1).stage, ground.row(1).meetings_held) == (Stage.MEETING, 1)
    touch.void(by=ground.cast.tomas, at=NOW, reason="It was another company")
    ground.session.commit()
    row = ground.row(1)
    assert (row.stage, row.meetings_held, row.side(Side.SALES).this_week) == (Stage.TARGET, 0, 0)


def test_stages_are_those_of_the_end_of_each_week(ground: Ground) -> None:
    ground.log(2, TouchSide.SALES, MONDAY, (Channel.MEETING, "held"))
    assert (ground.row(2).stage_before, ground.row(2).stage) == (Stage.TARGET, Stage.MEETING)
    assert ground.row(2, WEEK.plus(-1)).stage is Stage.TARGET


def test_an_open_deal_and_a_won_deal_make_an_opportunity_and_a_customer(ground: Ground) -> None:
    organisation, wen = ground.cast.organisation, ground.cast.wen
    stage = add_stage(organisation, name="Proposal", category=StageCategory.OPEN, qualified=True, by=wen, at=NOW)
    won = add_stage(organisation, name="Won", category=StageCategory.WON, qualified=True, by=wen, at=NOW)
    begun, ended = date(2026, 11, 1), date(2026, 11, 24)
    first, second, _ = ground.accounts
    create_opportunity(organisation, account=first, name="Pilot", stage=stage, created_on=begun, by=wen, at=NOW)
    create_opportunity(
        organisation, account=second, name="Fleet", stage=won, created_on=begun, closed_on=ended, by=wen, at=NOW
    )
    ground.session.commit()
    assert ground.row(1).stage is Stage.OPPORTUNITY
    assert (ground.row(2).stage_before, ground.row(2).stage) == (Stage.OPPORTUNITY, Stage.CUSTOMER)


def test_the_figures_of_a_week_equal_a_recount_of_its_touches(ground: Ground) -> None:
    for days in range(0, 30, 2):
        for tier in (1, 2, 3):
            if (days + tier) % 3:
                ground.log(tier, TouchSide.SALES, MONDAY - timedelta(days=days))
            if (days * tier) % 5 == 0:
                ground.log(tier, TouchSide.MARKETING, MONDAY - timedelta(days=days))
    for back in range(4):
        week = WEEK.plus(-back)
        for row in ground.week(week).rows:
            for side in Side:
                recount = ground.session.scalars(
                    select(Touch.id).where(
                        Touch.account_id
                        == select(Account.id).where(Account.public_id == row.public_id).scalar_subquery(),
                        Touch.side == TouchSide(side.value),
                        Touch.day.between(week.monday, week.sunday),
                    )
                ).all()
                assert row.side(side).this_week == len(recount)


def test_a_week_that_two_quarters_share_counts_each_quarters_own_days(ground: Ground) -> None:
    shared = Week(2026, 40)  # 28 September to 4 October
    ground.log(1, TouchSide.SALES, datetime(2026, 9, 29, 9, 0, tzinfo=UTC))
    ground.log(1, TouchSide.SALES, datetime(2026, 10, 2, 9, 0, tzinfo=UTC))
    rows = ground.week(shared, Quarter(2026, 4)).rows
    assert next(row for row in rows if row.tier == 1).side(Side.SALES).this_week == 1
    moment = moment_of(ground.cast.organisation, shared, Quarter(2026, 3))
    assert moment is not None
    assert week_of_list(ground.session, ground.cast.organisation, moment) is None  # no list was signed for q3


def test_a_promise_that_was_closed_before_it_began_was_never_asked_for(ground: Ground) -> None:
    for number, closed in enumerate((None, date(2026, 11, 23), date(2026, 11, 24), date(2026, 11, 25))):
        ground.session.add(
            Commitment(
                source=CommitmentSource.SALES_ASK,
                source_id=f"ask-{number}",
                account_id=ground.accounts[0].id,
                side=Side.SALES,
                person_id=ground.cast.tomas.id,
                wanted=10**number,
                first_day=date(2026, 11, 25),
                last_day=date(2026, 11, 29),
                why="Calls",
                made_at=NOW,
                closed_on=closed,
                closed_why=None if closed is None else "The plan changed",
            )
        )
    ground.session.flush()
    week = ground.week()
    found = promises_by_account(ground.session, week.account_ids, moment=week.moment)
    # Five days of one, of which two have passed; one day of a thousand. Neither the ten nor the hundred had one.
    asked = Promise(wanted=1_001, done=0, due=Fraction(2, 5) + Fraction(1_000, 5))
    assert found == {ground.accounts[0].id: {Side.SALES: asked, Side.MARKETING: Promise()}}
    assert week.rows[0].promises == found[ground.accounts[0].id]


def test_an_account_that_left_the_list_counts_until_it_left(ground: Ground) -> None:
    entry = next(entry for entry in ground.list.entries if entry.tier == 2)
    entry.place(tier=2, ae=entry.ae, outcome=Outcome.OUT, reason="Bought by a rival", by=ground.cast.ines, at=NOW)
    ground.sign(NOW - timedelta(days=2))
    assert [row.tier for row in ground.week().rows] == [1, 3]
    assert [row.tier for row in ground.week(WEEK.plus(-1)).rows] == [1, 2, 3]


def test_the_page_says_when_no_list_was_in_force(app: Flask, ground: Ground) -> None:
    page = sign_in(app.test_client(), ground.cast.vera).get("/progress/2026-w20")
    assert page.status_code == 200
    assert "No list was in force" in page.text


def test_a_week_that_never_was_is_not_found(app: Flask, ground: Ground) -> None:
    client = sign_in(app.test_client(), ground.cast.vera)
    for address in ("/progress/2027-w53", "/progress/2026-w00", "/progress/2026-w48?quarter=2026-q2"):
        assert client.get(address).status_code == 404
    assert client.get("/progress/2026-w48?tier=9").status_code == 404


def test_figures_of_one_ae_are_for_that_ae_the_manager_and_the_sales_seat(app: Flask, ground: Ground) -> None:
    address = f"/progress/2026-w48/accounts?ae={ground.cast.tomas.public_id}"
    ground.session.rollback()
    for name, status in {"tomas": 200, "ines": 200, "renata": 200, "marcus": 404, "amara": 404, "vera": 404}.items():
        client = sign_in(app.test_client(), ground.cast.everyone[name])
        assert client.get(address).status_code == status, name


def test_every_figure_of_the_page_leads_to_as_many_accounts(app: Flask, ground: Ground) -> None:
    ground.log(1, TouchSide.SALES, MONDAY)
    client = sign_in(app.test_client(), ground.cast.renata)
    page = client.get("/progress/2026-w48/accounts?figure=sales")
    assert "Company 1" in page.text
    assert "Company 2" not in page.text
    assert "1 account," in page.text


def test_the_page_draws_who_moved_on_to_engaged_and_leads_to_them(app: Flask, ground: Ground) -> None:
    ground.log(2, TouchSide.SALES, MONDAY, (Channel.MEETING, "held"))
    client = sign_in(app.test_client(), ground.cast.renata)
    page = client.get("/progress/2026-w48?team=North").text
    assert "1 of 3 accounts stand at engaged or further: 1 moved on to it since a week ago, 0 moved back." in page
    assert "/progress/2026-w48/accounts?figure=came-further&amp;team=North" in page
    behind = client.get("/progress/2026-w48/accounts?figure=came-further&team=North").text
    assert "1 account," in behind
    assert "Company 2" in behind


def test_the_page_asks_few_times_and_fewer_once_it_has_been_shown(app: Flask, ground: Ground) -> None:
    sealed_and_followed(ground)
    client = sign_in(app.test_client(), ground.cast.renata)
    for most in (24, 8):
        with app.app_context(), statements(db.engine) as sent:
            assert client.get("/progress/2026-w48").status_code == 200
        assert len(sent) <= most, "\n".join(sent)
