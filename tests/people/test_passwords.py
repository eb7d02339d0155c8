"""Which passwords are taken, and how they are kept (trust 17)."""

from __future__ import annotations

import unicodedata

import pytest

from abm.people.passwords import LONGEST, SHORTEST, hashed, matches, needs_new_hash, weakness

AMARA = ("Amara Osei", "amara@fathom.example", "Fathom Freightware")


@pytest.mark.parametrize(
    "password",
    [
        "a quiet harbour in winter",
        "zebra umbrella train",
        "Ein Fluss ohne Brücke",
        "川の流れは絶えずして、しかも元の水",
        "🦊🌊🎻🍋🪵🦊🌙🧭🎈🦀🍂🐝🛶🌵🎹",
        "lantern" * 2 + " oboe " + "x" * 108,
        "503197719081977",
        "qzj vkw xpt bnm hgf",
    ],
)
def test_anything_long_that_is_not_guessed_is_taken(password: str) -> None:
    assert weakness(password, context=AMARA) is None


def test_fifteen_characters_are_enough_and_fourteen_are_not() -> None:
    assert weakness("quiet harbour w"[:SHORTEST]) is None
    assert "15" in (weakness("quiet harbour "[: SHORTEST - 1]) or "")


def test_the_longest_is_far_beyond_what_anybody_types() -> None:
    long = "".join(chr(97 + number * 7 % 26) + str(number) for number in range(400))
    assert LONGEST >= 128
    assert weakness(long[:LONGEST]) is None
    assert weakness(long[: LONGEST + 1]) is not None


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery staple",
        "CorrectHorseBatteryStaple",
        "PasswordPassword1",
        "P@$$w0rd-P@$$w0rd",
        "qwertyuiopasdfgh1",
        "123456789012345",
        "aaaaaaaaaaaaaaaa",
        "abcabcabcabcabcab",
        "vika130201vika130201",
        "summer2026winter!!",
        "1qaz2wsx3edc4rfv",
        "zyxwvutsrqponmlk",
    ],
)
def test_what_is_tried_first_is_refused(password: str) -> None:
    assert "first that are tried" in (weakness(password) or "")


@pytest.mark.parametrize(
    "password", ["Amara.Osei.1984!!", "fathomfreightware", "Fathom2026Freightware", "accountable-2026"]
)
def test_ones_own_names_and_the_companys_are_refused(password: str) -> None:
    assert weakness(password, context=AMARA) is not None


def test_the_same_characters_from_another_keyboard_are_the_same_password() -> None:
    composed = unicodedata.normalize("NFC", "Ein Fluß für Zoë")
    decomposed = unicodedata.normalize("NFD", composed)
    assert composed != decomposed
    assert matches(hashed(composed), decomposed)


def test_a_password_is_kept_as_argon2id_with_19_mebibytes() -> None:
    kept = hashed("a quiet harbour in winter")
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert not needs_new_hash(kept)
    assert needs_new_hash(kept.replace("m=19456", "m=8192"))


def test_nobody_has_the_password_of_nobody() -> None:
    assert not matches(None, "nobody's password")
    assert not matches("not a hash", "a quiet harbour in winter")


def test_the_longest_password_is_judged_at_once() -> None:
    for hostile in ("password" * 64, "a1" * 256, "qwerty0" * 73 + "z", "summerwinter" * 42):
        weakness(hostile[:LONGEST], context=("a" * 200, "b" * 200))
