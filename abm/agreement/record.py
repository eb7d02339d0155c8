"""A version as a file that proves itself: the exact bytes, who signed them, and a check that needs no database.

What the check can prove. With the file alone: that no byte of it changed since it was written by whoever holds the
key named in it, that its content has the digest, and that every signature in it names that digest. With the key's
fingerprint, known from elsewhere: that this installation wrote it, names, times and comments included. What it
cannot: people sign with a click and a password, so that they did is the installation's word, kept in its
audit trail; and what happened after the file was written is not in it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from abm.agreement.canonical import NotCanonical, digest_of, freeze
from abm.agreement.models import Signature, Version
from abm.agreement.record_proof import fingerprint, proof_holds, proven, rendered, same_fingerprint

FORMAT: Final = "accountable signed record"
SCHEMA: Final = 2  # 1 had no proof: whoever changed a name in it was not found
# Who has to approve what, whatever a file says (domain §4); other documents name their reviewers themselves.
BOTH_SEATS: Final = frozenset({"marketing", "sales"})
REQUIRED: Final = dict.fromkeys(("target list", "fit definition", "list rules", "stage definition"), BOTH_SEATS)


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: whether it holds, and what it means."""

    holds: bool
    text: str


def signed_record(version: Version) -> bytes:
    """The version with its signatures, as JSON; `content` carries the stored bytes as text, `proof` covers it all."""
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
    return rendered(proven(record))


def check_record(data: bytes, *, key: str = "") -> list[Finding]:
    """Look whether a record holds together: its bytes, the digest of its content, every signature, and the proof.

    `key` is the fingerprint that the record's key must have, as a page of the installation shows it.
    """
    try:
        record = json.loads(data)
    except (ValueError, RecursionError):
        return [Finding(False, "This is no signed record of Accountable: it cannot be read, or was cut off.")]
    if not isinstance(record, dict) or record.get("format") != FORMAT:
        return [Finding(False, "This is no signed record of Accountable.")]
    if record.get("schema") != SCHEMA:
        old = "It is written in another form than this one reads, or its form was changed: export the record again."
        return [Finding(False, old)]
    try:
        return [*_check_content(record), *_check_signatures(record), *_check_proof(record, data, key)]
    except KeyError as lacking:
        return [Finding(False, f"This is no signed record of Accountable: it lacks {lacking}.")]
    except (ValueError, TypeError, AttributeError, RecursionError):
        return [Finding(False, "This is no signed record of Accountable: parts of it cannot be read.")]


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
        words = f"The content was changed: its digest is {digest}, the record says {record['digest']}."
        yield Finding(False, f"{words} What both sides signed is not what stands here.")
    envelope = json.loads(content)
    said = {name: record[name] for name in ("kind", "document", "number", "predecessor")}
    if all(envelope[name] == value for name, value in said.items()):
        yield Finding(True, f"It is version {record['number']} of the {record['kind']} {record['document']}.")
    else:
        spoken = f"version {envelope['number']} of the {envelope['kind']} {envelope['document']}"
        yield Finding(False, f"The record speaks of another version than its content does, which is {spoken}.")
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


def _check_proof(record: dict[str, Any], data: bytes, wanted: str) -> Iterator[Finding]:
    """Whether every byte is as the holder of the key wrote it, and whether that is who it should be."""
    holder = fingerprint(bytes.fromhex(record["proof"]["key"]))
    if not proof_holds(record):
        parts = "a name, a time, a comment, a date, a digest or the proof itself"
        yield Finding(False, f"The record was changed after it was written: {parts} is not what it was.")
    elif rendered(record) != data:
        parts = "blanks, line ends, order or spelling of characters"
        yield Finding(False, f"What the record says is unchanged, but the bytes of the file are not: {parts}.")
    else:
        yield Finding(True, f"No byte was changed since it was written with the key {holder}.")
    if wanted and not same_fingerprint(wanted, holder):
        yield Finding(False, f"It was written with another key than {wanted}: its own is {holder}.")
    elif wanted:
        yield Finding(True, "That is the key that was asked for.")
