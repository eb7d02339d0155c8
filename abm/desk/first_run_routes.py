"""The first run: open to whoever comes first, once. It stands on this floor since it sets up several domains."""

from __future__ import annotations

from flask import Blueprint, request, url_for
from sqlalchemy.exc import IntegrityError
from werkzeug.utils import redirect

from abm.accounts.usual_stages import add_usual_stages
from abm.campaigns.standard_templates import add_standard_templates
from abm.desk.first_run_forms import FirstRunForm
from abm.kit import clock
from abm.kit.db import session
from abm.kit.web import Answer, commit, done, page
from abm.people.access import public
from abm.people.administration import new_link
from abm.people.current import find_organisation
from abm.people.founding import found as found_organisation
from abm.people.letters import invite_by_letter, keep_for_next_page
from abm.people.locales import time_zones
from abm.people.models import Organisation, User
from abm.people.passwords import hashed
from abm.people.sessions import SignIn
from abm.people.signing_in import begin, device_of

first_run = Blueprint("first_run", __name__, url_prefix="/first-run")

THERE_ALREADY = "The organisation is founded already. Sign in, or ask whoever founded it for an invitation."


@first_run.get("")
@public
def show() -> Answer:
    """The form, as long as there is no organisation."""
    if find_organisation() is not None:
        return redirect(url_for("people.sign_in"), 303)
    return page("people/first_run.html", form=FirstRunForm(), zones=time_zones())


@first_run.post("")
@public
def found() -> Answer:
    """Found the organisation, invite the other seat, and sign the founder in. Of two at once, one founds."""
    form = FirstRunForm()
    if find_organisation() is not None:
        return done(url_for("people.sign_in"), message=THERE_ALREADY)
    if not form.validate_on_submit():
        return page("people/first_run.html", 422, form=form, zones=time_zones())
    session.rollback()  # the hash takes its time: nobody else should wait for it
    password_hash, at = hashed(form.password.data or ""), clock.now()
    try:
        organisation, founder, invited = found_organisation(session(), form.plan(password_hash), at=at)
    except IntegrityError:
        session.rollback()
        return done(url_for("people.sign_in"), message=THERE_ALREADY)
    add_usual_stages(organisation, by=founder, at=at)
    add_standard_templates(session(), by=founder, at=at)
    if form.host.data:
        form.keep(session(), by=founder, at=at)
    links = _invite(organisation, founder, invited)
    token = SignIn.start(founder, at=at, device=device_of(request.user_agent.string))
    commit()
    begin(token)
    for user, link in links:
        keep_for_next_page(user, link)
    message = f"{organisation.name} is founded, and you are signed in."
    return done(url_for("admin.links") if links else "/", message=message)


def _invite(organisation: Organisation, founder: User, invited: list[User]) -> list[tuple[User, str]]:
    """Invite by mail; hand back the links of those whom no mail reaches."""
    at, by_hand = clock.now(), []
    for user in invited:
        token = new_link(user, by=None, at=at)
        if invite_by_letter(user, token, organisation=organisation, by=founder, at=at) is None:
            by_hand.append((user, token))
    return by_hand
