"""A week that a process keeps is what the facts say, though only the rows are read anew to which something happened."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import select

import abm
from abm.accounts.crm_stages import StageCategory, add_stage
from abm.accounts.deals import Source, create_opportunity
from abm.accounts.merging import merge_contacts
from abm.accounts.models import CrmStage, Opportunity, add_contact
from abm.accounts.rates import set_rate
from abm.audit.models import Event
from abm.campaigns.creating import adopt_campaign
from abm.campaigns.kinds import Section, Transition
from abm.campaigns.models import Campaign
from abm.campaigns.plan import Criteria
from abm.kit.base import Base
from abm.kit.clock import Week
from abm.kit.db import db
from abm.outbound.judging import Verdict, judge
from abm.people.programmes import DEFAULT_PROGRAMME
from abm.people.seats import Side
from abm.progress import lately
from abm.progress.concerned import LOOKED_AT, OF_ACCOUNTS, OF_NOBODY, PASSED_OVER
from abm.progress.lately import KEPT, Weeks, standing_lately
from abm.stages.exits import ExitReason, leave
from abm.stages.models import ExitKind, StageFollowing
from abm.targets.models import Membership
from abm.touches.kinds import Channel, Direction, TouchSide
from abm.touches.models import Touch
from tests.progress.freezing import LAST, of, sealed_and_followed
from tests.progress.ground import MONDAY, NOW, WEEK, Ground
from tests.progress.looking import looked, tell


@pytest.fixture
def ground(ground: Ground) -> Ground:
    """Its stages follow the facts, as they do wherever a worker runs."""
    sealed_and_followed(ground)
    return ground


Happening = Callable[[Ground], object]


def read_anew(ground: Ground, weeks: Weeks, happens: Happening, week: Week = WEEK) -> list[int]:
    """The tiers whose rows were read anew after something happened."""
    before = looked(ground, weeks, week)
    happens(ground)
    after = looked(ground, weeks, week)
    return [new.tier for old, new in zip(before.rows, after.rows, strict=True) if new is not old]


def log(ground: Ground) -> Touch:
    return ground.log(2, TouchSide.SALES, NOW)


def correct(ground: Ground) -> None:
    touch = ground.session.scalars(select(Touch).order_by(Touch.id.desc()).limit(1)).one()
    touch.correct(by=ground.cast.tomas, at=NOW, side=TouchSide.MARKETING)


def void(ground: Ground) -> None:
    touch = ground.session.scalars(select(Touch).order_by(Touch.id.desc()).limit(1)).one()
    touch.void(by=ground.cast.tomas, at=NOW, reason="Logged twice")


def sell(ground: Ground) -> None:
    create_opportunity(
        ground.cast.organisation,
        account=ground.accounts[1],
        name="Fleet",
        stage=ground.session.scalars(select(CrmStage)).one(),
        by=ground.cast.wen,
        at=NOW,
        amount=5_000,
        source=Source.SALES,
        created_on=date(2026, 11, 23),
    )


def sell_more(ground: Ground) -> None:
    ground.session.scalars(select(Opportunity)).one().change(by=ground.cast.wen, at=NOW, amount=7_000)


def name_a_stage(ground: Ground) -> None:
    organisation, by = ground.cast.organisation, ground.cast.wen
    add_stage(organisation, name="Talks", category=StageCategory.OPEN, qualified=True, by=by, at=NOW)


def disqualify(ground: Ground) -> None:
    leave(ground.accounts[1], ExitKind.DISQUALIFIED, ExitReason.NO_BUDGET, "", by=ground.cast.tomas, at=NOW)


def say(ground: Ground) -> None:
    organisation, by = ground.cast.organisation, ground.cast.tomas
    judge(ground.accounts[1], Side.SALES, Verdict.BLOCKED, "No budget", organisation=organisation, by=by, at=NOW)


def hand_over(ground: Ground) -> None:
    ground.accounts[1].assign(ground.cast.marcus, first_day=date(2026, 11, 20), by=ground.cast.ines, at=NOW)


def rename_ae(ground: Ground) -> None:
    tomas = ground.cast.tomas
    tomas.change(name="Tomás Silva", email=tomas.email, team=tomas.team, by=ground.cast.wen, at=NOW)


def rename_account(ground: Ground) -> None:
    ground.accounts[1].change(by=ground.cast.wen, at=NOW, name="Another name")


def adopt(ground: Ground) -> None:
    days = {"starts_on": date(2025, 12, 1), "ends_on": date(2026, 12, 18)}
    said = {"name": "Cold chain", "criteria": Criteria((1, 2)), "by": ground.cast.priya, "at": NOW}
    adopt_campaign(ground.cast.organisation, **days, **said)  # type: ignore[arg-type]


def sign_another_version(ground: Ground) -> None:
    policy = next(one for one in ground.list.policies if one.tier == 1)
    policy.change(sales_touches=9, by=ground.cast.ines, at=NOW)
    ground.sign(NOW)


def enter_a_rate(ground: Ground) -> None:
    organisation, by = ground.cast.organisation, ground.cast.wen
    set_rate(organisation, currency="CHF", day=date(2026, 11, 1), rate=Decimal("1.1"), by=by, at=NOW)


def nothing_of_the_week(ground: Ground) -> None:
    add_contact(ground.accounts[1], name="Ana Reyes", by=ground.cast.wen, at=NOW)


@pytest.mark.parametrize("happens", [log, disqualify, say, hand_over], ids=lambda one: one.__name__)
def test_what_happens_to_one_account_has_its_row_read_anew(ground: Ground, happens: Happening) -> None:
    assert read_anew(ground, {}, happens) == [2]


def test_a_touch_that_is_corrected_or_taken_back_counts_otherwise_on_its_account_alone(ground: Ground) -> None:
    weeks: Weeks = {}
    assert [read_anew(ground, weeks, one) for one in (log, correct, void)] == [[2], [2], [2]]


def test_a_deal_has_its_account_read_anew_and_a_stage_of_the_crm_everybody(ground: Ground) -> None:
    weeks: Weeks = {}
    assert [read_anew(ground, weeks, one) for one in (name_a_stage, sell, sell_more)] == [[1, 2, 3], [2], [2]]


@pytest.mark.parametrize(
    "happens", [rename_ae, rename_account, sign_another_version, enter_a_rate], ids=lambda one: one.__name__
)
def test_what_may_concern_everybody_has_the_week_read_from_scratch(ground: Ground, happens: Happening) -> None:
    assert read_anew(ground, {}, happens) == [1, 2, 3]


def test_a_campaign_has_those_read_anew_whom_it_ever_took_on(ground: Ground) -> None:
    """One that is adopted works other accounts with every change of its criteria."""
    weeks: Weeks = {}
    assert read_anew(ground, weeks, adopt) == [1, 2]

    def work_others(ground: Ground) -> None:
        campaign = ground.session.scalars(select(Campaign)).one()
        by, at = ground.cast.priya, NOW + timedelta(seconds=30)
        campaign.change(Section.AUDIENCE, by=by, at=at, criteria=Criteria((1, 3)).facts())

    with time_machine.travel(NOW + timedelta(minutes=1), tick=False):
        assert read_anew(ground, weeks, work_others) == [1, 2, 3]
        assert [row.campaigns for row in looked(ground, weeks).rows] == [("cold-chain",), (), ("cold-chain",)]


def test_what_concerns_nobody_has_nothing_read_anew(ground: Ground) -> None:
    assert read_anew(ground, {}, nothing_of_the_week) == []


def test_people_who_are_merged_are_one_in_the_buying_group(ground: Ground) -> None:
    by = ground.cast.wen
    both = [add_contact(ground.accounts[1], name=name, by=by, at=NOW) for name in ("Ana Reyes", "Ana M. Reyes")]
    for one in both:
        touch = ground.log(2, TouchSide.MARKETING, NOW, (Channel.EMAIL, "replied"), Direction.INBOUND)
        touch.contact = one
    ground.session.commit()
    weeks: Weeks = {}
    assert looked(ground, weeks).rows[1].people == 2
    assert read_anew(ground, weeks, lambda _: merge_contacts(*both, by=by, at=NOW)) == [2]
    assert looked(ground, weeks).rows[1].people == 1


def test_a_week_that_is_over_passes_over_touches_of_later_ones_but_not_late_ones(ground: Ground) -> None:
    weeks: Weeks = {}
    assert read_anew(ground, weeks, log, LAST) == []
    assert read_anew(ground, weeks, lambda one: one.log(2, TouchSide.SALES, MONDAY - timedelta(days=5)), LAST) == [2]


def test_days_in_a_stage_follow_the_stages_that_the_worker_keeps(ground: Ground) -> None:
    weeks: Weeks = {}
    looked(ground, weeks)
    ground.log(3, TouchSide.MARKETING, NOW, (Channel.EMAIL, "replied"), Direction.INBOUND)
    assert looked(ground, weeks).rows[2].days is None  # of the stage that it came to nobody has written yet
    assert read_anew(ground, weeks, sealed_and_followed) == [3]
    assert looked(ground, weeks).rows[2].days == 0


def test_while_every_stage_is_computed_anew_nothing_is_kept(ground: Ground) -> None:
    state = ground.session.get_one(StageFollowing, 1)
    state.walked_upto = 1
    weeks: Weeks = {}
    assert read_anew(ground, weeks, nothing_of_the_week) == [1, 2, 3]
    state.walked_upto = None
    looked(ground, weeks)
    assert read_anew(ground, weeks, log) == [2]


def test_time_alone_begins_a_rhythm(ground: Ground) -> None:
    """An account is past its rhythm once it has been on the list for a whole period of it: here after one week."""
    weeks: Weeks = {}
    begun = ground.session.scalars(select(Membership.starts).order_by(Membership.starts).limit(1)).one()
    begun += timedelta(weeks=ground.week().signed.rhythm(1, Side.SALES).weeks)
    week = Week.of(begun.date())
    with time_machine.travel(begun - timedelta(seconds=1), tick=False):
        assert not looked(ground, weeks, week).rows[0].side(Side.SALES).begun
    with time_machine.travel(begun, tick=False):
        assert looked(ground, weeks, week).rows[0].side(Side.SALES).begun


def test_time_alone_takes_an_account_off_the_list(ground: Ground) -> None:
    leaves = NOW + timedelta(minutes=5)
    of_the_third = Membership.account_id == ground.accounts[2].id, Membership.carried.is_(False)
    ground.session.scalars(select(Membership).where(*of_the_third)).one().ends = leaves
    weeks: Weeks = {}
    assert len(looked(ground, weeks).rows) == 3
    with time_machine.travel(leaves, tick=False):
        assert len(looked(ground, weeks).rows) == 2


def test_who_commits_late_is_not_overlooked(ground: Ground) -> None:
    """Two write at once: the later number is seen first."""
    touch = log(ground)
    told = ground.session.scalars(select(Event).where(Event.subject == "touch")).one()
    facts = {column.name: getattr(told, column.name) for column in Event.__table__.c}
    late, early = told.id + 10, told.id + 5
    tell(ground.session, facts | {"subject": "review", "id": late, "public_id": "late"})
    weeks: Weeks = {}
    before = looked(ground, weeks)
    touch.voided_at, touch.void_reason, touch.voided_by_id = NOW, "Logged twice", ground.cast.tomas.id
    tell(ground.session, facts | {"verb": "voided", "id": early, "public_id": "early"})
    assert looked(ground, weeks) is not before


def test_more_events_than_are_looked_at_have_the_week_read_from_scratch(ground: Ground) -> None:
    def happens(ground: Ground) -> None:
        for number in range(LOOKED_AT):
            add_contact(ground.accounts[1], name=f"Contact {number}", by=ground.cast.wen, at=NOW)

    assert read_anew(ground, {}, happens) == [1, 2, 3]


def test_who_may_write_reads_from_scratch_since_it_may_be_taken_back(ground: Ground) -> None:
    assert standing_lately(ground.session, ground.cast.organisation, of(ground), DEFAULT_PROGRAMME) is not None
    assert not KEPT.get(db.engine)


def test_weeks_that_were_not_asked_for_longest_give_way(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lately, "MOST_ROWS", 6)
    weeks: Weeks = {}
    for back in (0, 1, 0, 2):
        looked(ground, weeks, WEEK.plus(-back))
    assert [week for _, _, week in weeks] == [WEEK, WEEK.plus(-2)]


def test_a_week_is_read_from_scratch_after_a_while(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lately, "LONGEST", 0.0)
    assert read_anew(ground, {}, nothing_of_the_week) == [1, 2, 3]


def test_whom_events_concern_is_said_of_tables_and_verbs_that_there_are() -> None:
    subjects = {*OF_ACCOUNTS, *OF_NOBODY, *PASSED_OVER, "account"}
    assert subjects <= {*Base.metadata.tables}
    code = "".join(path.read_text() for path in Path(abm.__file__).parent.rglob("*.py") if path.name != "concerned.py")
    steps = {step.done for step in Transition}
    verbs = {verb for of_subject in PASSED_OVER.values() for verb in of_subject}
    assert not verbs & steps
    assert [verb for verb in sorted(verbs) if f'"{verb}"' not in code] == []
