"""Pages that gather: home, Today, the account's page, and search."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, abort, redirect, request, url_for

from abm.desk.account_page import account_overview
from abm.desk.searching import found_by
from abm.desk.summary import imports_with_bad_rows, summary_of
from abm.desk.waiting import needs_me
from abm.kit import clock
from abm.kit.db import session
from abm.kit.text import one_line
from abm.kit.web import Answer, page
from abm.outbound.account_work import work_on
from abm.outbound.queries import to_accept
from abm.outbound.queue import queue_of
from abm.outbound.touch_form import quick_outcomes
from abm.people.access import May, may, me, needs
from abm.people.current import organisation
from abm.people.models import Role, User
from abm.people.programmes import DEFAULT_PROGRAMME
from abm.people.seats import seats_signed_for
from abm.touches.sides import sides_of

desk = Blueprint("desk", __name__)

LEADERS = (Role.CMO, Role.CRO, Role.SALES_MANAGER, Role.MARKETER, Role.REVOPS)
LONGEST_SEARCH = 80


@desk.get("/")
@needs(May.READ)
def home() -> Answer:
    """What needs me now, and what my role looks at first. Whoever sells starts with Today."""
    if lives_in_today(me()):
        return redirect(url_for("desk.today"))
    keeps_data, at = me().is_one_of(Role.REVOPS), clock.now()
    return page(
        "desk/home.html",
        needs=needs_me(session(), me(), organisation()),
        summary=summary_of(session(), organisation=organisation(), at=at, programme_id=_own_programme(at)),
        keeps_data=keeps_data,
        bad_imports=imports_with_bad_rows(session()) if keeps_data else (),
    )


def _own_programme(at: datetime) -> int:
    """The programme whose list a person signs; for everybody else the default one."""
    signing = seats_signed_for(session(), me(), organisation().today(at))
    return signing[0].programme_id if signing else DEFAULT_PROGRAMME


@desk.get("/today")
@needs(May.READ)
def today() -> Answer:
    """One queue: promises that are due, whoever waits for an answer, and who was longest without contact."""
    at = clock.now()
    queue = queue_of(session(), me(), organisation=organisation(), at=at)
    return page(
        "desk/today.html",
        needs=needs_me(session(), me(), organisation(), promises=to_accept(queue.mine)),
        queue=queue,
        day=organisation().today(at),
        outcomes=quick_outcomes(),
        side=sides_of(me())[0],
    )


@desk.get("/accounts/<slug:slug>")
@needs(May.READ)
def account(slug: str) -> Answer:
    """The account: who owns it on each side, where it stands, what each side owes, and what both did."""
    at = clock.now()
    overview = account_overview(session(), slug, organisation=organisation(), at=at) or abort(404)
    may_log = may(me(), May.LOG_TOUCHES) and overview.account.archived_at is None
    work = work_on(session(), overview.account, by=me(), organisation=organisation(), at=at, may_log=may_log)
    return page(
        "desk/account.html",
        overview=overview,
        account=overview.account,
        deals=overview.deals,
        children_deals=overview.children_deals,
        work=work,
    )


@desk.get("/search")
@needs(May.READ)
def search() -> Answer:
    """Accounts, contacts, campaigns and people by name."""
    text = _asked()
    return page("desk/search.html", text=text, found=found_by(session(), text) if text else None)


def lives_in_today(user: User) -> bool:
    """Whether a person's home is Today: they work accounts and lead nothing."""
    return user.is_one_of(Role.AE, Role.SDR) and not user.is_one_of(*LEADERS)


def _asked() -> str:
    return one_line(request.args.get("q", "")[: 4 * LONGEST_SEARCH])[:LONGEST_SEARCH]
