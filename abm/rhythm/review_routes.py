"""The weekly review: opened on a frozen week, worked on a shared page, closed with minutes."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Any

from flask import Blueprint, abort, json, redirect, render_template, request
from werkzeug.wrappers import Response

from abm.accounts.queries import active_people
from abm.kit import clock
from abm.kit.clock import Week
from abm.kit.db import session
from abm.kit.forms import given
from abm.kit.pdf import MEDIA_TYPE, WITHOUT, can_draw, pdf_of
from abm.kit.rules import Conflict, RuleBroken
from abm.kit.web import Answer, commit, done, in_one_state, page
from abm.people.access import May, may, me, needs
from abm.people.current import my_seat, organisation, programme
from abm.people.letters import tell
from abm.people.programmes import Programme
from abm.progress.comparing import before
from abm.progress.moments import Moment, moment_of
from abm.progress.movement import movement
from abm.progress.reading import read_snapshot
from abm.progress.schedule import freezes_at
from abm.progress.snapshots import ALL, FreezeCause, Snapshot, take_snapshot
from abm.rhythm.agenda import WHOLE, Point
from abm.rhythm.facts import agenda_facts, bottleneck, conversions
from abm.rhythm.meeting_times import rhythm_of
from abm.rhythm.minutes import actions_of, close_review, concerned, decisions_of, minutes_of
from abm.rhythm.review_forms import ActionForm, DecisionForm, NoteForm, PointForm
from abm.rhythm.review_loading import address, find, review_or_404
from abm.rhythm.review_queries import actions_back, checked, decisions_running, latest_reviews, open_actions, playbook
from abm.rhythm.reviews import Review, open_review
from abm.rhythm.shares import name_of, shares_to_review
from abm.rhythm.sheet import lines_of

rhythm = Blueprint("rhythm", __name__)

SOON = timedelta(days=7)


@rhythm.get("/reviews")
@needs(May.READ)
def index() -> Answer:
    """The week to review next, the reviews before, and what came out of them."""
    here = programme().id
    last, reviews = organisation().current_week().plus(-1), latest_reviews(session(), here)
    held = {(one.snapshot.quarter, one.snapshot.week): one for one in reviews}
    offered = shares_to_review(session(), organisation(), last, here)
    return page(
        "rhythm/index.html",
        offered=[(name_of(share), share, held.get((str(share.quarter), str(last)))) for share in offered],
        meets=rhythm_of(session(), here),
        as_pdf=can_draw(),
        reviews=reviews,
        actions=open_actions(session(), here),
        decisions=checked(session(), organisation(), decisions_running(session(), here), here),
        kept=playbook(session(), here),
        whole=WHOLE,
        today=organisation().today(),
    )


@rhythm.get("/reviews/<week:week>")
@needs(May.READ)
def review(week: Week) -> Answer:
    """The meeting on one page."""
    found = find(week)
    if found.review is None:
        return page(
            "rhythm/not_open.html",
            moment=found.moment,
            snapshot=found.snapshot,
            freezes_at=freezes_at(organisation(), found.moment.last),
            may_run=may(me(), May.RUN_REVIEW),
        )
    return review_page(found.moment, found.review)


@rhythm.post("/reviews/<week:week>")
@needs(May.RUN_REVIEW)
def begin(week: Week) -> Answer:
    """Open the review, which freezes the week. Whoever opens the same one at once gets the same one."""
    found = find(week)
    if found.moment.open:
        last = found.moment.last
        raise RuleBroken(f"Week {week.number} is not over yet: its review opens after {last:%-d %B}.")
    person, here = me().id, programme().id
    opened = in_one_state(session(), partial(_opened, found.moment, person, here))
    if opened is None:
        raise RuleBroken(f"No list was in force in week {week.number}: there is nothing to look at.")
    return redirect(opened, 303)


def _opened(moment: Moment, person: int, programme_id: int) -> str | None:
    by, at, here = session.get_one(type(me()), person), clock.now(), session.get_one(Programme, programme_id)
    taken = take_snapshot(session(), organisation(), here, moment, cause=FreezeCause.REVIEW, by=by, at=at)
    return None if taken is None else address(open_review(taken, by=by, at=at))


@rhythm.get("/reviews/<week:week>/now")
@needs(May.READ)
def now(week: Week) -> Answer:
    """What happened on the shared page; 204 where that is what the reader has seen, with the time for its clock."""
    found = find(week)
    if found.review is None:
        abort(404)
    if found.seen == found.review.changes:
        said = {"since": found.review.point_since.isoformat(), "elapsed": found.review.elapsed(clock.now())}
        return Response(status=204, headers={"HX-Trigger": json.dumps({"review-clock": said})})
    return page("rhythm/_now.html", **_shared(found.review))


@rhythm.post("/reviews/<week:week>/point")
@needs(May.RUN_REVIEW)
def take_up(week: Week) -> Answer:
    """Take up a point: the pages of all participants follow."""
    _, found = review_or_404(week, hold=True)
    form = PointForm()
    if not form.validate():
        abort(404)
    found.go_to(Point(given(form.point)), at=clock.now())
    commit()
    return done(address(found, _anchor=f"point-{found.point}"), fragment="rhythm/_now.html", **_shared(found))


@rhythm.post("/reviews/<week:week>/notes/<any(moved,stuck,pipeline,campaigns,decide,actions):point>")
@needs(May.RUN_REVIEW)
def write_note(week: Week, point: str) -> Answer:
    """Write down what was said on a point."""
    moment, found = review_or_404(week, hold=True)
    form = NoteForm()
    found.require_open(form.text.data or "")
    if not form.validate():
        return review_page(moment, found, 422, notes={Point(point): form})
    try:
        found.note(Point(point), form.text.data or "", seen=int(form.seen.data or 0), by=me(), at=clock.now())
    except Conflict as conflict:
        session.rollback()
        moment, found = review_or_404(week)
        form.text.errors = [f"{conflict.message} Both texts are here: send the one that holds."]
        form.text.data = f"{conflict.theirs}\n\n{conflict.yours}".strip()
        form.seen.data = str(_revision(found, Point(point)))
        return review_page(moment, found, 409, notes={Point(point): form})
    commit()
    return done(address(found, _anchor=f"point-{point}"), message="Noted.")


@rhythm.post("/reviews/<week:week>/close")
@needs(May.RUN_REVIEW)
def close(week: Week) -> Answer:
    """Freeze the minutes and send them. Closing what is closed changes nothing."""
    _, found = review_or_404(week, hold=True)
    if found.open:
        at = clock.now()
        close_review(found, by=me(), at=at)
        _send_minutes(found, at)
    commit()
    return done(address(found), message="The review is closed, and its minutes are on their way.")


def _send_minutes(closed: Review, at: datetime) -> None:
    """Tell whoever is concerned what the minutes say, and where they stand."""
    link, minutes = address(closed, _external=True), minutes_of(session(), closed)
    file = address(closed, "rhythm.minutes_file", _external=True) if can_draw() else None
    people, known = concerned(session(), organisation(), closed, at), {"review": closed, "minutes": minutes}
    tell(session(), "rhythm/letters/minutes.txt", people, link=link, also=file, by=None, at=at, **known)


@rhythm.get("/reviews/<week:week>/print")
@needs(May.READ)
def on_paper(week: Week) -> Answer:
    """The review on one page of A4 or Letter."""
    moment, found = review_or_404(week)
    return page("rhythm/print.html", **_on_sheet(moment, found))


@rhythm.get("/reviews/<week:week>/minutes.pdf")
@needs(May.READ)
def minutes_file(week: Week) -> Answer:
    """The same sheet of a closed review as a file: what leaves the house is what nobody can change any more."""
    moment, found = review_or_404(week)
    if found.minutes_digest is None:
        abort(
            404, f"The minutes of week {week.number} are written when its review is closed. Until then print its page."
        )
    if not can_draw():
        abort(404, WITHOUT)
    sheet = render_template("rhythm/print.html", frame="kit/paper.html", **_on_sheet(moment, found))
    body = pdf_of(sheet, base=request.url_root, identifier=found.minutes_digest)
    headers = {"Content-Disposition": f'attachment; filename="{week}-minutes.pdf"'}
    return Response(body, content_type=MEDIA_TYPE, headers=headers)


def review_page(
    moment: Moment,
    found: Review,
    status: int = 200,
    *,
    notes: dict[Point, NoteForm] | None = None,
    decision: DecisionForm | None = None,
    action: ActionForm | None = None,
) -> Answer:
    """The page of a review, with forms as they were sent."""
    later = organisation().today() + SOON
    decision = decision or DecisionForm(formdata=None, check_on=later + 3 * SOON)
    action = action or ActionForm(formdata=None, owner=me().public_id, due_on=later)
    action.offer(active_people(session()))
    sent = notes or {}
    return page(
        "rhythm/review.html",
        status,
        **_whole(moment, found),
        notes={point: sent.get(point) or _note_form(found, point) for point in Point},
        sent=sent,
        decision_form=decision,
        action_form=action,
        leads=my_seat() is not None,
        as_pdf=not found.open and can_draw(),
    )


def _note_form(found: Review, point: Point) -> NoteForm:
    text = next((note.text for note in found.notes if note.point is point), "")
    return NoteForm(formdata=None, text=text, seen=str(_revision(found, point)))


def _revision(found: Review, point: Point) -> int:
    return next((note.revision for note in found.notes if note.point is point), 0)


def _shared(found: Review) -> dict[str, Any]:
    """What everybody's page follows."""
    return {
        "review": found,
        "elapsed": found.elapsed(clock.now()),
        "points": list(Point),
        "whole": WHOLE,
        "decisions": decisions_of(session(), found),
        "actions": actions_of(session(), found),
        "currency": organisation().currency,
        "here": partial(address, found),
        "may_run": found.open and may(me(), May.RUN_REVIEW),
    }


