"""The quick log: one line from anywhere, shown as it is understood before it is logged."""

from __future__ import annotations

from flask import request, url_for

from abm.kit import clock
from abm.kit.db import session
from abm.kit.rules import RuleBroken
from abm.kit.web import Answer, commit, done, page, wants_fragment
from abm.outbound.queue import queue_of
from abm.outbound.quick_log_sheet import QuickSheet, quick_sheet
from abm.outbound.recounting import count_latest
from abm.outbound.routes import outbound
from abm.people.access import May, me, needs
from abm.people.current import organisation
from abm.touches.logging import log_touch as log


@outbound.get("/log")
@needs(May.LOG_TOUCHES)
def quick_log() -> Answer:
    """The line, and what is understood of it; the accounts of one's own queue stand below, for the whole form."""
    sheet = quick_sheet(session(), request.args, by=me(), organisation=organisation(), at=clock.now())
    if wants_fragment():
        return page("outbound/_quick_preview.html", sheet=sheet)
    return _page(sheet, 200)


@outbound.post("/log")
@needs(May.LOG_TOUCHES)
def log_quickly() -> Answer:
    """Log what the line says; what it leaves open is asked, with everything that was typed. `look` only shows it."""
    at = clock.now()
    sheet = quick_sheet(session(), request.form, by=me(), organisation=organisation(), at=at)
    account = sheet.account(session())
    if "look" in request.form or not sheet.complete or account is None:
        return _page(sheet, 200 if "look" in request.form else 422)
    try:
        facts = sheet.facts(session(), account)
        logged = log(account, organisation=organisation(), by=me(), at=at, client_key=sheet.key, **facts)
    except RuleBroken as broken:
        session.rollback()
        return _page(sheet, 409, refused=broken.message)
    count_latest(session(), logged)
    commit(url_for("outbound.quick_log"))
    return done(url_for("outbound.quick_log"), message=f"Logged on {account.name}: {sheet.said}.")


def _page(sheet: QuickSheet, status: int, *, refused: str = "") -> Answer:
    queue = queue_of(session(), me(), organisation=organisation(), at=clock.now())
    return page(
        "outbound/quick_log.html", status, sheet=sheet, refused=refused, accounts=[one.account for one in queue.rows]
    )
