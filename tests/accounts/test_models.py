"""Accounts: addresses of their own, domains, parents, archive, "do not approach", edits that meet."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from abm.accounts.models import Account, create_account, know_as, rows_known_as
from abm.audit.models import Event
from abm.kit.rules import Conflict, RuleBroken
from tests.cast import Cast

AT = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)


def create(cast: Cast, name: str, **facts: object) -> Account:
    return create_account(cast.organisation, name=name, by=cast.wen, at=AT, **facts)


def last_event(session: Session) -> Event:
    return session.scalars(select(Event).order_by(Event.id.desc())).first()  # type: ignore[return-value]


def test_an_account_gets_a_readable_address_of_its_own(cast: Cast) -> None:
    slugs = [create(cast, name).slug for name in ("Halden Freight GmbH", "Halden Freight GmbH", "New", "주식회사")]
    assert slugs == ["halden-freight-gmbh", "halden-freight-gmbh-2", "new-account", "account"]


def test_creating_is_recorded_with_its_facts(cast: Cast, session: Session) -> None:
    account = create(cast, " Halden Freight ", industry="Logistics", employees=420)
    event = last_event(session)
    assert (event.subject, event.verb, event.actor_id) == ("account", "created", cast.wen.id)
    assert event.after == {"name": "Halden Freight", "industry": "Logistics", "employees": 420}
    assert account.normal_name == "halden freight"


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"name": "  "}, "Write the company's name"),
        ({"name": "x" * 201}, "longer than 200"),
        ({"name": "Nul\0"}, "NUL"),
        ({"employees": -1}, "employees cannot be negative"),
        ({"revenue": 100}, "in which currency"),
        ({"industry": "i" * 41}, "industry is longer than 40"),
    ],
)
def test_facts_that_make_no_sense_are_refused(cast: Cast, facts: dict[str, object], words: str) -> None:
    with pytest.raises(RuleBroken, match=words):
        create(cast, **{"name": "Halden", **facts})  # type: ignore[arg-type]


def test_a_fact_that_no_account_has_is_a_mistake_of_the_caller(cast: Cast) -> None:
    with pytest.raises(TypeError, match="colour"):
        create(cast, "Halden", colour="blue")


def test_a_change_records_only_what_differs(cast: Cast, session: Session) -> None:
    account = create(cast, "Halden", country="Norway")
    account.change(by=cast.tomas, at=AT, country="Norway", city="Oslo")
    assert (last_event(session).before, last_event(session).after) == ({"city": ""}, {"city": "Oslo"})


def test_a_change_of_nothing_leaves_no_trace(cast: Cast, session: Session) -> None:
    account = create(cast, "Halden", country="Norway")
    before = last_event(session).id
    account.change(by=cast.tomas, at=AT, country="Norway")
    assert last_event(session).id == before


def test_of_two_edits_from_one_state_the_second_is_refused_with_both_values(cast: Cast, session: Session) -> None:
    account = create(cast, "Halden", city="Oslo")
    session.commit()
    seen = account.revision
    account.change(by=cast.tomas, at=AT, revision=seen, city="Bergen")
    session.commit()
    with pytest.raises(Conflict) as refused:
        account.change(by=cast.priya, at=AT, revision=seen, city="Tromsø", segment="Enterprise")
    assert refused.value.theirs == {"city": "Bergen", "segment": ""}
    assert refused.value.yours == {"city": "Tromsø", "segment": "Enterprise"}
    assert account.city == "Bergen"


def test_an_edit_of_domains_counts_as_a_revision(cast: Cast, session: Session) -> None:
    account = create(cast, "Halden")
    session.commit()
    seen = account.revision
    account.set_domains(["halden.com"], by=cast.tomas, at=AT)
    session.commit()
    assert account.revision > seen


def test_domains_are_cleaned_and_hosts_never_identify(cast: Cast) -> None:
    account = create(cast, "Halden")
    domains = ["https://www.Halden.com/about", "play.google.com", "halden.blogspot.com"]
    account.set_domains(domains, shared=["group.example"], by=cast.tomas, at=AT)
    assert {one.domain: one.identifies for one in account.domains} == {
        "halden.com": True,
        "play.google.com": False,
        "halden.blogspot.com": False,
        "group.example": False,
    }


def test_a_domain_identifies_one_account_only(cast: Cast) -> None:
    create(cast, "Halden").set_domains(["halden.com"], by=cast.tomas, at=AT)
    other = create(cast, "Halden Air")
    with pytest.raises(RuleBroken, match=r"halden.com already identifies Halden\. Add it as a shared domain"):
        other.set_domains(["halden.com"], by=cast.tomas, at=AT)
    other.set_domains([], shared=["halden.com"], by=cast.tomas, at=AT)
    assert [one.identifies for one in other.domains] == [False]


def test_a_domain_can_change_from_shared_to_identifying_and_move(cast: Cast, session: Session) -> None:
    first, second = create(cast, "Halden"), create(cast, "Halden Air")
    first.set_domains([], shared=["halden.com"], by=cast.tomas, at=AT)
    first.set_domains(["halden.com"], by=cast.tomas, at=AT)
    first.set_domains(["halden.no"], by=cast.tomas, at=AT)
    second.set_domains(["halden.com"], by=cast.tomas, at=AT)
    session.commit()
    assert [(one.domain, one.identifies) for one in second.domains] == [("halden.com", True)]


@pytest.mark.parametrize("text", ["halden", "hal den.com", "http://", "-.com", "x" * 300 + ".com", "halden.com;drop"])
def test_what_is_no_domain_is_refused_with_a_sentence(cast: Cast, text: str) -> None:
    with pytest.raises(RuleBroken, match="is not a web domain: write one like"):
        create(cast, "Halden").set_domains([text], by=cast.tomas, at=AT)


def test_an_account_is_never_its_own_ancestor(cast: Cast) -> None:
    group = create(cast, "Halden Group")
    daughter = create(cast, "Halden Freight", parent=group)
    granddaughter = create(cast, "Halden Air", parent=daughter)
    for parent in (group, daughter, granddaughter):
        with pytest.raises(RuleBroken, match="cannot be its parent"):
            group.change(by=cast.wen, at=AT, parent=parent)


def test_a_parent_knows_its_children(cast: Cast, session: Session) -> None:
    group = create(cast, "Halden Group")
    create(cast, "Halden Freight", parent=group)
    create(cast, "Halden Air", parent=group)
    session.commit()
    session.expire_all()
    assert [child.name for child in group.children] == ["Halden Air", "Halden Freight"]


def test_do_not_approach_holds_through_its_last_day(cast: Cast) -> None:
    account = create(cast, "Halden")
    account.leave_alone("In court with us", until=date(2026, 11, 30), by=cast.ines, at=AT)
    assert not account.approachable_on(date(2026, 11, 30))
    assert account.approachable_on(date(2026, 12, 1))
    account.approach_again(by=cast.ines, at=AT)
    assert account.approachable_on(date(2026, 11, 24))


def test_do_not_approach_needs_a_reason(cast: Cast) -> None:
    with pytest.raises(RuleBroken, match="Say why"):
        create(cast, "Halden").leave_alone(" ", until=None, by=cast.ines, at=AT)


def test_an_archived_account_is_not_approached_until_restored(cast: Cast) -> None:
    account = create(cast, "Halden")
    account.archive(by=cast.wen, at=AT)
    assert not account.approachable_on(date(2026, 11, 24))
    with pytest.raises(RuleBroken, match="already archived"):
        account.archive(by=cast.wen, at=AT)
    account.restore(by=cast.wen, at=AT)
    assert account.approachable_on(date(2026, 11, 24))


def test_a_name_in_another_system_belongs_to_one_row(cast: Cast, session: Session) -> None:
    first, second = create(cast, "Halden"), create(cast, "Orbis")
    know_as(first, system="salesforce", value="001A")
    know_as(first, system="salesforce", value="001A")
    with pytest.raises(RuleBroken, match="salesforce already names another account 001A"):
        know_as(second, system="salesforce", value="001A")
    assert rows_known_as(session, system="salesforce", kind="account") == {"001A": first.id}
