"""Handing commitments over: one, several, or the whole book of somebody who leaves, with their open meetings."""

from __future__ import annotations

from collections.abc import Sequence

from flask import abort, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from abm.kit import clock
from abm.kit.db import session
from abm.kit.errors import Forbidden
from abm.kit.forms import show_refusal
from abm.kit.rules import RuleBroken
from abm.kit.web import Answer, commit, done, page
from abm.outbound.answer_forms import HandOverForm
from abm.outbound.answering import hand_over
from abm.outbound.leading import colleagues_of, leaders, leads
from abm.outbound.meeting_queries import meetings_to_hand_over
from abm.outbound.meetings import Meeting
from abm.outbound.models import Commitment
from abm.outbound.queries import Promised, promised, running
from abm.outbound.recounting import recount
from abm.outbound.routes import outbound
from abm.people.access import May, me, needs
from abm.people.current import organisation
from abm.people.models import User
from abm.people.seats import Side
from abm.touches.bulk import hold_accounts


@outbound.get("/commitments/handing-over")
@needs(May.LEAD_TEAM)
def handing_over() -> Answer:
    """What a person still has to keep, to choose from, and to whom it may go."""
    book = _book(request.args.get("by", ""))
    return _page(book, HandOverForm(formdata=None))


@outbound.post("/commitments/handings-over")
@needs(May.LEAD_TEAM)
def hand_over_many() -> Answer:
    """Hand what was chosen to somebody else; it is to be accepted there."""
    chosen = _chosen(request.form.getlist("commitments"))
    form, person = HandOverForm(), chosen[0].commitment.person
    book = chosen if person is None else _book(person.public_id)
    to = _offered(form, book)
    if not form.validate() or to is None:
        if not form.errors:
            show_refusal(form, RuleBroken("Choose to whom it goes.", field="to"))
        return _page(book, form, 422)
    meetings = [one for one in _meetings_of(book) if one.public_id in (form.meetings.data or ())]
    _hand_over([one.commitment for one in chosen], meetings, to)
    location = url_for("outbound.commitments", by=to.public_id if to.id != me().id else "me")
    commit(location)
    along = f" Meetings that went along: {len(meetings)}." if meetings else ""
    return done(location, message=f"Handed {len(chosen)} over to {to.name}, to be accepted there.{along}")


def _hand_over(commitments: Sequence[Commitment], meetings: Sequence[Meeting], to: User) -> None:
    """Each of them, with its account held in the order of numbers, so that nobody waits in a circle."""
    at, ids = clock.now(), sorted({one.account_id for one in commitments})
    hold_accounts(session(), [*ids, *(one.account_id for one in meetings)])
    for one in commitments:
        session().refresh(one)
        hand_over(one, to, today=organisation().today(at), by=me(), at=at)
    for meeting in meetings:
        meeting.hand_over(to, by=me(), at=at)
    recount(session(), ids)


def _book(person_id: str) -> Sequence[Promised]:
    """What a person still has to keep, for whoever leads them."""
    person = session().scalar(select(User).where(User.public_id == person_id).options(joinedload(User.team)))
    if person is None:
        abort(404)
    day = organisation().today(clock.now())
    found = promised(session(), day, Commitment.person_id == person.id, running(day))
    if not found:
        raise RuleBroken(f"{person.name} has nothing to keep now.")
    _check_leads(found)
    return found


def _chosen(public_ids: Sequence[str]) -> Sequence[Promised]:
    """What was chosen, of one side; refused where somebody else leads whoever answers for it."""
    day = organisation().today(clock.now())
    found = promised(session(), day, Commitment.public_id.in_(public_ids), running(day)) if public_ids else []
    if not found:
        raise RuleBroken("Choose at least one commitment that is still to be kept.")
    _check_leads(found)
    if len({one.commitment.side for one in found}) > 1:
        raise RuleBroken("Choose commitments of one side: Marketing and Sales hand over their own.")
    return found


def _check_leads(found: Sequence[Promised]) -> None:
    other = next((one.commitment for one in found if not leads(me(), one.commitment)), None)
    if other is not None:
        raise Forbidden("Whoever leads the person hands over.", may=leaders(session(), other))


def _offered(form: HandOverForm, book: Sequence[Promised]) -> User | None:
    """Give the form its choices; hands back who was chosen."""
    side: Side = book[0].commitment.side
    colleagues = [one for one in colleagues_of(session(), side) if one.id != book[0].commitment.person_id]
    meetings = [(one.public_id, one.subject) for one in _meetings_of(book)]
    form.offer(colleagues, [(one.commitment.public_id, one.commitment.why) for one in book], meetings)
    return next((one for one in colleagues if one.public_id == form.to.data), None)


def _meetings_of(book: Sequence[Promised]) -> Sequence[Meeting]:
    """The open meetings of whoever answers for a book."""
    person = book[0].commitment.person
    return meetings_to_hand_over(session(), person) if person is not None else []


def _page(book: Sequence[Promised], form: HandOverForm, status: int = 200) -> Answer:
    _offered(form, book)
    meetings, person = _meetings_of(book), book[0].commitment.person
    if status == 200:
        form.commitments.data = [one.commitment.public_id for one in book]
        form.meetings.data = [one.public_id for one in meetings]
    return page("outbound/handing_over.html", status, book=book, meetings=meetings, form=form, person=person)
