"""Commitments of both sides beside each other, what counted towards each, and saying yes to them."""

from __future__ import annotations

from flask import Blueprint, abort, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from abm.kit import clock
from abm.kit.db import session
from abm.kit.errors import Forbidden
from abm.kit.web import Answer, commit, done, page
from abm.outbound.forms import AcceptanceForm, Narrowing
from abm.outbound.leading import led_by
from abm.outbound.listing import (
    STATES,
    Narrowed,
    campaigns_with_commitments,
    conditions,
    page_of_side,
    teams,
)
from abm.outbound.models import Commitment
from abm.outbound.queries import Promised, promised, running, totals
from abm.people.access import May, me, needs
from abm.people.current import organisation
from abm.people.models import User
from abm.people.seats import Side

outbound = Blueprint("outbound", __name__)


@outbound.get("/commitments")
@needs(May.READ)
def commitments() -> Answer:
    """What both sides promised, narrowed as the address asks. By person: oneself and those whom one leads."""
    form = Narrowing(request.args)
    if not form.validate():
        abort(404)
    at, colleagues = clock.now(), led_by(session(), me())
    narrowed = _narrowed(form, colleagues)
    where = conditions(narrowed, organisation=organisation(), at=at)
    day = organisation().today(at)
    after = {Side.MARKETING: form.marketing.data or "", Side.SALES: form.sales.data or ""}
    return page(
        "outbound/commitments.html",
        form=form,
        narrowed=narrowed,
        colleagues=colleagues,
        teams=teams(session()),
        campaigns=campaigns_with_commitments(session()),
        states=STATES,
        totals=totals(session(), day, *where),
        pages={
            side: page_of_side(session(), side, where, day, after=after[side], ended=narrowed.ended) for side in Side
        },
        day=day,
    )


def _narrowed(form: Narrowing, colleagues: list[User]) -> Narrowed:
    return Narrowed(
        person=_person(form.by.data or "", colleagues),
        team_id=form.team.data,
        tier=form.tier.data,
        campaign=form.campaign.data or "",
        ended=form.when.data == "ended",
        state=form.state.data if form.state.data in STATES else "",
    )


@outbound.post("/commitments/acceptances")
@needs(May.LOG_TOUCHES)
def accept() -> Answer:
    """Say yes to one commitment, or to a whole book in one step."""
    form = AcceptanceForm()
    if not form.validate() or bool(form.commitment.data) == bool(form.book.data):
        abort(404)
    asked = _one_to_accept(form.commitment.data) if form.commitment.data else _book_to_accept(form.book.data or "")
    fresh = [one.commitment for one in asked if one.commitment.accepted_at is None]
    at = clock.now()
    for one in fresh:
        one.accept(by=me(), at=at)
    location = url_for(
        "outbound.commitments", by="me" if not form.book.data or _is_me(form.book.data) else form.book.data
    )
    commit(location)
    message = f"Accepted {len(fresh)} commitment{'' if len(fresh) == 1 else 's'}." if fresh else "Accepted already."
    fragment = "outbound/_accepted.html" if form.commitment.data else None
    return done(location, message=message, fragment=fragment, one=asked[0] if asked else None)


def _promised(commitment_id: str) -> Promised:
    day = organisation().today(clock.now())
    found = promised(session(), day, Commitment.public_id == commitment_id)
    return found[0] if found else abort(404)


def _one_to_accept(commitment_id: str) -> list[Promised]:
    found = _promised(commitment_id)
    _check_answers(found.commitment.person, answered=found.commitment.answered_by(me()))
    return [found]


def _book_to_accept(person_id: str) -> list[Promised]:
    """Everything that is still to be kept by a person, for that person or their manager to accept."""
    query = select(User).where(User.public_id == (me().public_id if _is_me(person_id) else person_id))
    person = session().scalar(query.options(joinedload(User.team))) or abort(404)
    manages = person.team is not None and person.team.manager_id == me().id
    _check_answers(person, answered=person.id == me().id or manages)
    day = organisation().today(clock.now())
    return promised(session(), day, Commitment.person_id == person.id, running(day))


def _check_answers(person: User | None, *, answered: bool) -> None:
    if answered:
        return
    team = person.team if person is not None else None
    may = [one.name for one in (person, team.manager if team is not None else None) if one is not None]
    raise Forbidden("These commitments are somebody else's to accept.", may=may)


def _person(asked: str, colleagues: list[User]) -> User | None:
    """Whose commitments are asked for. Figures per person are shown to that person and whoever leads them."""
    if not asked:
        return None
    if _is_me(asked):
        return me()
    led = next((one for one in colleagues if one.public_id == asked), None)
    if led is not None:
        return led
    other = session().scalar(select(User).where(User.public_id == asked).options(joinedload(User.team))) or abort(404)
    manager = [other.team.manager.name] if other.team is not None and other.team.manager is not None else []
    raise Forbidden("Figures per person are shown to that person and their manager.", may=[other.name, *manager])


def _is_me(asked: str) -> bool:
    return asked in {"me", me().public_id}
