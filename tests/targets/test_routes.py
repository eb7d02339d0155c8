"""The list on the web: what people see, what they may do, and what a signer is shown when the page was stale."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from abm.agreement.record import check_record
from abm.kit.db import db
from abm.people.models import User
from abm.people.seats import Side
from abm.targets.models import Entry, Membership, Outcome, Version
from tests.cast import PASSWORD, sign_in
from tests.counting import statements
from tests.targets.conftest import NOW, Ground, MakeAccounts

LIST = "/quarters/2026-q4/list"


@pytest.fixture(autouse=True)
def now() -> Iterator[None]:
    """The middle of the quarter, by the clock too."""
    with time_machine.travel(NOW, tick=False):
        yield


def text(answer: TestResponse) -> str:
    """What a reader sees, in one line."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))


@dataclass
class Web:
    """A browser beside the test's own session, which lets go of the database before each request."""

    client: FlaskClient
    session: Session

    def sign_in(self, user: User) -> None:
        sign_in(self.client, user)

    def get(self, address: str) -> TestResponse:
        self.session.rollback()
        return self.client.get(address)

    def post(self, address: str, data: dict[str, Any] | None = None) -> TestResponse:
        self.session.rollback()
        return self.client.post(address, data=data)


@pytest.fixture
def web(client: FlaskClient, ground: Ground) -> Web:
    return Web(client, ground.session)


def sign_fields(digest: str, **fields: str) -> dict[str, str]:
    return {"digest": digest, "verdict": "approve", "comment": "", **fields}


def proposed(ground: Ground, count: int = 2) -> Version:
    """A version with some accounts in tier 1, saved."""
    for account in ground.accounts[:count]:
        ground.put_in(account)
    version = ground.propose()
    ground.session.commit()
    return version


def standing(ground: Ground) -> list[str]:
    """The voices that stand on the newest version, as the database has them."""
    ground.session.rollback()
    ground.session.expire_all()
    return sorted(one.voice for one in ground.target_list.document.versions[-1].valid_signatures())


def test_a_quarter_without_a_list_offers_to_start_it(web: Web, ground: Ground) -> None:
    web.sign_in(ground.cast.ines)
    page = web.get("/quarters/2027-q1/list")
    assert "Start the list" in text(page)
    answer = web.post("/quarters/2027-q1/list", data={"idempotency_key": "k" * 32})
    assert answer.status_code == 303
    again = web.post("/quarters/2027-q1/list", data={"idempotency_key": "k" * 32})
    assert again.location == answer.location
    assert web.post("/quarters/2027-q1/list").status_code == 409
    assert web.post("/quarters/2026-q3/list").status_code == 409


def test_the_current_list_is_that_of_this_quarter(web: Web, ground: Ground) -> None:
    web.sign_in(ground.cast.vera)
    assert web.get("/list").location == LIST
    assert web.get(LIST).status_code == 200


def test_both_seats_sign_on_the_web_and_the_list_is_in_force(web: Web, ground: Ground) -> None:
    version = proposed(ground)
    address = f"{LIST}/versions/1"
    web.sign_in(ground.cast.renata)
    page = web.get(address)
    assert version.digest in page.get_data(as_text=True)
    assert web.post(f"{address}/signatures", data=sign_fields(version.digest)).status_code == 303
    assert "Waiting for Amara Osei (CMO)" in text(web.get(LIST))
    web.sign_in(ground.cast.amara)
    assert web.post(f"{address}/signatures", data=sign_fields(version.digest)).status_code == 303
    assert "in force since" in text(web.get(LIST))
    assert len(ground.session.scalars(select(Membership)).all()) == 2
    record = web.get(f"{address}/record.json")
    assert all(finding.holds for finding in check_record(record.data))


def test_a_stale_page_signs_nothing_and_shows_the_difference(web: Web, ground: Ground) -> None:
    seen = proposed(ground).digest
    entry = ground.put_in(ground.accounts[2], 3)
    ground.propose()
    ground.session.commit()
    web.sign_in(ground.cast.renata)
    for address in (f"{LIST}/versions/2/signatures", f"{LIST}/versions/1/signatures"):
        answer = web.post(address, data=sign_fields(seen))
        assert answer.status_code == 409
        assert entry.account.name in text(answer)
        assert "Look at version 2" in text(answer)
    assert standing(ground) == []


