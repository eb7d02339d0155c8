"""What calendar programs read: a person's own plays, asks, reviews and meetings, or all plays (RFC 5545)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import url_for
from icalendar import Calendar, Event
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from abm.agreement.models import Standing, StandingSignature, State, Version, Voice
from abm.campaigns.kinds import RUNNING
from abm.campaigns.live_plays import LivePlay
from abm.campaigns.models import Campaign
from abm.campaigns.reviews import manager_voice
from abm.outbound.meeting_queries import meetings_of
from abm.outbound.meetings import Meeting
from abm.outbound.models import Commitment
from abm.outbound.queries import ends_on
from abm.people.feeds import FeedKind
from abm.people.models import Organisation, User
from abm.people.seats import Side

KEPT = timedelta(weeks=13)  # how far back a feed tells


@dataclass(frozen=True)
class Entry:
    """An event, all day unless it has hours. `key` never changes; `moves`: how often it was told otherwise."""

    key: str
    day: date
    summary: str
    description: str
    href: str
    changed_at: datetime
    moves: int = 0
    hours: tuple[datetime, datetime] | None = None  # from when to when, where it does not take the whole day
    cancelled: bool = False


def feed_text(session: Session, user: User, kind: FeedKind, *, organisation: Organisation, at: datetime) -> bytes:
    """The whole feed, as it is sent."""
    since = organisation.today(at) - KEPT
    entries = list(_plays(session, since, None if kind is FeedKind.ALL else user))
    if kind is FeedKind.MINE:
        begun = organisation.start_of(since)
        entries += [*_asks(session, user, since, organisation), *_reviews(session, user)]
        entries += [_meeting(one, organisation) for one in meetings_of(session, user, since=begun)]
    name = organisation.name if kind is FeedKind.ALL else user.name
    return _written(f"{kind.label}, {name}", sorted(entries, key=lambda one: (one.day, one.key)))


def _plays(session: Session, since: date, owner: User | None) -> Iterator[Entry]:
    """The plays of live campaigns; of one owner where named."""
    statement = (
        select(LivePlay, Campaign.name, Campaign.slug, User.name)
        .join(Campaign, Campaign.id == LivePlay.campaign_id)
        .join(User, User.id == Campaign.owner_id)
        .where(Campaign.state.in_(RUNNING), LivePlay.day >= since)
    )
    if owner is not None:
        statement = statement.where(Campaign.owner_id == owner.id)
    for play, campaign, slug, who in session.execute(statement):
        yield Entry(
            key=f"play-{play.play}",
            day=play.day,
            summary=f"{play.channel.label}: {play.what} ({campaign})",
            description=f"A play of {campaign}. {who} answers for it.",
            href=url_for("campaigns.show", slug=slug, _external=True),
            changed_at=play.changed_at,
            moves=play.moves,
        )


def _asks(session: Session, user: User, since: date, organisation: Organisation) -> Iterator[Entry]:
    """What a person promised for Sales, campaign by campaign and day by day."""
    asked = (
        select(ends_on, Commitment.why, Campaign.public_id, Campaign.slug, func.max(Commitment.made_at))
        .add_columns(func.count(), func.sum(Commitment.wanted))
        .outerjoin(Campaign, Campaign.id == Commitment.campaign_id)
        .where(Commitment.person_id == user.id, Commitment.side == Side.SALES, Commitment.closed_on.is_(None))
        .where(ends_on >= since)
        .group_by(ends_on, Commitment.why, Campaign.public_id, Campaign.slug)
    )
    for day, why, campaign, slug, made_at, accounts, touches in session.execute(asked):
        number = f"{accounts} account{'s' * (accounts != 1)}"
        yield Entry(
            key="asks-" + hashlib.sha256(f"{user.public_id}/{campaign}/{why}/{day}".encode()).hexdigest()[:24],
            day=day,
            summary=f"Due: {why} ({number})",
            description=f"{touches} touches on {number}, by {day.isoformat()}.",
            href=url_for("outbound.commitments", by="me", _external=True)
            if slug is None
            else url_for("outbound.commitments", campaign=slug, by="me", _external=True),
            changed_at=made_at or organisation.created_at,
        )


def _meeting(one: Meeting, organisation: Organisation) -> Entry:
    """A meeting that this person holds; one that was cancelled stays, as such, so that programs take it out."""
    return Entry(
        key=f"meeting-{one.public_id}",
        day=organisation.today(one.starts_at),
        summary=f"{one.account.name}: {one.subject}",
        description=f"With {one.who}.",
        href=url_for("outbound.meeting", meeting_id=one.public_id, _external=True),
        changed_at=one.changed_at,
        moves=one.moves,
        hours=(one.starts_at, one.ends_at),
        cancelled=one.result is not None and one.result.outcome == "cancelled",
    )


def _reviews(session: Session, user: User) -> Iterator[Entry]:
    """The plans whose approval waits for this manager, on the day before the campaign begins."""
    signed = select(StandingSignature.id).where(
        StandingSignature.version_id == Version.id, StandingSignature.voice == Voice.voice
    )
    waiting = (
        select(Campaign, Version.number, Version.proposed_at)
        .join(Version, Version.document_id == Campaign.document_id)
        .join(Standing, Standing.version_id == Version.id)
        .join(Voice, Voice.version_id == Version.id)
        .where(Standing.state == State.OPEN, Voice.voice == manager_voice(user.public_id), ~signed.exists())
    )
    for campaign, number, proposed_at in session.execute(waiting):
        yield Entry(
            key=f"review-{campaign.public_id}-{number}",
            day=campaign.starts_on - timedelta(days=1),
            summary=f"Sales review: {campaign.name}, version {number}",
            description=f"Waits for you before the campaign begins on {campaign.starts_on.isoformat()}.",
            href=url_for("campaigns.review", slug=campaign.slug, _external=True),
            changed_at=proposed_at,
        )


def _written(name: str, entries: Sequence[Entry]) -> bytes:
    """The entries in the format of calendar programs; escaping and folding are the library's."""
    calendar = Calendar()
    calendar.add("prodid", "-//Accountable//Calendar//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", timedelta(hours=1), parameters={"VALUE": "DURATION"})
    for entry in entries:
        event = Event()
        event.add("uid", f"{entry.key}@accountable")
        event.add("dtstamp", entry.changed_at)
        event.add("last-modified", entry.changed_at)
        event.add("sequence", entry.moves)
        event.add("dtstart", entry.hours[0] if entry.hours else entry.day)
        event.add("dtend", entry.hours[1] if entry.hours else entry.day + timedelta(days=1))
        event.add("summary", entry.summary)
        event.add("description", entry.description)
        event.add("url", entry.href)
        event.add("transp", "OPAQUE" if entry.hours else "TRANSPARENT")
        if entry.cancelled:
            event.add("status", "CANCELLED")
        calendar.add_component(event)
    return bytes(calendar.to_ical())
