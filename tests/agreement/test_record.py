"""The signed record proves itself offline, and any change of it shows."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from abm.agreement.canonical import digest_of
from abm.agreement.record import check_record, signed_record
from abm.agreement.record_proof import own_fingerprint
from abm.cli import main
from abm.people.seats import Side
from tests.agreement.conftest import NOW, Agreed


def faults(data: bytes) -> list[str]:
    return [finding.text for finding in check_record(data) if not finding.holds]


def test_a_version_that_both_signed_holds(agreed: Agreed) -> None:
    record = signed_record(agreed.version)
    assert faults(record) == []
    said = [finding.text for finding in check_record(record)]
    assert any(text.startswith("Amara Osei approved it for marketing") for text in said)
    assert any(text.startswith("Renata Voss approved it for sales") for text in said)


def test_it_carries_the_stored_bytes(agreed: Agreed) -> None:
    record = json.loads(signed_record(agreed.version))
    assert record["content"].encode() == agreed.version.content
    assert digest_of(record["content"].encode()) == record["digest"] == agreed.version.digest


def test_the_command_checks_it_without_a_database(agreed: Agreed, tmp_path: Path) -> None:
    file = tmp_path / "record.json"
    file.write_bytes(signed_record(agreed.version))
    holds = CliRunner().invoke(main, ["verify", str(file)])
    assert holds.exit_code == 0
    assert "Amara Osei approved it for marketing" in holds.output
    assert "Compare the key" in holds.output
    assert CliRunner().invoke(main, ["verify", str(file), "--key", own_fingerprint()]).exit_code == 0
    assert CliRunner().invoke(main, ["verify", str(file), "--key", "0" * 32]).exit_code == 1
    file.write_bytes(file.read_bytes().replace(agreed.version.digest.encode(), b"0" * 64))
    broken = CliRunner().invoke(main, ["verify", str(file)])
    assert broken.exit_code == 1
    assert "BROKEN" in broken.output


def test_a_missing_or_withdrawn_signature_shows(agreed: Agreed) -> None:
    second = agreed.change_and_propose()
    agreed.sign(second, Side.SALES)
    assert faults(signed_record(second)) == ["The approval of marketing is missing."]
    agreed.target_list.withdraw_signature(second, by=agreed.cast.renata, at=NOW)
    assert faults(signed_record(second)) == [
        "The approval of marketing is missing.",
        "The approval of sales is missing.",
    ]


def change_content(record: dict[str, Any]) -> None:
    record["content"] = record["content"].replace('"tier":1', '"tier":2')


def change_content_and_digest(record: dict[str, Any]) -> None:
    change_content(record)
    record["digest"] = digest_of(record["content"].encode())


def space_out_content(record: dict[str, Any]) -> None:
    record["content"] = json.dumps(json.loads(record["content"]))
    record["digest"] = digest_of(record["content"].encode())
    for signature in record["signatures"]:
        signature["digest"] = record["digest"]


def renumber(record: dict[str, Any]) -> None:
    record["number"] = 2


def drop_a_voice(record: dict[str, Any]) -> None:
    record["voices"] = ["sales"]
    record["signatures"] = [one for one in record["signatures"] if one["voice"] == "sales"]


def one_person_for_both(record: dict[str, Any]) -> None:
    first, second = record["signatures"]
    second.update(person=first["person"], name=first["name"])


def decline(record: dict[str, Any]) -> None:
    record["signatures"][0]["verdict"] = "decline"


@pytest.mark.parametrize(
    ("tamper", "fault"),
    [
        (change_content, "The content was changed"),
        (change_content_and_digest, "signed other content"),
        (space_out_content, "not written in the one way"),
        (renumber, "speaks of another version"),
        (drop_a_voice, "The approval of marketing is missing"),
        (one_person_for_both, "One person gave more than one signature"),
        (decline, "declined it"),
    ],
)
def test_a_changed_record_does_not_hold(agreed: Agreed, tamper: Callable[[dict[str, Any]], None], fault: str) -> None:
    record = json.loads(signed_record(agreed.version))
    tamper(record)
    assert any(fault in text for text in faults(json.dumps(record).encode()))


@pytest.mark.parametrize(
    "data",
    [b"", b"\xff\xfe", b"[]", b"{}", b"null", b"[" * 100_000, b'{"format": "accountable signed record", "schema": 2}'],
)
def test_what_is_no_record_is_said_to_be_none(data: bytes) -> None:
    (finding,) = check_record(data)
    assert not finding.holds
    assert "no signed record" in finding.text
