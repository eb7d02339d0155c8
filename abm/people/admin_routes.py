"""Administration of people: who there is, what each does, and how they get in."""

from __future__ import annotations

from flask import Blueprint, abort, request, url_for
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from abm.audit.models import record
from abm.kit import clock
from abm.kit.db import session
from abm.kit.forms import show_refusal
from abm.kit.receipts import once
from abm.kit.rules import RuleBroken
from abm.kit.web import Answer, commit, done, page
from abm.people.access import May, me, needs
from abm.people.administration import change_person, change_roles, deactivate, hire, new_link, reactivate
from abm.people.current import organisation
from abm.people.forms import DaysForm, InvitationForm, PersonForm, RolesForm
from abm.people.letters import invite_by_letter, keep_for_next_page, send_new_password_link, take_kept_links
from abm.people.models import Team, User
from abm.people.queries import (
    absences_from,
    newest_link,
    open_sessions,
    people_page,
    person_by_public_id,
    teams,
)
from abm.people.seats import Absence, note_absence, seats_concerning
from abm.people.sessions import end_sessions

admin = Blueprint("admin", __name__, url_prefix="/admin")

STATES = (("active", "Active"), ("invited", "Not signed in yet"), ("deactivated", "Deactivated"), ("all", "Everybody"))


@admin.get("/people")
@needs(May.MANAGE_PEOPLE)
def people_index() -> Answer:
    """Everyone by name, narrowed by search and state."""
    search, state = request.args.get("q", "").strip()[:100], request.args.get("state", "active")
    after = person_by_public_id(session(), request.args.get("after", "")[:16])
    rows, more = people_page(session(), search=search, state=state, after=after)
    return page("admin/people.html", people=rows, more=more, search=search, state=state, states=STATES)


@admin.get("/people/new")
@needs(May.MANAGE_PEOPLE)
def new_person() -> Answer:
    form = InvitationForm()
    form.offer_teams(teams(session()))
    return page("admin/new_person.html", form=form)


@admin.post("/people")
@needs(May.MANAGE_PEOPLE)
@once
def invite() -> Answer:
    """Add a person. With an address they get a one-time link: by mail, or shown once to be handed over."""
    form = InvitationForm()
    form.offer_teams(teams(session()))
    if not form.validate_on_submit():
        return page("admin/new_person.html", 422, form=form)
    try:
        user = hire(organisation(), form.facts(), roles=form.chosen(), team=_team(form), by=me(), at=clock.now())
    except RuleBroken as broken:
        session.rollback()
        show_refusal(form, broken)
        return page("admin/new_person.html", 409, form=form)
    if user.email is None:
        location = url_for("admin.person", public_id=user.public_id)
        commit(location)
        return done(location, message=f"{user.name} is added, without access: add an e-mail address to invite them.")
    return _hand_over(user)


@admin.get("/people/<public:public_id>")
@needs(May.MANAGE_PEOPLE)
def person(public_id: str) -> Answer:
    """One person: who they are, what they do, how they get in."""
    return _person_page(_user(public_id))


@admin.post("/people/<public:public_id>")
@needs(May.MANAGE_PEOPLE)
def update_person(public_id: str) -> Answer:
    """Correct the name or the address, or move to another team."""
    user, form = _user(public_id), PersonForm()
    form.offer_teams(teams(session()))
    if not form.validate_on_submit():
        return _person_page(user, 422, form)
    try:
        change_person(user, form.facts(), team=_team(form), by=me(), at=clock.now())
    except RuleBroken as broken:
        return _person_refused(user, broken, form)
    commit()
    return done(_here(user), message="Saved.")


@admin.post("/people/<public:public_id>/roles")
@needs(May.MANAGE_PEOPLE)
def update_roles(public_id: str) -> Answer:
    """Give exactly these roles. They count from this person's next request on."""
    user, form = _user(public_id), RolesForm()
    if not form.validate_on_submit():
        return _person_page(user, 422, form)
    try:
        change_roles(user, form.chosen(), by=me(), at=clock.now())
    except RuleBroken as broken:
        return _person_refused(user, broken, form)
    commit()
    return done(_here(user), message=f"The roles of {user.name} are changed.")


@admin.post("/people/<public:public_id>/deactivation")
@needs(May.MANAGE_PEOPLE)
def deactivate_person(public_id: str) -> Response:
    """End somebody's access, on every device at once."""
    user = _user(public_id)
    deactivate(user, by=me(), at=clock.now())
    commit()
    return done(_here(user), message=f"{user.name} is deactivated. Their work stays and needs a new owner.")


