"""A frozen week: what both sides saw, the same bytes whatever happens later."""

from __future__ import annotations

import csv
import io
import re
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import DatabaseError

from abm.agreement.canonical import digest_of
from abm.audit.models import Event, Seal
from abm.kit.clock import Quarter, Week
from abm.kit.db import writing
from abm.kit.web import in_one_state
from abm.progress.moments import moment_of
from abm.progress.snapshots import Snapshot
from abm.targets.kinds import Outcome
from abm.touches.kinds import Channel, TouchSide
from tests.cast import sign_in
from tests.progress.freezing import IN_LAST, LAST, a_lively_week, follow_all, freeze, of, seen, take
from tests.progress.ground import MONDAY, NOW, WEEK, Ground


def test_a_frozen_week_says_what_the_facts_said_when_it_was_frozen(ground: Ground) -> None:
    a_lively_week(ground)
    in_one_state(ground.session, lambda: follow_all(ground.session))
    standing = seen(ground)
    figures = standing.figures(standing.rows)
    freeze(ground)
    frozen = seen(ground)
    assert frozen.frozen is not None
    assert frozen.figures(frozen.rows) == figures
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


def test_a_figure_of_deals_leads_to_its_accounts_with_the_deals_that_it_counts(app: Flask, ground: Ground) -> None:
    a_lively_week(ground)  # one of 90,000 open and new, from Marketing; one of 12,000 won, from Sales
    client = sign_in(app.test_client(), ground.cast.vera)
    page = client.get(f"/progress/{LAST}").text
    assert len(re.findall(r'accounts\?figure=open-marketing"[^>]*>(1|€90,000)</a>', page)) == 2
    behind = client.get(f"/progress/{LAST}/accounts?figure=open-marketing").text
    assert re.search(r"Fleet of reefers.*€90,000", behind, re.DOTALL)
    assert "Depot alarms" not in behind
    file = client.get(f"/progress/{LAST}/accounts.csv?figure=won-deals").text
    (row,) = csv.DictReader(io.StringIO(file))
    assert (row["Deals"], row["Worth, EUR"]) == ("Depot alarms", "12000")
    assert "Deals" not in client.get(f"/progress/{LAST}/accounts.csv?figure=stalled").text
