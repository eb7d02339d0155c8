"""Programmes: business units or regions with a target list and seats of their own."""

from __future__ import annotations

from flask import url_for

from abm.kit import clock
from abm.kit.db import session
from abm.kit.forms import show_refusal
from abm.kit.receipts import once
from abm.kit.rules import RuleBroken
from abm.kit.web import Answer, commit, done, page
from abm.people.access import May, me, needs
from abm.people.admin_routes import admin
from abm.people.current import organisation, programme
from abm.people.forms import NewProgrammeForm, ProgrammeForm
from abm.people.programmes import Programme, add_programme
from abm.people.seats import Side, add_seats, programmes


@admin.get("/programmes")
@needs(May.CONFIGURE)
def programmes_page() -> Answer:
    """Every programme, and the form for one more."""
    return _page(NewProgrammeForm(formdata=None))


@admin.post("/programmes")
@needs(May.CONFIGURE)
@once
def create_programme() -> Answer:
    """A further programme, with two empty seats."""
    form = NewProgrammeForm()
    if not form.validate_on_submit():
        return _page(form, 422)
    at = clock.now()
    try:
        added = add_programme(organisation(), name=form.name.data or "", by=me(), at=at)
    except RuleBroken as refusal:
        session.rollback()
        show_refusal(form, refusal)
        return _page(form, 409)
    titles = {Side.MARKETING: form.marketing.data or "", Side.SALES: form.sales.data or ""}
    add_seats(added, titles, by=me(), at=at)
    location = url_for("admin.seats_page", **added.address)
    commit(location)
    return done(location, message=f"{added.name} has a list of its own from now on. Next: say who holds its seats.")


@admin.post("/programmes/name")
@needs(May.CONFIGURE)
def rename_programme() -> Answer:
    """Call the address's programme otherwise."""
    found = programme()
    form = ProgrammeForm(prefix=found.slug)
    if not form.validate_on_submit():
        return _page(NewProgrammeForm(formdata=None), 422, {found: form})
    try:
        found.rename(form.name.data or "", by=me(), at=clock.now())
    except RuleBroken as refusal:
        session.rollback()
        show_refusal(form, refusal)
        return _page(NewProgrammeForm(formdata=None), 409, {found: form})
    commit()
    return done(url_for("admin.programmes_page"), message=f"It is called {found.name} now.")


def _page(form: NewProgrammeForm, status: int = 200, sent: dict[Programme, ProgrammeForm] | None = None) -> Answer:
    known = programmes(session())
    names = {one: ProgrammeForm(formdata=None, prefix=one.slug, data={"name": one.name}) for one in known}
    return page("admin/programmes.html", status, names=names | (sent or {}), form=form)
