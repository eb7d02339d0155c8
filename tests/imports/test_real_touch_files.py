"""Activities as real systems hold them: each file is read, or refused in a sentence that says what it lacks."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from abm.accounts.models import add_contact, create_account, know_as
from abm.imports.staging import ColumnsMissing
from abm.touches.models import Touch
from tests.cast import Cast
from tests.imports.files import AT, actions, applied, rows, staged

Scoped = scoped_session[Session]


def test_events_of_a_salesforce_warehouse_go_to_the_accounts_that_are_known(
    cast: Cast, session: Scoped, shared_data: Path
) -> None:
    halden = create_account(cast.organisation, name="Halden", by=cast.wen, at=AT)
    ana = add_contact(halden, name="Ana Fischer", by=cast.wen, at=AT)
    know_as(halden, system="salesforce", value="0011G00000eLwuWQAS")
    know_as(ana, system="salesforce", value="0031G00001Pji7ZQAR")
    know_as(cast.marcus, system="salesforce", value="0051G000007Ez4XQAS")
    session.commit()
    content = (shared_data / "salesforce_warehouse" / "sf_event_data.csv").read_bytes()
    batch = applied(cast, session(), "touches", content)
    assert (batch.profile, batch.counts) == ("salesforce", {"add": 1, "update": 0, "same": 0, "bad": 9})
    assert {row.message for row in rows(session(), batch) if row.action == "bad"} > {
        "There is no account 0011G00000gXz9HQAS: import or add it first."
    }
    touch = session.scalars(select(Touch)).one()
    assert (touch.account, touch.contact, touch.logged_by) == (halden, ana, cast.marcus)
    assert (touch.sentence, str(touch.day)) == ("Call: no answer", "2019-11-11")


def test_tasks_that_are_errands_or_hashed_stay_out_and_say_so(cast: Cast, session: Scoped, shared_data: Path) -> None:
    halden = create_account(cast.organisation, name="Halden", by=cast.wen, at=AT)
    for value in ("0011G00000hC8aMQAS", "0011G00000jWVWoQAO"):
        know_as(halden, system="salesforce", value=value)
    session.commit()
    content = (shared_data / "salesforce_warehouse" / "sf_task_data.csv").read_bytes()
    batch = staged(cast, session(), "touches", content)
    assert set(actions(session(), batch)) == {"bad"}
    said = [row.message for row in rows(session(), batch)]
    assert said[0] == "“X” is no channel that is known here: write call, e-mail …"
    assert said[2] == "By its type this is an errand and no contact with anybody: it stays out."
    assert said[3] == "The row names no account, and nobody whom we know: write where it was."


@pytest.mark.parametrize("name", ["call", "meeting", "email", "task", "note"])
def test_engagements_without_an_account_are_refused_as_a_whole(
    cast: Cast, session: Scoped, shared_data: Path, name: str
) -> None:
    content = (shared_data / "hubspot_warehouse" / f"engagement_{name}_data.csv").read_bytes()
    with pytest.raises(ColumnsMissing, match="needs a column for “Account name” or “Id of the account”"):
        staged(cast, session(), "touches", content)
