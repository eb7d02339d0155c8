"""Pressure on many accounts at once equals what a plain count of every day and account gives."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import insert
from sqlalchemy.orm import Session

from abm.accounts.contacts import add_contact
from abm.campaigns.drafting import add_play, remove_play
from abm.campaigns.kinds import CampaignState, Section
from abm.campaigns.launches import AudienceMember
from abm.campaigns.live_plays import LivePlay
from abm.campaigns.outreach import Drafted, Span, overfull
from abm.touches.kinds import Channel, Direction, TouchSide
from abm.touches.models import Touch
from tests.campaigns.world import NOW, World
from tests.counting import statements

TODAY = date(2026, 11, 24)
FIRST, LAST = date(2026, 11, 16), date(2026, 12, 13)
SPAN = Span(FIRST, LAST, TODAY, NOW)
ON_LIST = ("Halden Freight", "Kestrel Foods", "Orbis Pharma")
DAYS = st.integers(-16, 20).map(lambda days: TODAY + timedelta(days=days))
TOUCHES = st.lists(
    st.fixed_dictionaries(
        {
            "account": st.sampled_from((*ON_LIST, "Nobody's Favourite")),
            "day": DAYS.filter(lambda day: day <= TODAY),
            "side": st.sampled_from(list(TouchSide)),
            "direction": st.sampled_from((Direction.OUTBOUND, Direction.OUTBOUND, Direction.INBOUND)),
            "person": st.sampled_from((None, 0, 1)),
            "voided": st.sampled_from((False, False, False, True)),
        }
    ),
    max_size=45,
)
PLAYS = st.lists(st.tuples(st.sampled_from((0, 1)), DAYS), max_size=14)
MEMBERS = st.lists(
    st.tuples(
        st.sampled_from((0, 1)), st.sampled_from((*ON_LIST, "Nobody's Favourite")), st.none() | st.integers(-2, 15)
    ),
    max_size=8,
    unique_by=lambda one: one[:2],
)
DRAFT = st.tuples(
    st.lists(DAYS.filter(lambda day: TODAY <= day <= LAST), max_size=5), st.sets(st.sampled_from(ON_LIST))
)


def test_the_database_finds_what_a_plain_count_finds(world: World) -> None:
    campaigns, people = _setting(world)
    ids = {name: account.id for name, account in world.accounts.items()}

    @settings(max_examples=40, deadline=None)
    @given(touches=TOUCHES, plays=PLAYS, members=MEMBERS, draft=DRAFT)
    def compare(touches: Any, plays: Any, members: Any, draft: Any) -> None:
        with _forgotten(world.session):
            _tell(world, campaigns, people, (touches, plays, members))
            drafted = Drafted(campaigns[1], draft[0], {ids[name] for name in draft[1]})
            _compare(world, people, ids, SPAN, _plainly(touches, plays, members, None))
            as_draft = replace(SPAN, drafted=drafted)
            _compare(world, people, ids, as_draft, _plainly(touches, plays, members, draft))

    compare()


@contextmanager
def _forgotten(session: Session) -> Iterator[None]:
    """Whatever is written inside is taken back."""
    inside = session.begin_nested()
    try:
        yield
    finally:
        inside.rollback()


def _compare(world: World, people: Any, ids: dict[str, int], span: Span, expected: Any) -> None:
    whole, personal = expected
    found = {one.account_id: one for one in overfull(world.session, span)}
    assert {one.account_id: one.on_account for one in found.values() if one.on_account} == {
        ids[name]: days for name, days in whole.items()
    }
    named: dict[int, dict[int, list[date]]] = defaultdict(dict)
    for (name, person), days in personal.items():
        named[ids[name]][people[name][person]] = days
    assert {one.account_id: one.on_contact for one in found.values() if one.on_contact} == named
    kestrel = ids["Kestrel Foods"]
    assert overfull(world.session, span, [kestrel]) == [one for one in found.values() if one.account_id == kestrel]


def _plainly(touches: Any, plays: Any, members: Any, draft: Any) -> tuple[dict[str, Any], dict[Any, Any]]:
    """Every contact in a list, and every day looked at with the six before."""
    made: list[tuple[str, int | None, date]] = [
        (one["account"], one["person"], one["day"])
        for one in touches
        if one["side"] is not TouchSide.PARTNER
        and one["direction"] is Direction.OUTBOUND
        and not one["voided"]
        and one["account"] in ON_LIST
    ]
    for number, day in plays:
        for campaign, name, ends in members:
            works = ends is None or day < TODAY + timedelta(days=ends)
            shown = draft is None or campaign != 1
            if campaign == number and works and shown and name in ON_LIST and TODAY <= day <= LAST:
                made.append((name, None, day))
    if draft is not None:
        made += [(name, None, day) for day in draft[0] for name in draft[1]]
    whole, personal = defaultdict(list), defaultdict(list)
    for offset in range((LAST - FIRST).days + 1):
        last = FIRST + timedelta(days=offset)
        within = [one for one in made if last - timedelta(days=6) <= one[2] <= last]
        ending = {one for one in within if one[2] == last}
        for name, count in Counter(one[0] for one in within).items():
            if count > 5 and any(one[0] == name for one in ending):
                whole[name].append(last)
        for who, count in Counter(one[:2] for one in within if one[1] is not None).items():
            if count > 3 and any(one[:2] == who for one in ending):
                personal[who].append(last)
    return dict(whole), dict(personal)


def _setting(world: World) -> tuple[list[int], dict[str, list[int]]]:
    """Two live campaigns without plays of their own, and two people on every account."""
    campaigns = [world.draft(name) for name in ("One", "Two")]
    people = {}
    for name, account in world.accounts.items():
        both = [add_contact(account, name=who, by=world.cast.tomas, at=NOW) for who in ("Anna", "Bruno")]
        world.session.flush()
        people[name] = [one.id for one in both]
    for campaign in campaigns:
        campaign.state = CampaignState.LIVE
    world.session.flush()
    return [campaign.id for campaign in campaigns], people


def _tell(world: World, campaigns: list[int], people: Any, facts: Any) -> None:
    touches, plays, members = facts
    ids = {name: account.id for name, account in world.accounts.items()}
    organisation, session = world.cast.organisation, world.session
    version_id = world.list.document.versions[0].id
    for number, one in enumerate(touches):
        at = organisation.start_of(one["day"])
        row = {
            "account_id": ids[one["account"]],
            **{name: one[name] for name in ("day", "side", "direction")},
            "channel": Channel.EMAIL,
            "outcome": "sent",
            "at": at,
            "contact_id": None if one["person"] is None else people[one["account"]][one["person"]],
            "logged_by_id": world.cast.tomas.id,
            "logged_at": at,
            "client_key": f"t{number}",
            "fingerprint": "0" * 64,
            "voided_at": NOW if one["voided"] else None,
        }
        session.execute(insert(Touch), [row])
    for number, (campaign, day) in enumerate(plays):
        facts = {
            "campaign_id": campaigns[campaign],
            "play": f"p{number}",
            "channel": Channel.WEBINAR,
            "what": "Session",
        }
        until = organisation.end_of(day)
        session.execute(insert(LivePlay), [{**facts, "day": day, "until": until, "changed_at": NOW}])
    for campaign, name, ends in members:
        starts = datetime(2026, 11, 1, tzinfo=UTC)
        ended = None if ends is None else organisation.start_of(TODAY + timedelta(days=ends))
        facts = {"campaign_id": campaigns[campaign], "account_id": ids[name], "version_id": version_id}
        session.execute(insert(AudienceMember), [{**facts, "tier": 1, "starts": starts, "ends": ended}])


def test_who_left_the_list_or_the_audience_is_not_worn_out(world: World) -> None:
    campaign = world.approved(_busy(world))
    world.launch(campaign)
    ids = {name: account.id for name, account in world.accounts.items()}
    everybody = {ids[name] for name in ON_LIST}
    assert {one.account_id for one in overfull(world.session, SPAN)} == everybody
    world.leaves_the_list("Kestrel Foods")
    world.session.flush()
    assert {one.account_id for one in overfull(world.session, SPAN)} == everybody - {ids["Kestrel Foods"]}
    campaign.pause(by=world.cast.priya, at=NOW)
    world.session.flush()
    assert overfull(world.session, SPAN) == []


def test_a_play_of_today_that_was_recorded_counts_once(world: World) -> None:
    campaign = _busy(world, today=True)
    world.launch(world.approved(campaign))
    session, account = world.session, world.accounts["Kestrel Foods"]
    before = next(one for one in overfull(session, SPAN) if one.account_id == account.id)
    assert before.on_account == [TODAY + timedelta(days=2)]
    at = NOW - timedelta(hours=1)
    row = {"account_id": account.id, "day": TODAY, "side": TouchSide.MARKETING, "direction": Direction.OUTBOUND}
    row |= {"channel": Channel.AD, "outcome": "impression", "at": at, "logged_at": at, "campaign_id": campaign.id}
    row |= {"logged_by_id": world.cast.priya.id, "client_key": "today", "fingerprint": "0" * 64}
    session.execute(insert(Touch), [row])
    after = next(one for one in overfull(session, SPAN) if one.account_id == account.id)
    assert after.on_account == [TODAY + timedelta(days=2)]


@pytest.mark.parametrize("accounts", [2, 3])
def test_it_asks_twice_whatever_the_number_of_accounts(world: World, accounts: int) -> None:
    world.launch(world.approved(_busy(world)))
    world.session.flush()
    ids = [world.accounts[name].id for name in ON_LIST[:accounts]]
    with statements(world.session.get_bind()) as queries:
        assert len(overfull(world.session, SPAN, ids)) == accounts
    assert len(queries) == 2


def _busy(world: World, *, today: bool = False) -> Any:
    """Six plays within seven days on every account of tier 1."""
    campaign, priya = world.draft(), world.cast.priya
    for play in list(campaign.plays):
        remove_play(play, by=priya, at=NOW)
    if today:
        campaign.change(Section.OBJECTIVE, by=priya, at=NOW, starts_on=TODAY)
    first = TODAY if today else campaign.starts_on
    for number in range(6):
        day = first + timedelta(days=number // 2)
        channel = Channel.AD if day == TODAY and number == 0 else Channel.EMAIL
        add_play(campaign, channel=channel, what=f"Play {number}", day=day, by=priya, at=NOW)
    return campaign
