"""An account's way through the stages: where it stands, since when and why, and what was before."""

from __future__ import annotations

from flask import Blueprint, abort

from abm.accounts.models import Account
from abm.accounts.queries import account_by_slug
from abm.kit import clock
from abm.kit.db import session
from abm.kit.web import Answer, page
from abm.people.access import May, needs
from abm.people.current import organisation
from abm.stages.told import told_way

stages = Blueprint("stages", __name__)


@stages.get("/accounts/<slug:slug>/stages")
@needs(May.READ)
def way(slug: str) -> Answer:
    """Every change of an account's stage with the facts that caused it."""
    account = _account(slug)
    told = told_way(session(), account.id, organisation().today(clock.now()))
    return page("stages/way.html", account=account, way=told)


def _account(slug: str) -> Account:
    return account_by_slug(session(), slug) or abort(404)
