"""One's own account: the password, the devices that are signed in, and the days one is away."""

from __future__ import annotations

from flask import Blueprint, abort, url_for
from werkzeug.wrappers import Response

from abm.kit import clock
from abm.kit.db import session
from abm.kit.receipts import once
from abm.kit.web import Answer, commit, done, page
from abm.people.access import May, me, needs
from abm.people.credentials import is_password_of
from abm.people.current import organisation
from abm.people.forms import ChangePasswordForm, DaysForm
from abm.people.letters import tell_password_changed
from abm.people.passwords import hashed
from abm.people.queries import absences_from, open_sessions
from abm.people.seats import Absence, note_absence
from abm.people.sessions import SignIn, end_links, end_sessions
from abm.people.signing_in import current_sign_in

account = Blueprint("account", __name__, url_prefix="/account")


@account.get("")
@needs(May.READ)
def own() -> Answer:
    """Everything about one's own access on one page."""
    return _own_page(DaysForm())


@account.get("/password")
@needs(May.READ)
def password() -> Answer:
    return page("people/password.html", form=ChangePasswordForm())


@account.post("/password")
@needs(May.READ)
def change_password() -> Answer:
    """Keep a new password, for who knows the old one. All other devices are signed out."""
    form = ChangePasswordForm(context=(me().name, me().email or "", organisation().name))
    shaped = form.validate_on_submit()
    if shaped and not is_password_of(me(), form.current.data or ""):
        form.current.errors = ["This is not your password as it is now."]
        shaped = False
    if not shaped:
        return page("people/password.html", 422, form=form)
    user, password_hash, at = me(), hashed(form.password.data or ""), clock.now()
    user.choose_password(password_hash, by=user, at=at)
    end_sessions(user, at=at, but=current_sign_in())
    end_links(user, at=at)
    current_sign_in().confirmed_at = at
    tell_password_changed(user, organisation=organisation(), at=at)
    commit()
    return done(url_for("account.own"), message="Your password is changed. All other devices were signed out.")


@account.post("/sessions/<number:number>/end")
@needs(May.READ)
def end_session(number: int) -> Response:
    """Sign one device out. Somebody else's session is not to be found."""
    row = session.get(SignIn, number)
    if row is None or row.user_id != me().id:
        abort(404)
    row.end(by=me(), at=clock.now())
    commit()
    return done(url_for("account.own"), message=f"{row.device or 'The device'} is signed out.")


@account.post("/sessions/end-others")
@needs(May.READ)
def end_other_sessions() -> Response:
    """Sign all other devices out."""
    end_sessions(me(), at=clock.now(), but=current_sign_in())
    commit()
    return done(url_for("account.own"), message="All other devices are signed out.")


@account.post("/absences")
@needs(May.READ)
@once
def note_own_absence() -> Answer:
    """Write down days on which nothing is due from oneself."""
    form = DaysForm()
    if not form.validate_on_submit():
        return _own_page(form, 422)
    first, last = form.first_day.data, form.last_day.data
    note_absence(me(), first_day=first, last_day=last, by=me(), at=clock.now())  # type: ignore[arg-type]
    location = url_for("account.own")
    commit(location)
    return done(location, message="Noted. Nothing is due from you on these days.")


@account.post("/absences/<number:number>/removal")
@needs(May.READ)
def remove_own_absence(number: int) -> Response:
    """Take days of one's own back."""
    row = session.get(Absence, number)
    if row is None or row.user_id != me().id:
        abort(404)
    row.remove(by=me(), at=clock.now())
    commit()
    return done(url_for("account.own"), message="Removed. What is due is due again.")


def _own_page(form: DaysForm, status: int = 200) -> Answer:
    at = clock.now()
    return page(
        "people/account.html",
        status,
        form=form,
        sessions=open_sessions(session(), me(), at),
        this_session=current_sign_in(),
        absences=absences_from(session(), me(), organisation().today(at)),
    )
