"""The quick log read: against a file of lines written before it, and where it has to ask instead of guessing."""

from __future__ import annotations

from dataclasses import asdict

from abm.outbound.quick_log import Part, Reading, read
from abm.outbound.quick_log_names import KnownAccount, KnownContact
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
    print([(a.line, b) for a, b in wrong])
    assert len(wrong) <= 0.05 * len(lines), [asdict(one) for one, _ in wrong]
    assert [one.line for one, got in wrong if not got.ask] == []
