"""One commitment: what counts towards it, another way to keep it, and what the other side delivers first."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, TypedDict

from flask import abort, url_for

from abm.kit import clock
from abm.kit.db import session
from abm.kit.errors import Forbidden
from abm.kit.forms import show_refusal
from abm.kit.rules import RuleBroken
from abm.kit.web import Answer, commit, done, page
from abm.outbound.answering import answer_way, end_wait, propose_another_way, take_back_way, wait_on
from abm.outbound.commitment_letters import tell_answered, tell_proposed, tell_wait_ended, tell_waited_on
from abm.outbound.commitment_page import CommitmentPage, commitment_page
from abm.outbound.leading import leaders
from abm.outbound.models import Commitment
from abm.outbound.pauses import Ending
from abm.outbound.recounting import recount
from abm.outbound.routes import outbound
from abm.people.access import May, me, needs
from abm.people.current import organisation
from abm.people.models import User
from abm.touches.models import hold_account

PAGE = "outbound/commitment.html"


class Moment(TypedDict):
    """Who answers, when, and which day that is."""

    by: User
    at: datetime
    today: date


@outbound.get("/commitments/<public:commitment_id>")
@needs(May.READ)
def commitment(commitment_id: str) -> Answer:
    """One commitment, the touches that count towards it, and what can be answered."""
    return page(PAGE, found=_found(commitment_id))


@outbound.post("/commitments/<public:commitment_id>/ways")
@needs(May.LOG_TOUCHES)
def propose_way(commitment_id: str) -> Answer:
    """Ask for another amount, day or person, with the reason."""

    def propose(found: CommitmentPage, form: Any) -> str:
        asked, reason = form.otherwise(found.colleagues), form.reason.data
        now = _now()
        way = propose_another_way(found.commitment, asked, reason=reason, latest=found.latest, **now)
        tell_proposed(found.commitment, way, by=now["by"], at=now["at"])
        return "Proposed. It waits for whoever leads you."

    return _answer(commitment_id, "way", propose)


@outbound.post("/commitments/<public:commitment_id>/ways/answers")
@needs(May.LEAD_TEAM)
def answer_proposal(commitment_id: str) -> Answer:
    """Confirm the other way that was proposed, or let it stay, with a word why."""

    def settle(found: CommitmentPage, form: Any) -> str:
        way, confirmed = found.commitment.open_way or abort(404), form.confirmed.data == "yes"
        now = _now()
        answer_way(way, confirmed=confirmed, words=form.answer.data, **now)
        tell_answered(found.commitment, way, by=now["by"], at=now["at"])
        return "Confirmed: it holds from now on." if confirmed else "It stays as it was assigned."

    return _answer(commitment_id, "way_answer", settle)


@outbound.post("/commitments/<public:commitment_id>/ways/withdrawals")
@needs(May.LOG_TOUCHES)
def withdraw_way(commitment_id: str) -> Answer:
    """Think again: it is as it was assigned."""
    found = _found(commitment_id)
    hold_account(found.commitment.account)
    take_back_way(found.commitment.open_way or abort(404), by=me(), at=clock.now())
    return _done(found, "Taken back.")


@outbound.post("/commitments/<public:commitment_id>/waits")
@needs(May.LOG_TOUCHES)
def wait(commitment_id: str) -> Answer:
    """Let an accepted promise wait for what the other side delivers."""

    def begin(found: CommitmentPage, form: Any) -> str:
        on = next((one for one in found.others if one.public_id == form.on.data), None)
        if on is None:
            raise RuleBroken("Choose who delivers it.", field="on")
        now = _now()
        pause = wait_on(found.commitment, what=form.what.data, on=on, by_day=form.by_day.data, **now)
        tell_waited_on(found.commitment, pause, by=now["by"], at=now["at"])
        return f"Its clock pauses. {on.name} sees what is needed."

    return _answer(commitment_id, "wait", begin)


@outbound.post("/commitments/<public:commitment_id>/waits/endings")
@needs(May.LOG_TOUCHES)
def stop_waiting(commitment_id: str) -> Answer:
    """It was delivered, will not come, or is not needed any more: the clock runs again."""

    def end(found: CommitmentPage, form: Any) -> str:
        pause = found.waits or abort(404)
        now = _now()
        end_wait(found.commitment, pause, Ending(form.ending.data), words=form.words.data, **now)
        tell_wait_ended(found.commitment, pause, by=now["by"], at=now["at"])
        return "The clock runs again."

    return _answer(commitment_id, "wait_end", end)


def _found(commitment_id: str, sent: str = "") -> CommitmentPage:
    found = commitment_page(session(), commitment_id, by=me(), organisation=organisation(), at=clock.now(), sent=sent)
    return found or abort(404)


def _now() -> Moment:
    at = clock.now()
    return Moment(by=me(), at=at, today=organisation().today(at))


def _answer(commitment_id: str, sent: str, work: Callable[[CommitmentPage, Any], str]) -> Answer:
    """Do it, and go back to the commitment; what is wrong stands beside its field, with what was typed."""
    found = _locked(commitment_id, sent)
    form = found.forms.get(sent)
    if form is None:
        return _not_theirs(found)
    if not form.validate():
        return page(PAGE, 422, found=found)
    try:
        message = work(found, form)
    except RuleBroken as refusal:
        session.rollback()
        return _refused(commitment_id, sent, refusal)
    recount(session(), [found.commitment.account_id])
    return _done(found, message)


def _locked(commitment_id: str, sent: str) -> CommitmentPage:
    """With its account held, so that two who answer follow each other, and read after that."""
    hold_account(_found(commitment_id).commitment.account)
    session().expire_all()
    return _found(commitment_id, sent)


def _refused(commitment_id: str, sent: str, refusal: RuleBroken) -> Answer:
    if refusal.field is None:
        raise refusal
    found = _found(commitment_id, sent)
    again = found.forms.get(sent)
    if again is None:
        raise refusal
    show_refusal(again, refusal)
    return page(PAGE, 422, found=found)


def _not_theirs(found: CommitmentPage) -> Answer:
    """Say who may, or what has happened to it meanwhile."""
    commitment: Commitment = found.commitment
    if found.may_answer:
        raise RuleBroken(f"What was due on {commitment.account.name} reads “{found.one.state}” now. Look at it again.")
    own = [commitment.person.name] if commitment.person is not None else []
    raise Forbidden("This commitment is somebody else's.", may=[*own, *leaders(session(), commitment)])


def _done(found: CommitmentPage, message: str) -> Answer:
    location = url_for("outbound.commitment", commitment_id=found.commitment.public_id)
    commit(location)
    return done(location, message=message)
