"""One commitment as its page shows it to somebody: what counts towards it, and what that person may answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from flask_wtf import FlaskForm
from sqlalchemy.orm import Session

from abm.outbound.answer_forms import AnotherWayForm, HandOverForm, WaitEndForm, WaitForm, WayAnswerForm
from abm.outbound.answering import may_answer_way
from abm.outbound.leading import colleagues_of, leads
from abm.outbound.listing import counted_for
from abm.outbound.models import Commitment
from abm.outbound.pauses import Pause
from abm.outbound.queries import Promised, promised
from abm.people.access import May, may
from abm.people.models import Organisation, User
from abm.touches.models import Touch


@dataclass
class CommitmentPage:
    """What the page shows; a form stands there where the reader may send it, bound where it was sent."""

    one: Promised
    touches: Sequence[Touch]
    colleagues: Sequence[User]  # of the same side, but for whoever answers for it
    others: Sequence[User]  # of the other side
    latest: date  # the last day that the campaign or the quarter leaves
    may_answer: bool
    leads: bool
    forms: dict[str, FlaskForm] = field(default_factory=dict)

    @property
    def commitment(self) -> Commitment:
        return self.one.commitment

    @property
    def waits(self) -> Pause | None:
        return self.commitment.wait_on(self.one.day)


FORMS: dict[str, type[FlaskForm]] = {
    "way": AnotherWayForm,
    "way_answer": WayAnswerForm,
    "wait": WaitForm,
    "wait_end": WaitEndForm,
    "hand_over": HandOverForm,
}


def commitment_page(
    session: Session, public_id: str, *, by: User, organisation: Organisation, at: datetime, sent: str = ""
) -> CommitmentPage | None:
    """A commitment by its public id; `sent` names the form that came with the request."""
    day = organisation.today(at)
    one = next(iter(promised(session, day, Commitment.public_id == public_id)), None)
    if one is None:
        return None
    commitment = one.commitment
    found = CommitmentPage(
        one=one,
        touches=counted_for(session, commitment),
        colleagues=[p for p in colleagues_of(session, commitment.side) if p.id != commitment.person_id],
        others=colleagues_of(session, commitment.side.other),
        latest=commitment.campaign.ends_on if commitment.campaign else organisation.quarter_of(day).last,
        may_answer=commitment.answered_by(by) or leads(by, commitment),
        leads=leads(by, commitment),
    )
    if commitment.closed_on is None and commitment.last_day >= day:
        _offer(found, by, sent)
    return found


def _offer(found: CommitmentPage, by: User, sent: str) -> None:
    """The forms that this person may send now."""
    commitment, way, waits = found.commitment, found.commitment.open_way, found.waits
    offered = {
        "way": found.may_answer and may(by, May.LOG_TOUCHES) and way is None,
        "way_answer": way is not None and may_answer_way(by, way),
        "wait": found.may_answer and commitment.accepted_at is not None and waits is None,
        "wait_end": waits is not None and (waits.on_id == by.id or found.may_answer),
        "hand_over": found.leads and may(by, May.LEAD_TEAM),
    }
    for name, form in FORMS.items():
        if offered[name]:
            found.forms[name] = form() if name == sent else form(formdata=None, prefix="")
    _fill(found, by, sent)


def _fill(found: CommitmentPage, by: User, sent: str) -> None:
    """The choices of each form, and what it starts with."""
    for form in found.forms.values():
        if isinstance(form, AnotherWayForm):
            form.offer(found.colleagues)
            if sent != "way":
                form.wanted.data, form.last_day.data = found.commitment.wanted, found.commitment.last_day
        elif isinstance(form, WaitForm):
            form.offer(found.others)
        elif isinstance(form, WaitEndForm):
            form.offer(own=found.waits is not None and found.waits.on_id == by.id)
        elif isinstance(form, HandOverForm):
            form.offer(found.colleagues, [(found.commitment.public_id, found.commitment.why)])
