"""Settings of the organisation: its name, its time zone as long as nothing depends on it, and the way letters leave."""

from __future__ import annotations

from flask import url_for
from werkzeug.wrappers import Response

from abm.kit import clock
from abm.kit.db import session
from abm.kit.rules import refuse, require
from abm.kit.web import Answer, commit, done, page
from abm.people.access import May, me, needs
from abm.people.admin_routes import admin
from abm.people.current import organisation
from abm.people.forms import MailServerForm, OrganisationForm
from abm.people.letters import send_test
from abm.people.locales import time_zones, zone_named
from abm.people.mail import MailServer, mail_server
from abm.people.queries import facts_exist, letters_in_trouble


@admin.get("/settings")
@needs(May.CONFIGURE)
def settings() -> Answer:
    return _page()


@admin.post("/settings")
@needs(May.CONFIGURE)
def update_organisation() -> Answer:
    """Rename the organisation, or count its days elsewhere while nothing was counted yet."""
    form, settled = OrganisationForm(), facts_exist(session())
    zone = organisation().time_zone if settled else zone_named(form.time_zone.data or "")
    fits = form.validate_on_submit()
    if zone is None:
        form.time_zone.errors = ["There is no such time zone. Choose one from the list, such as Europe/Berlin."]
    if not fits or zone is None:
        return _page(422, form=form)
    at = clock.now()
    organisation().rename(form.name.data or "", by=me(), at=at)
    organisation().move(zone, by=me(), at=at)
    if form.backdating_days.data is not None:
        organisation().log_back(form.backdating_days.data, by=me(), at=at)
    commit()
    return done(url_for("admin.settings"), message="Saved.")


@admin.post("/settings/mail-server")
@needs(May.CONFIGURE)
def update_mail_server() -> Answer:
    """Send letters through this server. An empty password field keeps the password that is there."""
    form = MailServerForm()
    if not form.validate_on_submit():
        return _page(422, mail_form=form)
    form.keep(session(), by=me(), at=clock.now())
    commit()
    return done(url_for("admin.settings"), message="The mail server is saved. Send yourself a test.")


@admin.post("/settings/mail-server/removal")
@needs(May.CONFIGURE)
def remove_mail_server() -> Response:
    """Send no more mail: links are then handed over by people."""
    server = _server()
    server.remove(by=me(), at=clock.now())
    commit()
    return done(url_for("admin.settings"), message="Accountable sends no more mail.")


@admin.post("/settings/mail-server/tests")
@needs(May.CONFIGURE)
def test_mail_server() -> Response:
    """Write oneself a letter through this server."""
    _server()
    letter = send_test(me(), organisation=organisation(), at=clock.now())
    require(letter, "You have no e-mail address yet.")
    commit()
    message = f"A test is on its way to {me().email}. If it does not arrive, this page says why."
    return done(url_for("admin.settings"), message=message)


def _server() -> MailServer:
    server = mail_server(session())
    if server is None:
        refuse("There is no mail server yet. Save one first.")
    return server


def _page(status: int = 200, form: OrganisationForm | None = None, mail_form: MailServerForm | None = None) -> Answer:
    server = mail_server(session())
    blank = {"formdata": None} if form or mail_form else {}
    count, letter = letters_in_trouble(session())
    own = {name: getattr(organisation(), name) for name in ("name", "time_zone", "backdating_days")}
    return page(
        "admin/settings.html",
        status,
        form=form or OrganisationForm(data=own, **blank),
        mail_form=mail_form or MailServerForm(obj=server, **blank),
        server=server,
        zones=time_zones(),
        settled=facts_exist(session()),
        stuck=count,
        stuck_letter=letter,
    )
