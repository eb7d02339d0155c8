"""One changed byte of a signed record is found, wherever it stands; and so is a record that somebody else wrote."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from abm.agreement.canonical import freeze
from abm.agreement.models import Document, Signature, Standing, State, Verdict, Version, Voice
from abm.agreement.record import Finding, check_record, signed_record
from abm.agreement.record_proof import own_fingerprint, proven, rendered
from abm.kit import keys
from abm.people.models import User

AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="module", autouse=True)
def secret() -> Iterator[None]:
    """A secret of these tests' own; what was installed before comes back."""
    before = list(keys._secret)
    keys.install("the secret of Fathom Freightware")
    yield
    keys._secret[:] = before


@pytest.fixture(scope="module")
def file(secret: None) -> bytes:
    """A version that Amara and Ines, for Renata, signed; never saved anywhere."""
    amara, renata, ines = (User(public_id=name * 4, name=name.title()) for name in ("amar", "rena", "ines"))
    frozen = freeze(kind="target list", document="d" * 16, number=1, predecessor=None, content={"quarter": "2026-q4"})
    version = Version(
        document=Document(public_id="d" * 16, kind="target list"),
        number=1,
        content=frozen.content,
        digest=frozen.digest,
        proposed_by=ines,
        proposed_at=AT,
        voices=[Voice(voice="marketing"), Voice(voice="sales")],
        standing=Standing(state=State.SIGNED, starts=AT, ends=None),
    )
    said: dict[str, Any] = {"version": version, "verdict": Verdict.APPROVE, "at": AT, "digest": frozen.digest}
    Signature(voice="marketing", person=amara, comment="Tier 1 is right now", **said)
    Signature(voice="sales", person=ines, deputy_for=renata, comment="", **said)
    return signed_record(version)


def faults(data: bytes, key: str = "") -> list[str]:
    return [finding.text for finding in check_record(data, key=key) if not finding.holds]


def test_it_holds_as_it_was_written_and_names_its_key(file: bytes) -> None:
    assert faults(file) == []
    assert faults(file, own_fingerprint().upper().replace(" ", ":")) == []
    assert any(own_fingerprint() in finding.text for finding in check_record(file))


def test_every_single_byte_counts(file: bytes) -> None:
    chance = random.Random(42)  # noqa: S311 the same changes each time
    unseen = [
        place
        for place in range(len(file))
        if not faults(file[:place] + bytes([(file[place] + chance.randrange(1, 256)) % 256]) + file[place + 1 :])
    ]
    assert unseen == []


@pytest.mark.parametrize("change", [lambda d, p: d[:p] + d[p + 1 :], lambda d, p: d[:p] + b" " + d[p:]])
def test_a_byte_more_or_less_is_found(file: bytes, change: Callable[[bytes, int], bytes]) -> None:
    places = range(0, len(file), 7)
    assert [place for place in places if not faults(change(file, place))] == []


@pytest.mark.parametrize(
    ("part", "value"),
    [("name", "Renata"), ("comment", "Under protest"), ("at", "2026-11-25T09:00:00+00:00"), ("deputy_for", None)],
)
def test_who_signed_when_and_with_which_words_cannot_be_changed(file: bytes, part: str, value: object) -> None:
    record = json.loads(file)
    record["signatures"][1][part] = value
    assert [text.partition(":")[0] for text in faults(rendered(record))] == [
        "The record was changed after it was written"
    ]


def test_another_spelling_of_the_same_words_is_told_apart_from_a_change(file: bytes) -> None:
    for other in (file.replace(b"\n", b"\r\n"), b"\xef\xbb\xbf" + file, json.dumps(json.loads(file)).encode()):
        (fault,) = faults(other)
        assert fault.startswith("What the record says is unchanged")


def test_the_letters_of_the_proof_itself_count(file: bytes) -> None:
    record = json.loads(file)
    for changed in (
        {**record["proof"], "key": record["proof"]["key"].upper()},
        {**record["proof"], "signature": record["proof"]["signature"] + " "},
        {**record["proof"], "note": "trust me"},
    ):
        assert faults(rendered({**record, "proof": changed})) != []


def test_a_record_that_somebody_else_wrote_has_another_key(file: bytes) -> None:
    expected = own_fingerprint()
    forged = {name: value for name, value in json.loads(file).items() if name != "proof"}
    forged["signatures"][0]["name"] = "Somebody Else"
    keys.install("the secret of a forger")
    data = rendered(proven(forged))
    keys.install("the secret of Fathom Freightware")
    assert faults(data) == []
    assert [text.split(":")[0] for text in faults(data, expected)] == [
        f"It was written with another key than {expected}"
    ]


def test_a_record_without_proof_or_of_the_first_form_is_not_taken(file: bytes) -> None:
    record = json.loads(file)
    proof = record.pop("proof")
    assert faults(rendered(record)) == ["This is no signed record of Accountable: it lacks 'proof'."]
    (finding,) = check_record(rendered({**record, "schema": 1, "proof": proof}))
    assert finding == Finding(
        False, "It is written in another form than this one reads, or its form was changed: export the record again."
    )
