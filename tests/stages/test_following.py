"""The changes that are kept follow what was written, and equal computing them from scratch."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, scoped_session

from abm.accounts.merging import merge_contacts, split_contact
from abm.accounts.models import Account, StageCategory, add_stage, create_opportunity
from abm.audit.models import Event
from abm.audit.seal import seal_events
from abm.kit.db import db
from abm.kit.rules import RuleBroken
from abm.stages import following
from abm.stages.exits import ExitReason, StageExit, leave
from abm.stages.following import behind, differences, follow_stages
from abm.stages.models import ExitKind, Stage, StageChange
from abm.stages.queries import stages_on
from abm.stages.standing import Standing, stalled_for, standing_on
from abm.touches.models import Channel, Direction, TouchSide
from tests.cast import Cast
from tests.counting import statements
from tests.definitions.agreeing import agree_on_stages
from tests.outbound.world import NOW, World

TODAY = date(2026, 11, 24)
REPLY: dict[str, Any] = {"side": TouchSide.SALES, "direction": Direction.INBOUND, "channel": Channel.EMAIL}


@pytest.fixture
def world(session: scoped_session[Session], cast: Cast) -> World:
    return World(session(), cast)


def follow(world: World) -> None:
    """What the worker does once a minute."""
    seal_events(world.session)
    while follow_stages(world.session):
        world.session.flush()
    world.session.flush()
    world.session.expire_all()
    assert list(differences(world.session)) == []


def reply(world: World, account: Account, days_ago: int = 0, outcome: str = "replied", **facts: Any) -> Any:
    return world.log(account, when=NOW - timedelta(days=days_ago), **{**REPLY, "outcome": outcome, **facts})


def downloaded(world: World, account: Account, days_ago: int = 0, **facts: Any) -> Any:
    content: dict[str, Any] = {"side": TouchSide.MARKETING, "channel": Channel.CONTENT}
    return reply(world, account, days_ago, "downloaded", **content, **facts)


def way(world: World, account: Account) -> list[tuple[str, str]]:
    query = select(StageChange).where(StageChange.account_id == account.id).order_by(StageChange.day)
    return [(str(one.day), one.stage.value) for one in world.session.scalars(query)]


def test_a_change_is_kept_with_the_facts_that_caused_it_and_what_the_window_will_take_away(world: World) -> None:
    halden = world.account()
    first, second = reply(world, halden, 20), downloaded(world, halden, 3)
    follow(world)
    kept = world.session.scalars(select(StageChange).order_by(StageChange.day)).all()
    assert [(one.day, one.stage_before, one.stage, one.why) for one in kept] == [
        (date(2026, 11, 4), "target", "aware", "facts"),
        (date(2026, 11, 21), "aware", "engaged", "facts"),
        (date(2027, 2, 19), "engaged", "target", "window passed"),
    ]
    assert kept[0].facts == {"figures": {"engagements": 1, "minutes": 2}, "came": [f"touch {first.id}"], "went": []}
    assert kept[1].cause == "12 engagement minutes in 90 days"
    assert kept[2].facts == {"figures": {}, "came": [], "went": [f"touch {second.id}"]}
    assert [one.onward for one in kept] == [True, True, False]
    assert standing_on(world.session, [halden.id], TODAY) == {
        halden.id: Standing(Stage.ENGAGED, date(2026, 11, 21), "12 engagement minutes in 90 days")
    }
    assert standing_on(world.session, [halden.id], TODAY)[halden.id].days(TODAY) == 3
    assert standing_on(world.session, [halden.id], date(2026, 11, 3)) == {}
    assert standing_on(world.session, [halden.id], date(2027, 2, 19))[halden.id].stage is Stage.TARGET


def test_corrected_voided_and_merged_facts_are_followed(world: World) -> None:
    halden = world.account()
    touch = downloaded(world, halden, 3)
    follow(world)
    assert way(world, halden)[0] == ("2026-11-21", "engaged")
    touch.correct(by=world.cast.tomas, at=NOW, outcome="viewed")
    follow(world)
    assert way(world, halden) == [("2026-11-21", "aware"), ("2027-02-19", "target")]
    touch.void(by=world.cast.tomas, at=NOW, reason="Another company")
    follow(world)
    assert way(world, halden) == []

    ana, anna = world.contact(halden), world.contact(halden, "Anna Reyes")
    for person in (ana, anna):
        for days in range(1, 6):
            downloaded(world, halden, days, contact=person)
    follow(world)
    assert standing_on(world.session, [halden.id], TODAY)[halden.id].stage is Stage.MQA
    merge_contacts(ana, anna, by=world.cast.wen, at=NOW)
    follow(world)
    assert standing_on(world.session, [halden.id], TODAY)[halden.id].stage is Stage.ENGAGED
    split_contact(anna, by=world.cast.wen, at=NOW)
    follow(world)
    assert standing_on(world.session, [halden.id], TODAY)[halden.id].stage is Stage.MQA


def test_a_deal_that_moves_to_another_account_moves_both(world: World) -> None:
    halden, orbis = world.account(), world.account("Orbis")
    facts: dict[str, Any] = {"by": world.cast.wen, "at": NOW}
    open_, won = (
        add_stage(world.cast.organisation, name=name, category=category, qualified=False, **facts)
        for name, category in (("Offer", StageCategory.OPEN), ("Signed", StageCategory.WON))
    )
    deal = create_opportunity(
        world.cast.organisation, account=halden, name="Sensors", stage=open_, created_on=date(2026, 11, 2), **facts
    )
    follow(world)
    assert way(world, halden) == [("2026-11-02", "opportunity")]
    deal.change(account=orbis, **facts)
    follow(world)
    assert (way(world, halden), way(world, orbis)) == ([], [("2026-11-02", "opportunity")])
    deal.change(stage=won, closed_on=date(2026, 11, 20), **facts)
    follow(world)
    assert way(world, orbis) == [("2026-11-02", "opportunity"), ("2026-11-20", "customer")]
    won.change(category=StageCategory.LOST, **facts)
    follow(world)
    assert way(world, orbis) == [("2026-11-02", "opportunity"), ("2026-11-20", "target")]


def test_another_definition_moves_every_account_from_its_day_on(world: World) -> None:
    accounts = [world.account(f"Company {number}") for number in range(3)]
    for account in accounts:
        downloaded(world, account, 5)
    follow(world)
    agree_on_stages(world.session, world.cast, NOW, engaged_minutes=20)
    follow(world)
    for account in accounts:
        assert way(world, account) == [("2026-11-19", "engaged"), ("2026-11-24", "aware"), ("2027-02-17", "target")]
    row = world.session.scalars(select(StageChange).where(StageChange.day == TODAY).limit(1)).one()
    assert (row.why, row.version, row.onward) == ("definition", 1, False)


def test_exits_and_their_end_are_followed(world: World) -> None:
    halden = world.account()
    downloaded(world, halden, 5)
    tomas, later = world.cast.tomas, NOW + timedelta(days=1)
    first = leave(halden, ExitKind.RECYCLED, ExitReason.BAD_TIMING, "", by=tomas, at=NOW)
    follow(world)
    assert way(world, halden) == [("2026-11-19", "engaged"), ("2026-11-24", "recycled")]
    second = leave(halden, ExitKind.DISQUALIFIED, ExitReason.NO_BUDGET, "Until 2028", by=tomas, at=later)
    follow(world)
    assert first.ended_on == date(2026, 11, 25)
    assert way(world, halden)[2:] == [("2026-11-25", "disqualified")]
    with pytest.raises(RuleBroken, match="is disqualified already"):
        leave(halden, ExitKind.DISQUALIFIED, ExitReason.NO_FIT, "Too small", by=tomas, at=later)
    second.take_back(by=tomas, at=later + timedelta(days=1))
    follow(world)
    assert way(world, halden)[3:] == [("2026-11-26", "recycled")]  # as before, and not what facts say
    first.take_back(by=tomas, at=later + timedelta(days=2))
    follow(world)
    assert way(world, halden)[4:] == [("2026-11-27", "engaged"), ("2027-02-17", "target")]
    with pytest.raises(RuleBroken, match="taken back already"):
        second.take_back(by=tomas, at=later)
    world.session.flush()
    with pytest.raises(DBAPIError), world.session.begin_nested():
        world.session.execute(update(StageExit).values(reason=ExitReason.DUPLICATE))
    told = select(Event.verb).where(Event.subject == "stage_exit").order_by(Event.id)
    assert list(world.session.scalars(told)) == [
        *("recycled", "disqualified", "taken back", "holds again", "taken back"),
    ]


def test_the_table_says_what_each_day_says(world: World) -> None:
    halden, orbis = world.account(), world.account("Orbis")
    leave(halden, ExitKind.RECYCLED, ExitReason.BAD_TIMING, "", by=world.cast.tomas, at=NOW - timedelta(days=30))
    leave(orbis, ExitKind.DISQUALIFIED, ExitReason.NO_NEED, "", by=world.cast.tomas, at=NOW - timedelta(days=9))
    reply(world, orbis, 20)
    for days, outcome in ((80, "replied"), (40, "downloaded"), (39, "viewed"), (2, "replied")):
        channel = Channel.EMAIL if outcome == "replied" else Channel.CONTENT
        reply(world, halden, days, outcome, channel=channel)
    follow(world)
    for back in range(-60, 90):
        day = TODAY - timedelta(days=back)
        both = [halden.id, orbis.id]
        kept, now = standing_on(world.session, both, day), stages_on(world.session, both, day)
        for one in both:
            stage = kept[one].stage if one in kept else Stage.TARGET
            assert stage is (now[one].stage if one in now else Stage.TARGET), (one, day)
            alone = stages_on(world.session, [one], day)
            assert alone.get(one) == now.get(one)


def test_with_nothing_new_it_costs_one_question_however_many_accounts_there_are(world: World) -> None:
    for number in range(20):
        reply(world, world.account(f"Company {number}"))
    follow(world)
    assert not behind(world.session)
    reply(world, world.account())
    seal_events(world.session)
    assert behind(world.session)
    with statements(db.engine) as sent:
        follow_stages(world.session)
        world.session.flush()
    assert len(sent) <= 12, "\n".join(sent)
    with statements(db.engine) as sent:
        assert not behind(world.session)
    assert len(sent) == 1


def test_what_was_changed_behind_its_back_is_named_and_set_right(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "AT_ONCE", 2)
    accounts = [world.account(f"Company {number}") for number in range(5)]
    for account in accounts:
        reply(world, account)
    follow(world)
    first, *_ = accounts
    world.session.execute(update(StageChange).where(StageChange.account_id == first.id).values(cause="no reason"))
    reply(world, accounts[1], outcome="meeting booked")  # not sealed yet: it is not late, it is on its way
    assert {one.account_id for one in differences(world.session)} == {first.id}
    found = [str(one) for one in differences(world.session, mend=True)]
    assert f"account {first.id}, 2026-11-24: says aware for another cause" in found
    assert list(differences(world.session)) == []


def test_an_account_stalls_by_the_days_of_its_tier_from_its_last_change_or_from_coming_on_the_list() -> None:
    changed, listed = date(2026, 11, 1), date(2026, 10, 1)
    assert stalled_for(Stage.AWARE, (changed, listed), day=TODAY, after=23) == 23
    assert stalled_for(Stage.AWARE, (changed, listed), day=TODAY, after=24) is None
    assert stalled_for(Stage.TARGET, (None, listed), day=TODAY, after=30) == 54
    for settled in (Stage.CUSTOMER, Stage.DISQUALIFIED):
        assert stalled_for(settled, (changed, listed), day=TODAY, after=1) is None
