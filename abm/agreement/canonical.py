"""The bytes that people sign: one way of writing a document down, and its digest (domain §4)."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

SCHEMA = 1


class NotCanonical(ValueError):
    """A value that has more than one way of being written: a fraction, a key that is not text."""


@dataclass(frozen=True)
class Frozen:
    """A version's bytes and their SHA-256, in hexadecimal."""

    content: bytes
    digest: str


def freeze(*, kind: str, document: str, number: int, predecessor: str | None, content: Mapping[str, object]) -> Frozen:
    """Write a version down. The digest covers document type, id, number, predecessor's digest, schema and content.

    `document` is the public id; entries in `content` go by public id as well. Numbers are whole, text
    is NFC, keys are sorted, there are no blanks. Raises NotCanonical.
    """
    envelope = {
        "content": content,
        "document": document,
        "kind": kind,
        "number": number,
        "predecessor": predecessor,
        "schema": SCHEMA,
    }
    data = json.dumps(_normal(envelope), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    return Frozen(data, digest_of(data))


def digest_of(content: bytes) -> str:
    """SHA-256 of stored bytes, which are never written anew."""
    return hashlib.sha256(content).hexdigest()


def thaw(content: bytes) -> dict[str, object]:
    """The content of stored bytes, for reading."""
    envelope: dict[str, dict[str, object]] = json.loads(content)
    return envelope["content"]


def _normal(value: object) -> object:
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, Mapping):
        return {_key(name): _normal(item) for name, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
        return [_normal(item) for item in value]
    raise NotCanonical(f"{type(value).__name__} cannot be part of a version: {value!r}")


def _key(name: object) -> str:
    if not isinstance(name, str):
        raise NotCanonical(f"A key must be text, not {name!r}.")
    return unicodedata.normalize("NFC", name)
