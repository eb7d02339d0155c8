"""Meetings: those to come, those that wait for a word, a new one, and what became of it."""

from __future__ import annotations

from datetime import datetime

from flask import abort, request, url_for

from abm.accounts.models import Account
from abm.accounts.queries import account_by_slug, active_people
from abm.kit import clock
from abm.kit.db import session
from abm.kit.forms import show_refusal
from abm.kit.rules import RuleBroken, require
from abm.kit.web import Answer, commit, done, page
from abm.outbound.leading import led_by
from abm.outbound.meeting_forms import BOOKED_BY, BookingForm, MeetingForm, OutcomeForm, showing
from abm.outbound.meeting_queries import diary_of, meeting_by_id, meeting_of
from abm.outbound.meetings import Appointment, Meeting, book
from abm.outbound.recounting import count_latest
from abm.outbound.routes import outbound
from abm.people.access import May, may, me, needs
from abm.people.current import organisation
from abm.people.models import User
from abm.touches.kinds import Direction
from abm.touches.logging import log_touch
from abm.touches.models import Touch, hold_account
from abm.touches.queries import touch_by_key, touch_by_public_id
from abm.touches.sides import sides_of

WHOSE = {"me": "Mine", "team": "My team's", "all": "Everybody's"}


@outbound.get("/meetings")
@needs(May.READ)
def meetings() -> Answer:
    """The diary: one's own, that of the people whom one leads, or everybody's."""
    asked = request.args.get("whose", "")
    offered = {name: words for name, words in WHOSE.items() if name != "team" or may(me(), May.LEAD_TEAM)}
    whose = asked if asked in offered else "me"
    people = None if whose == "all" else led_by(session(), me()) if whose == "team" else [me()]
    diary = diary_of(session(), people, at=clock.now())
    return page("outbound/meetings.html", diary=diary, whose=whose, offered=offered)


@outbound.get("/accounts/<slug:slug>/meetings/new")
@needs(May.LOG_TOUCHES)
def new_meeting(slug: str) -> Answer:
    """The form of a meeting, for a booking that is logged or one that is logged with it."""
    account = _account(slug)
    booking = _booking(account, request.args.get("touch", ""))
    if booking is not None and (known := meeting_of(session(), booking)) is not None:
        return done(_address(known))
    owner = booking.logged_by if booking is not None and booking.logged_by.active else me()
    form = BookingForm(formdata=None, touch=booking.public_id if booking else "", owner=owner.public_id)
    if booking is not None and booking.contact is not None:
        form.attendees.data = [booking.contact.standing.public_id]
    return _booking_page(account, form, booking)


@outbound.post("/accounts/<slug:slug>/meetings")
@needs(May.LOG_TOUCHES)
def book_meeting(slug: str) -> Answer:
    """Book a meeting. The same form sent again leads to the meeting that it made."""
    account, form, at = _account(slug), BookingForm(), clock.now()
    form.offer(account, _people())
    booking = _booking(account, form.touch.data or "")
    if not form.validate():
        return _booking_page(account, form, booking, 422)
    try:
        meeting = _booked(account, form, booking, at)
    except RuleBroken as refusal:
        session.rollback()
        show_refusal(form, refusal)
        return _booking_page(_account(slug), form, booking, 409)
    location = _address(meeting)
    commit(location)
    return done(location, message="The meeting stands in the calendar feeds of whoever has it.")


@outbound.get("/meetings/<public:meeting_id>")
@needs(May.READ)
def meeting(meeting_id: str) -> Answer:
    """One meeting, and what may be said of it."""
    found = _meeting(meeting_id)
    return _meeting_page(found, showing(found, _people(found), organisation().time_zone), OutcomeForm(formdata=None))


@outbound.post("/meetings/<public:meeting_id>")
@needs(May.LOG_TOUCHES)
def change_meeting(meeting_id: str) -> Answer:
    """Move it, or say otherwise who comes."""
    found, form = _meeting(meeting_id), MeetingForm()
    form.offer(found.account, _people(found), found.attendees)
    if not form.validate():
        return _meeting_page(found, form, OutcomeForm(formdata=None), 422)
    seen = form.revision.data or ""
    revision = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else 0
    told = form.appointment(found.account, organisation().time_zone)
    try:
        changed = found.change(told, owner=_owner(form), by=me(), at=clock.now(), revision=revision)
    except RuleBroken as refusal:
        session.rollback()
        show_refusal(form, refusal)
        return _meeting_page(_meeting(meeting_id), form, OutcomeForm(formdata=None), 409)
    location = _address(found)
    commit(location)
    return done(location, message="Changed." if changed else "Nothing was different.")


