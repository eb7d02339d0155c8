"""Signing asks for the password again when it was not given for 15 minutes (trust 16): in the same form, so that

a fresh signature stays two clicks. In a route that signs, before anything is loaded:

    if not confirm_password(request.form.get(PASSWORD_FIELD)):
        return page("targets/version.html", 422, version=version, password_fault=password_fault())

In its form, where `password_fault` may be missing:

    {% include "people/_confirm_password.html" %}

The fragment shows the field only when `must_confirm()` says so. Too many wrong ones end in 429 by themselves.
"""

from __future__ import annotations

from flask import request

from abm.kit import clock
from abm.people.access import me
from abm.people.credentials import is_password_of
from abm.people.signing_in import current_sign_in, must_confirm

PASSWORD_FIELD = "confirm_password"  # noqa: S105 a name, not a secret


def confirm_password(typed: str | None) -> bool:
    """Whether this person may sign now: the password was given lately, or is given here and is right.

    Call it first: it ends the transaction before it compares. The time of a right one is written with
    the route's own commit. Raises TooManyTries.
    """
    if not must_confirm():
        return True
    if not typed or not is_password_of(me(), typed):
        return False
    current_sign_in().confirmed_at = clock.now()
    return True


def password_fault() -> str:
    """What to say beside the field after `confirm_password` said no."""
    typed = request.form.get(PASSWORD_FIELD)
    return "This is not your password." if typed else "Write your password: signing asks for it after 15 minutes."
