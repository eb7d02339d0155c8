"""Decisions and actions: made in a review, looked at again until they are settled."""

from __future__ import annotations

from babel.numbers import get_currency_precision
from flask import abort, url_for
from sqlalchemy import select

from abm.accounts.queries import active_people
from abm.kit import clock
from abm.kit.clock import Week
from abm.kit.db import session
from abm.kit.errors import Forbidden
from abm.kit.forms import given, show_refusal
from abm.kit.receipts import once
from abm.kit.rules import RuleBroken, with_what_was_written
from abm.kit.web import Answer, commit, done, page
from abm.people.access import May, may, me, needs, who_may
from abm.people.current import my_seat, organisation
from abm.people.models import User
from abm.progress.snapshots import Snapshot
from abm.rhythm.actions import Action, in_words, take_on
from abm.rhythm.decisions import Bet, Decision, Lever, decide
from abm.rhythm.review_forms import NAMED, ActionForm, DecisionForm, FinishForm, JudgeForm, PassOnForm
from abm.rhythm.review_loading import address, review_or_404
from abm.rhythm.review_queries import checked, figure_in, named_in
from abm.rhythm.review_routes import review_page, rhythm
from abm.rhythm.reviews import Review


@rhythm.post("/reviews/<week:week>/decisions")
@needs(May.RUN_REVIEW)
@once
def make_decision(week: Week) -> Answer:
    """Make a bet."""
    moment, review = review_or_404(week, hold=True)
    form = DecisionForm()
    review.require_open(form.written)
    if not form.validate():
        return review_page(moment, review, 422, decision=form)
    try:
        decision = _decide(review, form)
    except RuleBroken as refusal:
        session.rollback()
        show_refusal(form, refusal)
        moment, review = review_or_404(week)
        return review_page(moment, review, 409, decision=form)
    location = address(review, _anchor="point-decide")
    commit(location)
    return done(location, message=f"Decided. It comes back on {decision.check_on:%-d %B}.")


def _decide(review: Review, form: DecisionForm) -> Decision:
    snapshot = session.get_one(Snapshot, review.snapshot_id)
    accounts = named_in(session(), snapshot, form.named) if form.scope.data == NAMED else []
    scope = "" if form.scope.data == NAMED else form.scope.data
    unit = 10 ** get_currency_precision(organisation().currency) if form.is_worth else 1
    bet = Bet(
        what=form.what.data or "",
        lever=Lever(form.lever.data),
        figure=form.figure.data,
        expected=(form.expected.data or 0) * unit,
        check_on=given(form.check_on),
        scope=scope,
        accounts=accounts,
    )
    before = figure_in(snapshot, bet.figure, bet.scope, {account.public_id for account in accounts})
    at = clock.now()
    return decide(review, bet, before=before, today=organisation().today(at), by=me(), at=at)


@rhythm.post("/reviews/<week:week>/decisions/<public:decision_id>/drop")
@needs(May.RUN_REVIEW)
def drop_decision(week: Week, decision_id: str) -> Answer:
    """Take a decision off again while the review is open."""
    _, review = review_or_404(week, hold=True)
    decision = _decision(decision_id)
    if decision.review_id != review.id:
        abort(404)
    decision.drop(by=me(), at=clock.now())
    commit()
    return done(address(review, _anchor="point-decide"), message="Dropped.")


@rhythm.post("/reviews/<week:week>/actions")
@needs(May.RUN_REVIEW)
@once
def make_action(week: Week) -> Answer:
    """Write down who does what by when."""
    moment, review = review_or_404(week, hold=True)
    form = ActionForm()
    review.require_open(form.what.data or "")
    form.offer(active_people(session()))
    if not form.validate():
        return review_page(moment, review, 422, action=form)
    at, owner, due_on = clock.now(), _person(form.owner.data), given(form.due_on)
    try:
        take_on(review, form.what.data or "", owner, due_on, today=organisation().today(at), by=me(), at=at)
    except RuleBroken as refusal:
        session.rollback()
        show_refusal(form, refusal)
        moment, review = review_or_404(week)
        return review_page(moment, review, 409, action=form)
    location = address(review, _anchor="point-decide")
    commit(location)
    return done(location, message="Taken on. It comes back each week until it is done.")


@rhythm.get("/reviews/actions/<public:action_id>")
@needs(May.READ)
def action(action_id: str) -> Answer:
    """One action, and how it ends."""
    return _action_page(_action(action_id))


@rhythm.post("/reviews/actions/<public:action_id>/ending")
@needs(May.READ)
def finish_action(action_id: str) -> Answer:
    """Say that it is done, or dropped."""
    found, form = _own_action(action_id), FinishForm()
    if not form.validate():
        return _action_page(found, 422, finish=form)
    try:
        found.finish(form.outcome.data or "", dropped=form.ending.data == "dropped", by=me(), at=clock.now())
    except RuleBroken as refusal:
        session.rollback()
        found = _still_open(action_id, refusal, form.outcome.data or "")
        show_refusal(form, refusal)
        return _action_page(found, 409, finish=form)
    commit()
    back = url_for("rhythm.index", **found.review.programme.address)
    return done(back, message="Dropped." if found.dropped else "Done.")


