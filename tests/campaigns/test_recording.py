"""A play that happened: counted once, on whom it may be recorded, taken back, and who responded."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import cast

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import DatabaseError, IntegrityError

from abm.accounts.contacts import add_contact
from abm.accounts.models import Account
from abm.campaigns.launches import AudienceMember
from abm.campaigns.models import Campaign
from abm.campaigns.outreach import Span, overfull, planned
from abm.campaigns.play_records import PlayTouch
from abm.campaigns.reactions import Reaction, read_kind
from abm.campaigns.recordable import recordable
from abm.campaigns.recorded import PlayStatus, plays_told, unrecorded
from abm.campaigns.recording import Recorded, Telling
from abm.kit.db import db, writing
from abm.kit.rules import RuleBroken
from abm.outbound.models import Commitment, Credit
from abm.outbound.queries import promised
from abm.outbound.recording import correct_and_count, record_and_count, void_and_count
from abm.outbound.recounting import recount
from abm.people.models import Organisation, User
from abm.people.seats import Side
from abm.targets.models import Membership
from abm.touches.kinds import Channel, Direction, OutcomeClass, TouchSide
from abm.touches.logging import log_touch, rollups_equal_facts
from abm.touches.models import Rollup, Touch
from abm.touches.outcomes import OUTCOMES
from tests.campaigns.world import NOW, World
from tests.counting import statements

INVITED = date(2026, 11, 27)  # the day of the first play, an e-mail
LATER = datetime(2026, 12, 1, 10, 0, tzinfo=UTC)  # a Tuesday: the invitation is four days old


@dataclass
class Stage:
    """A live campaign on the three accounts of tier 1, on 1 December."""

    world: World
    campaign: Campaign

    @property
    def invitation(self) -> str:
        return self.campaign.live_plays[0].play

    def ids(self, *names: str) -> list[int]:
        return [self.world.accounts[name].id for name in names]

    def record(self, *names: str, by: User | None = None, at: datetime = LATER, **told: object) -> Recorded:
        facts = {"play": self.invitation, "day": INVITED, "accounts": self.ids(*names), **told}
        return record_and_count(
            self.campaign,
            Telling(**facts),
            organisation=self.world.cast.organisation,
            by=by or self.world.cast.priya,
            at=at,
        )

    def touches(self, direction: Direction = Direction.OUTBOUND) -> list[Touch]:
        asked = select(Touch).where(Touch.direction == direction, Touch.voided_at.is_(None)).order_by(Touch.id)
        return list(self.world.session.scalars(asked))

    def kept(self) -> list[int]:
        """How much of each commitment of the invitation is done, by account."""
        own = Commitment.source_id == self.invitation
        rows = promised(self.world.session, LATER.date(), own)
        return [one.done for one in sorted(rows, key=lambda one: one.commitment.account_id)]

    def credits(self) -> set[tuple[int, int]]:
        rows = self.world.session.execute(select(Credit.touch_id, Credit.commitment_id))
        return {(row.touch_id, row.commitment_id) for row in rows}

    def in_step(self) -> bool:
        """Whether rollups and credits say what plain recomputation says."""
        session = self.world.session
        before = self.credits()
        recount(session, list(session.scalars(select(Account.id))))
        return before == self.credits() and rollups_equal_facts(session)


def logged(stage: Stage, name: str) -> Touch:
    """A call that Tomás logged by himself."""
    cast = stage.world.cast
    return log_touch(
        stage.world.accounts[name],
        organisation=cast.organisation,
        by=cast.tomas,
        at=LATER,
        client_key="a call",
        side=TouchSide.SALES,
        direction=Direction.OUTBOUND,
        channel=Channel.CALL,
        outcome="voicemail",
        when=LATER,
    )


@pytest.fixture
def stage(world: World) -> Iterator[Stage]:
    campaign = world.approved()
    world.launch(campaign)
    world.session.flush()
    with time_machine.travel(LATER, tick=False):
        yield Stage(world, campaign)


def test_a_play_is_one_touch_per_account_and_keeps_what_was_promised(stage: Stage) -> None:
    got = stage.record("Halden Freight", "Kestrel Foods", note="With the winter map.")
    assert got.record is not None
    assert (got.record.accounts, got.record.responses, got.record.source) == (2, 0, "form")
    touches = stage.touches()
    assert [(one.account_id, one.side, one.channel, one.outcome, one.day, one.campaign_id) for one in touches] == [
        (number, "marketing", Channel.EMAIL, "sent", INVITED, stage.campaign.id)
        for number in stage.ids("Halden Freight", "Kestrel Foods")
    ]
    assert stage.kept() == [1, 1, 0]
    assert stage.in_step()
    rows = stage.world.session.scalars(select(Rollup).where(Rollup.touches > 0)).all()
    assert [(row.week, row.touches, row.outcome_class) for row in rows] == [
        ("2026-w48", 1, OutcomeClass.NO_RESPONSE)
    ] * 2


def test_the_same_play_twice_is_recorded_once_whoever_says_so(stage: Stage) -> None:
    first = stage.record("Halden Freight")
    again = stage.record("Halden Freight", by=stage.world.cast.amara)
    more = stage.record("Halden Freight", "Orbis Pharma", by=stage.world.cast.amara)
    assert (again.anything, again.known, again.record) == (False, 1, first.record)
    assert (more.known, list(more.accounts)) == (1, stage.ids("Orbis Pharma"))
    assert len(stage.touches()) == 2
    session = stage.world.session
    key = session.scalars(select(PlayTouch.key).order_by(PlayTouch.touch_id)).first()
    stray = logged(stage, "Halden Freight")
    assert more.record is not None
    row = {"touch_id": stray.id, "record_id": more.record.id, "key": key, "reaction": False}
    with pytest.raises(IntegrityError, match=r"ix_play_touch_once|play_touch\.key"), session.begin_nested():
        session.execute(insert(PlayTouch), [row])


def test_who_responded_stands_in_the_other_direction(stage: Stage) -> None:
    world = stage.world
    halden = world.accounts["Halden Freight"]
    mira = add_contact(halden, name="Mira Lund", email="mira@halden.example", by=world.cast.wen, at=NOW)
    world.session.flush()
    said = Reaction(halden.id, Channel.EMAIL, "replied", date(2026, 11, 30), mira.id)
    opted = Reaction(halden.id, Channel.EMAIL, "opted out", date(2026, 12, 1), mira.id)
    got = stage.record("Halden Freight", reactions=[said])
    assert (got.reactions, got.record and got.record.responses) == (1, 1)
    reply = stage.touches(Direction.INBOUND)[0]
    assert (reply.contact_id, reply.outcome, reply.day, reply.side) == (mira.id, "replied", said.day, "marketing")
    assert stage.kept() == [1, 0, 0]
    later = stage.record(reactions=[said, opted])
    assert (later.accounts, later.known_reactions, later.reactions) == ([], 1, 1)
    assert mira.opted_out == {"email": "2026-12-01"}
    assert stage.in_step()


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
def test_what_cannot_have_been_so_is_refused(stage: Stage, told: dict[str, object], sentence: str) -> None:
    facts = {"accounts": ["Halden Freight"], **told}
    facts["accounts"] = stage.ids(*cast("list[str]", facts["accounts"]))
    with pytest.raises(RuleBroken, match=sentence):
        stage.record(**facts)
    assert stage.touches() == []


def test_responses_that_cannot_have_been_so_are_refused(stage: Stage) -> None:
    halden, kestrel = stage.ids("Halden Freight", "Kestrel Foods")
    stranger = add_contact(stage.world.accounts["Kestrel Foods"], name="Kim", by=stage.world.cast.wen, at=NOW)
    stage.world.session.flush()
    for said, sentence in (
        (Reaction(kestrel, Channel.EMAIL, "replied", INVITED), "not recorded for Kestrel Foods"),
        (Reaction(halden, Channel.EMAIL, "replied", INVITED - timedelta(days=1)), "before the play"),
        (Reaction(halden, Channel.EMAIL, "replied", LATER.date() + timedelta(days=1)), "to come"),
        (Reaction(halden, Channel.EMAIL, "replied", INVITED, stranger.id), "no contact of the account"),
        (Reaction(halden, Channel.EMAIL, "sent", INVITED), "no response"),
        (Reaction(halden, Channel.EMAIL, "opted out", INVITED), "Name who opted out"),
    ):
        with pytest.raises(RuleBroken, match=sentence):
            stage.record("Halden Freight", reactions=[said])


def test_accounts_that_left_or_are_to_be_left_alone_are_not_offered(stage: Stage) -> None:
    world = stage.world
    world.accounts["Kestrel Foods"].leave_alone("Litigation", until=None, by=world.cast.wen, at=NOW)
    world.leaves_the_list("Orbis Pharma", at=LATER - timedelta(days=3))  # on the day after the invitation
    world.session.flush()
    on_the_day = [one.name for one in recordable(world.session, stage.campaign, INVITED)]
    today = [one.name for one in recordable(world.session, stage.campaign, LATER.date())]
    assert (on_the_day, today) == (["Halden Freight", "Orbis Pharma"], ["Halden Freight"])
    with pytest.raises(RuleBroken, match="Kestrel Foods is marked “do not approach”"):
        stage.record("Halden Freight", "Kestrel Foods")
    assert stage.record("Orbis Pharma").anything


def test_a_campaign_that_is_paused_or_over_tells_what_happened_and_a_draft_nothing(stage: Stage) -> None:
    world, priya = stage.world, stage.world.cast.priya
    stage.campaign.pause(by=priya, at=LATER)
    assert stage.record("Halden Freight").anything
    stage.campaign.complete(keep="All.", retire="Nothing.", by=priya, at=LATER)
    world.session.flush()
    assert stage.record("Kestrel Foods").anything
    with time_machine.travel(LATER + timedelta(days=2)), pytest.raises(RuleBroken, match="not in the audience"):
        stage.record("Orbis Pharma", day=LATER.date() + timedelta(days=1), at=LATER + timedelta(days=2))
    draft = world.draft("Never launched")
    with pytest.raises(RuleBroken, match="no such play"):
        record_and_count(
            draft,
            Telling(draft.plays[0].public_id, INVITED, stage.ids("Halden Freight")),
            organisation=world.cast.organisation,
            by=priya,
            at=LATER,
        )


def test_voiding_takes_all_of_it_back_and_makes_room(stage: Stage) -> None:
    world = stage.world
    halden = stage.ids("Halden Freight")[0]
    got = stage.record(
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
    assert (stage.touches(), stage.touches(Direction.INBOUND), stage.kept()) == ([], [], [0, 0, 0])
    assert stage.in_step()
    assert world.session.scalar(select(func.count(Touch.id))) == 3  # they stay in the history
    with pytest.raises(RuleBroken, match="voided already"):
        void_and_count(got.record, reason="Again.", organisation=world.cast.organisation, by=world.cast.priya, at=LATER)
    assert stage.record("Halden Freight").anything
    assert stage.kept() == [1, 0, 0]


def test_a_touch_voided_by_itself_makes_room_as_well(stage: Stage) -> None:
    stage.record("Halden Freight")
    touch = stage.touches()[0]
    touch.void(by=stage.world.cast.priya, at=LATER, reason="It bounced.")
    recount(stage.world.session, [touch.account_id])
    assert stage.kept() == [0, 0, 0]
    assert list(stage.record("Halden Freight").accounts) == stage.ids("Halden Freight")
    assert stage.kept() == [1, 0, 0]


def test_a_correction_replaces_the_record_and_both_stay(stage: Stage) -> None:
    world, first = stage.world, stage.record("Halden Freight", "Kestrel Foods").record
    assert first is not None
    told = Telling(stage.invitation, date(2026, 11, 30), stage.ids("Kestrel Foods", "Orbis Pharma"))
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
    assert [(one.account_id, one.day) for one in stage.touches()] == [
        (number, date(2026, 11, 30)) for number in stage.ids("Kestrel Foods", "Orbis Pharma")
    ]
    assert stage.kept() == [0, 0, 0]  # the window was the week of the 27th
    assert stage.in_step()


def test_the_database_keeps_records_as_they_were(stage: Stage) -> None:
    session = stage.world.session
    record = stage.record("Halden Freight").record
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
        record, reason="No.", organisation=stage.world.cast.organisation, by=stage.world.cast.priya, at=LATER
    )
    session.flush()
    for sql in (
        "UPDATE play_record SET voided_at = NULL, voided_by_id = NULL",
        "UPDATE play_touch SET voided_at = NULL",
    ):
        with pytest.raises(DatabaseError), session.begin_nested():
            session.execute(text(sql))


def test_what_was_not_recorded_counts_in_neither_and_is_listed(stage: Stage) -> None:
    world, today = stage.world, LATER.date()
    told = plays_told(world.session, stage.campaign, today)
    assert [(one.play.what, one.status) for one in told] == [
        ("Invitation", PlayStatus.NOT_RECORDED),
        ("Live session", PlayStatus.PLANNED),
    ]
    span = Span(date(2026, 11, 23), date(2026, 12, 20), today, LATER)
    days = {day for _, day in world.session.execute(planned(span))}
    assert days == {date(2026, 12, 9)}
    assert [one.what for one in unrecorded(world.session, today, world.cast.priya)] == ["Invitation"]
    assert unrecorded(world.session, today, world.cast.amara) == []
    stage.record("Halden Freight")
    assert unrecorded(world.session, today) == []
    assert plays_told(world.session, stage.campaign, today)[0].accounts == 1


def test_a_play_of_today_counts_once_in_the_pressure(stage: Stage) -> None:
    world = stage.world
    morning = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
    span = Span(INVITED, INVITED, INVITED, morning)
    halden = stage.ids("Halden Freight")[0]
    before = [number for number, _ in world.session.execute(planned(span))]
    stage.record("Halden Freight", at=morning)
    after = [number for number, _ in world.session.execute(planned(span))]
    assert set(before) - set(after) == {halden}
    assert overfull(world.session, span) == []


def test_two_who_record_at_once_write_it_once(app: Flask, stage: Stage) -> None:
    world = stage.world
    slug, names = stage.campaign.slug, stage.ids("Halden Freight", "Kestrel Foods", "Orbis Pharma")
    play, people = stage.invitation, (world.cast.priya.id, world.cast.amara.id)
    world.session.commit()

    def record(user_id: int) -> int:
        with app.app_context(), writing() as session:
            campaign = session.scalars(select(Campaign).where(Campaign.slug == slug)).one()
            got = record_and_count(
                campaign,
                Telling(play, INVITED, names),
                organisation=session.get_one(Organisation, 1),
                by=session.get_one(User, user_id),
                at=LATER,
            )
            session.commit()
            return len(got.accounts)

    with ThreadPoolExecutor(4) as pool:
        written = list(pool.map(record, people * 2))
    world.session.rollback()
    assert sorted(written) == [0, 0, 0, 3]
    assert len(stage.touches()) == 3
    assert stage.kept() == [1, 1, 1]


def test_two_thousand_accounts_take_a_bounded_number_of_statements(stage: Stage) -> None:
    world, session = stage.world, stage.world.session
    version = stage.campaign.approved
    signed = session.scalars(select(Membership).limit(1)).one()
    assert version is not None
    many = [Account(name=f"Firm {n}", normal_name=f"firm {n}", slug=f"firm-{n}", created_at=NOW) for n in range(2_000)]
    session.add_all(many)
    session.flush()
    session.add_all(
        Membership(
            list_id=signed.list_id,
            account_id=one.id,
            with_children=False,
            tier=1,
            motion=signed.motion,
            starts=signed.starts,
            ends=signed.ends,
            version_id=signed.version_id,
            carried=False,
        )
        for one in many
    )
    session.add_all(
        AudienceMember(campaign_id=stage.campaign.id, account_id=one.id, version_id=version.id, tier=1, starts=NOW)
        for one in many
    )
    session.add_all(
        Commitment(
            source="play",
            source_id=stage.invitation,
            account_id=one.id,
            campaign_id=stage.campaign.id,
            channel=Channel.EMAIL,
            side=Side.MARKETING,
            wanted=1,
            first_day=date(2026, 11, 26),
            last_day=date(2026, 11, 29),
            why="Invitation",
            made_at=NOW,
        )
        for one in many
    )
    session.commit()
    everyone = [one.account_id for one in recordable(session, stage.campaign, INVITED)]
    begun = time.perf_counter()
    with statements(db.engine) as sent:
        got = stage.record(accounts=everyone)
        session.flush()
    took = time.perf_counter() - begun
    assert len(got.accounts) == 2_003
    assert len(sent) <= 60, len(sent)
    assert took < 10, f"{took:.1f} s"
    assert session.scalar(select(func.count(Credit.touch_id))) == 2_003
    assert rollups_equal_facts(session)
    assert got.record is not None
    with statements(db.engine) as sent:
        void_and_count(got.record, reason="No.", organisation=world.cast.organisation, by=world.cast.priya, at=LATER)
    assert len(sent) <= 60, len(sent)
    assert session.scalar(select(func.count(Credit.touch_id))) == 0


@pytest.mark.parametrize("channel", list(Channel))
def test_every_channel_says_what_both_sides_can_have_done(channel: Channel) -> None:
    for outcome, rule in OUTCOMES[channel].items():
        assert read_kind(f"{channel}/{outcome}", Channel.EMAIL) == (channel, outcome)
        assert read_kind(rule.label.upper(), channel) == (channel, outcome)
    with pytest.raises(RuleBroken, match="no response that is known"):
        read_kind("sang a song", channel)