@outbound.post("/meetings/<public:meeting_id>/outcomes")
@needs(May.LOG_TOUCHES)
def close_meeting(meeting_id: str) -> Answer:
    """Say what became of it."""
    found, form, zone = _meeting(meeting_id), OutcomeForm(), organisation().time_zone
    if not form.validate():
        return _meeting_page(found, showing(found, _people(found), zone), form, 422)
    said, note = str(form.outcome.data), form.note.data or ""
    try:
        touch = found.close(said, note, organisation=organisation(), by=me(), at=clock.now())
    except RuleBroken as refusal:
        session.rollback()
        show_refusal(form, refusal)
        found = _meeting(meeting_id)
        return _meeting_page(found, showing(found, _people(found), zone), form, 409)
    location = url_for("desk.account", slug=found.account.slug)
    message = f"{touch.sentence} on {found.account.name}."
    commit(location)
    return done(location, message=message)


def _booked(account: Account, form: BookingForm, booking: Touch | None, at: datetime) -> Meeting:
    """The meeting of a booking that is known, or of one that is logged now. Raises RuleBroken where the meeting of
    that booking is another one by now.
    """
    told, owner = form.appointment(account, organisation().time_zone), _owner(form) or me()
    booking = booking or _logged(account, form, told, at)
    known = meeting_of(session(), booking)
    if known is None:
        return book(booking, told, owner=owner, by=me(), at=at)
    message = f"This meeting has its day already, as {known.subject!r} on {known.starts_at:%-d %b %Y}: change it there."
    require(known.says(told, owner), message)
    return known


def _logged(account: Account, form: BookingForm, told: Appointment, at: datetime) -> Touch:
    """The touch that books it. It is of the moment in which the form was sent first: sent again it is that touch."""
    channel, outcome, _ = BOOKED_BY[form.how.data]
    hold_account(account)
    key = form.client_key.data or ""
    first = touch_by_key(session(), me(), key)
    booking = log_touch(
        account,
        organisation=organisation(),
        by=me(),
        at=at,
        client_key=key,
        side=sides_of(me())[0],
        direction=Direction.OUTBOUND,
        channel=channel,
        outcome=outcome,
        when=first.logged_at if first is not None else at,
        contact=told.attendees[0] if len(told.attendees) == 1 else None,
        note=told.subject,
    )
    count_latest(session(), booking)
    return booking


def _people(meeting: Meeting | None = None) -> list[User]:
    """Who may go: everybody who is here, and who was to go although they have left."""
    here = active_people(session())
    return here if meeting is None or meeting.owner in here else [*here, meeting.owner]


def _owner(form: MeetingForm) -> User | None:
    return next((one for one in _people() if one.public_id == form.owner.data), None)


def _account(slug: str) -> Account:
    return account_by_slug(session(), slug) or abort(404)


def _booking(account: Account, touch_id: str) -> Touch | None:
    """What booked the meeting, where that was logged before."""
    return (touch_by_public_id(session(), account.id, touch_id) or abort(404)) if touch_id else None


def _meeting(meeting_id: str) -> Meeting:
    return meeting_by_id(session(), meeting_id) or abort(404)


def _address(meeting: Meeting) -> str:
    return url_for("outbound.meeting", meeting_id=meeting.public_id)


def _booking_page(account: Account, form: BookingForm, booking: Touch | None, status: int = 200) -> Answer:
    form.offer(account, _people())
    return page("outbound/new_meeting.html", status, account=account, form=form, booking=booking)


def _meeting_page(found: Meeting, form: MeetingForm, outcome: OutcomeForm, status: int = 200) -> Answer:
    """Only an open meeting is changed or closed."""
    is_open = found.result is None and found.booking.voided_at is None
    return page(
        "outbound/meeting.html",
        status,
        meeting=found,
        form=form,
        outcome=outcome,
        may_change=is_open and may(me(), May.LOG_TOUCHES),
        coming=found.starts_at > clock.now(),
    )
