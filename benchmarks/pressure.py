"""Pressure on many accounts at once, and the calendar: campaigns that plan a hundred thousand plays on accounts."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from abm.campaigns.creating import create_campaign
from abm.campaigns.kinds import CampaignState
from abm.campaigns.launches import AudienceMember, Launch
from abm.campaigns.live_plays import LivePlay
from abm.campaigns.outreach import Span, overfull
from abm.kit.clock import Week
from abm.kit.db import session, writing
from abm.people.models import Organisation, User
from abm.touches.kinds import Channel
from benchmarks.company import Company, put
from benchmarks.databases import settle
from benchmarks.installation import Site
from benchmarks.measuring import Ask, Call, Measured, counting

WEEKS = 13
CAMPAIGNS = 20
SHARE = 10  # every campaign works one account in so many, so that each account is worked by two
PLAYS = 5  # of a campaign: 20 campaigns × 1,000 of 10,000 accounts × 5 plays are 100,000
ROUNDS = 20


def plan_plays(site: Site) -> int:
    """Campaigns with plays over the thirteen weeks to come; hands back how many on accounts that makes."""
    with site.app.app_context(), writing():
        for number in range(CAMPAIGNS):
            _campaign(session(), site.company, number)
        session.commit()
        members = select(func.count()).join(LivePlay, LivePlay.campaign_id == AudienceMember.campaign_id)
        ahead = members.select_from(AudienceMember).where(LivePlay.day > site.company.today)
        planned = session.scalar(ahead) or 0
    settle(site.url)
    return planned


def _campaign(session: Session, company: Company, number: int) -> None:
    organisation, priya = session.get_one(Organisation, 1), session.get_one(User, company.cast.priya.id)
    today, at = company.today, company.now
    last = today + timedelta(weeks=WEEKS)
    name = f"Campaign {number}"
    campaign = create_campaign(organisation, name=name, starts_on=today, ends_on=last, by=priya, at=at)
    session.flush()
    campaign.state = CampaignState.LIVE
    version_id = session.scalars(select(Launch.version_id)).first()
    members = [one for one in company.accounts if one % SHARE == number % SHARE]
    put(
        session,
        AudienceMember,
        [_member(campaign.id, one, version_id, organisation.start_of(today)) for one in members],
    )
    days = [today + timedelta(days=(number * 7 + play * 18) % (WEEKS * 7 - 2) + 1) for play in range(PLAYS)]
    put(session, LivePlay, [_play(company, campaign.id, place, day) for place, day in enumerate(days)])


def _member(campaign_id: int, account_id: int, version_id: int | None, starts: object) -> dict[str, object]:
    facts = {"campaign_id": campaign_id, "account_id": account_id, "version_id": version_id}
    return {**facts, "tier": 3, "starts": starts}


def _play(company: Company, campaign_id: int, place: int, day: date) -> dict[str, object]:
    return {
        "campaign_id": campaign_id,
        "play": f"play-{campaign_id}-{place}",
        "channel": Channel.EMAIL,
        "what": f"Letter {place}",
        "day": day,
        "until": company.cast.organisation.end_of(day),
        "changed_at": company.now,
    }


def measure_pressure(site: Site) -> Iterator[str]:
    """Lines of a report: finding every account that is over a cap, ahead of today and around it."""
    today = site.company.today
    for words, first in (("to come", today), ("around today", Week.of(today).plus(-6).monday)):
        span = Span(first, first + timedelta(days=WEEKS * 7 - 1), today, site.company.now)
        times, found = [], 0
        with site.app.app_context(), writing(False):
            overfull(session(), span)
            with counting(site.engine) as statements:
                overfull(session(), span)
            for _ in range(ROUNDS):
                begun = time.perf_counter()
                found = len(overfull(session(), span))
                times.append((time.perf_counter() - begun) * 1000)
        figures = f"{statistics.median(times):.0f} ms (p50), {max(times):.0f} at most, {len(statements)} queries"
        yield f"* Pressure, {WEEKS} weeks {words}: {figures}; {found:,} accounts over a cap"


def calendar_line(measured: Measured, accounts: int) -> str:
    """How long one page of it takes, and what it asks for and sends."""
    times = f"{measured.p50:.0f} ms (p50), {measured.p95:.0f} ms (p95)"
    return f"* Calendar of {accounts:,}: {times}, {measured.queries} queries, {measured.compressed:,} bytes compressed"


def calendar(site: Site) -> list[Call]:
    """The calendar as its readers open it."""
    renata = site.signed_in(site.company.cast.renata).cookie
    week = Week.of(site.company.today).plus(-6)
    path = f"/calendar?week={week}"
    return [Call("Calendar", site.app, lambda: Ask(path), renata)]
