"""An account's week, judged by its tier's rhythm, and the figures that add up from it."""

from __future__ import annotations

import pytest

from abm.definitions.stages import DEFAULT_STAGES
from abm.kit.charts import waterfall
from abm.people.seats import Side
from abm.progress.behind import FIGURES
from abm.progress.figures import figures_of, takeaway
from abm.progress.kinds import coverage_by_tier, kinds_of
from abm.progress.movement import movement
from abm.progress.weekly import AccountWeek, Joint, SideWeek, select_rows
from abm.stages.models import Stage

ACTIVE = SideWeek(this_week=2, in_rhythm=2, in_window=2, wanted=1)
QUIET_AS_PLANNED = SideWeek(this_week=0, in_rhythm=1, in_window=1, wanted=1)
PAST = SideWeek(this_week=0, in_rhythm=0, in_window=0, wanted=1)
NEW_ON_THE_LIST = SideWeek(this_week=0, in_rhythm=0, in_window=0, wanted=1, begun=False)
NOTHING_ASKED = SideWeek(wanted=0)


def account(number: int, marketing: SideWeek, sales: SideWeek, *, tier: int = 1, **facts: object) -> AccountWeek:
    return AccountWeek(
        public_id=f"account{number}",
        name=f"Account {number}",
        slug=f"account-{number}",
        tier=tier,
        ae_id="tomas",
        ae="Tomás",
        team="North",
        sides={Side.MARKETING: marketing, Side.SALES: sales},
        **facts,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("marketing", "sales", "joint"),
    [
        (ACTIVE, ACTIVE, Joint.BOTH),
        (ACTIVE, PAST, Joint.MARKETING),
        (ACTIVE, QUIET_AS_PLANNED, Joint.MARKETING),
        (PAST, ACTIVE, Joint.SALES),
        (QUIET_AS_PLANNED, QUIET_AS_PLANNED, Joint.RESTING),
        (NEW_ON_THE_LIST, NOTHING_ASKED, Joint.RESTING),
        (PAST, QUIET_AS_PLANNED, Joint.PAST),
        (QUIET_AS_PLANNED, PAST, Joint.PAST),
        (PAST, PAST, Joint.PAST),
    ],
)
def test_joint_activity_follows_from_both_sides_and_the_rhythm(
    marketing: SideWeek, sales: SideWeek, joint: Joint
) -> None:
    assert account(1, marketing, sales).joint is joint


def test_a_quiet_week_of_an_account_in_its_rhythm_is_its_plan_and_not_a_fault() -> None:
    quiet = account(1, QUIET_AS_PLANNED, QUIET_AS_PLANNED, tier=3)
    assert quiet.joint.label == "Resting as planned"
    assert not FIGURES["past"].holds(quiet)


def test_coverage_counts_each_side_and_both_per_tier() -> None:
    rows = [
        account(1, ACTIVE, ACTIVE),
        account(2, ACTIVE, PAST),
        account(3, PAST, QUIET_AS_PLANNED),
        account(4, PAST, PAST),
        account(5, ACTIVE, ACTIVE, tier=2),
    ]
    first, second, third = coverage_by_tier(kinds_of(rows), DEFAULT_STAGES.coverage_by_tier)
    assert (first.accounts, first.marketing, first.sales, first.both) == (4, 2, 2, 1)
    assert (second.accounts, second.both, second.wanted_percent) == (1, 1, 90)
    assert third.accounts == 0


def test_every_account_has_exactly_one_joint_activity() -> None:
    sides = [ACTIVE, QUIET_AS_PLANNED, PAST, NEW_ON_THE_LIST, NOTHING_ASKED]
    rows = [account(n, m, s) for n, (m, s) in enumerate((m, s) for m in sides for s in sides)]
    figures = figures_of(rows, {}, DEFAULT_STAGES.coverage_by_tier)
    assert sum(figures.joint.values()) == len(rows) == figures.accounts
    for row in rows:
        assert sum(FIGURES[joint.value].holds(row) for joint in Joint) == 1


def test_the_stage_matrix_counts_who_moved_where() -> None:
    rows = [
        account(1, ACTIVE, ACTIVE, stage=Stage.MEETING, stage_before=Stage.ENGAGED),
        account(2, ACTIVE, ACTIVE, stage=Stage.AWARE, stage_before=Stage.ENGAGED),
        account(3, ACTIVE, ACTIVE, stage=Stage.AWARE, stage_before=Stage.AWARE),
    ]
    figures = figures_of(rows, {}, DEFAULT_STAGES.coverage_by_tier)
    assert figures.matrix == {
        (Stage.ENGAGED, Stage.MEETING): 1,
        (Stage.ENGAGED, Stage.AWARE): 1,
        (Stage.AWARE, Stage.AWARE): 1,
    }
    assert (figures.moved_on, figures.moved_back) == (1, 1)
    assert figures.stood(Stage.ENGAGED) == 2
    assert figures.stand(Stage.AWARE) == 2


def test_rows_are_narrowed_by_tier_ae_and_team() -> None:
    rows = [account(1, ACTIVE, ACTIVE), account(2, PAST, PAST, tier=2)]
    assert [row.name for row in select_rows(rows, tier=2)] == ["Account 2"]
    assert select_rows(rows, ae="marcus") == []
    assert len(select_rows(rows, ae="tomas", team="North")) == 2


def test_the_takeaway_answers_whether_both_work_the_list() -> None:
    counts = {"both": 31, "marketing": 9, "sales": 5, "resting": 100, "past": 5}
    assert takeaway(counts, 150) == (
        "Both sides worked 31 of 150 accounts this week; 100 rested as planned and 5 are past their rhythm."
    )


def test_the_steps_lead_from_those_who_stood_at_engaged_or_further_to_those_who_stand_there() -> None:
    ways = [
        (Stage.ENGAGED, Stage.MEETING),
        (Stage.MQA, Stage.ENGAGED),  # moved back, and stands there still
        (Stage.AWARE, Stage.ENGAGED),
        (Stage.TARGET, Stage.CUSTOMER),
        (Stage.TARGET, Stage.OPPORTUNITY),
        (Stage.MEETING, Stage.AWARE),
        (Stage.TARGET, Stage.AWARE),
    ]
    rows = [account(n, PAST, PAST, stage_before=was, stage=now) for n, (was, now) in enumerate(ways)]
    steps = movement(figures_of(rows, {}, {}).matrix, lambda key: f"/{key}")
    assert [(step.value, step.total, step.href) for step in steps] == [
        (3, True, "/was-further"),
        (3, False, "/came-further"),
        (-1, False, "/fell-back"),
        (5, True, "/further"),
    ]
    assert len(waterfall(steps).bars) == 4
    for key, count in {"was-further": 3, "came-further": 3, "fell-back": 1, "further": 5}.items():
        assert sum(FIGURES[key].holds(row) for row in rows) == count, key


def test_a_step_without_accounts_leads_nowhere() -> None:
    rows = [account(1, PAST, PAST, stage_before=Stage.MQA, stage=Stage.MQA)]
    steps = movement(figures_of(rows, {}, {}).matrix, lambda key: f"/{key}")
    assert [(step.value, step.href) for step in steps] == [(1, "/was-further"), (0, None), (0, None), (1, "/further")]
