"""A frozen week: what both sides saw, the same bytes whatever happens later."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from abm.accounts.crm_stages import StageCategory, add_stage
from abm.accounts.deals import Source, create_opportunity
from abm.agreement.canonical import digest_of
from abm.audit.models import Event, Seal
from abm.kit.clock import Quarter, Week
from abm.kit.db import db, writing
from abm.kit.web import in_one_state
from abm.people.models import Organisation
from abm.people.programmes import DEFAULT_PROGRAMME, Programme
from abm.people.seats import Side
from abm.progress.moments import Moment, moment_of
from abm.progress.reading import ShownWeek, shown_week, standing_week
from abm.progress.snapshots import FreezeCause, Snapshot, take_snapshot
from abm.targets.kinds import Outcome
from abm.touches.kinds import Channel, Direction, TouchSide
from tests.cast import sign_in
from tests.counting import statements
from tests.progress.ground import MONDAY, NOW, WEEK, Ground

LAST = WEEK.plus(-1)
IN_LAST = MONDAY - timedelta(days=5)


def of(ground: Ground, week: Week = LAST) -> Moment:
    moment = moment_of(ground.cast.organisation, week)
    assert moment is not None
    return moment


def freeze(ground: Ground, week: Week = LAST) -> Snapshot:
    taken = in_one_state(ground.session, lambda: take(ground.session, of(ground, week)))
    assert taken is not None
    return taken


def take(session: Session, moment: Moment) -> Snapshot | None:
    organisation, programme = session.get_one(Organisation, 1), session.get_one(Programme, DEFAULT_PROGRAMME)
    return take_snapshot(session, organisation, programme, moment, cause=FreezeCause.TIME, by=None, at=NOW)


def seen(ground: Ground, week: Week = LAST) -> ShownWeek:
    found = shown_week(ground.session, ground.cast.organisation, of(ground, week), DEFAULT_PROGRAMME)
    assert found is not None
    return found


def a_lively_week(ground: Ground) -> None:
    """Touches of both sides, a meeting, an answer, a deal that is open and one that was won."""
    ground.log(1, TouchSide.SALES, IN_LAST)
    ground.log(1, TouchSide.MARKETING, IN_LAST)
    ground.log(2, TouchSide.SALES, IN_LAST, (Channel.MEETING, "held"))
    ground.log(3, TouchSide.MARKETING, IN_LAST, (Channel.EMAIL, "replied"), Direction.INBOUND)
    session, cast = ground.session, ground.cast
    begun = add_stage(
        cast.organisation, name="Engaging", category=StageCategory.OPEN, qualified=True, by=cast.wen, at=NOW
    )
    won = add_stage(cast.organisation, name="Won", category=StageCategory.WON, qualified=True, by=cast.wen, at=NOW)
    deals = (
        ("Fleet of reefers", begun, 90_000_00, None, Source.MARKETING),
        ("Depot alarms", won, 12_000_00, date(2026, 11, 18), Source.SALES),
    )
    for name, stage, amount, closed, source in deals:
        create_opportunity(
            cast.organisation,
            account=ground.accounts[0],
            name=name,
            stage=stage,
            by=cast.wen,
            at=NOW,
            amount=amount,
            source=source,
            created_on=date(2026, 11, 17),
            closed_on=closed,
        )
    session.commit()


def test_a_frozen_week_says_what_the_facts_said_when_it_was_frozen(ground: Ground) -> None:
    a_lively_week(ground)
    standing = seen(ground)
    figures = standing.figures(ground.session, standing.rows)
    freeze(ground)
    frozen = seen(ground)
    assert frozen.frozen is not None
    assert frozen.figures(ground.session, frozen.rows) == figures
    plain = [(row.name, row.tier, row.ae, row.team, row.sides, row.stage, row.deals) for row in frozen.rows]
    assert plain == [(row.name, row.tier, row.ae, row.team, row.sides, row.stage, row.deals) for row in standing.rows]
    assert (figures.pipeline.deals, figures.pipeline.worth, figures.won.worth) == (1, 90_000_00, 12_000_00)


def test_no_byte_changes_whatever_happens_later(app: Flask, ground: Ground) -> None:
    a_lively_week(ground)
    before = bytes(freeze(ground).content)
    shown, client = seen(ground).rows, sign_in(app.test_client(), ground.cast.renata)
    file = client.get(f"/progress/{LAST}/accounts.csv").data
    ground.log(2, TouchSide.MARKETING, IN_LAST)
    ground.accounts[0].change(by=ground.cast.wen, at=NOW, name="Another name")
    entry = next(entry for entry in ground.list.entries if entry.tier == 2)
    entry.place(tier=2, ae=entry.ae, outcome=Outcome.OUT, reason="Bought by a rival", by=ground.cast.ines, at=NOW)
    tomas = ground.cast.tomas
    tomas.change(name="Tom Ferreira", email=tomas.email, team=tomas.team, by=ground.cast.wen, at=NOW)
    ground.cast.north.change(name="South", region="EMEA", manager=ground.cast.ines, by=ground.cast.wen, at=NOW)
    ground.sign(NOW - timedelta(days=9))
    after = freeze(ground)
    assert bytes(after.content) == before
    assert digest_of(before) == after.digest
    assert seen(ground).rows == [replace(row, ae="Tom Ferreira") for row in shown]
    renamed = client.get(f"/progress/{LAST}/accounts.csv").data
    assert renamed == file.replace("Tomás Ferreira".encode(), b"Tom Ferreira") != file
    assert ground.session.scalar(select(func.count()).select_from(Snapshot)) == 1


@pytest.mark.parametrize("change", [update(Snapshot).values(digest="0" * 64), delete(Snapshot)])
def test_the_database_refuses_to_change_a_snapshot(ground: Ground, change: object) -> None:
    freeze(ground)
    with pytest.raises(DatabaseError, match="never change"):
        ground.session.execute(change)  # type: ignore[call-overload]
    ground.session.rollback()


def test_what_came_in_later_stands_beside_the_frozen_figure_and_does_not_replace_it(app: Flask, ground: Ground) -> None:
    ground.log(1, TouchSide.SALES, IN_LAST, (Channel.MEETING, "held"))
    freeze(ground)
    ground.log(2, TouchSide.SALES, IN_LAST, (Channel.MEETING, "held"))
    page = sign_in(app.test_client(), ground.cast.renata).get(f"/progress/{LAST}").text
    held = page[page.index("Meetings held") :]
    assert ">1</a>" in held[:400]
    assert 'stat-beside">2 ' in held[:400]
    assert "Facts came in since" in page


def test_a_week_without_later_facts_shows_each_figure_once(app: Flask, ground: Ground) -> None:
    a_lively_week(ground)
    freeze(ground)
    page = sign_in(app.test_client(), ground.cast.renata).get(f"/progress/{LAST}").text
    assert "these figures stay for good" in page
    assert "stat-beside" not in page


def test_an_open_week_cannot_be_frozen(ground: Ground) -> None:
    with pytest.raises(ValueError, match="2026-w48 of 2026-q4 is not over"):
        freeze(ground, WEEK)


def test_a_week_without_a_list_leaves_no_snapshot(ground: Ground) -> None:
    assert take(ground.session, of(ground, Week(2026, 20))) is None


def test_a_snapshot_says_up_to_which_link_of_the_audit_chain_it_looked(ground: Ground) -> None:
    taken = freeze(ground)
    sealed = ground.session.scalar(select(func.max(Seal.seq)))
    frozen = ground.session.scalar(select(Event).where(Event.subject == "snapshot", Event.verb == "frozen"))
    assert frozen is not None
    assert taken.sealed_upto == sealed
    assert ground.session.get(Seal, sealed).event_id < frozen.id  # type: ignore[union-attr]
    assert frozen.after["digest"] == taken.digest


def test_ten_who_freeze_the_same_week_at_once_make_one_snapshot(app: Flask, ground: Ground) -> None:
    a_lively_week(ground)
    moment, digests, faults = of(ground), [], []
    ground.session.rollback()
    together = threading.Barrier(10)

    def one() -> None:
        try:
            with app.app_context(), writing() as session:
                together.wait()
                found = in_one_state(session(), lambda: take(session(), moment))
                assert found is not None
                digests.append(found.digest)
        except BaseException as fault:  # noqa: BLE001 a thread hands it over
            faults.append(fault)

    threads = [threading.Thread(target=one) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert len(digests) == 10
    assert len(set(digests)) == 1
    assert ground.session.scalar(select(func.count()).select_from(Snapshot)) == 1
    assert ground.session.scalar(select(func.count()).where(Event.subject == "snapshot")) == 1


def test_a_week_that_a_quarters_end_cuts_has_a_snapshot_for_each_quarter(ground: Ground) -> None:
    cut = Week(2026, 40)  # 28 September to 4 October
    ground.log(1, TouchSide.SALES, datetime(2026, 10, 2, 9, 0, tzinfo=UTC))
    moment = moment_of(ground.cast.organisation, cut, Quarter(2026, 4))
    assert moment is not None
    taken = take(ground.session, moment)
    assert taken is not None
    assert (taken.quarter, taken.week) == ("2026-q4", "2026-w40")
    content = taken.read()
    assert (content["first day"], content["last day"]) == ("2026-10-01", "2026-10-04")


def test_the_figures_of_one_tier_and_of_an_ae_are_kept_for_comparison(ground: Ground) -> None:
    a_lively_week(ground)
    taken = freeze(ground)
    assert taken.headlines["all"]["accounts"] == 3
    assert taken.headlines["tier 1"]["joint both"] == 1
    assert taken.headlines["tier 2"]["meetings held"] == 1
    assert taken.headlines[f"ae {ground.cast.tomas.public_id}"]["open worth"] == 90_000_00


def test_the_week_after_says_last_weeks_figure_and_the_range_of_the_frozen_weeks(app: Flask, ground: Ground) -> None:
    for back in (1, 2):
        for _ in range(back):
            ground.log(back, TouchSide.SALES, MONDAY - timedelta(weeks=back), (Channel.MEETING, "held"))
        freeze(ground, WEEK.plus(-back))
    page = sign_in(app.test_client(), ground.cast.renata).get(f"/progress/{WEEK}").text
    assert "1 last week, 1 to 2 in 2 weeks" in page


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
        week.figures(ground.session, week.rows)
    assert not [statement for statement in sent if "touch" in statement or "opportunity" in statement]


def test_a_snapshot_and_the_facts_as_they_stand_are_equal_for_each_side_promise(ground: Ground) -> None:
    a_lively_week(ground)
    freeze(ground)
    standing = standing_week(ground.session, ground.cast.organisation, of(ground), DEFAULT_PROGRAMME)
    assert standing is not None
    frozen = seen(ground)
    assert (
        frozen.figures(ground.session, frozen.rows).promises == standing.figures(ground.session, standing.rows).promises
    )
    assert set(frozen.rows[0].promises) == set(Side)


def test_the_moment_of_the_freeze_does_not_decide_what_a_past_week_holds(ground: Ground) -> None:
    with time_machine.travel(NOW + timedelta(days=40), tick=False):
        taken = freeze(ground)
    assert taken.read()["last day"] == "2026-11-22"


def test_campaigns_in_flight_and_what_is_waited_for_are_part_of_it(ground: Ground) -> None:
    content = freeze(ground).read()
    assert content["campaigns"] == []
    assert content["waits"] == []
