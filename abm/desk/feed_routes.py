"""The secret addresses of calendar feeds: made, renewed and switched off by their owner, read by calendar programs."""

from __future__ import annotations

from flask import Response, abort, url_for
from flask import session as cookie

from abm.desk.feeds import feed_text
from abm.desk.routes import desk
from abm.kit import clock
from abm.kit.db import session
from abm.kit.receipts import once
from abm.kit.web import Answer, commit, done, page
from abm.people.access import May, me, needs, public
from abm.people.current import organisation
from abm.people.feeds import FeedKind, feed_of, feeds_of, new_address, switch_off

SHOWN_ONCE = "new_feed"  # what the cookie carries from making an address to the page that shows it


@desk.get("/calendar/feeds")
@needs(May.READ)
def feeds() -> Answer:
    """One's own two feeds; a new address is shown once, and never again."""
    kind, token = cookie.pop(SHOWN_ONCE, (None, None))
    address = url_for("desk.feed", token=token, _external=True) if token else None
    return page("desk/feeds.html", kinds=list(FeedKind), open=feeds_of(session(), me()), new=kind, address=address)


@desk.post("/calendar/feeds/<any(mine, all):kind>/addresses")
@needs(May.READ)
@once
def make_feed(kind: str) -> Answer:
    """A new secret address; the one before ends."""
    cookie[SHOWN_ONCE] = (kind, new_address(me(), FeedKind(kind), at=clock.now()))
    location = url_for("desk.feeds", _anchor=kind)
    commit(location)
    return done(location, message="A new address. Copy it now: it is not shown again.")


@desk.post("/calendar/feeds/<any(mine, all):kind>/endings")
@needs(May.READ)
def end_feed(kind: str) -> Answer:
    """Switch a feed off."""
    switch_off(me(), FeedKind(kind), at=clock.now())
    commit()
    return done(url_for("desk.feeds"), message="Switched off. The address leads nowhere from now on.")


@desk.get("/calendar/feeds/<token:token>.ics")
@public
def feed(token: str) -> Answer:
    """The feed of a secret, for who has it. A wrong, old or ended one is not here."""
    found = feed_of(session(), token)
    if found is None:
        abort(404)
    body = feed_text(session(), found.user, found.kind, organisation=organisation(), at=clock.now())
    headers = {"Cache-Control": "private, max-age=300", "Content-Disposition": f'inline; filename="{found.kind}.ics"'}
    return Response(body, content_type="text/calendar; charset=utf-8", headers=headers)
