"""The audit trail as a page. It stands here and not in `audit`, which knows neither people nor permissions."""

from __future__ import annotations

from flask import Blueprint, request

from abm.audit.queries import Wanted, kinds, page_of_events
from abm.kit.converters import LARGEST
from abm.kit.db import session
from abm.kit.web import Answer, page
from abm.people.access import May, may, me, needs
from abm.people.queries import everybody_named, person_by_public_id

audit = Blueprint("audit", __name__, url_prefix="/admin/audit")


@audit.get("")
@needs(May.READ_AUDIT)
def trail() -> Answer:
    """Events, newest first, narrowed by who, what was done, and to what."""
    who = person_by_public_id(session(), request.args.get("who", "")[:16])
    wanted = Wanted(
        actor_id=who.id if who else None,
        verb=request.args.get("verb", "")[:40],
        subject=request.args.get("subject", "")[:40],
        subject_id=_number("number"),
    )
    sees_personal = may(me(), May.MANAGE_PEOPLE)
    entries, more = page_of_events(session(), wanted, before=_number("before"), personal=sees_personal)
    verbs, subjects = kinds(session())
    people = everybody_named(session())
    return page(
        "audit/trail.html",
        entries=entries,
        more=more,
        wanted=wanted,
        who=who,
        people=people,
        names={user_id: name for user_id, _public_id, name in people},
        verbs=verbs,
        subjects=subjects,
        sees_personal=sees_personal,
    )


def _number(name: str) -> int | None:
    """A whole number of the address; nonsense counts as none."""
    text = request.args.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 11 and int(text) <= LARGEST else None