def test_a_digest_that_nobody_proposed_signs_nothing(web: Web, ground: Ground) -> None:
    proposed(ground)
    web.sign_in(ground.cast.renata)
    assert web.post(f"{LIST}/versions/1/signatures", data=sign_fields("0" * 64)).status_code == 409
    assert web.post(f"{LIST}/versions/1/signatures", data=sign_fields("rubbish")).status_code == 422
    assert web.post(f"{LIST}/versions/1/signatures", data={"verdict": "approve"}).status_code == 422
    assert web.post(f"{LIST}/versions/9/signatures", data=sign_fields("0" * 64)).status_code == 404
    assert standing(ground) == []


def test_made_up_fields_change_nothing(web: Web, ground: Ground) -> None:
    version = proposed(ground)
    web.sign_in(ground.cast.renata)
    made_up = {
        "voice": "marketing",
        "seat": "marketing",
        "side": "marketing",
        "by": ground.cast.amara.public_id,
        "person_id": str(ground.cast.amara.id),
        "deputy_for": str(ground.cast.amara.id),
        "state": "signed",
    }
    web.post(f"{LIST}/versions/1/signatures", data=sign_fields(version.digest, **made_up))
    assert standing(ground) == ["sales"]
    second = web.post(f"{LIST}/versions/1/signatures", data=sign_fields(version.digest, **made_up))
    assert second.status_code == 409
    assert standing(ground) == ["sales"]


def test_only_the_seats_sign_and_the_refusal_says_who_may(web: Web, ground: Ground) -> None:
    version = proposed(ground)
    for person in (ground.cast.ines, ground.cast.tomas, ground.cast.priya, ground.cast.wen, ground.cast.vera):
        web.sign_in(person)
        answer = web.post(f"{LIST}/versions/1/signatures", data=sign_fields(version.digest))
        assert answer.status_code == 403
        assert "Renata Voss (CRO)" in text(answer)
        assert "Sign version 1" not in text(web.get(f"{LIST}/versions/1"))
    assert standing(ground) == []


def test_signing_asks_for_the_password_when_it_was_given_long_ago(web: Web, ground: Ground) -> None:
    version = proposed(ground)
    ground.cast.renata.password_hash = None
    ground.session.commit()
    web.sign_in(ground.cast.renata)
    with time_machine.travel(NOW.replace(hour=10), tick=False):
        assert "Your password" in text(web.get(f"{LIST}/versions/1"))
        answer = web.post(
            f"{LIST}/versions/1/signatures", data=sign_fields(version.digest, confirm_password=PASSWORD + "x")
        )
        assert answer.status_code == 422
    assert standing(ground) == []


def test_a_decline_needs_a_reason_and_keeps_what_was_typed(web: Web, ground: Ground) -> None:
    version = proposed(ground)
    web.sign_in(ground.cast.amara)
    address = f"{LIST}/versions/1/signatures"
    empty = web.post(address, data=sign_fields(version.digest, verdict="decline"))
    assert empty.status_code == 422
    assert "Say why you decline" in text(empty)
    told = web.post(address, data=sign_fields(version.digest, verdict="decline", comment="No route into pharma"))
    assert told.status_code == 303
    page = text(web.get(f"{LIST}/versions/1"))
    assert "Declined" in page
    assert "No route into pharma" in page


def test_a_signature_and_a_proposal_are_withdrawn_by_whose_they_are(web: Web, ground: Ground) -> None:
    version = proposed(ground)
    ground.sign(version, Side.SALES)
    ground.session.commit()
    web.sign_in(ground.cast.amara)
    assert web.post(f"{LIST}/versions/1/signatures/withdrawals").status_code == 409
    assert web.post(f"{LIST}/versions/1/withdrawals").status_code == 403
    web.sign_in(ground.cast.renata)
    assert web.post(f"{LIST}/versions/1/signatures/withdrawals").status_code == 303
    assert standing(ground) == []
    web.sign_in(ground.cast.ines)
    assert web.post(f"{LIST}/versions/1/withdrawals").status_code == 303
    assert "Withdrawn" in text(web.get(f"{LIST}/versions/1"))


