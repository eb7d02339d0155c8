"""What only the demonstration has: looking at it as somebody else, and setting it back to its beginning."""

from __future__ import annotations

from flask import Blueprint, Flask, abort, current_app, url_for
from flask_login import current_user
from sqlalchemy import select
from werkzeug.wrappers import Response

from abm.demo.forms import ViewAs
from abm.demo.keeping import set_back
from abm.kit import clock
from abm.kit.db import session
from abm.kit.web import Answer, commit, done, page
from abm.people.access import public
from abm.people.models import User
from abm.people.sessions import SignIn
from abm.people.signing_in import begin

demo = Blueprint("demo", __name__)

PEOPLE = (
    "Amara Osei",
    "Renata Voss",
    "Priya Raman",
    "Jonas Lindqvist",
    "Ines Calder",
    "Tomás Ferreira",
    "Marcus Bell",
    "Wen Zhao",
)


def init_demonstration(app: Flask) -> None:
    """Add the banner and its routes to this app."""
    app.register_blueprint(demo)
    app.context_processor(lambda: {"demonstration": PEOPLE})


@demo.get("/demo")
@public
def welcome() -> Answer:
    """Whom to be first."""
    people = session.scalars(select(User).where(User.name.in_(PEOPLE))).all()
    return page("demo/welcome.html", people=sorted(people, key=lambda person: PEOPLE.index(person.name)))


@demo.post("/demo/view-as")
@public
def view_as() -> Response:
    """Sign in as one of the cast, without a password."""
    form = ViewAs()
    if not form.validate_on_submit():
        abort(422)
    return _become(form.person.data or "")


@demo.post("/demo/resets")
@public
def reset() -> Response:
    """Set everything back to how the story begins."""
    name = current_user.name if current_user.is_authenticated else PEOPLE[0]
    session.rollback()
    set_back(current_app.config["ABM"].database_url)
    return _become(name, message="The demonstration is as it was at the beginning.")


def _become(name: str, message: str | None = None) -> Response:
    person = session.scalar(select(User).where(User.name == name, User.name.in_(PEOPLE)))
    if person is None:
        abort(422)
    token = SignIn.start(person, at=clock.now())
    commit()
    begin(token)
    return done(url_for("desk.home"), message=message or f"You look at Accountable as {person.name}.")
