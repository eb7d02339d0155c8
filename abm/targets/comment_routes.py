"""Comments on an entry: written, corrected by their author, and answered by whom they ask."""

from __future__ import annotations

from collections.abc import Sequence

from flask import abort, url_for
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from abm.kit import clock
from abm.kit.db import session
from abm.kit.errors import Forbidden
from abm.kit.forms import show_refusal
from abm.kit.receipts import once
from abm.kit.rules import RuleBroken
from abm.kit.web import Answer, commit, done
from abm.people.access import May, me, needs
from abm.people.models import User
from abm.targets.addresses import place_kept
from abm.targets.builder_forms import CommentForm
from abm.targets.comment_letters import tell_mentioned
from abm.targets.comments import EntryComment, comment_on, open_mentions
from abm.targets.entries import Entry
from abm.targets.entry_page import entry_page
from abm.targets.loading import entry_or_404
from abm.targets.mentions import colleagues, mentioned
from abm.targets.queries import Colleague
from abm.targets.routes import targets

COMMENTS = "/quarters/<quarter:quarter>/list/entries/<public:public_id>/comments"


@targets.post(COMMENTS)
@needs(May.COMMENT)
@once
def write_comment(quarter: str, public_id: str) -> Answer:
    """Say something about an entry, and ask colleagues by @ and their name."""
    found, people = entry_or_404(quarter, public_id), colleagues(session())
    form = CommentForm(people=people)
    if not form.validate_on_submit():
        return entry_page(found, 422, comment=form)
    try:
        text, asked = _read(form, people)
        comment = comment_on(found, text, asked, by=me(), at=clock.now())
    except RuleBroken as refusal:
        show_refusal(form, refusal)
        return entry_page(found, 422, comment=form)
    session.flush()
    tell_mentioned(comment, asked)
    location = _at(found, comment)
    commit(location)
    return done(location, message=_sent(asked))


@targets.get(f"{COMMENTS}/<public:comment_id>/edit")
@needs(May.COMMENT)
def edit_comment(quarter: str, public_id: str, comment_id: str) -> Answer:
    """The entry's page with one's own comment open."""
    found = entry_or_404(quarter, public_id)
    said = _own(found, comment_id)
    form = _correction(CommentForm(formdata=None, people=colleagues(session()), data={"text": said.text}))
    return entry_page(found, editing=said.public_id, correction=form)


@targets.post(f"{COMMENTS}/<public:comment_id>/corrections")
@needs(May.COMMENT)
def correct_comment(quarter: str, public_id: str, comment_id: str) -> Answer:
    """Say it otherwise. What it said before stays in the history."""
    found, people = entry_or_404(quarter, public_id), colleagues(session())
    said, form = _own(found, comment_id), _correction(CommentForm(people=people))
    if not form.validate_on_submit():
        return entry_page(found, 422, editing=comment_id, correction=form)
    try:
        text, asked = _read(form, people)
        added = said.correct(text, asked, by=me(), at=clock.now())
    except RuleBroken as refusal:
        show_refusal(form, refusal)
        return entry_page(found, 422, editing=comment_id, correction=form)
    tell_mentioned(said, added)
    location = _at(found, said)
    commit()
    return done(location, message="The comment is corrected.")


@targets.post(f"{COMMENTS}/<public:comment_id>/answers")
@needs(May.READ)
def answer_comment(quarter: str, public_id: str, comment_id: str) -> Answer:
    """What a comment asks of the person signed in needs nothing more from them."""
    found = entry_or_404(quarter, public_id)
    said = _comment(found, comment_id)
    asked = [one for one in open_mentions(found, me()) if one.comment_id == said.id]
    for one in asked:
        one.answer(by=me(), at=clock.now())
    location = _at(found, said)
    commit()
    return done(location, message="Done: it no longer waits on you.")


def _correction(form: CommentForm) -> CommentForm:
    """Beside the form for a new comment, its field has a name of its own on the page."""
    form.text.id = "correction-text"
    return form


def _read(form: CommentForm, people: Sequence[Colleague]) -> tuple[str, list[User]]:
    """The comment and whom it asks; who was chosen from the list is named in it."""
    text = form.text.data or ""
    chosen = next((one for one in people if one.public_id == form.ask.data), None)
    asked = {one.public_id for one in mentioned(text, people)} | ({chosen.public_id} if chosen else set())
    users = list(session.scalars(select(User).where(User.public_id.in_(asked)).order_by(User.name))) if asked else []
    named = chosen is not None and f"@{chosen.name}" not in text
    return (f"@{chosen.name} {text}" if chosen and named else text), users


def _comment(found: Entry, comment_id: str) -> EntryComment:
    query = select(EntryComment).where(EntryComment.public_id == comment_id, EntryComment.entry_id == found.id)
    return session.scalar(query.options(joinedload(EntryComment.by))) or abort(404)


def _own(found: Entry, comment_id: str) -> EntryComment:
    said = _comment(found, comment_id)
    if said.by_id != me().id:
        raise Forbidden("Nobody corrects what another said. Write a comment of your own.", may=[said.by.name])
    return said


def _at(found: Entry, said: EntryComment) -> str:
    where = {**found.target_list.address, **place_kept(), "public_id": found.public_id}
    return url_for("targets.entry", **where, _anchor=f"comment-{said.public_id}")


def _sent(asked: Sequence[User]) -> str:
    others = [one.name for one in asked if one.id != me().id]
    return f"Said. {', '.join(others)} will see it on their home." if others else "Said."
