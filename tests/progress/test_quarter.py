"""How a quarter went, read from facts: against a recount by hand, on both engines."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, scoped_session

from abm.accounts.crm_stages import StageCategory, add_stage
from abm.accounts.deals import create_opportunity
from abm.kit.clock import Quarter
from abm.kit.db import db, writing
from abm.outbound.models import Commitment, CommitmentSource
from abm.outbound.recounting import recount
from abm.people.seats import Side
from abm.progress.closing import Pace
from abm.progress.quarter_queries import QuarterOfList, quarter_of_list
from abm.targets.kinds import Outcome
from abm.targets.models import open_list
from abm.touches.kinds import Channel, Direction, TouchSide
from tests.cast import Cast, assemble, sign_in
from tests.counting import statements
from tests.progress.ground import Ground

OVER = datetime(2026, 12, 31, 23, 0, tzinfo=UTC)  # midnight in Berlin
CHANGED = datetime(2026, 11, 2, 13, 0, tzinfo=UTC)  # a Monday: from that day on the change counts


def at(month: int, day: int, hour: int = 9) -> datetime:
    return datetime(2026, month, day, hour, 0, tzinfo=UTC)


@pytest.fixture
def ground(session: scoped_session[Session], cast: Cast) -> Ground:
    """One account per tier, on the list since the quarter began."""
    return Ground(session(), cast)


def change(ground: Ground) -> None:
    """Tier 1 moves to tier 2, and the account of tier 3 leaves."""
    first, _, third = sorted(ground.list.entries, key=lambda entry: entry.tier or 0)
    ines, tomas = ground.cast.ines, ground.cast.tomas
    first.place(tier=2, ae=tomas, outcome=Outcome.IN, by=ines, at=CHANGED)
    third.place(tier=3, ae=tomas, outcome=Outcome.OUT, reason="Acquired", by=ines, at=CHANGED)
    ground.sign(CHANGED)


def quarter(ground: Ground, now: datetime = OVER) -> QuarterOfList:
    found = quarter_of_list(ground.session, ground.cast.organisation, ground.list, now)
    assert found is not None
    return found


def test_touches_count_while_the_account_was_on_the_list(ground: Ground) -> None:
    for when in (at(9, 30), at(10, 6), at(11, 20)):  # before, within, within
        ground.log(1, TouchSide.SALES, when)
    ground.log(3, TouchSide.MARKETING, CHANGED - timedelta(hours=1))
    ground.log(3, TouchSide.MARKETING, CHANGED + timedelta(hours=1))  # it has left
    ground.log(2, TouchSide.SALES, at(10, 7), (Channel.MEETING, "held"))
    ground.log(2, TouchSide.MARKETING, at(10, 8), (Channel.EMAIL, "replied"), Direction.INBOUND)
    change(ground)
    figures = quarter(ground).figures
    one, two, three = figures.tiers
    assert (one.accounts, two.accounts, three.accounts, figures.all.left) == (0, 2, 1, 1)
    assert (two.sides[Side.SALES].done, two.sides[Side.MARKETING].done, two.meetings) == (3, 0, 1)
    assert (three.sides[Side.MARKETING].done, figures.all.touched_by_both) == (1, 0)
    # Sales: 32 days of tier 1 (3 a week) and 60 of tier 2 (1 a week); 92 days of tier 2; 32 of tier 3 (1 in 4 weeks)
    assert two.sides[Side.SALES].asked == round((32 * 3 + 60 + 92) / 7)
    assert three.sides[Side.SALES].asked == round(32 / 28)
    assert [(line.label, line.accounts) for line in figures.teams] == [("North", 3)]


def test_the_terms_that_held_count_each_on_their_days(ground: Ground) -> None:
    policy = next(one for one in ground.list.policies if one.tier == 1)
    policy.change(sales_touches=10, by=ground.cast.ines, at=CHANGED)
    ground.sign(CHANGED)
    found = quarter(ground)
    assert found.versions == 2
    assert found.figures.tiers[0].sides[Side.SALES].asked == round((32 * 3 + 60 * 10) / 7)


def test_deals_count_on_the_days_that_the_account_was_on_the_list(ground: Ground) -> None:
    organisation = ground.cast.organisation
    won, talks = (
        add_stage(organisation, name=name, category=category, qualified=True, by=None, at=at(10, 1))
        for name, category in (("Won", StageCategory.WON), ("Talks", StageCategory.OPEN))
    )
    for tier, stage, created, closed, amount in (
        (1, talks, date(2026, 10, 5), None, 1_000),
        (1, won, date(2026, 9, 1), date(2026, 12, 31), 2_000),
        (1, won, date(2026, 9, 1), date(2026, 9, 20), 4_000),  # before
        (3, talks, date(2026, 10, 5), None, 8_000),  # came while it was on the list; is not on it at the end
        (3, won, date(2026, 11, 3), date(2026, 11, 4), 16_000),  # after it left
        (2, won, date(2026, 10, 5), date(2027, 1, 4), 32_000),  # open when the quarter ended
    ):
        create_opportunity(
            organisation,
            account=ground.accounts[tier - 1],
            name="Deal",
            stage=stage,
            by=None,
            at=at(10, 1),
            amount=amount,
            created_on=created,
            closed_on=closed,
        )
    change(ground)
    everything = quarter(ground, OVER + timedelta(days=10)).figures.all
    assert (everything.opened, everything.opened_worth.minor) == (3, 41_000)
    assert (everything.won, everything.won_worth.minor) == (1, 2_000)
    assert everything.open_worth.minor == 33_000


def test_commitments_count_with_their_share_of_the_quarter(ground: Ground) -> None:
    ground.session.add(
        Commitment(
            source=CommitmentSource.SALES_ASK,
            source_id="0123456789abcdef",
            account_id=ground.accounts[0].id,
            side=Side.SALES,
            person_id=ground.cast.tomas.id,
            wanted=20,
            first_day=date(2026, 9, 21),
            last_day=date(2026, 10, 10),  # 10 of its 20 days lie in the quarter
            why="Sales ask",
            made_at=at(10, 1),
        )
    )
    for when in (at(9, 28), at(10, 1), at(10, 10)):
        ground.log(1, TouchSide.SALES, when)
    recount(ground.session, [ground.accounts[0].id])
    promised = quarter(ground, OVER + timedelta(days=10)).figures.tiers[0].sides[Side.SALES].promised
    assert promised == Pace(wanted=10, done=2)
    so_far = quarter(ground, at(10, 5, 12)).figures.tiers[0].sides[Side.SALES].promised
    assert so_far.wanted == 5


def test_a_list_that_never_held_has_nothing_to_measure_on(ground: Ground) -> None:
    draft = open_list(ground.cast.organisation, Quarter(2027, 1), by=ground.cast.ines, at=at(11, 1))
    assert quarter_of_list(ground.session, ground.cast.organisation, draft, at(11, 2)) is None
    assert quarter_of_list(ground.session, ground.cast.organisation, ground.list, at(9, 30)) is None, "not yet"


def test_days_are_counted_on_the_organisations_clock(app: Flask) -> None:
    """A fiscal year that begins in February, in New York: the quarter has 92 days, one of them of 25 hours."""
    with app.app_context(), writing() as session:
        cast = assemble(session(), zone="America/New_York", fiscal_start_month=2)
        ground = Ground.__new__(Ground)
        ground.session, ground.cast, ground.keys = session(), cast, 0
        # August to October 2026: quarter 3 of the fiscal year that ends in January 2027
        signed = datetime(2026, 8, 31, 3, 59, tzinfo=UTC)  # the last minute of 30 August
        ground.list = open_list(cast.organisation, Quarter(2027, 3, 2), by=cast.ines, at=signed)
        ground.accounts = [ground._account("Company 1", 1)]
        ground.sign(signed)
        found = quarter_of_list(session(), cast.organisation, ground.list, datetime(2026, 11, 5, tzinfo=UTC))
        assert found is not None
        assert (found.first, found.until) == (date(2026, 8, 30), date(2026, 10, 31))
        assert found.figures.all.sides[Side.SALES].asked == 27  # 63 days, 9 weeks of 3


def test_the_page_reads_so_far_until_the_quarter_is_over(ground: Ground, client: FlaskClient) -> None:
    sign_in(client, ground.cast.vera)
    address, words = "/quarters/2026-q4/list/close", []
    for now, most in ((at(11, 26), 31), (OVER + timedelta(days=3), 14)):
        with time_machine.travel(now, tick=False):
            sign_in(client, ground.cast.vera)
            with statements(db.engine) as sent:
                words.append(client.get(address).get_data(as_text=True))
            assert len(sent) <= most, "\n".join(sent)
    assert "How 2026-q4 goes so far" in words[0]
    assert "So far: up to 26 Nov 2026" in words[0]
    assert "How 2026-q4 went" in words[1]
    assert "is over: its list is only read" in words[1]
    assert "/quarters/2027-q1/list" in words[1]
    assert "Tomás" not in words[1], "shared pages speak of teams"
    with time_machine.travel(at(11, 26), tick=False):
        sign_in(client, ground.cast.vera)
        assert client.get("/quarters/2027-q1/list/close").status_code == 404
