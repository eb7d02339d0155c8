"""The page of the quick log: a line with the answers that were given, what was understood of it, and what is open."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from abm.accounts.models import Account
from abm.accounts.queries import account_by_slug, contact_by_id
from abm.kit import clock
from abm.kit.text import one_line
from abm.outbound.quick_log import NOBODY, Answers, Part, Reading, read
from abm.outbound.quick_log_known import Known, known_for
from abm.outbound.quick_log_what import what_of
from abm.people.models import Organisation, User
from abm.touches.kinds import TouchSide
from abm.touches.logging import KEY_LENGTH, TouchFacts
from abm.touches.models import Touch
from abm.touches.outcomes import OPTED_OUT
from abm.touches.sides import sides_of

LONGEST_LINE = 300
OTHER, NOW = "other", "now"


@dataclass(frozen=True)
class QuickSheet:
    """A line as it was sent and as it was read. `asked` are the parts that its words leave open, answered or not."""

    line: str
    key: str
    moment: datetime  # local: what “now” and “yesterday” are counted from
    sides: tuple[TouchSide, ...]
    side: TouchSide
    asked: tuple[Part, ...] = ()
    reading: Reading | None = None
    answers: Answers = Answers()  # noqa: RUF009 it is frozen
    zone: str = ""

    @property
    def when(self) -> datetime | None:
        """The moment that was understood, as an instant."""
        found = self.reading.when if self.reading else None
        return found.replace(tzinfo=ZoneInfo(self.zone)) if found else None

    @property
    def said(self) -> str:
        """What happened, as people read it."""
        return self.reading.what.label if self.reading and self.reading.what else ""

    @property
    def moments(self) -> list[tuple[str, datetime]]:
        """The moments that there are to choose from: what a field sends, and the instant."""
        found = dict.fromkeys(self.reading.moments if self.reading else ())
        return [(self._sent(one), one.replace(tzinfo=ZoneInfo(self.zone))) for one in found]

    @property
    def chosen_moment(self) -> str:
        """The moment that was chosen, as a field sends it."""
        return self._sent(self.answers.when) if self.answers.when else ""

    def _sent(self, moment: datetime) -> str:
        """Now moves on while somebody writes, so that it has a word of its own."""
        return NOW if moment == self.moment else moment.isoformat()

    @property
    def needs_contact(self) -> bool:
        """Whether it must be somebody: nobody in particular opts out."""
        return bool(self.reading and self.reading.what and self.reading.what.outcome == OPTED_OUT)

    @property
    def is_now(self) -> bool:
        return self.reading is not None and self.reading.when == self.moment

    @property
    def complete(self) -> bool:
        return self.reading is not None and not self.reading.questions

    def facts(self, session: Session, account: Account) -> TouchFacts:
        """What the line says, once it leaves nothing open."""
        reading, when = self.reading, self.when
        if reading is None or reading.what is None or when is None:
            raise TypeError("The line leaves something open.")
        contact = contact_by_id(session, account, reading.contact.id) if reading.contact else None
        return TouchFacts(
            side=self.side,
            direction=reading.what.direction,
            channel=reading.what.channel,
            outcome=reading.what.outcome,
            when=when,
            contact=contact,
            campaign=None,
            note=reading.note,
        )

    def account(self, session: Session) -> Account | None:
        """The account that was understood."""
        found = self.reading.account if self.reading else None
        return account_by_slug(session, found.slug) if found else None


def quick_sheet(
    session: Session, sent: Mapping[str, str], *, by: User, organisation: Organisation, at: datetime
) -> QuickSheet:
    """Read what was sent. An answer counts as long as the line leaves its part open and offers it."""
    line = one_line(sent.get("line", "")[: 4 * LONGEST_LINE])[:LONGEST_LINE]
    key = sent.get("client_key", "")[:KEY_LENGTH] or uuid.uuid4().hex
    now = clock.local(at, organisation.time_zone).replace(tzinfo=None, microsecond=0)
    sides = sides_of(by)
    side = next((one for one in sides if one == sent.get("side")), sides[0])
    moment = _moment(session, sent.get("moment", ""), key, by=by, now=now)
    sheet = QuickSheet(line, key, moment, sides, side, zone=organisation.time_zone)
    if not line:
        return sheet
    known = known_for(session, line, by=by, day=now.date(), chosen=one_line(sent.get("account", "")[:80]))
    asked, answers, reading = _asked(line, known, moment, sent)
    return replace(sheet, asked=asked, answers=answers, reading=reading)


def _moment(session: Session, sent: str, key: str, *, by: User, now: datetime) -> datetime:
    """From when the line is: the page says it, so that the same form sent twice says the same.

    A page of another day is out of date, unless its touch was logged already.
    """
    moment = local_moment(sent)
    if moment is None or moment > now + timedelta(minutes=2):
        return now
    if moment.date() == now.date():
        return moment
    logged = session.scalar(select(Touch.id).where(Touch.logged_by_id == by.id, Touch.client_key == key))
    return now if logged is None else moment


def local_moment(text: str) -> datetime | None:
    """A day and a time as a field sends them; None for anything else."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is None and 2000 <= moment.year <= 2100 else None


def _asked(
    line: str, known: Known, moment: datetime, sent: Mapping[str, str]
) -> tuple[tuple[Part, ...], Answers, Reading]:
    """Put the questions one after the other, since the answer to one may raise or settle the next."""
    answers, asked = Answers(), list[Part]()
    reading = _read(line, known, moment, answers)
    for part in Part:
        if part not in reading.questions:
            continue
        asked.append(part)
        answered = _answered(part, reading, answers, sent, moment)
        if answered != answers:
            offered = {name: getattr(reading, name) for name in ("accounts", "whats", "contacts", "moments")}
            answers = answered
            reading = _offering(_read(line, known, moment, answers), offered)
    return tuple(asked), answers, reading


def _offering(reading: Reading, offered: Mapping[str, tuple[object, ...]]) -> Reading:
    """Keep what there was to choose from, so that an answer can be changed."""
    kept = {name: choices for name, choices in offered.items() if choices and not getattr(reading, name)}
    return replace(reading, **kept)  # type: ignore[arg-type] # each from the same field


def _read(line: str, known: Known, moment: datetime, answers: Answers) -> Reading:
    return read(line, accounts=known.accounts, contacts=known.contacts, now=moment, answers=answers)


def _answered(part: Part, reading: Reading, answers: Answers, sent: Mapping[str, str], now: datetime) -> Answers:
    """The answers with that of one part, where it is among what is offered."""
    said = sent.get(part, "")
    if part is Part.ACCOUNT and said in {one.slug for one in reading.accounts}:
        return replace(answers, account=said)
    if part is Part.WHAT and (what := what_of(said)) in reading.whats:
        return replace(answers, what=what)
    if part is Part.CONTACT and said in {NOBODY, *(one.id for one in reading.contacts)}:
        return replace(answers, contact=said)
    if part is Part.WHEN:
        written = sent.get("other", "") if said in {"", OTHER} else said
        return replace(answers, when=now if said == NOW else local_moment(written))
    return answers
