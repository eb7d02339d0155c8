"""The list of accounts: search as you type, narrow, sort, page."""

from __future__ import annotations

from flask import request

from abm.accounts.listing import NOBODY, AccountFilter
from abm.accounts.paging import Cursor
from abm.desk.accounts import accounts_page
from abm.desk.routes import desk
from abm.kit import clock
from abm.kit.db import session
from abm.kit.web import Answer, page
from abm.people.access import May, me, needs
from abm.people.current import organisation

FILTERS = ("q", "industry", "country", "segment", "ae", "whose", "state")


@desk.get("/accounts")
@needs(May.READ)
def accounts() -> Answer:
    """All accounts, or those that a search and filters leave; the view stands in its address."""
    wanted = AccountFilter(**{name: request.args.get(name, "") for name in FILTERS})
    tier, sort = request.args.get("tier", ""), request.args.get("sort", "name")
    found = accounts_page(
        session(),
        wanted,
        Cursor(after=request.args.get("after", ""), before=request.args.get("before", "")),
        tier=tier,
        sort=sort,
        organisation=organisation(),
        me=me(),
        at=clock.now(),
    )
    return page("desk/accounts.html", found=found, wanted=wanted, tier=tier, sort=sort, nobody=NOBODY)
