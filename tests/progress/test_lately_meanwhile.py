"""A week that a process keeps is what the facts say, whatever is written while it is read, and whenever."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
import time_machine
from sqlalchemy import select

from abm.accounts.crm_stages import StageCategory, add_stage
from abm.accounts.deals import Opportunity, Source, create_opportunity
from abm.audit.models import Event
from abm.audit.seal import seal_events
from abm.kit.clock import Week
from abm.outbound.judging import Verdict, judge
from abm.people.programmes import DEFAULT_PROGRAMME
from abm.people.seats import Side
from abm.progress import lately
from abm.progress.lately import Looking, Mark, Weeks
from abm.touches.kinds import Channel, Direction, TouchSide
from tests.progress.freezing import follow_all, of, sealed_and_followed
from tests.progress.ground import NOW, Ground
from tests.progress.looking import looked, tell

AHEAD = NOW + timedelta(seconds=1)
THEN = NOW + timedelta(seconds=2)


@pytest.fixture
def ground(ground: Ground) -> Ground:
    """Its stages follow the facts, as they do wherever a worker runs."""
    sealed_and_followed(ground)
    return ground


def say(ground: Ground) -> None:
    organisation, by = ground.cast.organisation, ground.cast.tomas
    judge(ground.accounts[1], Side.SALES, Verdict.BLOCKED, "No budget", organisation=organisation, by=by, at=AHEAD)


def test_a_week_to_come_is_read_anew_once_it_begins(ground: Ground) -> None:
    """Seen ahead, it is measured at its end: by then all have been on the list for a week, and on Monday nobody has."""
    weeks: Weeks = {}
    second = Week(2026, 41)  # of the quarter, and of the list
    midnight = ground.cast.organisation.start_of(second.monday)
    with time_machine.travel(midnight - timedelta(minutes=5), tick=False):
        assert looked(ground, weeks, second).rows[0].side(Side.SALES).begun
    with time_machine.travel(midnight + timedelta(minutes=5), tick=False):
        assert not looked(ground, weeks, second).rows[0].side(Side.SALES).begun


@pytest.mark.parametrize("kept", [False, True])
def test_what_is_said_while_a_page_is_put_together_is_on_the_next_one(ground: Ground, kept: bool) -> None:
    """It is written after the instant that the page is of, and is there before the page reads how far history goes."""
    weeks: Weeks = {}
    if kept:
        looked(ground, weeks)
    say(ground)
    assert looked(ground, weeks).rows[1].verdicts == {}
    with time_machine.travel(THEN, tick=False):
        assert looked(ground, weeks).rows[1].verdicts == {Side.SALES: "blocked"}


def test_so_is_what_changes_of_a_deal(ground: Ground) -> None:
    organisation, by = ground.cast.organisation, ground.cast.wen
    stage = add_stage(organisation, name="Talks", category=StageCategory.OPEN, qualified=True, by=by, at=NOW)
    facts = {"amount": 5_000, "source": Source.SALES, "created_on": date(2026, 11, 23)}
    create_opportunity(organisation, account=ground.accounts[1], name="Fleet", stage=stage, by=by, at=NOW, **facts)
    weeks: Weeks = {}
    looked(ground, weeks)
    ground.session.scalars(select(Opportunity)).one().change(by=by, at=AHEAD, amount=7_000)
    assert [deal.worth for deal in looked(ground, weeks).rows[1].deals] == [5_000]
    with time_machine.travel(THEN, tick=False):
        assert [deal.worth for deal in looked(ground, weeks).rows[1].deals] == [7_000]


def look_while(ground: Ground, weeks: Weeks, monkeypatch: pytest.MonkeyPatch, happens: Callable[[], object]) -> None:
    """Look at the week, and let something happen as soon as it is read how far history goes."""
    mark, left = lately._mark, [happens]

    def then(*asked: object) -> Mark:
        found = mark(*asked)  # type: ignore[arg-type]
        while left:
            left.pop()()
        return found

    with monkeypatch.context() as patched:
        patched.setattr(lately, "_mark", then)
        Looking(
            ground.session, ground.cast.organisation, of(ground, Week.of(NOW.date())), DEFAULT_PROGRAMME
        ).up_to_date(weeks)
    assert not left


def test_who_commits_late_while_a_week_is_brought_up_to_date_is_seen_next_time(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    ground.log(2, TouchSide.SALES, NOW)
    told = ground.session.scalars(select(Event).where(Event.subject == "touch")).one()
    facts = {column.name: getattr(told, column.name) for column in Event.__table__.c}
    another = facts | {"subject": "review"}
    tell(ground.session, another | {"id": told.id + 10, "public_id": "late"})
    weeks: Weeks = {}
    looked(ground, weeks)
    tell(ground.session, another | {"id": told.id + 11, "public_id": "later"})

    def renamed() -> None:
        account = ground.accounts[1]
        account.name = "Another name"
        early = {"subject": "account", "subject_id": account.id, "verb": "changed"}
        tell(ground.session, facts | early | {"id": told.id + 5, "public_id": "early"})

    look_while(ground, weeks, monkeypatch, renamed)
    assert looked(ground, weeks).rows[1].name == "Another name"


def test_stages_that_follow_while_a_week_is_brought_up_to_date_are_seen_next_time(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    weeks: Weeks = {}
    ground.log(3, TouchSide.MARKETING, NOW, (Channel.EMAIL, "replied"), Direction.INBOUND)
    looked(ground, weeks)
    ground.log(2, TouchSide.SALES, NOW)

    def followed() -> None:
        seal_events(ground.session)
        follow_all(ground.session)

    look_while(ground, weeks, monkeypatch, followed)
    assert looked(ground, weeks).rows[2].days == 0


def test_a_database_that_was_put_back_has_the_week_read_from_scratch(ground: Ground) -> None:
    """The demonstration begins anew while it serves, and counts its events from the same number on."""
    weeks: Weeks = {}
    before = ground.session.begin_nested()
    say(ground)
    with time_machine.travel(THEN, tick=False):
        assert looked(ground, weeks).rows[1].verdicts
        before.rollback()
        ground.accounts[0].change(by=ground.cast.wen, at=AHEAD, name="Another name")
        assert not looked(ground, weeks).rows[1].verdicts
