"""What a list asks of people: looked at, accepted by both seats where it is more than they did, and then proposed."""

from __future__ import annotations

from flask import abort, url_for

from abm.desk.routes import desk
from abm.desk.work import work_of
from abm.desk.workload import shown, who_may_be_seen
from abm.desk.workload_forms import AcceptForm
from abm.kit import clock
from abm.kit.db import session
from abm.kit.errors import Forbidden
from abm.kit.receipts import once
from abm.kit.web import Answer, commit, done, page, wants_fragment
from abm.people.access import May, me, needs
from abm.people.current import organisation
from abm.people.seats import Seat
from abm.targets.letters import Step, tell_proposed
from abm.targets.loading import list_or_404
from abm.targets.models import TargetList
from abm.targets.pages import versions_of
from abm.targets.proposal import words_of
from abm.targets.queries import content_of
from abm.targets.superseded import lost_by
from abm.targets.weighing import weigh

ADDRESS = "/quarters/<quarter:quarter>/list"


@desk.get(f"{ADDRESS}/workload")
@needs(May.READ)
def draft_workload(quarter: str) -> Answer:
    """What the draft asks of each person a week, beside what they did."""
    return _workload_page(list_or_404(quarter))


@desk.get(f"{ADDRESS}/versions/<number:number>/workload")
@needs(May.READ)
def version_workload(quarter: str, number: int) -> Answer:
    """What a version asked of each person when it was proposed, and what both seats said of it."""
    return _workload_page(list_or_404(quarter), number)


@desk.post(f"{ADDRESS}/workload/waivers")
@needs(May.READ)
def accept_workload(quarter: str) -> Answer:
    """A seat accepts that somebody is asked for more than they did, with its reason."""
    target_list, at = list_or_404(quarter), clock.now()
    form, seat = AcceptForm(), _seat_or_403(target_list)
    if not form.validate_on_submit():
        return _workload_page(target_list, form=form, status=422)
    target_list.document.lock()
    target_list.waive(
        form.what.data or "",
        seat=seat,
        reason=form.reason.data or "",
        by=me(),
        at=at,
        organisation=organisation(),
        work=work_of(session(), target_list, organisation=organisation(), at=at),
    )
    commit()
    message = f"Accepted for {seat.title}, with your reason. The other seat reads it, and says its own word."
    return done(url_for("desk.draft_workload", **target_list.address), message=message)


@desk.post(f"{ADDRESS}/versions")
@needs(May.PROPOSE_LIST)
@once
def propose(quarter: str) -> Answer:
    """Freeze the draft as the next version, for both seats to sign; what it asks of people is weighed first."""
    target_list, at = list_or_404(quarter), clock.now()
    target_list.document.lock()
    work = work_of(session(), target_list, organisation=organisation(), at=at)
    version = target_list.propose(organisation=organisation(), by=me(), at=at, work=work)
    lost = lost_by(target_list, version, at)
    tell_proposed(Step(target_list, version, by=me(), at=at), lost)
    location = url_for("targets.version", **target_list.address, number=version.number)
    commit(location)
    again = "".join(f" {one.signature.name} to look again: {one.difference.summary}." for one in lost)
    return done(location, message=f"Version {version.number} is proposed. Both seats sign exactly these bytes.{again}")


def _workload_page(
    target_list: TargetList, number: int | None = None, *, form: AcceptForm | None = None, status: int = 200
) -> Answer:
    """The draft now, or a version with the facts as of its proposal."""
    at = clock.now()
    if number is None:
        content, as_of = target_list.draft(), at
    else:
        line = versions_of(session(), target_list, at).numbered(number) or abort(404)
        content, as_of = content_of(session(), line.id), line.proposed_at
    work = work_of(session(), target_list, organisation=organisation(), at=as_of)
    workload = weigh(content, work).with_words(words_of(session(), target_list.id))
    return page(
        "desk/_workload.html" if wants_fragment() else "desk/workload.html",
        status,
        list=target_list,
        quarter=organisation().quarter(target_list.quarter),
        number=number,
        as_of=as_of,
        shown=shown(workload, who_may_be_seen(session(), target_list, me(), at)),
        my_seat=target_list.seat_of(me(), at) if number is None else None,
        form=form or AcceptForm(formdata=None),
    )


def _seat_or_403(target_list: TargetList) -> Seat:
    """The seat that the reader signs this list for today; 403 says who does."""
    seat = target_list.seat_of(me(), clock.now())
    if seat is None:
        holders = [f"{one.holder.name} ({one.title})" for one in target_list.seats().values() if one.holder]
        raise Forbidden("Only the two seats, or their deputies on their days, accept this.", may=holders)
    return seat
