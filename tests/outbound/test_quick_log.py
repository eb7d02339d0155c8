"""The quick log read: against a file of lines written before it, and where it has to ask instead of guessing."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from abm.kit.text import one_line
from abm.outbound.quick_log import NOBODY, Answers, Part, Reading, read
from abm.outbound.quick_log_names import KnownAccount, KnownContact
from abm.outbound.quick_log_words import What
from abm.touches.kinds import Channel, Direction
from tests.outbound.quick_log_world import ACCOUNTS, NOW, Expected, expected_lines

KNOWN = [KnownAccount(slug=name, name=name, domains=(domain,)) for name, (domain, _) in ACCOUNTS.items()]
PEOPLE = [KnownContact(id=one, account=name, name=one, email=f"{one.split()[0].lower()}@{domain}")
          for name, (domain, people) in ACCOUNTS.items() for one in people]  # fmt: skip


def reading_of(line: str) -> Reading:
    return read(line, accounts=KNOWN, contacts=PEOPLE, now=NOW)


def as_written(reading: Reading, expected: Expected) -> Expected:
    """A reading as the file writes it; who there is to choose from only where the line of the file says it."""
    choices = {
        Part.ACCOUNT: [one.name for one in reading.accounts],
        Part.CONTACT: [one.name for one in reading.contacts],
    }
    said = {part for part in choices if f"{part}=" in expected.ask}
    asked = (f"{part}={', '.join(sorted(choices[part]))}" if part in said else str(part) for part in reading.questions)
    when, what = reading.when, reading.what
    return Expected(
        line=reading.line,
        account=reading.account.name if reading.account else "",
        channel=reading.channel or "",
        outcome=what.outcome if what else "",
        direction=what.direction if what else "",
        days=str((when.date() - NOW.date()).days) if when else "",
        time=f"{when:%H:%M}" if when and expected.time else "",
        contact=reading.contact.name if reading.contact else "",
        note=reading.note,
        ask="; ".join(asked),
    )


def test_at_least_95_of_100_lines_are_read_right_and_none_of_the_others_is_logged_wrong_without_asking() -> None:
    lines = expected_lines()
    wrong = [(one, got) for one in lines if (got := as_written(reading_of(one.line), one)) != one]

    assert len(lines) >= 220
    assert len(wrong) <= 0.05 * len(lines), [asdict(one) for one, _ in wrong]
    assert [one.line for one, got in wrong if not got.ask] == []


@pytest.mark.parametrize(
    ("line", "asked"),
    [
        ("acme call vm orbis", Part.ACCOUNT),  # Acme may be the one, and Orbis its topic
        ("called vm, mentioned kestrel foods", Part.ACCOUNT),
        ("halden or orbis vm", Part.ACCOUNT),
        ("met claire + jonas orbis", Part.CONTACT),
        ("halden call vm pricing, ana on holiday", Part.CONTACT),
        ("vm x2 halden ana and paul", Part.CONTACT),
        ("got vm from ana halden", Part.WHAT),
        ("ana halden left vm", Part.WHAT),
        ("claire orbis emailed", Part.WHAT),
        ("halden vm not left", Part.WHAT),
        ("halden downloaded pdf, called, vm", Part.WHAT),
        ("halden vm full", Part.WHAT),
        ("halden call vm?", Part.WHAT),
        ("ooo reply halden email", Part.WHAT),
        ("can you call halden vm", Part.WHAT),
        ("dinner with orbis next week", Part.WHAT),
        ("halden call connected not interested", Part.WHAT),
        ("halden vm on the 20th", Part.WHEN),
        ("halden vm 20th", Part.WHEN),
        ("halden vm 10.30", Part.WHEN),
        ("halden vm last night", Part.WHEN),
        ("halden vm mon, tue", Part.WHEN),
        ("met halden today at 9", Part.WHEN),
        ("met halden 9-10am", Part.WHEN),
        ("met orbis 31/02", Part.WHEN),
        ("met orbis 0000-00-00", Part.WHEN),
    ],
)
def test_what_may_be_meant_otherwise_is_asked(line: str, asked: Part) -> None:
    assert asked in reading_of(line).questions


@pytest.mark.parametrize(
    ("line", "moment"),
    [
        ("halden vm at 9.30", "2026-11-24T09:30"),
        ("halden vm 30m ago", "2026-11-24T10:30"),
        ("yesterday halden vm 10:30", "2026-11-23T10:30"),
        ("halden vm day before yesterday", "2026-11-22T11:00"),
        ("halden vm 2026/11/20", "2026-11-20T11:00"),
        ("halden vm 20-11-2026", "2026-11-20T11:00"),
        ("halden vm 20.11", "2026-11-20T11:00"),
        ("halden vm 11/20", "2026-11-20T11:00"),
        ("halden vm noon", "2026-11-24T11:00"),
        ("sat with claire orbis vm", "2026-11-24T11:00"),
    ],
)
def test_more_ways_to_say_when(line: str, moment: str) -> None:
    assert reading_of(line).when == datetime.fromisoformat(moment)


def test_answers_settle_what_was_asked_and_their_words_leave_the_note() -> None:
    def answered(line: str, **answers: Any) -> Reading:
        return read(line, accounts=KNOWN, contacts=PEOPLE, now=NOW, answers=Answers(**answers))

    first = answered("kestrel vm anna pricing", account="Kestrel Foods")
    assert (first.questions, first.note) == ((Part.CONTACT,), "pricing")
    second = answered("kestrel vm anna pricing", account="Kestrel Foods", contact="Anna Petrov")
    assert (second.questions, second.contact and second.contact.name) == ((), "Anna Petrov")
    nobody = answered("kestrel foods vm anna pricing", contact=NOBODY)
    assert (nobody.questions, nobody.contact) == ((), None)
    said = answered("called halden pricing", what=What(Channel.CALL, "no answer", Direction.OUTBOUND))
    assert (said.questions, said.note) == ((), "pricing")
    then = answered("orbis mtg booked thu", when=NOW)
    assert (then.questions, then.when, then.note) == ((), NOW, "thu")


WORDS = """
halden kestrel foods orbis ana anna called call vm emailed mtg booked held not will mon yesterday 10am 3/11 pricing
"""


@given(
    st.lists(st.sampled_from([*WORDS.split(), ",", ".", "-", "?", "é", "@", "w/"]), max_size=12), st.text(max_size=40)
)
@settings(max_examples=300, deadline=None)
def test_any_line_is_read_and_its_note_invents_nothing(words: list[str], more: str) -> None:
    line = one_line(" ".join([*words, more]))

    reading = reading_of(line)

    assert (reading.account is None) == (Part.ACCOUNT in reading.questions)
    assert (reading.what is None) == (Part.WHAT in reading.questions)
    assert (reading.when is None) == (Part.WHEN in reading.questions)
    assert reading.when is None or reading.when <= NOW
    assert set(reading.note.split()) <= {part for word in line.split() for part in _pieces(word)}


def _pieces(word: str) -> set[str]:
    """Every part of a word that a note may keep."""
    return {word[start:end] for start in range(len(word)) for end in range(start + 1, len(word) + 1)}
