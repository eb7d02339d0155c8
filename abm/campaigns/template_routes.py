"""The library of play templates: looked at, written, edited, archived, and grown from campaigns that went well."""

from __future__ import annotations

from flask import abort, url_for

from abm.campaigns.loading import campaign_or_404
from abm.campaigns.routes import campaigns
from abm.campaigns.standard_templates import add_standard_templates, missing_standard
from abm.campaigns.template_forms import TemplateForm, clashes
from abm.campaigns.template_queries import began_from, library, template_by_id, told
from abm.campaigns.templates import PlayTemplate, create_template, grow_template
from abm.kit import clock
from abm.kit.db import session
from abm.kit.forms import show_refusal
from abm.kit.receipts import once
from abm.kit.rules import Conflict, RuleBroken
from abm.kit.web import Answer, commit, done, page
from abm.people.access import May, me, needs


@campaigns.get("/campaigns/templates")
@needs(May.READ)
def templates() -> Answer:
    """What a plan can begin from, tier by tier."""
    return page(
        "campaigns/templates.html",
        shelf=library(session()),
        archived=library(session(), archived=True),
        missing=len(missing_standard(session())),
    )


@campaigns.get("/campaigns/templates/new")
@needs(May.PLAN_CAMPAIGNS)
def new_template() -> Answer:
    """An empty form."""
    return _form_page(TemplateForm.of(None), None)


@campaigns.post("/campaigns/templates")
@needs(May.PLAN_CAMPAIGNS)
@once
def add_template() -> Answer:
    """A template more."""
    form = TemplateForm()
    if not form.validate_on_submit():
        return _form_page(form, None, 422)
    try:
        template = create_template(session(), form.facts, by=me(), at=clock.now())
    except RuleBroken as refusal:
        session.rollback()
        show_refusal(form, refusal)
        return _form_page(form, None, 422)
    location = url_for("campaigns.template", public_id=template.public_id)
    commit(location)
    return done(location, message=f"{template.name} is in the library.")


@campaigns.post("/campaigns/templates/standard")
@needs(May.PLAN_CAMPAIGNS)
def add_standard() -> Answer:
    """Add the templates that come with the product, where they are missing."""
    added = add_standard_templates(session(), by=me(), at=clock.now())
    commit()
    words = f"{len(added)} template{'s' * (len(added) != 1)} added." if added else "All of them were there already."
    return done(url_for("campaigns.templates"), message=words)


@campaigns.get("/campaigns/templates/<public:public_id>")
@needs(May.READ)
def template(public_id: str) -> Answer:
    """What a template says, where it comes from, and which campaigns began from it."""
    found = _template_or_404(public_id)
    return page(
        "campaigns/template.html", play_template=found, used=began_from(session(), found), told=told(session(), found)
    )


@campaigns.get("/campaigns/templates/<public:public_id>/edit")
@needs(May.PLAN_CAMPAIGNS)
def edit_template(public_id: str) -> Answer:
    """Its form."""
    found = _template_or_404(public_id)
    return _form_page(TemplateForm.of(found), found)


@campaigns.post("/campaigns/templates/<public:public_id>")
@needs(May.PLAN_CAMPAIGNS)
def save_template(public_id: str) -> Answer:
    """Change what it says, unless somebody else did meanwhile."""
    found, form = _template_or_404(public_id), TemplateForm()
    if not form.validate_on_submit():
        return _form_page(form, found, 422)
    try:
        found.change(form.facts, seen=form.revision.revision, by=me(), at=clock.now())
    except Conflict as conflict:
        session.rollback()
        return _conflict_page(form, public_id, conflict)
    except RuleBroken as refusal:
        session.rollback()
        show_refusal(form, refusal)
        return _form_page(form, _template_or_404(public_id), 422)
    commit()
    return done(url_for("campaigns.template", public_id=public_id), message=f"{found.name} saved.")


@campaigns.post("/campaigns/templates/<public:public_id>/archivals")
@needs(May.PLAN_CAMPAIGNS)
def archive_template(public_id: str) -> Answer:
    """Offer it no longer."""
    found = _template_or_404(public_id)
    found.archive(by=me(), at=clock.now())
    commit()
    return done(url_for("campaigns.templates"), message=f"{found.name} is archived. What began from it stays.")


@campaigns.post("/campaigns/templates/<public:public_id>/restorations")
@needs(May.PLAN_CAMPAIGNS)
def restore_template(public_id: str) -> Answer:
    """Offer it again."""
    found = _template_or_404(public_id)
    found.restore(by=me(), at=clock.now())
    commit()
    return done(url_for("campaigns.template", public_id=public_id), message=f"{found.name} is offered again.")


@campaigns.post("/campaigns/<slug:slug>/templates")
@needs(May.PLAN_CAMPAIGNS)
def grow(slug: str) -> Answer:
    """Make a template of a completed campaign; one campaign grows one."""
    made = grow_template(campaign_or_404(slug), by=me(), at=clock.now())
    commit()
    message = f"{made.name} is a template. Look over its texts: what was said of one quarter may not hold of the next."
    return done(url_for("campaigns.edit_template", public_id=made.public_id), message=message)


def _form_page(form: TemplateForm, template: PlayTemplate | None, status: int = 200) -> Answer:
    return page("campaigns/template_edit.html", status, form=form, play_template=template)


def _conflict_page(form: TemplateForm, public_id: str, conflict: Conflict) -> Answer:
    """Both values, and what was typed: saving again from here puts it over theirs."""
    found = _template_or_404(public_id)
    form.revision.data = str(found.revision)
    return page("campaigns/template_edit.html", 409, form=form, play_template=found, conflicts=clashes(conflict))


def _template_or_404(public_id: str) -> PlayTemplate:
    found = template_by_id(session(), public_id)
    return found if found is not None else abort(404)