def _on_sheet(moment: Moment, found: Review) -> dict[str, Any]:
    """What stands on the sheet of a review."""
    known = _whole(moment, found)
    minutes, own, back = known["minutes"], known["actions"], known["back"]
    return known | {"lines": lines_of(minutes, own, back, today=known["today"], closed_at=found.closed_at)}


def _whole(moment: Moment, found: Review) -> dict[str, Any]:
    """Everything that a review shows: frozen facts, and what was made of them."""
    week = read_snapshot(session(), session.get_one(Snapshot, found.snapshot_id))
    figures = week.figures(week.rows)
    known = before(session(), organisation(), moment, found.programme_id, group=ALL)
    running = [one for one in decisions_running(session(), found.programme_id) if one.review_id != found.id]

    def behind(figure: str) -> str:
        return address(found, "progress.accounts", figure=figure)

    return _shared(found) | {
        "moment": moment,
        "week": week,
        "figures": figures,
        "facts": agenda_facts(week.rows),
        "before": known,
        "steps": movement(figures.matrix, behind),
        "days_in_stages": bottleneck(figures, known, lambda stage: behind(f"stage-{stage}")),
        "conversions": conversions(figures.matrix),
        "back": actions_back(session(), found),
        "checked": [
            one
            for one in checked(session(), organisation(), running, found.programme_id)
            if one.due_on(organisation().today(found.closed_at))
        ],
        "today": organisation().today(found.closed_at),
        "minutes": minutes_of(session(), found),
        "next_week": moment_of(organisation(), moment.week.plus(1)),
    }
