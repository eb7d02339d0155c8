"""What a draft asks of people, read from the database, and how both seats' words let it be proposed all the same."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine
from sqlalchemy import exc, select, text
from sqlalchemy.orm import Session, scoped_session

from abm.accounts.models import TeamFunction
from abm.desk.work import work_of
from abm.kit.rules import RuleBroken
from abm.people.seats import Side, note_absence
from abm.targets.models import Outcome
from abm.targets.weighing import weigh
from abm.targets.workload import TOGETHER
from abm.touches.models import Touch
from tests.campaigns.world import NOW
from tests.campaigns.world import World as Campaigning
from tests.cast import Cast
from tests.counting import statements
from tests.desk.overasked import Ground


def test_what_was_logged_is_counted_by_who_did_it_for_which_side(ground: Ground) -> None:
    tomas, priya = ground.cast.tomas, ground.cast.priya
    found = ground.asked(tomas.public_id)
    assert found.sentence == "asks Tomás Ferreira for 6 touches a week; median 2 over eight weeks"
    assert ground.asked(TOGETHER).sentence == (
        "asks Marketing where nobody is named for 3 plays a week; median 1 over eight weeks"  # 6 × 2 in 4 weeks
    )
    ground.accounts[0].assign(
        priya, function=TeamFunction.MARKETER, first_day=date(2026, 11, 1), by=ground.cast.wen, at=NOW
    )
    named = ground.asked(priya.public_id)
    assert named.sentence == "asks Priya Raman for 1 play a week; median 1 over eight weeks"  # 0.5 a week
    assert ground.asked(TOGETHER).done.words == "no eight weeks yet"


def test_voided_touches_and_this_week_are_not_counted(ground: Ground) -> None:
    tomas = ground.cast.tomas
    for day in (NOW.date(), NOW.date() - timedelta(days=1)):
        ground.log(ground.accounts[3], tomas, day)
    touches = ground.session.scalars(select(Touch).where(Touch.logged_by_id == tomas.id).order_by(Touch.id)).all()
    assert len(touches) == 18  # two in each of eight weeks, the newest first, and two in this one
    for touch in touches[:8]:
        touch.void(reason="A test", by=tomas, at=NOW)
    ground.session.flush()
    assert ground.asked(tomas.public_id).done.median == 1  # 0 0 0 0 2 2 2 2
    for touch in touches[14:16]:
        touch.void(reason="A test", by=tomas, at=NOW)
    ground.session.flush()
    assert ground.asked(tomas.public_id).done.words == "no eight weeks yet"  # the first that counts is a week later


def test_absence_is_read_from_both_ends(ground: Ground) -> None:
    tomas, ines = ground.cast.tomas, ground.cast.ines
    for first, last in ((date(2026, 11, 9), date(2026, 11, 18)), (date(2027, 1, 4), date(2027, 1, 29))):
        note_absence(tomas, first_day=first, last_day=last, by=ines, at=NOW)
    ground.session.flush()
    found = ground.asked(tomas.public_id)
    assert (found.days, found.present) == (64, 44)
    assert found.figure == 9  # 6 × 64 / 44 = 8.7
    assert found.done.words == "median 2 over eight weeks (two with absence left out)"


def test_accounts_that_nobody_may_approach_rest(ground: Ground) -> None:
    wen = ground.cast.wen
    ground.accounts[0].leave_alone("In court with us", until=None, by=wen, at=NOW)
    ground.accounts[1].leave_alone("Moving house", until=date(2027, 2, 1), by=wen, at=NOW)
    ground.session.flush()
    assert ground.asked(ground.cast.tomas.public_id).figure == 5


def test_a_gap_stops_the_proposal_until_both_seats_have_accepted_it(ground: Ground) -> None:
    with pytest.raises(RuleBroken, match="In 2 places it asks for more a week than was done"):
        ground.propose()
    with pytest.raises(RuleBroken, match="Say why"):
        ground.accept(Side.SALES, reason=" ")
    with pytest.raises(RuleBroken, match="signs for the sales seat"):
        ground.accept(Side.SALES, by=ground.cast.amara)
    ground.accept(Side.SALES)
    with pytest.raises(RuleBroken, match="accepted for Sales already"):
        ground.accept(Side.SALES)
    with pytest.raises(RuleBroken, match="In 2 places"):
        ground.propose()
    ground.accept(Side.MARKETING)
    for side in Side:
        ground.accept(side, f"asked:marketing:{TOGETHER}")
    assert ground.propose() == 1


def test_what_both_accepted_covers_no_more_than_it_did(ground: Ground) -> None:
    for side in Side:
        ground.accept(side)
        ground.accept(side, f"asked:marketing:{TOGETHER}")
    ground.place("One more", ground.cast.tomas)
    with pytest.raises(RuleBroken, match="In 2 places"):  # 7 touches; 3.5 plays, shown as 4
        ground.propose()
    assert ground.accept(Side.SALES).figure == 7


def test_a_gap_that_was_resolved_stops_nothing(ground: Ground) -> None:
    ground.list.policies[1].change(sales_touches=2, marketing_plays=1, by=ground.cast.ines, at=NOW)
    with pytest.raises(RuleBroken, match="In one place"):
        ground.propose()
    for entry in ground.list.entries[2:]:
        ground.session.refresh(ground.list)
        entry.place(tier=2, ae=ground.cast.marcus, outcome=Outcome.IN, by=ground.cast.ines, at=NOW)
    ground.list.policies[1].change(sales_touches=1, by=ground.cast.ines, at=NOW)
    with pytest.raises(RuleBroken, match="fits by now"):
        ground.accept(Side.SALES)
    assert ground.propose() == 1  # Marcus, who is asked for four, has no eight weeks yet


def test_without_what_a_higher_floor_knows_a_list_is_proposed_as_before(ground: Ground) -> None:
    organisation = ground.cast.organisation
    assert ground.list.propose(organisation=organisation, by=ground.cast.ines, at=NOW).number == 1


def test_the_database_keeps_one_word_of_each_side_per_figure_and_changes_none(ground: Ground) -> None:
    kept = ground.accept(Side.SALES)
    ground.accept(Side.MARKETING)
    ground.session.flush()
    columns = "list_id, what, figure, side, by_id, at, reason"
    again = f"INSERT INTO waiver ({columns}) SELECT {columns} FROM waiver WHERE side = 'sales'"
    for statement in (again, "UPDATE waiver SET figure = 99", f"DELETE FROM waiver WHERE id = {kept.id}"):
        with pytest.raises((exc.IntegrityError, exc.DatabaseError)), ground.session.begin_nested():
            ground.session.execute(text(statement))


def test_campaigns_ask_of_the_aes_of_the_accounts_that_their_plans_froze(
    session: scoped_session[Session], cast: Cast
) -> None:
    with time_machine.travel(NOW, tick=False):
        plans = Campaigning(session(), cast)

        def campaigns() -> dict[str, object]:
            work = work_of(plans.session, plans.list, organisation=cast.organisation, at=NOW)
            return {one.name: one.campaigns for one in weigh(plans.list.draft(), work).asked if one.side is Side.SALES}

        campaign, version = plans.submitted()
        assert campaigns() == {"Tomás Ferreira": 0, "Marcus Bell": 0}  # in review it binds nobody
        plans.approve(campaign, version)
        assert campaigns() == {"Tomás Ferreira": 6, "Marcus Bell": 3}  # three on each account of tier 1
        plans.launch(campaign)
        plans.place("Halden Freight", Outcome.OUT, at=NOW)
        plans.account("Aster Vaccines", cast.marcus)
        plans.place("Aster Vaccines", Outcome.IN, tier=1, ae=cast.marcus, at=NOW)
        assert campaigns() == {"Tomás Ferreira": 3, "Marcus Bell": 3}  # what joins later, the plan does not know
        campaign.complete(keep="The pilot.", retire="The banner.", by=cast.priya, at=NOW)
        assert campaigns() == {"Tomás Ferreira": 0, "Marcus Bell": 0}


def test_the_facts_are_gathered_in_four_queries_whatever_the_size(ground: Ground) -> None:
    counts = []
    for _ in range(2):
        ground.session.expire_all()
        ground.session.refresh(ground.list)
        ground.session.refresh(ground.cast.organisation)
        with statements(ground.session.get_bind()) as sent:  # type: ignore[arg-type]
            ground.work()
        counts.append(len(sent))
        for number in range(10):
            ground.place(f"Another {number}", ground.cast.marcus)
    assert counts == [4, 4]
