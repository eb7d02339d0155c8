"""The work on one account as its page shows it: what each side owes, what both did week by week, and the log form."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby

from flask import url_for
from sqlalchemy.orm import Session

from abm.accounts.models import Account
from abm.kit.clock import Week
from abm.kit.filters import weekday
from abm.kit.text import shortened
from abm.outbound.judging import Views, judgements_on, views_of
from abm.outbound.meeting_queries import meetings_on
from abm.outbound.meetings import Meeting
from abm.outbound.queries import Promised, on_account
from abm.outbound.touch_form import TouchSheet, log_sheet
from abm.people.models import Organisation, User
from abm.people.seats import Side
from abm.touches.kinds import Direction, TouchSide
from abm.touches.models import Touch
from abm.touches.queries import TIMELINE, timeline


@dataclass(frozen=True)
class LaneEntry:
    """A touch in the timeline: filled where we reached out, hollow where they came to us."""

    text: str
    when: str
    hollow: bool
    href: str


@dataclass(frozen=True)
class WeekLanes:
    """What happened in a week, on Marketing's side and on Sales'; partners stand with Sales."""

    label: str
    marketing: list[LaneEntry] = field(default_factory=list)
    sales: list[LaneEntry] = field(default_factory=list)


@dataclass(frozen=True)
class AccountWork:
    """Everything that changes on an account's page when a touch is logged."""

    account: Account
    promised: dict[Side, list[Promised]]
    weeks: list[WeekLanes]
    views: Views
    older: str | None  # the address of what happened before
    sheet: TouchSheet | None  # None for somebody who may not log
    meetings: Sequence[Meeting]  # to come, and those that wait for a word


def work_on(
    session: Session,
    account: Account,
    *,
    by: User,
    organisation: Organisation,
    at: datetime,
    may_log: bool,
    fresh: bool = False,
) -> AccountWork:
    """The account's work on the day of `at`, in at most seven queries; `fresh` with an empty form."""
    open_ones = on_account(session, account.id, organisation.today(at))
    touches = timeline(session, account.id, limit=TIMELINE + 1)
    sheet = None
    if may_log:
        sheet = log_sheet(session, account, by=by, organisation=organisation, at=at, place="account", fresh=fresh)
    return AccountWork(
        account=account,
        promised={side: [one for one in open_ones if one.commitment.side is side] for side in Side},
        weeks=list(weeks_of(touches[:TIMELINE], account.slug)),
        views=views_of(judgements_on(session, account.id), Week.of(organisation.today(at))),
        older=older_than(touches, account.slug),
        sheet=sheet,
        meetings=meetings_on(session, account.id),
    )


def weeks_of(touches: Sequence[Touch], slug: str) -> Iterator[WeekLanes]:
    """Touches, newest first, week by week in two lanes."""
    for week, of_week in groupby(touches, lambda touch: Week.of(touch.day)):
        lanes = WeekLanes(label=f"Week {week.number}")
        for touch in of_week:
            lane = lanes.marketing if touch.side is TouchSide.MARKETING else lanes.sales
            lane.append(_entry(touch, slug))
        yield lanes


def older_than(touches: Sequence[Touch], slug: str) -> str | None:
    """Where the timeline goes on, given one touch more than a page shows."""
    if len(touches) <= TIMELINE:
        return None
    return url_for("outbound.touches", slug=slug, before=touches[TIMELINE - 1].public_id)


def _entry(touch: Touch, slug: str) -> LaneEntry:
    text = touch.sentence
    if touch.contact is not None:
        text += f", {touch.contact.standing.name}"
    if touch.side is TouchSide.PARTNER:
        text = f"Partner, {text[0].lower()}{text[1:]}"
    if touch.side is TouchSide.MARKETING and touch.campaign_id is not None and touch.note:
        text += f" — {shortened(touch.note)}"  # the play, or the one that they responded to
    if touch.voided_at is not None:
        text += " (voided)"
    return LaneEntry(
        text=text,
        when=weekday(touch.day),
        hollow=touch.direction is Direction.INBOUND,
        href=url_for("outbound.touch", slug=slug, touch_id=touch.public_id),
    )