@rhythm.post("/reviews/actions/<public:action_id>")
@needs(May.READ)
def pass_on_action(action_id: str) -> Answer:
    """Give it to somebody else, or another day."""
    found, form = _own_action(action_id), PassOnForm()
    form.offer(active_people(session()))
    if not form.validate():
        return _action_page(found, 422, pass_on=form)
    at, owner, due_on = clock.now(), _person(form.owner.data), given(form.due_on)
    chosen, seen = in_words(owner, due_on), form.seen.data or ""
    try:
        found.pass_on(owner, due_on, seen=seen, today=organisation().today(at), by=me(), at=at)
    except RuleBroken as refusal:
        session.rollback()
        found = _still_open(action_id, refusal, chosen)
        show_refusal(form, refusal)
        form.seen.data = found.standing
        return _action_page(found, 409, pass_on=form)
    commit()
    return done(url_for("rhythm.action", action_id=action_id), message="Changed.")


@rhythm.get("/reviews/decisions/<public:decision_id>")
@needs(May.READ)
def decision(decision_id: str) -> Answer:
    """One decision with before and after, and what each side makes of it."""
    return _decision_page(_decision(decision_id), JudgeForm(formdata=None))


@rhythm.post("/reviews/decisions/<public:decision_id>")
@needs(May.READ)
def judge_decision(decision_id: str) -> Answer:
    """Say for one's side what becomes of it: whoever holds a seat, or deputises for one."""
    found, form = _decision(decision_id, hold=True), JudgeForm()
    seat = my_seat(found.review.programme_id)
    if seat is None:
        raise Forbidden(
            "Only the two seats say what becomes of a decision.", may=["whoever holds or deputises for a seat"]
        )
    if not form.validate():
        return _decision_page(found, form, 422)
    at = clock.now()
    try:
        after = checked(session(), organisation(), [found], found.review.programme_id)[0].after
        today = organisation().today(at)
        found.judge(seat.side, form.chosen, form.words.data or "", after=after, today=today, by=me(), at=at)
    except RuleBroken as refusal:
        session.rollback()
        found = _decision(decision_id)
        if not found.may_be_judged_on(organisation().today(at)):
            raise  # there is no form that could say it
        show_refusal(form, refusal)
        return _decision_page(found, form, 409)
    commit()
    said = f"Both sides say: {found.settled.value}." if found.settled else "Noted. The other side is asked next."
    return done(url_for("rhythm.decision", decision_id=decision_id), message=said)


def _decision(decision_id: str, *, hold: bool = False) -> Decision:
    statement = select(Decision).where(Decision.public_id == decision_id)
    if hold:  # both sides may judge at once
        statement = statement.with_for_update(of=Decision)
    return session.scalar(statement) or abort(404)


def _action(action_id: str, *, hold: bool = False) -> Action:
    statement = select(Action).where(Action.public_id == action_id)
    if hold:  # two may end it, or give it on, at once
        statement = statement.with_for_update(of=Action).execution_options(populate_existing=True)
    return session.scalar(statement) or abort(404)


def _still_open(action_id: str, refusal: RuleBroken, written: str) -> Action:
    """The action, whose form says what was refused; once it has ended there is no form, and the refusal says both."""
    found = _action(action_id)
    if not found.open:
        raise RuleBroken(with_what_was_written(refusal, written)) from refusal
    return found


def _own_action(action_id: str) -> Action:
    """An action that the reader may end or give on: one's own, or any for who runs the review."""
    found = _action(action_id, hold=True)
    if found.owner_id != me().id and not may(me(), May.RUN_REVIEW):
        raise Forbidden(f"This is {found.owner.name}'s.", may=[found.owner.name, *who_may(May.RUN_REVIEW)])
    return found


def _person(public_id: str) -> User:
    return session.scalar(select(User).where(User.public_id == public_id)) or abort(404)


def _action_page(
    found: Action, status: int = 200, *, finish: FinishForm | None = None, pass_on: PassOnForm | None = None
) -> Answer:
    today = organisation().today()
    owner, due_on = found.owner.public_id, max(found.due_on, today)
    pass_on = pass_on or PassOnForm(formdata=None, owner=owner, due_on=due_on, seen=found.standing)
    pass_on.offer(active_people(session()))
    return page(
        "rhythm/action.html",
        status,
        action=found,
        finish=finish or FinishForm(formdata=None),
        pass_on=pass_on,
        may_end=found.open and (found.owner_id == me().id or may(me(), May.RUN_REVIEW)),
        today=today,
        review=address(found.review),
    )


def _decision_page(found: Decision, form: JudgeForm, status: int = 200) -> Answer:
    seat, today = my_seat(found.review.programme_id), organisation().today()
    return page(
        "rhythm/decision.html",
        status,
        decision=found,
        checked=checked(session(), organisation(), [found], found.review.programme_id)[0],
        form=form,
        seat=seat,
        may_judge=seat is not None and found.may_be_judged_on(today),
        currency=organisation().currency,
        today=today,
        review=address(found.review),
    )
