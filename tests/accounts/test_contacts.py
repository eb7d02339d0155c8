"""Contacts: their buying role, their opt-outs, and names that stay out of the permanent history."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from abm.accounts.models import Account, BuyingRole, Contact, add_contact, create_account
from abm.audit.models import Event, Personal
from abm.kit.rules import Conflict, RuleBroken
from tests.cast import Cast

AT = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)  # the 25th in Berlin


@pytest.fixture
def halden(cast: Cast) -> Account:
    return create_account(cast.organisation, name="Halden Freight", by=cast.wen, at=AT)


@pytest.fixture
def sigrid(cast: Cast, halden: Account, session: Session) -> Contact:
    contact = add_contact(halden, name="Sigrid Lie", email=" Sigrid@Halden.com", by=cast.tomas, at=AT)
    session.commit()
    return contact


def test_an_address_is_kept_in_lower_case(sigrid: Contact) -> None:
    assert (sigrid.email, sigrid.buying_role) == ("sigrid@halden.com", BuyingRole.UNKNOWN)


def test_names_and_addresses_stand_in_the_erasable_part_of_history(sigrid: Contact, session: Session) -> None:
    event = session.scalars(select(Event).where(Event.subject == "contact")).one()
    assert "Sigrid" not in str(event.content())
    assert session.get_one(Personal, event.id).data == {"name": "Sigrid Lie", "email": "sigrid@halden.com"}


@pytest.mark.parametrize(
    ("facts", "words"), [({"name": " "}, "person's name"), ({"email": "sigrid"}, "e-mail address")]
)
def test_a_contact_without_name_or_with_half_an_address_is_refused(
    cast: Cast, halden: Account, facts: dict[str, str], words: str
) -> None:
    with pytest.raises(RuleBroken, match=words):
        add_contact(halden, **{"name": "Sigrid Lie", **facts}, by=cast.tomas, at=AT)  # type: ignore[arg-type]


def test_an_opt_out_holds_for_its_channel_from_the_organisations_day(cast: Cast, sigrid: Contact) -> None:
    sigrid.opt_out("email", by=cast.tomas, at=AT)
    assert sigrid.opted_out == {"email": "2026-11-25"}
    assert not sigrid.may_be_reached_by("email")
    assert sigrid.may_be_reached_by("call")
    sigrid.opt_in("email", by=cast.tomas, at=AT)
    assert sigrid.may_be_reached_by("email")


def test_opting_out_twice_or_of_nothing_is_refused(cast: Cast, sigrid: Contact) -> None:
    sigrid.opt_out("email", by=cast.tomas, at=AT)
    with pytest.raises(RuleBroken, match="already opted out"):
        sigrid.opt_out("email", by=cast.tomas, at=AT)
    with pytest.raises(RuleBroken, match="Nobody can opt out of pigeons"):
        sigrid.opt_out("pigeons", by=cast.tomas, at=AT)


def test_of_two_edits_of_a_contact_the_second_is_refused(cast: Cast, sigrid: Contact, session: Session) -> None:
    seen = sigrid.revision
    sigrid.change(by=cast.tomas, at=AT, revision=seen, buying_role=BuyingRole.CHAMPION)
    session.commit()
    with pytest.raises(Conflict) as refused:
        sigrid.change(by=cast.priya, at=AT, revision=seen, buying_role=BuyingRole.BLOCKER)
    assert refused.value.theirs == {"buying_role": BuyingRole.CHAMPION}


def test_somebody_who_left_is_archived_and_can_come_back(cast: Cast, sigrid: Contact) -> None:
    sigrid.archive(by=cast.tomas, at=AT)
    with pytest.raises(RuleBroken, match="already archived"):
        sigrid.archive(by=cast.tomas, at=AT)
    sigrid.restore(by=cast.tomas, at=AT)
    assert sigrid.archived_at is None
