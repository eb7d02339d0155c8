"""Definitions: what each figure means, what holds since when, the draft that people change and propose."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, request, url_for

from abm.agreement.models import Version
from abm.agreement.queries import Versions, awaited, history
from abm.definitions.catalogue import KINDS
from abm.definitions.forms import FORMS, DraftForm, ProposeForm, rows_sent
from abm.definitions.kinds import Kind
from abm.definitions.models import Definition, begin_definition, definition_of
from abm.definitions.queries import content_of, overview
from abm.kit import clock
from abm.kit.db import session
from abm.kit.forms import show_refusal
from abm.kit.receipts import once
from abm.kit.rules import Conflict, RuleBroken
from abm.kit.web import Answer, commit, done, page
from abm.people.access import May, me, needs
from abm.people.current import organisation
from abm.people.seats import seats

definitions = Blueprint("definitions", __name__)


@definitions.get("/definitions")
@needs(May.READ)
def index() -> Answer:
    """Every definition: in a sentence, and since when it holds."""
    return page("definitions/index.html", summaries=overview(session(), clock.now()))


@definitions.get("/definitions/<slug:slug>")
@needs(May.READ)
def show(slug: str) -> Answer:
    """One definition: what holds, its draft, and its versions."""
    return _show_page(kind_or_404(slug))


@definitions.get("/definitions/<slug:slug>/edit")
@needs(May.DEFINE)
def edit(slug: str) -> Answer:
    """The draft as a form."""
    kind = kind_or_404(slug)
    definition = definition_of(session(), slug)
    revision = definition.revision if definition else 0
    return _edit_page(kind, FORMS[slug].showing(_draft_of(kind, definition), revision))


@definitions.post("/definitions/<slug:slug>/edit")
@needs(May.DEFINE)
def save(slug: str) -> Answer:
    """Keep the draft; or, by its buttons, the form with a row more or less, not kept yet."""
    kind, do = kind_or_404(slug), request.form.get("do", "")
    add = request.form.get("add", "") if do == "add" else ""
    sent = rows_sent(request.form, add=add, remove=do.removeprefix("remove-"), currency=organisation().currency)
    form = FORMS[slug](formdata=sent)
    if do == "add" or do.startswith("remove-"):
        return _edit_page(kind, form, 422 if form.errors else 200, fresh=bool(add))
    if not form.validate_on_submit():
        return _edit_page(kind, form, 422)
    try:
        _keep(kind, form)
    except Conflict as conflict:
        return _conflict_page(kind, form, conflict)
    except RuleBroken as refusal:
        form.show(refusal)
        return _edit_page(kind, form, 422)
    commit()
    message = "The draft is saved. Nothing changes until a version of it is signed by both seats."
    return done(url_for("definitions.show", slug=slug), message=message)


@definitions.post("/definitions/<slug:slug>/versions")
@needs(May.DEFINE)
@once
def propose(slug: str) -> Answer:
    """Freeze the draft as the next version, for both seats to sign."""
    kind, form = kind_or_404(slug), ProposeForm()
    if not form.validate_on_submit():
        return _show_page(kind, 422, form=form)
    try:
        version = _propose(kind, form)
    except RuleBroken as refusal:
        session.rollback()
        show_refusal(form, refusal)
        return _show_page(kind, 422 if refusal.field else 409, form=form)
    location = url_for("definitions.version", slug=slug, number=version.number)
    commit(location)
    return done(location, message=f"Version {version.number} is proposed. Both seats sign exactly these bytes.")


def kind_or_404(slug: str) -> Kind[Any]:
    """The definition of an address, or 404."""
    kind = KINDS.get(slug)
    return kind if kind is not None else abort(404)


def definition_or_404(slug: str) -> Definition:
    """The definition of an address, where somebody has begun it."""
    found = definition_of(session(), kind_or_404(slug).slug)
    return found if found is not None else abort(404)


def _keep(kind: Kind[Any], form: DraftForm) -> None:
    """Write the draft. What was seen of a definition that had not begun is revision 0."""
    at, seen = clock.now(), int(form.revision.data or 0)
    definition = definition_of(session(), kind.slug)
    if definition is None:
        definition = begin_definition(session(), kind, form.facts, by=me(), at=at)
        seen = definition.revision if definition.created_at == at else seen
    definition.change(kind, form.facts, by=me(), at=at, revision=seen)


def _propose(kind: Kind[Any], form: ProposeForm) -> Version:
    """Propose the draft; a default that nobody touched becomes one, so that both can agree on it."""
    at = clock.now()
    known = definition_of(session(), kind.slug)
    default = kind.written(kind.default) if kind.default is not None else {}
    definition = known or begin_definition(session(), kind, default, by=me(), at=at)
    seen = int(form.revision.data or 0) if known else None
    starts_on = form.starts_on.data or organisation().today(at)
    return definition.propose(kind, starts_on=starts_on, by=me(), at=at, revision=seen)


def _draft_of(kind: Kind[Any], definition: Definition | None) -> Any:
    """The draft as content: the default while nobody has begun."""
    return kind.read(definition.draft) if definition is not None else kind.default


def _show_page(kind: Kind[Any], status: int = 200, form: ProposeForm | None = None) -> Answer:
    at, definition = clock.now(), definition_of(session(), kind.slug)
    versions = Versions(history(session(), definition.document_id) if definition else [], at)
    held, draft = versions.in_force, _draft_of(kind, definition)
    holds = kind.read(content_of(session(), held.id)["says"]) if held else kind.default
    fields = {"starts_on": organisation().today(at), "revision": definition.revision if definition else 0}
    values: dict[str, object] = {
        "kind": kind,
        "definition": definition,
        "versions": versions,
        "holds": holds,
        "draft": draft,
        "changes": kind.difference(holds, draft) if draft is not None else [],
        "awaited": awaited(versions.open, seats(session())) if versions.open else [],
        "form": form or ProposeForm(formdata=None, data=fields),
    }
    return page("definitions/show.html", status, **values)


def _edit_page(kind: Kind[Any], form: DraftForm, status: int = 200, **values: object) -> Answer:
    return page("definitions/edit.html", status, kind=kind, form=form, **values)


def _conflict_page(kind: Kind[Any], form: DraftForm, conflict: Conflict) -> Answer:
    """Somebody else was quicker: both drafts, and what was typed. Sent again, it decides."""
    session.rollback()
    definition = definition_or_404(kind.slug)
    form.revision.data = str(definition.revision)
    form.revision.raw_data = None
    theirs, yours = kind.read(definition.draft), kind.read(form.facts)
    differing = kind.difference(theirs, yours)
    return _edit_page(kind, form, 409, conflict=conflict.message, differing=differing)
