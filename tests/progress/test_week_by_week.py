"""A quarter week by week, from frozen weeks and the open one: against figures counted by hand."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import time_machine
from flask import Flask

from abm.accounts.crm_stages import StageCategory, add_stage
from abm.accounts.deals import create_opportunity
from abm.agreement.models import Verdict
from abm.definitions.list_rules import LIST_RULES, ListRules
from abm.definitions.models import begin_definition
from abm.kit.charts import Mark
from abm.kit.clock import Quarter, Week
from abm.kit.db import db
from abm.outbound.models import Commitment, CommitmentSource
from abm.outbound.recounting import recount
from abm.people.seats import Side, seats
from abm.progress.moments import moment_of
from abm.progress.week_by_week import WeekByWeek, week_by_week
from abm.touches.kinds import Channel, TouchSide
from tests.cast import sign_in
from tests.counting import statements
from tests.progress.freezing import freeze, take
from tests.progress.ground import MONDAY, NOW, WEEK, Ground

W45, W46, W47 = (WEEK.plus(-back) for back in (3, 2, 1))
ADDRESS = "/quarters/2026-q4/list/close"


def lived(ground: Ground) -> None:
    """Weeks 45 and 47 are frozen, 46 is not, and 48 is open.

    Company 1 is worked by both sides in 47 and 48, Company 3 by both in 48. Its window is 13 weeks, Company 1's one.
    """
    last_week, session, cast = MONDAY - timedelta(days=5), ground.session, ground.cast
    ask = Commitment(
        source=CommitmentSource.SALES_ASK,
        source_id="0123456789abcdef",
        account_id=ground.accounts[0].id,
        side=Side.SALES,
        person_id=cast.tomas.id,
        wanted=4,
        first_day=date(2026, 11, 16),
        last_day=date(2026, 11, 29),
        why="Sales ask",
        made_at=last_week,
    )
    session.add(ask)
    ground.log(2, TouchSide.SALES, MONDAY - timedelta(weeks=3), (Channel.MEETING, "held"))
    for tier, when in ((1, last_week), (1, MONDAY), (3, MONDAY)):
        for side in (TouchSide.SALES, TouchSide.MARKETING):
            ground.log(tier, side, when)
    talks = add_stage(cast.organisation, name="Talks", category=StageCategory.OPEN, qualified=True, by=cast.wen, at=NOW)
    create_opportunity(
        cast.organisation,
        account=ground.accounts[0],
        name="Fleet of reefers",
        stage=talks,
        by=cast.wen,
        at=NOW,
        amount=90_000_00,
        created_on=date(2026, 11, 17),
    )
    recount(session, [ground.accounts[0].id])
    session.commit()
    for week in (W45, W47):
        freeze(ground, week)


def weeks_of(ground: Ground, group: str = "all", at: datetime = NOW) -> WeekByWeek:
    return week_by_week(ground.session, ground.cast.organisation, ground.list, at, group=group)


def latest(found: WeekByWeek) -> dict[str, list[float | None]]:
    """By course, its figures of weeks 45 to 48."""
    return {course.key: [point.value for point in course.points if point.week >= W45] for course in found.courses}


def test_each_frozen_week_is_a_point_a_missing_one_a_gap_and_the_open_one_the_last(ground: Ground) -> None:
    lived(ground)
    found = weeks_of(ground)
    assert latest(found) == {
        "covered": [0, None, 33, 67],
        "meetings": [1, None, 0, 0],
        "kept-marketing": [None, None, None, None],  # nothing was promised
        "kept-sales": [None, None, 50, 67],  # 1 of 4 x 7/14 = 2; 2 of 4 x 11/14, which is 3 in whole touches
        "pipeline": [0, None, 90_000_00, 90_000_00],
        "past": latest(found)["past"],
    }
    assert [line.week for line in found.weeks] == [Week(2026, 40).plus(count) for count in range(9)]
    assert [(str(line.week), line.note) for line in found.weeks if line.note] == [
        ("2026-w40", "4 days"),
        ("2026-w48", "open"),
    ]


def test_accounts_past_their_rhythm_are_those_that_the_week_itself_shows(ground: Ground) -> None:
    lived(ground)
    rows = ground.week(WEEK).rows
    assert latest(weeks_of(ground))["past"][-1] == sum(row.joint == "past" for row in rows) == 1  # Company 2


def test_weeks_of_a_tier_and_of_a_team_are_read_from_their_own_headlines(ground: Ground) -> None:
    lived(ground)
    assert latest(weeks_of(ground, "tier 1"))["covered"] == [0, None, 100, 100]
    assert latest(weeks_of(ground, "tier 3"))["covered"] == [0, None, 0, 100]
    assert latest(weeks_of(ground, "team North"))["covered"] == [0, None, 33, 67]
    assert latest(weeks_of(ground, "team Nowhere"))["covered"] == [None, None, None, None]
    assert weeks_of(ground).teams == ["North"]


def test_a_mark_stands_where_another_version_of_the_list_or_a_definition_came_into_force(ground: Ground) -> None:
    policy = next(one for one in ground.list.policies if one.tier == 1)
    policy.change(sales_touches=10, by=ground.cast.ines, at=NOW)
    ground.sign(NOW - timedelta(weeks=1))
    assert [(mark.week, mark.words) for mark in weeks_of(ground).marks] == [(W47, "Target list, version 2")]
    agree_on_rules(ground, MONDAY - timedelta(weeks=2))
    assert weeks_of(ground).marks == [
        Mark(W46, "List rules, version 1"),
        Mark(W47, "Target list, version 2"),
    ]


def agree_on_rules(ground: Ground, at: datetime) -> None:
    cast, session = ground.cast, ground.session
    draft = LIST_RULES.written(ListRules(remind_after_days=3))
    definition = begin_definition(session, LIST_RULES, draft, by=cast.wen, at=at)
    version = definition.propose(LIST_RULES, starts_on=cast.organisation.today(at), by=cast.wen, at=at)
    for side, person in ((Side.SALES, cast.renata), (Side.MARKETING, cast.amara)):
        said = {"digest": version.digest, "seat": seats(session)[side]}
        definition.sign(version, by=person, at=at, verdict=Verdict.APPROVE, **said)  # type: ignore[arg-type]
    session.commit()


def test_the_weeks_of_a_quarter_that_is_over_are_its_frozen_ones(ground: Ground) -> None:
    lived(ground)
    after = datetime(2027, 1, 12, 9, 0, tzinfo=UTC)
    with time_machine.travel(after, tick=False):
        over = moment_of(ground.cast.organisation, Week(2026, 53), Quarter(2026, 4))
        assert over is not None
        take(ground.session, over)
        found = weeks_of(ground, at=after)
    assert (found.weeks[-1].week, found.weeks[-1].note) == (Week(2026, 53), "4 days")  # Monday to 31 December
    assert [line.note for line in found.weeks if line.note == "open"] == []
    assert found.courses[0].points[-1].value == 33  # Company 3, by its 13 weeks
    assert found.courses[0].points[-2].value is None


def test_one_statement_reads_all_weeks_and_never_what_is_in_them(ground: Ground) -> None:
    lived(ground)
    ground.session.expire_all()
    with statements(db.engine) as sent:
        weeks_of(ground)
    (asked,) = (one for one in sent if "FROM snapshot" in one)
    assert "content" not in asked


def test_the_page_draws_each_figure_and_leads_to_each_week(app: Flask, ground: Ground) -> None:
    lived(ground)
    client = sign_in(app.test_client(), ground.cast.vera)
    page = client.get(ADDRESS).text
    assert "Touched by both sides: 0\u202f% in week 45, 67\u202f% in week 48 so far" in page
    assert "Open pipeline: €0 in week 45, €90,000 in week 48 so far" in page
    assert "Commitments kept, Marketing</figcaption>" in page
    weeks = re.findall(r'href="/progress/(2026-w\d\d)\?quarter=2026-q4"', page)
    assert weeks == [f"2026-w{number}" for number in range(40, 49)]
    assert re.search(r"Week 46</a> <span[^>]*>not frozen", page)
    assert "Not a whole week: W48 (open)" in page
    narrowed = client.get(f"{ADDRESS}?part=tier+1").text
    assert "Touched by both sides: 0\u202f% in week 45, 100\u202f% in week 48 so far" in narrowed
    assert '<option value="tier 1" selected>' in narrowed
    assert ADDRESS in client.get(f"/progress/{WEEK}").text


def test_a_part_that_is_no_tier_and_no_team_is_not_found(app: Flask, ground: Ground) -> None:
    client = sign_in(app.test_client(), ground.cast.renata)
    for part in ("tier 9", f"ae {ground.cast.tomas.public_id}", "segment Growth"):
        assert client.get(ADDRESS, query_string={"part": part}).status_code == 404, part
