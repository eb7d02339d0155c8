"""Who is left alone in files of touches: as the file itself says, and as it is said while the file comes in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session, scoped_session

from abm.accounts.models import Account, Contact, add_contact, create_account
from abm.imports import touch_rows
from abm.imports.applying import apply_import
from abm.kit.rules import RuleBroken
from abm.touches.models import Touch
from tests.cast import Cast
from tests.imports.files import AT, actions, applied, rows, staged

Scoped = scoped_session[Session]
HEAD = "date,account,type,contact,outcome\n"


@pytest.fixture
def halden(cast: Cast, session: Scoped) -> Account:
    """An account with Ana and Ben."""
    account = create_account(cast.organisation, name="Halden", by=cast.wen, at=AT)
    for name in ("Ana Fischer", "Ben Adler"):
        add_contact(account, name=name, by=cast.wen, at=AT)
    session.commit()
    return account


def test_whoever_opted_out_in_a_row_is_left_alone_in_every_later_one(
    cast: Cast, session: Scoped, halden: Account
) -> None:
    """Later by the moment, wherever the row stands in the file."""
    lines = HEAD + (
        "2026-11-13,Halden,e-mail,Ana Fischer,sent\n"
        "2026-11-12 09:00,Halden,e-mail,Ana Fischer,sent\n"
        "2026-11-12 10:00,Halden,e-mail,Ana Fischer,unsubscribed\n"
        "2026-11-12 11:00,Halden,e-mail,Ana Fischer,sent\n"
        "2026-11-13,Halden,e-mail,Ana Fischer,replied\n"
        "2026-11-13,Halden,call,Ana Fischer,connected\n"
        "2026-11-13,Halden,e-mail,Ben Adler,sent\n"
    )
    batch = applied(cast, session(), "touches", lines)
    assert actions(session(), batch) == ["bad", "add", "add", "bad", "add", "add", "add"]
    assert rows(session(), batch)[0].message == (
        "Ana Fischer had opted out of email by then, as row 4 says: correct one of the two, or leave it."
    )
    ana = session.scalars(select(Contact).where(Contact.name == "Ana Fischer")).one()
    assert ana.opted_out == {"email": "2026-11-12"}


@pytest.mark.parametrize("what", ["account", "contact"])
def test_what_is_said_while_a_file_is_applied_counts_for_it(
    cast: Cast, session: Scoped, halden: Account, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """Another commits in the moment in which we wait for the accounts."""
    batch = staged(cast, session(), "touches", HEAD + "2026-11-20,Halden,e-mail,Ana Fischer,sent\n")
    said: Any = update(Contact).values(opted_out={"email": "2026-11-20"})
    if what == "account":
        said = update(Account).values(do_not_approach="They asked us to")

    def wait(one: Session, ids: Iterable[int]) -> None:
        assert set(ids) == {halden.id}
        one.execute(said.execution_options(synchronize_session=False))

    monkeypatch.setattr(touch_rows, "hold_accounts", wait)
    seen = batch.revision
    assert not apply_import(batch, revision=seen, organisation=cast.organisation, by=cast.wen, at=AT)
    assert actions(session(), batch) == ["bad"]
    assert batch.revision > seen
    assert list(session.scalars(select(Touch))) == []


def test_whoever_moves_to_another_account_meanwhile_is_confirmed_once_more(
    cast: Cast, session: Scoped, halden: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    orbis = create_account(cast.organisation, name="Orbis", by=cast.wen, at=AT)
    cleo = add_contact(halden, name="Cleo Marsh", email="cleo@halden.example", by=cast.wen, at=AT)
    session.commit()
    batch = staged(cast, session(), "touches", "date,email,type\n2026-11-20,cleo@halden.example,e-mail\n")
    moved: Any = update(Contact).where(Contact.id == cleo.id).values(account_id=orbis.id)
    monkeypatch.setattr(touch_rows, "hold_accounts", lambda one, ids: one.execute(moved))  # noqa: ARG005 as it is called
    with pytest.raises(RuleBroken, match="Nothing is applied: confirm once more"):
        apply_import(batch, revision=batch.revision, organisation=cast.organisation, by=cast.wen, at=AT)
