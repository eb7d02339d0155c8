"""What makes a signed record prove itself: the installation's own signature over every byte of it (Ed25519, RFC 8032).

The key pair follows from the installation's secret, so it needs no keeping of its own. The public half travels in the
record: with the file alone anybody finds a changed byte, and with the key's fingerprint from a page of the
installation also that nobody else wrote it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from abm.kit.keys import key_for

ALGORITHM: Final = "Ed25519"
PURPOSE: Final = "signed record"


def rendered(record: Mapping[str, Any]) -> bytes:
    """The one way in which a record is written as a file."""
    return json.dumps(record, ensure_ascii=False, indent=2).encode() + b"\n"


def proven(record: Mapping[str, Any]) -> dict[str, Any]:
    """The record with its proof, as its last part."""
    return {**record, "proof": _proof(_own_public(), _own_key().sign(rendered(record)))}


def own_fingerprint() -> str:
    """The fingerprint of this installation's key: to be kept apart from records, and compared with theirs."""
    return fingerprint(_own_public())


def fingerprint(key: bytes) -> str:
    """128 bits of a key's SHA-256, in groups that can be read out: `3f1c 09ab …`."""
    letters = hashlib.sha256(key).hexdigest()[:32]
    return " ".join(letters[start : start + 4] for start in range(0, 32, 4))


def same_fingerprint(one: str, other: str) -> bool:
    """Whether both are the same, however they are spaced."""
    bare = [text.replace(" ", "").replace(":", "").lower() for text in (one, other)]
    return bare[0] == bare[1] != ""


def proof_holds(record: Mapping[str, Any]) -> bool:
    """Whether a record's proof fits everything else in it. Raises ValueError or KeyError where there is none."""
    key, signature = (bytes.fromhex(record["proof"][name]) for name in ("key", "signature"))
    if record["proof"] != _proof(key, signature):  # the same written in other letters, or more than that
        return False
    said = {name: value for name, value in record.items() if name != "proof"}
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, rendered(said))
    except InvalidSignature:
        return False
    return True


def _proof(key: bytes, signature: bytes) -> dict[str, str]:
    return {"algorithm": ALGORITHM, "key": key.hex(), "signature": signature.hex()}


def _own_key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(key_for(PURPOSE))


def _own_public() -> bytes:
    return _own_key().public_key().public_bytes_raw()
