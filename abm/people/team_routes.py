"""Administration of teams: who sells together, under whom, where."""

from __future__ import annotations

from flask import abort, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from abm.kit import clock
from abm.kit.db import session
from abm.kit.receipts import once
from abm.kit.web import Answer, commit, done, page
from abm.people.access import May, me, needs
from abm.people.admin_routes import admin
from abm.people.current import organisation
from abm.people.forms import TeamForm
from abm.people.models import Team, User, add_team
from abm.people.queries import active_people, team_sizes, teams


@admin.get("/teams")
@needs(May.MANAGE_PEOPLE)
def team_index() -> Answer:
    """All teams, and the form for one more."""
    return _teams_page(_form())


@admin.post("/teams")
@needs(May.MANAGE_PEOPLE)
@once
def create_team() -> Answer:
    """A new team."""
    form = _form()
    if not (form.validate_on_submit() and _name_is_free(form, None)):
        return _teams_page(form, 422)
    name, region = form.facts()
    row = add_team(organisation(), name=name, region=region, manager=_manager(form), by=me(), at=clock.now())
    location = url_for("admin.team_index")
    commit(location)
    return done(location, message=f"{row.name} is added. Move people to it on their own pages.")


@admin.get("/teams/<number:number>")
@needs(May.MANAGE_PEOPLE)
def team(number: int) -> Answer:
    """One team's name, region and manager."""
    row = _team(number)
    form = _form(name=row.name, region=row.region, manager=str(row.manager_id or ""))
    return page("admin/team.html", team=row, form=form)


@admin.post("/teams/<number:number>")
@needs(May.MANAGE_PEOPLE)
def update_team(number: int) -> Answer:
    """Rename a team, or give it another region or manager."""
    row, form = _team(number), _form()
    if not (form.validate_on_submit() and _name_is_free(form, row)):
        return page("admin/team.html", 422, team=row, form=form)
    name, region = form.facts()
    row.change(name=name, region=region, manager=_manager(form), by=me(), at=clock.now())
    commit()
    return _back(f"{row.name} is saved.")


def _teams_page(form: TeamForm, status: int = 200) -> Answer:
    return page("admin/teams.html", status, teams=teams(session()), sizes=team_sizes(session()), form=form)


def _form(**values: str) -> TeamForm:
    form = TeamForm(data=values)
    form.offer_managers(active_people(session()))
    return form


def _team(number: int) -> Team:
    row = session.get(Team, number)
    if row is None:
        abort(404)
    return row


def _manager(form: TeamForm) -> User | None:
    """The manager that was chosen; the select lets no other through."""
    return session.get(User, int(form.manager.data)) if form.manager.data else None


def _name_is_free(form: TeamForm, own: Team | None) -> bool:
    """Whether no other team has this name; else the form says so."""
    other = session.scalar(select(Team).where(Team.name == form.name.data))
    if other is None or other is own:
        return True
    form.name.errors = ["There is already a team of this name."]
    return False


def _back(message: str) -> Response:
    return done(url_for("admin.team_index"), message=message)
