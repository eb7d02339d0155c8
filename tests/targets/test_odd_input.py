"""Input that no page offers: it is refused with a sentence, and what was typed is not lost."""

from __future__ import annotations

import pytest

from tests.targets.browsing import LIST, proposed, sign_fields
from tests.targets.conftest import Ground, Web


@pytest.mark.parametrize(
    ("address", "sent"),
    [
        (f"{LIST}/decisions", {"entries": "a\0", "set_tier": "1"}),
        (f"{LIST}/nominations", {"entries": "a\0", "priority": "high", "why": "x"}),
        (f"{LIST}/entries", {"accounts": "a\0", "tier": ""}),
        (f"{LIST}/entries/pasted", {"accounts": "a\0", "lines": "", "tier": "", "ae": "", "motion": "new"}),
    ],
)
def test_a_character_that_no_text_has_is_no_fault_of_ours(
    web: Web, ground: Ground, address: str, sent: dict[str, str]
) -> None:
    web.sign_in(ground.cast.ines)
    assert web.post(address, sent).status_code < 500


def test_the_key_of_a_form_may_hold_it_too(web: Web, ground: Ground) -> None:
    web.sign_in(ground.cast.ines)
    assert web.post("/quarters/2027-q1/list", {"idempotency_key": "k\0"}).status_code == 303


@pytest.mark.parametrize("quarter", ["1901-q1", "2999-q4"])
def test_a_quarter_that_nobody_keeps_a_list_of_is_not_there(web: Web, ground: Ground, quarter: str) -> None:
    web.sign_in(ground.cast.ines)
    for address in (f"/quarters/{quarter}/list", f"/quarters/{quarter}/list/roll-over"):
        assert web.get(address).status_code == 404
    assert web.post(f"/quarters/{quarter}/list", {}).status_code == 404


def test_lines_that_are_too_many_are_refused_before_anything_is_saved(web: Web, ground: Ground) -> None:
    web.sign_in(ground.cast.ines)
    lines = "\n".join(f"Company {number}" for number in range(2_001))
    sent = {"accounts": ground.accounts[0].public_id, "lines": lines, "tier": "", "ae": "", "motion": "new"}
    ground.session.commit()
    before = len(ground.target_list.entries)
    ground.session.commit()
    assert web.post(f"{LIST}/entries/pasted", sent).status_code in {409, 422}
    ground.session.expire_all()
    assert len(ground.target_list.entries) == before


def test_a_signature_that_is_refused_keeps_the_reason_that_was_typed(web: Web, ground: Ground) -> None:
    version = proposed(ground)
    number, digest = version.number, version.digest
    web.sign_in(ground.cast.renata)
    assert web.post(f"{LIST}/versions/{number}/signatures", sign_fields(digest)).status_code == 303
    again = sign_fields(digest, verdict="decline", comment="The third one is a competitor.")
    refused = web.post(f"{LIST}/versions/{number}/signatures", again)
    assert refused.status_code == 409
    assert "The third one is a competitor." in refused.text
