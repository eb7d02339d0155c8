"""What happened to a campaign, in words: read from the events that every change leaves behind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from abm.audit.models import Event
from abm.campaigns.kinds import Section
from abm.campaigns.models import Campaign
from abm.campaigns.plan import named
from abm.people.models import User
from abm.people.seats import Side

SHOWN = 60
SENTENCES = {
    "created": (Side.MARKETING, "began the draft{origin}"),
    "adopted": (Side.MARKETING, "took it in as adopted: it ran before"),
    "grew": (Side.MARKETING, "made a template of it"),
    "changed": (Side.MARKETING, "changed {sections}{cost}"),
    "moved a play": (Side.MARKETING, "moved “{what}” to {day}: {reason}"),
    "submitted": (Side.MARKETING, "submitted version {version} with {accounts} accounts"),
    "withdrawn": (Side.MARKETING, "took version {version} back out of its review"),
    "answered": (Side.MARKETING, "answered on {sections}"),
    "launched": (Side.MARKETING, "launched version {version} on {accounts} accounts"),
    "paused": (Side.MARKETING, "paused it"),
    "resumed": (Side.MARKETING, "let it go on"),
    "completed": (Side.MARKETING, "completed it"),
    "cancelled": (Side.MARKETING, "cancelled it"),
    "commented": (Side.SALES, "commented on {sections} of version {version}"),
    "change requested": (Side.SALES, "asked for a change to {sections} of version {version}"),
    "suggested": (Side.SALES, "suggested a wording of {sections} of version {version}"),
    "reviewed": (Side.SALES, "finished a review of version {version}: {done}"),
    "applied": (Side.MARKETING, "took up {who}'s wording of {sections}"),
    "put aside": (Side.MARKETING, "put {who}'s wording of {sections} aside"),
    "reopened": (Side.SALES, "reopened a change to {sections}"),
    "erratum": (Side.MARKETING, "corrected a slip in {sections} of version {version}: “{wrong}” reads “{right}”"),
    "erratum struck": (Side.SALES, "objected to a correction in {sections} of version {version}"),
    "reminded": (Side.MARKETING, "reminded {who}"),
    "settled": (Side.SALES, "settled a change to {sections}"),
    "approved": (Side.SALES, "approved version {version}"),
}
COST = ": the approval of version {version} covers only what was before"


@dataclass(frozen=True)
class Happened:
    """One line of the history, newest first."""

    at: datetime
    who: str
    side: Side
    text: str


def history(session: Session, campaign: Campaign) -> list[Happened]:
    """The last things that happened, edits that follow each other in one line, with one query."""
    rows = session.execute(
        select(Event, User.name)
        .join(User, User.id == Event.actor_id)
        .where(Event.subject == Campaign.__tablename__, Event.subject_id == campaign.id, Event.verb.in_(SENTENCES))
        .order_by(Event.id.desc())
        .limit(SHOWN)
    )
    return list(_told((event, name) for event, name in rows))


def _told(rows: Iterable[tuple[Event, str]]) -> Iterator[Happened]:
    for (_, who), lines in groupby(rows, key=_together):
        events = [event for event, _ in lines]
        side, sentence = SENTENCES[events[0].verb]
        facts = {name: value for event in events for name, value in event.after.items()}
        yield Happened(events[0].at, who, side, sentence.format(**_words(events, facts)))


def _together(row: tuple[Event, str]) -> tuple[object, str]:
    """Edits of one person on one day stand in one line; everything else in its own."""
    event, who = row
    return (event.at.date() if event.verb == "changed" else event.id), who


def _words(events: list[Event], facts: dict[str, Any]) -> dict[str, object]:
    touched = {event.after.get("section") for event in events}
    cost = facts.get("costs_approval_of")
    return {
        "sections": named([section for section in Section if section in touched]),
        "cost": COST.format(version=cost) if cost else "",
        "version": facts.get("version"),
        "accounts": facts.get("accounts"),
        "origin": f" from {facts['origin']}" if facts.get("origin") else "",
        **{name: facts.get(name) for name in ("what", "day", "reason", "who", "done", "wrong", "right")},
    }
