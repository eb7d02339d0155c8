"""What tests of the builder send as the table does, and how they fill a large draft in a few statements."""

from __future__ import annotations

from typing import Any

from werkzeug.test import TestResponse

from abm.targets.models import Entry, Outcome
from tests.targets.browsing import LIST
from tests.targets.conftest import NOW, Ground, MakeAccounts, Web

IN_TABLE = {"HX-Request": "true"}


def at(entry: Entry, rest: str = "") -> str:
    return f"{LIST}/entries/{entry.public_id}{rest}"


def open_in_table(web: Web, address: str, **headers: str) -> TestResponse:
    web.session.rollback()
    return web.client.get(address, headers={**IN_TABLE, **headers})


def send_from_table(web: Web, address: str, data: dict[str, Any]) -> TestResponse:
    web.session.rollback()
    return web.client.post(address, data=data, headers=IN_TABLE)


def candidates(ground: Ground, count: int = 3) -> list[Entry]:
    """Accounts in the draft that nobody has said or decided anything of, saved."""
    entries = [ground.target_list.enter(one, by=ground.cast.ines, at=NOW) for one in ground.accounts[:count]]
    ground.session.commit()
    return entries


def large_draft(ground: Ground, companies: MakeAccounts, count: int) -> list[Entry]:
    """So many entries that are in, planned for Tomás, without a word; saved."""
    facts = {"list_id": ground.target_list.id, "changed_by_id": ground.cast.ines.id, "changed_at": NOW}
    entries = [
        Entry(**facts, account_id=one.id, tier=3, ae_id=ground.cast.tomas.id, outcome=Outcome.IN)
        for one in companies(count)
    ]
    ground.session.add_all(entries)
    ground.session.commit()
    return entries


def fresh(ground: Ground, entry: Entry) -> Entry:
    """An entry as the database has it by now."""
    ground.session.rollback()
    ground.session.refresh(entry)
    return entry