def test_an_ae_nominates_a_marketer_assesses_and_a_viewer_only_reads(web: Web, ground: Ground) -> None:
    entry = ground.put_in(ground.accounts[0])
    ground.session.commit()
    address = f"{LIST}/entries/{entry.public_id}"
    nomination = {"priority": "high", "why": "Tender is out"}
    assessment = {"readiness": "ready", "why": ""}
    for person, nominates, assesses in (
        (ground.cast.tomas, 303, 403),
        (ground.cast.ines, 303, 403),
        (ground.cast.priya, 403, 303),
        (ground.cast.vera, 403, 403),
    ):
        web.sign_in(person)
        assert web.get(address).status_code == 200
        nominated = web.post(f"{address}/nominations", data=nomination)
        assessed = web.post(f"{address}/assessments", data=assessment)
        assert (nominated.status_code, assessed.status_code) == (nominates, assesses)
        if nominates == 403:
            assert "CRO, Sales manager, AE may" in text(nominated)
    page = text(web.get(LIST))
    assert "Tender is out" in page
    assert "Ready" in page


def test_a_word_without_its_reason_comes_back_with_what_was_typed(web: Web, ground: Ground) -> None:
    entry = ground.put_in(ground.accounts[0])
    ground.session.commit()
    web.sign_in(ground.cast.tomas)
    answer = web.post(f"{LIST}/entries/{entry.public_id}/nominations", data={"priority": "low", "why": " "})
    assert answer.status_code == 422
    assert "Say why you want this account" in text(answer)
    assert re.search(r'<option[^>]*selected[^>]*value="low"|value="low"[^>]*selected', answer.get_data(as_text=True))


def placement(entry: Entry, **fields: str) -> dict[str, str]:
    ae = entry.ae.public_id if entry.ae else ""
    shown = {"tier": str(entry.tier or ""), "ae": ae, "motion": "new", "outcome": entry.outcome.value, "reason": ""}
    return {**shown, "revision": str(entry.revision), **fields}


def test_two_who_place_an_entry_from_one_page_give_one_decision_and_a_conflict(web: Web, ground: Ground) -> None:
    entry = ground.put_in(ground.accounts[0])
    ground.session.commit()
    seen = entry.revision
    address = f"{LIST}/entries/{entry.public_id}/placements"
    web.sign_in(ground.cast.ines)
    assert web.post(address, data=placement(entry, tier="2", revision=str(seen))).status_code == 303
    web.sign_in(ground.cast.priya)
    answer = web.post(address, data=placement(entry, tier="3", revision=str(seen)))
    assert answer.status_code == 409
    assert "As it stands now" in text(answer)
    ground.session.rollback()
    ground.session.refresh(entry)
    assert entry.tier == 2


def test_one_decision_for_several_is_all_or_nothing(web: Web, ground: Ground) -> None:
    entries = [ground.target_list.enter(account, by=ground.cast.ines, at=NOW) for account in ground.accounts[:3]]
    ground.session.commit()
    web.sign_in(ground.cast.ines)
    ticked = [entry.public_id for entry in entries[:2]]
    refused = web.post(f"{LIST}/decisions", data={"entries": ticked, "set_outcome": "in", "set_tier": "2"})
    assert refused.status_code == 422
    assert "Choose the AE" in text(refused)
    nothing = web.post(f"{LIST}/decisions", data={"set_outcome": "in"})
    assert nothing.status_code == 422
    ae = ground.cast.marcus.public_id
    fields = {"entries": ticked, "set_outcome": "in", "set_tier": "2", "set_ae": ae}
    assert web.post(f"{LIST}/decisions", data=fields).status_code == 303
    ground.session.rollback()
    ground.session.expire_all()
    assert [(one.tier, one.outcome) for one in entries] == [(2, Outcome.IN), (2, Outcome.IN), (None, Outcome.CANDIDATE)]
    everything = {"everything": "y", "q": "Company 0002", "set_tier": "1"}
    assert web.post(f"{LIST}/decisions", data=everything).status_code == 303
    ground.session.rollback()
    ground.session.expire_all()
    assert [one.tier for one in entries] == [2, 2, 1]


