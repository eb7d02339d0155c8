"""A version as a file that proves itself: the exact bytes, who signed them, and a check that needs no database."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from abm.agreement.canonical import NotCanonical, digest_of, freeze
from abm.agreement.models import Signature, Version

FORMAT: Final = "accountable signed record"
SCHEMA: Final = 1
# Who has to approve what, whatever a file says (domain §4); other documents name their reviewers themselves.
BOTH_SEATS: Final = frozenset({"marketing", "sales"})
REQUIRED: Final = dict.fromkeys(("target list", "fit definition", "list rules"), BOTH_SEATS)


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: whether it holds, and what it means."""

    holds: bool
    text: str


def signed_record(version: Version) -> bytes:
    """The version with its signatures, as JSON; `content` carries the stored bytes as text."""
    record = {
        "format": FORMAT,
        "schema": SCHEMA,
        "kind": version.document.kind,
        "document": version.document.public_id,
        "number": version.number,
        "predecessor": version.predecessor,
        "digest": version.digest,
        "proposed_by": version.proposed_by.name,
        "proposed_at": version.proposed_at.isoformat(),
        "state": version.state.value,
        "in_force_from": version.standing.starts.isoformat() if version.standing.starts else None,
        "in_force_until": version.standing.ends.isoformat() if version.standing.ends else None,
        "voices": [voice.voice for voice in version.voices],
        "signatures": [_written(signature) for signature in version.signatures],
        "content": version.content.decode(),
    }
    return json.dumps(record, ensure_ascii=False, indent=2).encode() + b"\n"


def check_record(data: bytes) -> list[Finding]:
    """Look whether a record holds together: the digest of its bytes, what they say of themselves, every signature.

    It proves that these bytes have this digest and that each signer named it; compare the digest with the
    one on the version's page to know that the file is not made up.
    """
    try:
        record = json.loads(data)
        if not isinstance(record, dict) or record.get("format") != FORMAT or record.get("schema") != SCHEMA:
            return [Finding(False, "This is no signed record of Accountable.")]
        return [*_check_content(record), *_check_signatures(record)]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return [Finding(False, "This is no signed record of Accountable: parts are missing or cannot be read.")]


def _written(signature: Signature) -> dict[str, object]:
    return {
        "voice": signature.voice,
        "person": signature.person.public_id,
        "name": signature.person.name,
        "deputy_for": signature.deputy_for.name if signature.deputy_for else None,
        "verdict": signature.verdict.value,
        "comment": signature.comment,
        "at": signature.at.isoformat(),
        "digest": signature.digest,
        "withdrawn_at": signature.withdrawal.at.isoformat() if signature.withdrawal else None,
    }


def _check_content(record: dict[str, Any]) -> Iterator[Finding]:
    content = record["content"].encode()
    digest = digest_of(content)
    if digest == record["digest"]:
        yield Finding(True, f"The content has the digest {digest}.")
    else:
        yield Finding(False, f"The content was changed: its digest is {digest}, the record says {record['digest']}.")
    envelope = json.loads(content)
    said = {name: record[name] for name in ("kind", "document", "number", "predecessor")}
    if all(envelope[name] == value for name, value in said.items()):
        yield Finding(True, f"It is version {record['number']} of the {record['kind']} {record['document']}.")
    else:
        yield Finding(False, "The record speaks of another version than its content does.")
    try:
        same = freeze(content=envelope["content"], **said).content == content
    except NotCanonical:
        same = False
    if not same:
        yield Finding(False, "The content is not written in the one way in which versions are written.")


def _check_signatures(record: dict[str, Any]) -> Iterator[Finding]:
    standing = [one for one in record["signatures"] if one["withdrawn_at"] is None]
    approving = [one for one in standing if one["verdict"] == "approve"]
    for one in standing:
        who = one["name"] + (f" for {one['deputy_for']}" if one["deputy_for"] else "")
        if one["digest"] != record["digest"]:
            yield Finding(False, f"{who} signed other content: {one['digest']}.")
        elif one["verdict"] == "approve":
            yield Finding(True, f"{who} approved it for {one['voice']} at {one['at']}.")
        else:
            yield Finding(False, f"{who} declined it for {one['voice']} at {one['at']}.")
    if len({one["person"] for one in approving}) < len(approving):
        yield Finding(False, "One person gave more than one signature.")
    voices = set(record["voices"]) | REQUIRED.get(record["kind"], frozenset())
    given = {one["voice"] for one in approving}
    for voice in sorted(voices):
        if voice not in given and voice.partition(":")[0] not in given:
            yield Finding(False, f"The approval of {voice} is missing.")
