"""The way around: what stands in the header, the sidebar and the phone's bottom bar."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, current_app, request, url_for
from flask_login import AnonymousUserMixin, current_user
from sqlalchemy.exc import DBAPIError

from abm.people.access import May, granted, me
from abm.people.current import find_organisation


@dataclass(frozen=True)
class Item:
    """One way on. `current` marks where the reader stands."""

    label: str
    href: str
    current: bool
    children: tuple[Item, ...] = ()


WEEKLY = ("progress.current", "progress.week", "progress.accounts")
MAIN = (
    ("Home", "desk.home", ("desk.home", "desk.today")),
    ("Target list", "targets.current", ("targets.", "progress.quarter_close")),
    ("Campaigns", "campaigns.index", ("campaigns.", "launching.")),
    ("Accounts", "desk.accounts", ("accounts.", "desk.account")),
    ("Weekly view", "progress.current", WEEKLY),
    ("Weekly review", "rhythm.index", ("rhythm.",)),
)
MORE = (
    ("Calendar", "desk.calendar", May.READ),
    ("Commitments", "outbound.commitments", May.READ),
    ("Meetings", "outbound.meetings", May.READ),
    ("My team", "outbound.team", May.LEAD_TEAM),
    ("Opportunities", "accounts.opportunities", May.READ),
    ("Definitions", "definitions.index", May.READ),
    ("What worked", "results.index", May.READ),
    ("Spend", "spend.index", May.READ),
    ("Imports", "imports.index", May.IMPORT),
    ("People", "admin.people_index", May.MANAGE_PEOPLE),
    ("Seats", "admin.seats_page", May.READ),
    ("Programmes", "admin.programmes_page", May.CONFIGURE),
    ("Settings", "admin.settings", May.CONFIGURE),
    ("Deal stages", "accounts.stages", May.CONFIGURE),
    ("Exchange rates", "accounts.rates", May.CONFIGURE),
    ("Audit", "audit.trail", May.READ_AUDIT),
)
PHONE = (
    ("Today", "desk.today", ("desk.today",)),
    ("Accounts", "desk.accounts", ("accounts.", "desk.account")),
    ("Log", "outbound.quick_log", ("outbound.quick_log", "outbound.log_quickly")),
    ("Week", "progress.current", WEEKLY),
)


def init_navigation(app: Flask) -> None:
    """Give every page of somebody signed in the ways that they may go."""
    app.context_processor(_navigation)


def _navigation() -> dict[str, object]:
    try:
        known = bool(current_user and current_user.is_authenticated)
    except DBAPIError:  # the page that says so must not ask the database again
        return {"organisation": None, "navigation": [], "phone_navigation": [], "current_user": AnonymousUserMixin()}
    if not known:
        return {"organisation": find_organisation(), "navigation": [], "phone_navigation": []}
    rights = granted(me())
    may_log = May.LOG_TOUCHES in rights
    more = tuple(_item(label, to, (to,)) for label, to, right in MORE if right in rights and _known(to))
    return {
        "organisation": find_organisation(),
        "navigation": [
            *(_item(*entry) for entry in MAIN if _known(entry[1])),
            Item("More", "", any(item.current for item in more), more),
        ],
        "phone_navigation": [_item(*entry) for entry in PHONE if _known(entry[1]) and (may_log or entry[0] != "Log")],
        "user_links": [_item("Your account", "account.own", ("account.",))],
        "rights": rights,
        "May": May,
    }


def _known(endpoint: str) -> bool:
    return endpoint in current_app.view_functions


def _item(label: str, endpoint: str, places: tuple[str, ...]) -> Item:
    here = request.endpoint or ""
    return Item(label, url_for(endpoint), any(here == place or here.startswith(place) for place in places))
