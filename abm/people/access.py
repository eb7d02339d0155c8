"""Who may do what: one enum, one table of grants, one decorator. A route without either fails the suite."""

from __future__ import annotations

import enum
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar, cast
from urllib.parse import urlsplit

from flask import redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from abm.kit.errors import Forbidden
from abm.people.models import Role, User

P = ParamSpec("P")
R = TypeVar("R")


class May(enum.StrEnum):
    """Something that a person may do. Signing is not among them: a seat signs, see `people.seats`."""

    READ = "read accounts, lists, campaigns and figures"
    EDIT_ACCOUNTS = "add and change accounts and contacts"
    ASSIGN_ACCOUNTS = "say which AE answers for an account"
    IMPORT = "import files"
    NOMINATE = "nominate accounts for Sales"
    ASSESS = "assess accounts for Marketing"
    COMMENT = "comment on accounts of the list"
    EDIT_LIST = "change the draft of the target list"
    PROPOSE_LIST = "propose the target list"
    DEFINE = "write and propose definitions"
    PLAN_CAMPAIGNS = "plan and launch campaigns"
    REVIEW_CAMPAIGNS = "review campaigns for Sales"
    LOG_TOUCHES = "log touches"
    RECORD_PLAYS = "record plays that happened"
    KEEP_SPEND = "keep the ledger of marketing spend"
    RUN_REVIEW = "run the weekly review"
    LEAD_TEAM = "see and hand over a team's commitments"
    MANAGE_PEOPLE = "invite and deactivate people, and fill the seats"
    CONFIGURE = "change the organisation's settings"
    READ_AUDIT = "read the audit trail"


EVERYONE = frozenset({May.READ})
SALES = EVERYONE | {May.EDIT_ACCOUNTS, May.LOG_TOUCHES, May.COMMENT}
MARKETING = EVERYONE | {
    May.EDIT_ACCOUNTS,
    May.LOG_TOUCHES,
    May.ASSESS,
    May.COMMENT,
    May.EDIT_LIST,
    May.PROPOSE_LIST,
    May.DEFINE,
    May.PLAN_CAMPAIGNS,
    May.RECORD_PLAYS,
    May.KEEP_SPEND,
    May.RUN_REVIEW,
}
MANAGING = SALES | {
    May.ASSIGN_ACCOUNTS,
    May.NOMINATE,
    May.EDIT_LIST,
    May.PROPOSE_LIST,
    May.DEFINE,
    May.REVIEW_CAMPAIGNS,
    May.LEAD_TEAM,
    May.RUN_REVIEW,
}

GRANTS: dict[Role, frozenset[May]] = {
    Role.CMO: MARKETING | {May.LEAD_TEAM, May.IMPORT, May.MANAGE_PEOPLE, May.CONFIGURE, May.READ_AUDIT},
    Role.CRO: MANAGING | {May.IMPORT, May.MANAGE_PEOPLE, May.CONFIGURE, May.READ_AUDIT},
    Role.MARKETER: MARKETING,
    Role.SALES_MANAGER: MANAGING,
    Role.AE: SALES | {May.NOMINATE, May.REVIEW_CAMPAIGNS},
    Role.SDR: SALES,
    Role.REVOPS: EVERYONE
    | {
        May.EDIT_ACCOUNTS,
        May.ASSIGN_ACCOUNTS,
        May.IMPORT,
        May.RECORD_PLAYS,
        May.KEEP_SPEND,
        May.RUN_REVIEW,
        May.COMMENT,
        May.EDIT_LIST,
        May.PROPOSE_LIST,
        May.DEFINE,
        May.MANAGE_PEOPLE,
        May.CONFIGURE,
        May.READ_AUDIT,
    },
    Role.VIEWER: EVERYONE,
}


def granted(user: User) -> frozenset[May]:
    """Everything that a person's roles let them do."""
    return frozenset().union(*(GRANTS[role] for role in user.roles))


def may(user: User, permission: May) -> bool:
    """Whether one of a person's roles lets them do this."""
    return any(permission in GRANTS[role] for role in user.roles)


def who_may(permission: May) -> list[str]:
    """The roles that may do this, in words."""
    return [role.label for role, grants in GRANTS.items() if permission in grants]


def needs(permission: May) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let only those in who may. Anonymous people are asked to sign in and come back here."""

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
            if not current_user.is_authenticated:
                return cast(R, ask_to_sign_in())
            if not may(current_user, permission):
                raise Forbidden(f"Your role does not let you {permission}.", may=who_may(permission))
            return view(*args, **kwargs)

        wrapper.access = permission  # type: ignore[attr-defined]
        return wrapper

    return decorate


def public(view: Callable[P, R]) -> Callable[P, R]:
    """Mark a view that anyone may open, signed in or not."""
    view.access = None  # type: ignore[attr-defined]
    return view


def ask_to_sign_in() -> Response:
    """To the sign-in page, and back afterwards: to this page, or after an expired form to the one it stood on."""
    page = request.full_path if request.method == "GET" else urlsplit(request.referrer or "/").path
    target = url_for("people.sign_in", next=page.rstrip("?"))
    if request.headers.get("HX-Request"):
        return Response(status=401, headers={"HX-Redirect": target})
    return redirect(target, 303)


def me() -> User:
    """The person who is signed in, as a model: Flask-Login's proxy is never handed to the domain."""
    return cast(User, current_user._get_current_object())
