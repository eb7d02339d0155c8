"""Passwords: how they are kept, how one is checked without telling who is known, which are refused (trust 17, 18)."""

from __future__ import annotations

import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from abm.people.common_passwords import is_common

SHORTEST = 15  # NIST SP 800-63B-4 where a password stands alone
LONGEST = 512  # only so that nobody makes the server chew on a book
PASSWORD_HINT = f"At least {SHORTEST} characters: a few words that only you would put together. Any character will do."

# OWASP's first choice for Argon2id with little memory: 19 MiB, 2 passes, 1 lane.
HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


def hashed(password: str) -> str:
    """What is kept of a password."""
    return HASHER.hash(normal(password))


def matches(kept: str | None, typed: str) -> bool:
    """Whether this is the password. Where none is kept the same work is done, so that time tells nothing."""
    try:
        HASHER.verify(kept or _nobodys(), normal(typed)[:LONGEST])
    except (Argon2Error, InvalidHashError):
        return False
    return kept is not None


def needs_new_hash(kept: str) -> bool:
    """Whether it was kept with other parameters than today's."""
    return HASHER.check_needs_rehash(kept)


def normal(password: str) -> str:
    """The same characters typed on another keyboard are the same password."""
    return unicodedata.normalize("NFC", password)


def weakness(password: str, *, context: tuple[str, ...] = ()) -> str | None:
    """Why a password is refused, in a sentence; None for one that is taken.

    `context` are words that belong to the person: names, addresses, the company. Length, and not being
    among the first that are tried, is all that is asked: no rules about kinds of characters.
    """
    password = normal(password)
    if len(password) < SHORTEST:
        return f"It has {len(password)} characters; use at least {SHORTEST}. A few words are easy to remember."
    if len(password) > LONGEST:
        return f"Use at most {LONGEST} characters."
    if is_common(password, context=context):
        return "It is among the first that are tried. Put words together that do not belong together."
    return None


@cache
def _nobodys() -> str:
    """A hash that no password has, made with today's parameters."""
    return HASHER.hash("nobody's password")
