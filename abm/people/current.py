"""Whose request this is: the organisation and the seats, read once per request."""

from __future__ import annotations

from flask import Flask, abort, g, has_request_context, request, url_for
from sqlalchemy import select

from abm.kit.db import session
from abm.people.access import me
from abm.people.models import Organisation
from abm.people.programmes import Programme
from abm.people.seats import Seat, Side, programmes, seat_of, seats

# What the address of a programme's page names, and the page of another programme that says the same.
# Pages whose address names nothing else (the reviews, when they take place) stand under a word of their own.
SAME_PAGE = {
    "quarter": "targets.show",
    "week": "progress.week",
    "side": "admin.seats_page",
    "reviews": "rhythm.index",
    "rhythm": "rhythm.when",
}
REVIEW = "rhythm.review"  # the one of a week, which the pages below it lead to as well
OF_A_PROGRAMME = frozenset(
    {*SAME_PAGE.values(), "targets.current", "progress.current", "admin.announced", "admin.note_read"}
    | {"rhythm.set_when", "rhythm.series_file"}
)


def find_organisation() -> Organisation | None:
    """The organisation, or None before the first run."""
    if "organisation" not in g:
        g.organisation = session.scalar(select(Organisation))
        if g.organisation is not None:
            g.time_zone = g.organisation.time_zone
    found: Organisation | None = g.organisation
    return found


def organisation() -> Organisation:
    """The organisation. Behind `@needs` there always is one: nobody signs in before the first run."""
    found = find_organisation()
    if found is None:
        raise RuntimeError("There is no organisation yet.")
    return found


def programme() -> Programme:
    """The programme that the address names (`?programme=emea`), else the default; 404 for one that is not there."""
    if "programme" not in g:
        asked = request.args.get("programme")
        known = programmes(session())
        g.programme = next((one for one in known if one.slug == asked or (not asked and one.is_default)), None)
    found: Programme | None = g.programme
    return found if found is not None else abort(404)


def both_seats() -> dict[Side, Seat]:
    """Both seats of the address's programme."""
    return seats(session(), programme().id)


def my_seat(programme_id: int | None = None) -> Seat | None:
    """The seat that the person signed in signs for today, if any: in that programme, else in the address's."""
    asked = programme().id if programme_id is None else programme_id
    return seat_of(session(), me(), organisation().today(), asked)


def init_programmes(app: Flask) -> None:
    """Let the addresses of a quarter or a week stay in the programme of the page that leads there."""
    app.add_template_global(programme_links)

    @app.url_defaults
    def keep(endpoint: str, values: dict[str, object]) -> None:
        asked = request.args.get("programme") if has_request_context() else None
        names = any(app.url_map.is_endpoint_expecting(endpoint, name) for name in SAME_PAGE)
        if asked and (names or endpoint in OF_A_PROGRAMME):
            values.setdefault("programme", asked)


def programme_links() -> list[tuple[str, str, bool]]:
    """On the pages of a programme, the way to the same page of each: name, address, whether it is here; else none."""
    asked = request.view_args or {}
    kind = next((name for name in SAME_PAGE if name in asked or request.endpoint == SAME_PAGE[name]), None)
    if kind is None or len(known := programmes(session())) < 2:
        return []
    kept = {kind: asked[kind]} if kind in asked and kind != "side" else {}
    if kind == "week" and "quarter" in request.args:
        kept["quarter"] = request.args["quarter"]  # two quarters can share a week
    same = REVIEW if kind == "week" and request.blueprint == "rhythm" else SAME_PAGE[kind]
    here = request.args.get("programme")  # on the page that says there is no such programme, too
    return [(one.name, url_for(same, **kept, **one.address), one.address["programme"] == here) for one in known]
