"""Recordings of the same play at once, and of a play on thousands of accounts."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date

from flask import Flask
from sqlalchemy import func, select

from abm.accounts.models import Account
from abm.campaigns.launches import AudienceMember
from abm.campaigns.models import Campaign
from abm.campaigns.recordable import recordable
from abm.campaigns.recording import Telling
from abm.kit.db import db, writing
from abm.outbound.models import Commitment, Credit
from abm.outbound.recording import record_and_count, void_and_count
from abm.people.models import Organisation, User
from abm.people.seats import Side
from abm.targets.models import Membership
from abm.touches.kinds import Channel
from abm.touches.rebuilding import differences
from tests.campaigns.happened import INVITED, LATER, Stage
from tests.campaigns.world import NOW
from tests.counting import statements


def test_two_who_record_at_once_write_it_once(app: Flask, running: Stage) -> None:
    world = running.world
    slug, names = running.campaign.slug, running.ids("Halden Freight", "Kestrel Foods", "Orbis Pharma")
    play, people = running.invitation, (world.cast.priya.id, world.cast.amara.id)
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
    assert len(running.touches()) == 3
    assert running.kept() == [1, 1, 1]


def test_two_thousand_accounts_take_a_bounded_number_of_statements(running: Stage) -> None:
    world, session = running.world, running.world.session
    _two_thousand_more(running)
    everyone = [one.account_id for one in recordable(session, running.campaign, INVITED)]
    begun = time.perf_counter()
    with statements(db.engine) as sent:
        got = running.record(accounts=everyone)
        session.flush()
    took = time.perf_counter() - begun
    assert len(got.accounts) == 2_003
    assert len(sent) <= 60, len(sent)
    assert took < 10, f"{took:.1f} s"
    assert session.scalar(select(func.count(Credit.touch_id))) == 2_003
    assert list(differences(session)) == []
    assert got.record is not None
    with statements(db.engine) as sent:
        void_and_count(got.record, reason="No.", organisation=world.cast.organisation, by=world.cast.priya, at=LATER)
    assert len(sent) <= 60, len(sent)
    assert session.scalar(select(func.count(Credit.touch_id))) == 0


def _two_thousand_more(running: Stage) -> None:
    """Accounts of the list and of the audience, each with its promise."""
    session = running.world.session
    version = running.campaign.approved
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
        AudienceMember(campaign_id=running.campaign.id, account_id=one.id, version_id=version.id, tier=1, starts=NOW)
        for one in many
    )
    session.add_all(_promised(running, one) for one in many)
    session.commit()


def _promised(running: Stage, account: Account) -> Commitment:
    return Commitment(
        source="play",
        source_id=running.invitation,
        account_id=account.id,
        campaign_id=running.campaign.id,
        channel=Channel.EMAIL,
        side=Side.MARKETING,
        wanted=1,
        first_day=date(2026, 11, 26),
        last_day=date(2026, 11, 29),
        why="Invitation",
        made_at=NOW,
    )
