"""Keys for one purpose each, derived from the installation's one secret (RFC 5869, HKDF with SHA-256)."""

from __future__ import annotations

import hashlib
import hmac

_secret: list[bytes] = []


def install(secret: str) -> None:
    """Make the installation's secret known to this process; the factory calls it once at start."""
    _secret[:] = [hashlib.sha256(secret.encode()).digest()]


def key_for(purpose: str) -> bytes:
    """32 bytes that serve one purpose. Raises RuntimeError before `install`."""
    if not _secret:
        raise RuntimeError("No secret is installed: start through create_app or `abm`.")
    return hmac.digest(_secret[0], b"accountable:" + purpose.encode() + b"\x01", "sha256")
