"""Signing the list on the web: exactly what was seen, by the seats alone, and withdrawn by whose it is."""

from __future__ import annotations

import time_machine
from sqlalchemy import select

from abm.agreement.record import check_record
from abm.people.seats import Side
from abm.targets.models import Membership
from tests.cast import PASSWORD
from tests.targets.browsing import LIST, proposed, sign_fields, standing, text
from tests.targets.conftest import NOW, Ground, Web


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
    assert len(ground.session.scalars(select(Membership).where(~Membership.carried)).all()) == 2
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
