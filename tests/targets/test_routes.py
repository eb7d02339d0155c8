"""Pages of the list: what narrows them, what they show as text, and that their cost does not grow."""

from __future__ import annotations

import gzip

from flask import Flask
from sqlalchemy import select

from abm.kit.db import db
from abm.targets.models import Entry, Outcome
from tests.counting import statements
from tests.targets.browsing import LIST, text
from tests.targets.conftest import NOW, Ground, MakeAccounts, Web


def test_the_current_list_is_that_of_this_quarter(web: Web, ground: Ground) -> None:
    web.sign_in(ground.cast.vera)
    assert web.get("/list").location == LIST
    assert web.get(LIST).status_code == 200


def test_filters_narrow_and_nonsense_does_not_break(web: Web, ground: Ground) -> None:
    ground.put_in(ground.accounts[0], 1)
    ground.put_in(ground.accounts[1], 2, ground.cast.marcus)
    ground.session.commit()
    web.sign_in(ground.cast.vera)
    assert "Company 0001" not in text(web.get(f"{LIST}?tier=1"))
    assert "Company 0000" not in text(web.get(f"{LIST}?ae={ground.cast.marcus.public_id}"))
    assert "Company 0001" in text(web.get(f"{LIST}?q=marcus"))
    assert "Company 0001" in text(web.get(f"{LIST}?missing=sales"))
    for nonsense in ("tier=7", "outcome=x", "ae=%00", "after=" + "9" * 16, "q=" + "x" * 300, "missing=%27"):
        assert web.get(f"{LIST}?{nonsense}").status_code in {200, 404}


def test_what_people_typed_is_shown_as_text(web: Web, ground: Ground) -> None:
    entry = ground.put_in(ground.accounts[0])
    ground.session.commit()
    web.sign_in(ground.cast.tomas)
    hostile = {"priority": "high", "why": "<script>alert(1)</script>"}
    web.post(f"{LIST}/entries/{entry.public_id}/nominations", data=hostile)
    for address in (LIST, f"{LIST}/entries/{entry.public_id}"):
        assert "<script>alert(1)" not in web.get(address).get_data(as_text=True)


def filled(ground: Ground, companies: MakeAccounts, count: int) -> None:
    """So many entries, all in and said of by both sides, with a version that waits."""
    ground.target_list.policies[2].change(max_accounts=5000, max_per_ae=5000, by=ground.cast.ines, at=NOW)
    accounts = companies(count)
    session, cast = ground.session, ground.cast
    facts = {"list_id": ground.target_list.id, "changed_by_id": cast.ines.id, "changed_at": NOW}
    session.add_all(
        Entry(**facts, account_id=one.id, tier=3, ae_id=cast.tomas.id, outcome=Outcome.IN) for one in accounts
    )
    session.flush()
    ground.propose()
    session.commit()


def counted(app: Flask, web: Web, address: str) -> int:
    """How many statements a page sends, from its second showing on."""
    web.get(address)
    with app.app_context():
        engine = db.engine
    with statements(engine) as sent:
        assert web.get(address).status_code == 200
    return len(sent)


def test_pages_ask_the_same_few_questions_whatever_the_size(
    app: Flask, web: Web, ground: Ground, companies: MakeAccounts
) -> None:
    filled(ground, companies, 150)
    web.sign_in(ground.cast.amara)
    entry = ground.session.scalars(select(Entry.public_id).limit(1)).one()
    ground.session.rollback()
    addresses = [LIST, f"{LIST}/versions/1", f"{LIST}/candidates", f"{LIST}/policy", f"{LIST}/entries/{entry}"]
    few = {address: counted(app, web, address) for address in addresses}
    body = web.get(LIST).data
    assert len(gzip.compress(body)) <= 20_000
    filled(ground, companies, 1850)
    many = {address: counted(app, web, address.replace("versions/1", "versions/2")) for address in addresses}
    assert many == few
    assert max(few.values()) <= 12, few
