"""A frozen week as pages read it: names of today, nothing else of later days."""

from __future__ import annotations

from datetime import timedelta

import time_machine
from flask import Flask

from abm.kit.db import db
from abm.kit.web import in_one_state
from abm.people.programmes import DEFAULT_PROGRAMME
from abm.people.seats import Side
from abm.progress.content import read_accounts
from abm.progress.reading import standing_week
from abm.stages.models import Stage
from abm.touches.kinds import Channel, TouchSide
from tests.cast import sign_in
from tests.counting import statements
from tests.progress.freezing import IN_LAST, LAST, a_lively_week, follow_all, freeze, of, seen
from tests.progress.ground import NOW, Ground


def test_names_of_people_are_not_in_a_snapshot_and_are_those_of_today_on_the_page(ground: Ground) -> None:
    taken = freeze(ground)
    assert "Ferreira" not in taken.content.decode()
    assert {row.ae for row in seen(ground).rows} == {"Tomás Ferreira"}


def test_a_frozen_week_is_read_without_asking_for_touches(ground: Ground) -> None:
    a_lively_week(ground)
    freeze(ground)
    ground.session.expire_all()
    with statements(db.engine) as sent:
        week = seen(ground)
        week.figures(week.rows)
    assert not [statement for statement in sent if "touch" in statement or "opportunity" in statement]


def test_a_snapshot_and_the_facts_as_they_stand_are_equal_for_each_side_promise(ground: Ground) -> None:
    a_lively_week(ground)
    freeze(ground)
    standing = standing_week(ground.session, ground.cast.organisation, of(ground), DEFAULT_PROGRAMME)
    assert standing is not None
    frozen = seen(ground)
    assert frozen.figures(frozen.rows).promises == standing.figures(standing.rows).promises
    assert set(frozen.rows[0].promises) == set(Side)


def test_the_moment_of_the_freeze_does_not_decide_what_a_past_week_holds(ground: Ground) -> None:
    with time_machine.travel(NOW + timedelta(days=40), tick=False):
        taken = freeze(ground)
    assert taken.read()["last day"] == "2026-11-22"


def test_campaigns_in_flight_and_what_is_waited_for_are_part_of_it(ground: Ground) -> None:
    content = freeze(ground).read()
    assert content["campaigns"] == []
    assert content["waits"] == []


def test_a_frozen_week_is_counted_anew_only_for_what_could_have_changed_it(app: Flask, ground: Ground) -> None:
    a_lively_week(ground)
    freeze(ground)
    client = sign_in(app.test_client(), ground.cast.renata)

    def counted() -> tuple[bool, bool]:
        """Whether the week was counted anew, and whether the page shows a later figure."""
        with statements(db.engine) as sent:
            page = client.get(f"/progress/{LAST}").text
        return any("FROM touch_rollup" in one for one in sent), "stat-beside" in page

    assert counted() == (True, False)
    assert counted() == (False, False)
    ground.log(2, TouchSide.SALES, NOW)
    assert counted() == (False, False)  # of the week after
    late = ground.log(3, TouchSide.SALES, IN_LAST, (Channel.MEETING, "held"))
    assert counted() == (True, True)
    assert counted() == (False, True)
    late.void(by=ground.cast.tomas, at=NOW, reason="Another company")
    ground.session.commit()
    assert counted() == (True, False)


def test_an_ae_who_got_another_name_has_it_in_every_frozen_week(ground: Ground) -> None:
    freeze(ground)
    assert {row.ae for row in seen(ground).rows} == {"Tomás Ferreira"}
    ground.cast.tomas.name = "Tomás Ferreira Lopes"
    ground.session.commit()
    assert {row.ae for row in seen(ground).rows} == {"Tomás Ferreira Lopes"}


def test_a_stage_that_somebody_comes_to_later_is_a_corrected_figure_and_no_fault(app: Flask, ground: Ground) -> None:
    freeze(ground)
    ground.log(1, TouchSide.SALES, IN_LAST, (Channel.MEETING, "held"))
    in_one_state(ground.session, lambda: follow_all(ground.session))
    page = sign_in(app.test_client(), ground.cast.renata).get(f"/progress/{LAST}")
    assert page.status_code == 200
    assert "Facts came in since" in page.text


def test_how_long_an_account_is_in_its_stage_goes_by_the_same_facts_as_the_stage(ground: Ground) -> None:
    ground.log(1, TouchSide.SALES, IN_LAST, (Channel.MEETING, "held"))  # nobody has followed it yet
    freeze(ground)
    first = next(row for row in seen(ground).rows if row.tier == 1)
    assert (first.stage, first.days, first.stalled) == (Stage.MEETING, 4, False)  # from Wednesday to Sunday


def test_a_snapshot_is_read_with_the_columns_that_it_was_written_with(ground: Ground) -> None:
    content = freeze(ground).read()
    turned = [*reversed(content["columns"]["account"])]
    accounts = [[*reversed(cells)] for cells in content["accounts"]]
    other = {**content, "columns": {**content["columns"], "account": turned}, "accounts": accounts}
    assert read_accounts(other, {}) == read_accounts(content, {})