@admin.post("/people/<public:public_id>/reactivation")
@needs(May.MANAGE_PEOPLE)
def reactivate_person(public_id: str) -> Response:
    """Let somebody in again."""
    user = _user(public_id)
    reactivate(user, by=me(), at=clock.now())
    commit()
    return done(_here(user), message=f"{user.name} is active again.")


@admin.post("/people/<public:public_id>/links")
@needs(May.MANAGE_PEOPLE)
@once
def make_link(public_id: str) -> Answer:
    """A new one-time link; those made before stop working."""
    return _hand_over(_user(public_id))


@admin.get("/people/links")
@needs(May.MANAGE_PEOPLE)
def links() -> Answer:
    """One-time links to hand over, shown this once: for installations that send no mail."""
    return page("admin/links.html", links=take_kept_links())


@admin.post("/people/<public:public_id>/sessions/end")
@needs(May.MANAGE_PEOPLE)
def end_sessions_of(public_id: str) -> Response:
    """Sign somebody out everywhere: a lost phone."""
    user, at = _user(public_id), clock.now()
    end_sessions(user, at=at)
    record(user, "signed out", by=me(), at=at)
    commit()
    return done(_here(user), message=f"{user.name} is signed out everywhere.")


@admin.post("/people/<public:public_id>/absences")
@needs(May.MANAGE_PEOPLE)
@once
def note_absence_of(public_id: str) -> Answer:
    """Write down days on which nothing is due from somebody."""
    user, form = _user(public_id), DaysForm()
    if not form.validate_on_submit():
        return _person_page(user, 422, form)
    first, last = form.first_day.data, form.last_day.data
    note_absence(user, first_day=first, last_day=last, by=me(), at=clock.now())  # type: ignore[arg-type]
    commit(_here(user))
    return done(_here(user), message="Noted. Nothing is due on these days.")


@admin.post("/people/<public:public_id>/absences/<number:number>/removal")
@needs(May.MANAGE_PEOPLE)
def remove_absence_of(public_id: str, number: int) -> Response:
    """Take days back."""
    user, row = _user(public_id), session.get(Absence, number)
    if row is None or row.user_id != user.id:
        abort(404)
    row.remove(by=me(), at=clock.now())
    commit()
    return done(_here(user), message="Removed. What is due is due again.")


def _user(public_id: str) -> User:
    user = person_by_public_id(session(), public_id)
    if user is None:
        abort(404)
    return user


def _here(user: User) -> str:
    return url_for("admin.person", public_id=user.public_id)


def _team(form: PersonForm) -> Team | None:
    """The team that was chosen; the select lets no other through."""
    return session.get(Team, int(form.team.data)) if form.team.data else None


def _hand_over(user: User) -> Response:
    """Make a link and send it. Where no mail goes it is shown once, on the next page, to whoever made it."""
    at, known = clock.now(), user.password_hash is not None
    token = new_link(user, by=me(), at=at)
    if known:
        letter = send_new_password_link(user, token, organisation=organisation(), at=at)
    else:
        letter = invite_by_letter(user, token, organisation=organisation(), by=me(), at=at)
    location = _here(user) if letter else url_for("admin.links")
    commit(location)
    if letter is None:
        keep_for_next_page(user, token)
    return done(location, message=f"A letter with a one-time link is on its way to {user.email}." if letter else None)


def _person_refused(user: User, refusal: RuleBroken, form: FlaskForm) -> Answer:
    """The page again with what was typed, and which rule stood in the way."""
    session.rollback()
    show_refusal(form, refusal)
    return _person_page(user, 409, form)


def _person_page(user: User, status: int = 200, sent: FlaskForm | None = None) -> Answer:
    """The page of one person; `sent` is the form that came back with errors."""
    at = clock.now()
    blank = {} if sent is None else {"formdata": None}
    form = sent if type(sent) is PersonForm else PersonForm(data=_facts(user), **blank)
    form.offer_teams(teams(session()))
    return page(
        "admin/person.html",
        status,
        person=user,
        form=form,
        roles_form=sent if type(sent) is RolesForm else RolesForm(data={"roles": sorted(user.roles)}, **blank),
        days_form=sent if type(sent) is DaysForm else DaysForm(**blank),
        seats=seats_concerning(session(), user, at),
        sessions=open_sessions(session(), user, at),
        link=newest_link(session(), user),
        absences=absences_from(session(), user, organisation().today(at)),
        at=at,
    )


def _facts(user: User) -> dict[str, str]:
    return {"name": user.name, "email": user.email or "", "team": str(user.team_id or "")}
