"""The two seats: who holds them, under which title, who stands in, and what one seat hears of the other."""

from __future__ import annotations

from flask import abort, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from abm.audit.models import Seal
from abm.kit import clock
from abm.kit.db import session
from abm.kit.forms import show_refusal
from abm.kit.receipts import once
from abm.kit.rules import RuleBroken, require
from abm.kit.web import Answer, commit, done, page
from abm.people.access import May, me, needs
from abm.people.admin_routes import admin
from abm.people.current import both_seats, my_seat, organisation
from abm.people.forms import DeputyForm, NextInLineForm, SeatForm, SideForm
from abm.people.models import User
from abm.people.queries import active_people, announcements, person_by_public_id
from abm.people.seats import Deputy, Seat, Side


@admin.get("/seats")
@needs(May.READ)
def seats_page() -> Answer:
    """Both seats. Everyone sees who signs; who may, changes it."""
    return _page()


@admin.post("/seats/<any(marketing,sales):side>")
@needs(May.MANAGE_PEOPLE)
def update_seat(side: str) -> Answer:
    """Give a seat to somebody, leave it empty, or call it by another title."""
    seat, form = both_seats()[Side(side)], _seat_form(Side(side))
    if not form.validate_on_submit():
        return _page(422, form)
    try:
        _require_seen(seat, form.stood.data or "")
        seat.give_to(_person(form.holder.data), by=me(), at=clock.now())
        seat.rename(form.title.data or "", by=me(), at=clock.now())
    except RuleBroken as refusal:
        return _refused(form, refusal)
    commit()
    return done(url_for("admin.seats_page"), message=f"The {seat.side.label} seat is saved.")


@admin.post("/seats/<any(marketing,sales):side>/deputies")
@needs(May.READ)
@once
def name_deputy(side: str) -> Answer:
    """Let somebody stand in for some days. Only the seat's holder does this."""
    seat, form = both_seats()[Side(side)], _deputy_form(Side(side))
    if not form.validate_on_submit():
        return _page(422, form)
    days = {"first_day": form.first_day.data, "last_day": form.last_day.data}
    deputy = _person(form.deputy.data)
    try:
        seat.name_deputy(deputy, **days, reason=form.reason.data or "", by=me(), at=clock.now())  # type: ignore[arg-type]
    except RuleBroken as refusal:
        return _refused(form, refusal)
    location = url_for("admin.seats_page")
    commit(location)
    return done(location, message="Your deputy is named. What they sign shows both names.")


@admin.post("/seats/<any(marketing,sales):side>/next-in-line")
@needs(May.READ)
def put_next_in_line(side: str) -> Answer:
    """Say who is told as well when this seat's word is long awaited. Only the seat's holder does this."""
    seat, form = both_seats()[Side(side)], _next_form(Side(side))
    if not form.validate_on_submit():
        return _page(422, form)
    try:
        seat.put_next_in_line(_person(form.person.data), by=me(), at=clock.now())
    except RuleBroken as refusal:
        return _refused(form, refusal)
    commit()
    named = seat.next_in_line.name if seat.next_in_line else "whoever may fill the seats"
    return done(url_for("admin.seats_page"), message=f"When a signature of yours is long awaited, {named} is told too.")


@admin.post("/deputies/<number:number>/end")
@needs(May.READ)
def end_deputy(number: int) -> Response:
    """Take a deputy back. What they signed stays."""
    deputy = session.get(Deputy, number)
    if deputy is None:
        abort(404)
    deputy.end(by=me(), at=clock.now())
    commit()
    return done(url_for("admin.seats_page"), message="Your deputy signs no more.")


@admin.get("/announcements")
@needs(May.READ)
def announced() -> Answer:
    """What whoever acts for the other seat did as administrator."""
    return page("admin/announcements.html", rows=announcements(session(), _own_seat()))


@admin.post("/announcements/<number:seq>/reading")
@needs(May.READ)
def note_read(seq: int) -> Response:
    """Read up to here: it leaves home."""
    seat = _own_seat()
    if session.get(Seal, seq) is None:  # else a made-up position would silence what is yet to come
        abort(404)
    seat.note_heard(seq, by=me(), at=clock.now())
    commit()
    return done("/", message="Noted as read.")


def _own_seat() -> Seat:
    """The seat that the reader acts for; for everybody else there is no such page."""
    seat = my_seat()
    if seat is None:
        abort(404)
    return seat


def _person(public_id: str | None) -> User | None:
    return person_by_public_id(session(), public_id) if public_id else None


def _stands(seat: Seat) -> str:
    """By whom it is held and under which title, as a form carries it that was opened on it."""
    return f"{seat.holder.public_id if seat.holder else ''} {seat.title}"


def _require_seen(seat: Seat, stood: str) -> None:
    """Refuse a form that shows the seat as it no longer stands. Holds it, so that two who change it follow."""
    session.execute(select(Seat.id).where(Seat.id == seat.id).with_for_update())
    session.refresh(seat)
    who = seat.holder.name if seat.holder else "nobody"
    message = f"Somebody changed this seat meanwhile: {who} holds it as {seat.title}. Choose again, then save."
    require(stood == _stands(seat), message, field="holder")


def _refused(form: SideForm, refusal: RuleBroken) -> Answer:
    session.rollback()
    if isinstance(form, SeatForm):
        form.stood.data = _stands(both_seats()[form.side])  # whoever sends it again has seen who holds it
    show_refusal(form, refusal)
    return _page(409, form)


def _page(status: int = 200, sent: SideForm | None = None) -> Answer:
    """Both seats with their forms; `sent` is the one that came back with errors."""
    people, blank = active_people(session()), sent is not None
    forms: dict[str, SideForm] = {}
    for side in Side:
        forms[f"{side}-seat"] = _seat_form(side, people, blank=blank)
        forms[f"{side}-deputy"] = _deputy_form(side, people, blank=blank)
        forms[f"{side}-next"] = _next_form(side, people, blank=blank)
    if sent is not None:
        forms[sent.name_on_page] = sent
    today = organisation().today()
    return page("admin/seats.html", status, seats=both_seats(), forms=forms, today=today, own=my_seat())


def _seat_form(side: Side, people: list[User] | None = None, *, blank: bool = False) -> SeatForm:
    """The form of a seat; `blank` takes nothing from the request, for the form that was not sent."""
    seat = both_seats()[side]
    holder = seat.holder.public_id if seat.holder else ""
    form = SeatForm(side, blank=blank, title=seat.title, holder=holder, stood=_stands(seat))
    form.offer_people(people or active_people(session()), seat.holder)
    return form


def _deputy_form(side: Side, people: list[User] | None = None, *, blank: bool = False) -> DeputyForm:
    form = DeputyForm(side, blank=blank)
    form.offer_people(people or active_people(session()))
    return form


def _next_form(side: Side, people: list[User] | None = None, *, blank: bool = False) -> NextInLineForm:
    """The form of who is next in line; never a person who acts for the other seat."""
    seat, other, at = both_seats()[side], both_seats()[side.other], clock.now()
    named = seat.next_in_line.public_id if seat.next_in_line else ""
    form = NextInLineForm(side, blank=blank, person=named)
    found = people or active_people(session())
    form.offer_people(one for one in found if one.id != seat.holder_id and not other.concerns(one, at))
    return form
