"""Signing in and out, and the one-time links by which people choose a password (trust 16-18)."""

from __future__ import annotations

from flask import Blueprint, make_response, request, url_for
from flask_login import current_user
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from abm.kit import clock
from abm.kit.db import session
from abm.kit.web import Answer, commit, done, page
from abm.people.access import me, public
from abm.people.credentials import count_request, person_with
from abm.people.current import organisation
from abm.people.forms import ForgottenForm, PasswordForm, SignInForm
from abm.people.letters import tell_password_changed
from abm.people.mail import mail_server
from abm.people.passwords import hashed, needs_new_hash
from abm.people.queries import link_of
from abm.people.sessions import PasswordRequest, SignIn
from abm.people.signing_in import begin, current_sign_in, device_of, finish, way_on
from abm.people.wrong_tries import TooManyTries

people = Blueprint("people", __name__)

ASKED = "If somebody here has this address, a letter with a link is on its way. The link works for one hour."


@people.get("/sign-in")
@public
def sign_in() -> Answer:
    """The form; somebody signed in already goes on."""
    if current_user.is_authenticated:
        return redirect(way_on(request.args.get("next", "/")), 303)
    return page("people/sign_in.html", form=SignInForm())


@people.post("/sign-in")
@public
def enter() -> Answer:
    """Open a session; an unknown address, a wrong password and a deactivated person get the same answer."""
    form = SignInForm()
    if not form.validate_on_submit():
        return page("people/sign_in.html", 422, form=form)
    try:
        user = person_with(form.email.data or "", form.password.data or "")
    except TooManyTries as refusal:
        form.form_errors.append(str(refusal.description))
        answer = make_response(page("people/sign_in.html", 429, form=form))
        answer.headers["Retry-After"] = str(refusal.retry_after)
        return answer
    if user is None:
        form.form_errors.append("E-mail and password do not belong together. Check both, or choose a new password.")
        return page("people/sign_in.html", 422, form=form)
    if user.password_hash and needs_new_hash(user.password_hash):
        user.password_hash = hashed(form.password.data or "")
    token = SignIn.start(user, at=clock.now(), device=device_of(request.user_agent.string))
    commit()
    begin(token)
    return done(way_on(request.args.get("next", "/")))


@people.post("/sign-out")
@public
def sign_out() -> Response:
    """End this session on the server and forget it here. Harmless when it had ended already."""
    if current_user.is_authenticated:
        current_sign_in().end(by=me(), at=clock.now())
        commit()
    finish()
    return done(url_for("people.sign_in"), message="You are signed out.")


@people.get("/forgotten-password")
@public
def forgotten() -> Answer:
    """Ask for an address; where no mail can go, say who helps."""
    return page("people/forgotten.html", form=ForgottenForm(), sends_mail=mail_server(session()) is not None)


@people.post("/forgotten-password")
@public
def ask_for_link() -> Answer:
    """Note the request; the worker writes the letter, so that a known address takes no longer than an unknown one."""
    form = ForgottenForm()
    if not form.validate_on_submit():
        return page("people/forgotten.html", 422, form=form, sends_mail=mail_server(session()) is not None)
    count_request("forgotten", form.email.data or "")
    session.add(PasswordRequest(email=form.email.data or "", asked_at=clock.now()))
    commit()
    return done(url_for("people.sign_in"), message=ASKED)


@people.get("/links/<token:token>")
@public
def open_link(token: str) -> Answer:
    """The form behind a one-time link. Opening it does not use it up: mail scanners open links too."""
    link = link_of(session(), token)
    if link is None or not link.holds(clock.now()):
        return page("people/link_over.html", 404)
    return page("people/choose_password.html", form=PasswordForm(), user=link.user, link=link)


@people.post("/links/<token:token>")
@public
def choose_password(token: str) -> Answer:
    """Keep the password, use the link up, end all other sessions and sign in."""
    link = link_of(session(), token)
    if link is None or not link.holds(clock.now()):
        return page("people/link_over.html", 404)
    form = PasswordForm(context=(link.user.name, link.user.email or "", organisation().name))
    if not form.validate_on_submit():
        return page("people/choose_password.html", 422, form=form, user=link.user, link=link)
    session.rollback()  # the hash takes its time: nobody else should wait for it
    password_hash, at = hashed(form.password.data or ""), clock.now()
    link = link_of(session(), token, lock=True)
    if link is None or not link.holds(at):
        return page("people/link_over.html", 404)
    link.use(password_hash, at=at)
    tell_password_changed(link.user, organisation=organisation(), at=at)
    signed_in = SignIn.start(link.user, at=at, device=device_of(request.user_agent.string))
    commit()
    begin(signed_in)
    return done("/", message="Your password is kept, and you are signed in.")
