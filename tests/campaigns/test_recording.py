"""A play that happened: counted once, on whom it may be recorded, taken back, and who responded."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import cast

import pytest
import time_machine
from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import DatabaseError, IntegrityError

from abm.accounts.contacts import add_contact
from abm.campaigns.launches import AudienceMember
from abm.campaigns.outreach import Span, overfull, planned
from abm.campaigns.play_records import PlayTouch
from abm.campaigns.reactions import Reaction, read_kind
from abm.campaigns.recordable import recordable
from abm.campaigns.recorded import PlayStatus, plays_told, unrecorded
from abm.campaigns.recording import Telling
from abm.kit.rules import RuleBroken
from abm.outbound.recording import correct_and_count, record_and_count, void_and_count
from abm.outbound.recounting import recount
from abm.touches.kinds import Channel, Direction, OutcomeClass
from abm.touches.models import Rollup, Touch
from abm.touches.outcomes import OUTCOMES
from tests.campaigns.happened import INVITED, LATER, Stage, logged
from tests.campaigns.world import NOW


def test_a_play_is_one_touch_per_account_and_keeps_what_was_promised(running: Stage) -> None:
    got = running.record("Halden Freight", "Kestrel Foods", note="With the winter map.")
    assert got.record is not None
    assert (got.record.accounts, got.record.responses, got.record.source) == (2, 0, "form")
    touches = running.touches()
    assert [(one.account_id, one.side, one.channel, one.outcome, one.day, one.campaign_id) for one in touches] == [
        (number, "marketing", Channel.EMAIL, "sent", INVITED, running.campaign.id)
        for number in running.ids("Halden Freight", "Kestrel Foods")
    ]
    assert running.kept() == [1, 1, 0]
    assert running.in_step()
    rows = running.world.session.scalars(select(Rollup).where(Rollup.touches > 0)).all()
    assert [(row.week, row.touches, row.outcome_class) for row in rows] == [
        ("2026-w48", 1, OutcomeClass.NO_RESPONSE)
    ] * 2


def test_the_same_play_twice_is_recorded_once_whoever_says_so(running: Stage) -> None:
    first = running.record("Halden Freight")
    again = running.record("Halden Freight", by=running.world.cast.amara)
    more = running.record("Halden Freight", "Orbis Pharma", by=running.world.cast.amara)
    assert (again.anything, again.known, again.record) == (False, 1, first.record)
    assert (more.known, list(more.accounts)) == (1, running.ids("Orbis Pharma"))
    assert len(running.touches()) == 2
    session = running.world.session
    key = session.scalars(select(PlayTouch.key).order_by(PlayTouch.touch_id)).first()
    stray = logged(running, "Halden Freight")
    assert more.record is not None
    row = {"touch_id": stray.id, "record_id": more.record.id, "key": key, "reaction": False}
    with pytest.raises(IntegrityError, match=r"ix_play_touch_once|play_touch\.key"), session.begin_nested():
        session.execute(insert(PlayTouch), [row])


def test_who_responded_stands_in_the_other_direction(running: Stage) -> None:
    world = running.world
    halden = world.accounts["Halden Freight"]
    mira = add_contact(halden, name="Mira Lund", email="mira@halden.example", by=world.cast.wen, at=NOW)
    world.session.flush()
    said = Reaction(halden.id, Channel.EMAIL, "replied", date(2026, 11, 30), mira.id)
    opted = Reaction(halden.id, Channel.EMAIL, "opted out", date(2026, 12, 1), mira.id)
    got = running.record("Halden Freight", reactions=[said])
    assert (got.reactions, got.record and got.record.responses) == (1, 1)
    reply = running.touches(Direction.INBOUND)[0]
    assert (reply.contact_id, reply.outcome, reply.day, reply.side) == (mira.id, "replied", said.day, "marketing")
    assert running.kept() == [1, 0, 0]
    later = running.record(reactions=[said, opted])
    assert (later.accounts, later.known_reactions, later.reactions) == ([], 1, 1)
    assert mira.opted_out == {"email": "2026-12-01"}
    assert running.in_step()


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ({"accounts": ["Tarn Dairies"]}, "Tarn Dairies is not in the audience of Cold chain, on time on 27 Nov 2026."),
        ({"day": date(2026, 12, 2)}, "That day is still to come."),
        ({"day": date(2026, 11, 25)}, "Halden Freight is not in the audience"),
        ({"day": date(2026, 8, 1)}, "more than 90 days ago"),
        ({"accounts": []}, "Choose the accounts that it reached."),
        ({"play": "2222222222222222"}, "has no such play"),
        ({"outcome": "replied"}, "Say what we did"),
        ({"note": "a\0b"}, "NUL"),
    ],
)
def test_what_cannot_have_been_so_is_refused(running: Stage, told: dict[str, object], sentence: str) -> None:
    facts = {"accounts": ["Halden Freight"], **told}
    facts["accounts"] = running.ids(*cast("list[str]", facts["accounts"]))
    with pytest.raises(RuleBroken, match=sentence):
        running.record(**facts)
    assert running.touches() == []


def test_responses_that_cannot_have_been_so_are_refused(running: Stage) -> None:
    halden, kestrel = running.ids("Halden Freight", "Kestrel Foods")
    stranger = add_contact(running.world.accounts["Kestrel Foods"], name="Kim", by=running.world.cast.wen, at=NOW)
    running.world.session.flush()
    for said, sentence in (
        (Reaction(kestrel, Channel.EMAIL, "replied", INVITED), "not recorded for Kestrel Foods"),
        (Reaction(halden, Channel.EMAIL, "replied", INVITED - timedelta(days=1)), "before the play"),
        (Reaction(halden, Channel.EMAIL, "replied", LATER.date() + timedelta(days=1)), "to come"),
        (Reaction(halden, Channel.EMAIL, "replied", INVITED, stranger.id), "no contact of the account"),
        (Reaction(halden, Channel.EMAIL, "sent", INVITED), "no response"),
        (Reaction(halden, Channel.EMAIL, "opted out", INVITED), "Name who opted out"),
    ):
        with pytest.raises(RuleBroken, match=sentence):
            running.record("Halden Freight", reactions=[said])


def test_accounts_that_left_or_are_to_be_left_alone_are_not_offered(running: Stage) -> None:
    world = running.world
    world.accounts["Kestrel Foods"].leave_alone("Litigation", until=None, by=world.cast.wen, at=NOW)
    world.leaves_the_list("Orbis Pharma", at=LATER - timedelta(days=3))  # on the day after the invitation
    world.session.flush()
    on_the_day = [one.name for one in recordable(world.session, running.campaign, INVITED)]
    today = [one.name for one in recordable(world.session, running.campaign, LATER.date())]
    assert (on_the_day, today) == (["Halden Freight", "Orbis Pharma"], ["Halden Freight"])
    with pytest.raises(RuleBroken, match="Kestrel Foods is marked “do not approach”"):
        running.record("Halden Freight", "Kestrel Foods")
    assert running.record("Orbis Pharma").anything


def test_a_campaign_that_is_paused_or_over_tells_what_happened_and_a_draft_nothing(running: Stage) -> None:
    world, priya = running.world, running.world.cast.priya
    running.campaign.pause(by=priya, at=LATER)
    assert running.record("Halden Freight").anything
    running.campaign.complete(keep="All.", retire="Nothing.", by=priya, at=LATER)
    world.session.flush()
    assert running.record("Kestrel Foods").anything
    with time_machine.travel(LATER + timedelta(days=2)), pytest.raises(RuleBroken, match="not in the audience"):
        running.record("Orbis Pharma", day=LATER.date() + timedelta(days=1), at=LATER + timedelta(days=2))
    draft = world.draft("Never launched")
    with pytest.raises(RuleBroken, match="no such play"):
        record_and_count(
            draft,
            Telling(draft.plays[0].public_id, INVITED, running.ids("Halden Freight")),
            organisation=world.cast.organisation,
            by=priya,
            at=LATER,
        )


def test_voiding_takes_all_of_it_back_and_makes_room(running: Stage) -> None:
    world = running.world
    halden = running.ids("Halden Freight")[0]
    got = running.record(
        "Halden Freight", "Kestrel Foods", reactions=[Reaction(halden, Channel.EMAIL, "clicked", INVITED)]
    )
    assert got.record is not None
    void_and_count(
        got.record,
        reason="It never left the outbox.",
        organisation=world.cast.organisation,
        by=world.cast.priya,
        at=LATER,
    )
    assert (running.touches(), running.touches(Direction.INBOUND), running.kept()) == ([], [], [0, 0, 0])
    assert running.in_step()
    assert world.session.scalar(select(func.count(Touch.id))) == 3  # they stay in the history
    with pytest.raises(RuleBroken, match="voided already"):
        void_and_count(got.record, reason="Again.", organisation=world.cast.organisation, by=world.cast.priya, at=LATER)
    assert running.record("Halden Freight").anything
    assert running.kept() == [1, 0, 0]


def test_a_touch_voided_by_itself_makes_room_as_well(running: Stage) -> None:
    running.record("Halden Freight")
    touch = running.touches()[0]
    touch.void(by=running.world.cast.priya, at=LATER, reason="It bounced.")
    recount(running.world.session, [touch.account_id])
    assert running.kept() == [0, 0, 0]
    assert list(running.record("Halden Freight").accounts) == running.ids("Halden Freight")
    assert running.kept() == [1, 0, 0]


def test_a_correction_replaces_the_record_and_both_stay(running: Stage) -> None:
    world, first = running.world, running.record("Halden Freight", "Kestrel Foods").record
    assert first is not None
    told = Telling(running.invitation, date(2026, 11, 30), running.ids("Kestrel Foods", "Orbis Pharma"))
    got = correct_and_count(
        first,
        told,
        reason="It left on Monday, and Halden was not in it.",
        organisation=world.cast.organisation,
        by=world.cast.amara,
        at=LATER,
    )
    assert got.record is not None
    assert (got.record.corrects, first.void_reason) == (first, "It left on Monday, and Halden was not in it.")
    assert [(one.account_id, one.day) for one in running.touches()] == [
        (number, date(2026, 11, 30)) for number in running.ids("Kestrel Foods", "Orbis Pharma")
    ]
    assert running.kept() == [0, 0, 0]  # the window was the week of the 27th
    assert running.in_step()


def test_the_database_keeps_records_as_they_were(running: Stage) -> None:
    session = running.world.session
    record = running.record("Halden Freight").record
    assert record is not None
    for sql in (
        "UPDATE play_record SET day = '2026-11-28'",
        "DELETE FROM play_record",
        "DELETE FROM play_touch",
        "UPDATE play_touch SET key = 'x'",
    ):
        with pytest.raises(DatabaseError), session.begin_nested():
            session.execute(text(sql))
    void_and_count(
        record, reason="No.", organisation=running.world.cast.organisation, by=running.world.cast.priya, at=LATER
    )
    session.flush()
    for sql in (
        "UPDATE play_record SET voided_at = NULL, voided_by_id = NULL",
        "UPDATE play_touch SET voided_at = NULL",
    ):
        with pytest.raises(DatabaseError), session.begin_nested():
            session.execute(text(sql))


def test_what_was_not_recorded_counts_in_neither_and_is_listed(running: Stage) -> None:
    world, today = running.world, LATER.date()
    told = plays_told(world.session, running.campaign, today)
    assert [(one.play.what, one.status) for one in told] == [
        ("Invitation", PlayStatus.NOT_RECORDED),
        ("Live session", PlayStatus.PLANNED),
    ]
    span = Span(date(2026, 11, 23), date(2026, 12, 20), today, LATER)
    days = {day for _, day in world.session.execute(planned(span))}
    assert days == {date(2026, 12, 9)}
    assert [one.what for one in unrecorded(world.session, today, world.cast.priya)] == ["Invitation"]
    assert unrecorded(world.session, today, world.cast.amara) == []
    running.record("Halden Freight")
    assert unrecorded(world.session, today) == []
    assert plays_told(world.session, running.campaign, today)[0].accounts == 1


def test_a_play_of_today_counts_once_in_the_pressure(running: Stage) -> None:
    world = running.world
    morning = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
    span = Span(INVITED, INVITED, INVITED, morning)
    halden = running.ids("Halden Freight")[0]
    before = [number for number, _ in world.session.execute(planned(span))]
    running.record("Halden Freight", at=morning)
    after = [number for number, _ in world.session.execute(planned(span))]
    assert set(before) - set(after) == {halden}
    assert overfull(world.session, span) == []


@pytest.mark.parametrize("channel", list(Channel))
def test_every_channel_says_what_both_sides_can_have_done(channel: Channel) -> None:
    for outcome, rule in OUTCOMES[channel].items():
        assert read_kind(f"{channel}/{outcome}", Channel.EMAIL) == (channel, outcome)
        assert read_kind(rule.label.upper(), channel) == (channel, outcome)
    with pytest.raises(RuleBroken, match="no response that is known"):
        read_kind("sang a song", channel)


def test_an_account_that_is_held_out_is_never_offered_and_is_refused_by_name(running: Stage) -> None:
    session = running.world.session
    kestrel = next(one for one in running.campaign.audience if one.account.name == "Kestrel Foods")
    kestrel.held_out = True
    session.flush()
    assert [one.name for one in recordable(session, running.campaign, INVITED)] == ["Halden Freight", "Orbis Pharma"]
    with pytest.raises(RuleBroken, match="Kestrel Foods is held out of Cold chain, on time, so it gets no play of it"):
        running.record("Halden Freight", "Kestrel Foods")
    assert running.touches() == []
    kestrel.ends = LATER - timedelta(days=2)  # two days after the invitation; it is worked from then on
    begun = {"version_id": kestrel.version_id, "tier": 1, "starts": kestrel.ends}
    running.campaign.audience.append(AudienceMember(account_id=kestrel.account_id, **begun))
    session.flush()
    assert len(recordable(session, running.campaign, LATER.date())) == 3
    assert len(recordable(session, running.campaign, INVITED)) == 2