def test_candidates_are_added_by_ticks_or_by_search(web: Web, ground: Ground) -> None:
    web.sign_in(ground.cast.priya)
    page = web.get(f"{LIST}/candidates?q=company+0001")
    assert "Company 0001" in text(page)
    assert "Company 0002" not in text(page)
    assert web.post(f"{LIST}/entries", data={"accounts": []}).status_code == 422
    one = ground.accounts[1].public_id
    assert web.post(f"{LIST}/entries", data={"accounts": [one]}).status_code == 303
    everything = web.post(f"{LIST}/entries", data={"everything": "y", "q": "", "tier": "3"})
    assert everything.status_code == 303
    assert ground.session.scalars(select(Entry.tier).order_by(Entry.id)).all() == [None, 3, 3, 3, 3, 3]


def test_what_stops_a_proposal_is_listed_and_accepted_by_a_seat(web: Web, ground: Ground) -> None:
    ground.target_list.policies[0].change(max_accounts=1, by=ground.cast.ines, at=NOW)
    for account in ground.accounts[:2]:
        ground.put_in(account)
    ground.session.commit()
    web.sign_in(ground.cast.ines)
    assert "Tier 1 has 2 accounts where 1 fit" in text(web.get(LIST))
    assert web.post(f"{LIST}/versions").status_code == 409
    waiver = {"what": "tier:1", "reason": "A launch in December"}
    refused = web.post(f"{LIST}/waivers", data=waiver)
    assert refused.status_code == 403
    assert "Amara Osei (CMO)" in text(refused)
    web.sign_in(ground.cast.amara)
    assert web.post(f"{LIST}/waivers", data={**waiver, "reason": ""}).status_code == 422
    assert web.post(f"{LIST}/waivers", data={**waiver, "what": "tier:9"}).status_code == 422
    assert web.post(f"{LIST}/waivers", data=waiver).status_code == 303
    assert "A launch in December" in text(web.get(LIST))
    assert web.post(f"{LIST}/versions").location == f"{LIST}/versions/1"


def test_the_policy_says_which_number_is_wrong(web: Web, ground: Ground) -> None:
    web.sign_in(ground.cast.ines)
    terms = {
        f"tier_{policy.tier}_{name}": str(getattr(value, "value", value))
        for policy in ground.target_list.policies
        for name, value in vars(policy.terms).items()
    }
    assert web.post(f"{LIST}/policy", data=terms).status_code == 303
    wrong = web.post(f"{LIST}/policy", data={**terms, "tier_2_max_accounts": "many"})
    assert wrong.status_code == 422
    assert "Tier 2, Accounts at most" in text(wrong)
    assert web.post(f"{LIST}/policy", data={**terms, "tier_2_max_accounts": "40"}).status_code == 303
    assert ground.session.scalar(select(Entry.id)) is None
    ground.session.rollback()
    ground.session.expire_all()
    assert ground.target_list.policies[1].max_accounts == 40


def test_a_version_is_compared_with_another_or_with_a_quarter(web: Web, ground: Ground) -> None:
    ground.put_in(ground.accounts[0])
    ground.agree()
    ground.put_in(ground.accounts[1], 2)
    ground.propose()
    ground.session.commit()
    web.sign_in(ground.cast.vera)
    assert "1 in , 1 kept" in text(web.get(f"{LIST}/versions/2/diff?from=1"))
    assert "2 in" in text(web.get(f"{LIST}/versions/2/diff?from=2026-q3"))
    for wrong in ("9", "x", "2026-q9", "2" * 40):
        assert web.get(f"{LIST}/versions/2/diff?from={wrong}").status_code == 404


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
    assert {address: counted(app, web, address) for address in addresses} == few
    assert max(few.values()) <= 12, few
