"""An account's whole history on lists, as a page of its own."""

from __future__ import annotations

from flask import abort
from sqlalchemy import select

from abm.accounts.models import Account
from abm.desk.routes import desk
from abm.kit import clock
from abm.kit.db import session
from abm.kit.web import Answer, page
from abm.people.access import May, needs
from abm.people.current import organisation
from abm.targets.account_lists import account_lists as lists_of


@desk.get("/accounts/<slug:slug>/lists")
@needs(May.READ)
def account_lists(slug: str) -> Answer:
    """Every quarter and version: came in, moved tier, changed hands, left; when, why and by whom."""
    account = session.execute(select(Account.id, Account.name, Account.slug).where(Account.slug == slug)).first()
    if account is None:
        abort(404)
    found = lists_of(session(), account.id, organisation=organisation(), now=clock.now())
    return page("desk/account_lists.html", account=account, found=found)
