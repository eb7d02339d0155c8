"""A pasted list of companies: which account each line means, certain, to be asked about, or not known here."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from abm.accounts.identity import clean_domain
from abm.accounts.matching import KIND, Known, Matcher
from abm.accounts.models import Account, AccountDomain, ExternalId
from abm.kit.rules import RuleBroken, refuse, require
from abm.kit.text import one_line, shortened
from abm.targets.entries import Entry

MOST_LINES = 2_000
LARGEST_FILE = 500_000  # bytes
LONGEST_LINE = 200
HEADERS = frozenset({"account", "account name", "company", "company name", "domain", "name", "website", "id"})


@dataclass(frozen=True)
class Line:
    """One line that names a company, under its number."""

    number: int
    text: str


@dataclass(frozen=True)
class Found:
    """An account that a line means, as the page shows it."""

    public_id: str
    slug: str
    name: str
    country: str


@dataclass
class Recognised:
    """What became of pasted lines. Every line stands in exactly one of these."""

    new: list[tuple[Line, Found]] = field(default_factory=list)
    present: list[tuple[Line, Found]] = field(default_factory=list)
    unsure: list[tuple[Line, list[Found], str]] = field(default_factory=list)  # with why it is not certain
    unknown: list[tuple[Line, str]] = field(default_factory=list)  # with why

    @property
    def left(self) -> str:
        """The lines to mend, as text again."""
        return "\n".join(line.text for line, _ in self.unknown)


def lines_of(text: str) -> list[Line]:
    """The lines that say something: of what was copied from a spreadsheet the first column. A heading is left out.

    Raises RuleBroken for more than 2,000.
    """
    written = [one_line(line.split("\t", 1)[0]) for line in text.splitlines()]
    found = [Line(number, line) for number, line in enumerate(written, start=1) if line]
    found = found[1:] if found and found[0].text.casefold() in HEADERS else found
    message = f"These are {len(found):,} lines: bring at most {MOST_LINES:,} at once."
    require(len(found) <= MOST_LINES, message, field="lines")
    return found


def text_of_file(body: bytes, name: str) -> str:
    """What a small text or CSV file says, one company a line. Raises RuleBroken for what is neither."""
    mend = "save the column of domains or names as text or CSV, and bring that file"
    if len(body) > LARGEST_FILE:
        refuse(f"The file is larger than {LARGEST_FILE // 1000} kB: {mend}.", field="file")
    if b"\0" in body or body[:4] in (b"PK\x03\x04", b"%PDF"):
        refuse(f"{shortened(name)} is no text: {mend}.", field="file")
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = body.decode("windows-1252", errors="replace")
    return "\n".join(_first_cells(text)) if name.lower().endswith(".csv") else text


def _first_cells(text: str) -> Iterable[str]:
    delimiter = ";" if ";" in text.split("\n", 1)[0] else ","
    try:
        yield from (row[0] if row else "" for row in csv.reader(text.splitlines(), delimiter=delimiter))
    except csv.Error as error:
        refuse(f"This cannot be read as CSV ({error}): bring it as plain text, one company a line.", field="file")


def recognise(session: Session, list_id: int, lines: Sequence[Line]) -> Recognised:
    """Match lines by external id, identifying domain, then name. Six queries, however many lines."""
    known = _Known.load(session, list_id, lines)
    found = Recognised()
    taken: set[int] = set()
    for line in lines:
        candidates, certain, why = known.match(line.text)
        here = [one for one in candidates if one not in known.archived]
        if not here:
            why = f"{known.name(candidates[0])} is archived: restore it first" if candidates else why
            found.unknown.append((line, why))
        elif len(here) > 1 or not certain:
            found.unsure.append((line, [known.found(one) for one in here], why))
        elif here[0] in known.present or here[0] in taken:
            found.present.append((line, known.found(here[0])))
        else:
            taken.add(here[0])
            found.new.append((line, known.found(here[0])))
    return found


class _Known:
    """Everything that lines are matched with, read once."""

    def __init__(self, matcher: Matcher) -> None:
        self.matcher = matcher
        self.external: dict[str, set[int]] = defaultdict(set)
        self.shared: dict[str, set[int]] = defaultdict(set)
        self.public: dict[int, str] = {}
        self.archived: set[int] = set()
        self.present: set[int] = set()

    @classmethod
    def load(cls, session: Session, list_id: int, lines: Sequence[Line]) -> _Known:
        known = cls(Matcher.load(session))
        texts = {line.text for line in lines}
        ids = select(ExternalId.value, ExternalId.row_id).where(ExternalId.kind == KIND, ExternalId.value.in_(texts))
        for value, account_id in session.execute(ids):
            known.external[value].add(account_id)
        domains = {domain for text in texts if (domain := _domain(text))}
        shared = select(AccountDomain.domain, AccountDomain.account_id).where(AccountDomain.domain.in_(domains))
        for domain, account_id in session.execute(shared):
            known.shared[domain].add(account_id)
        entered = select(Entry.id).where(Entry.list_id == list_id, Entry.account_id == Account.id).exists()
        for row in session.execute(
            select(Account.id, Account.public_id, Account.archived_at, entered.label("entered"))
        ):
            known.public[row.id] = row.public_id
            known.archived |= {row.id} if row.archived_at is not None else set()
            known.present |= {row.id} if row.entered else set()
        return known

    def match(self, text: str) -> tuple[list[int], bool, str]:
        """The accounts that a line may mean, whether that is certain, and why it is or is not."""
        if len(text) > LONGEST_LINE:
            return [], True, f"longer than {LONGEST_LINE} characters"
        if text in self.external:
            several = len(self.external[text]) > 1
            return (
                sorted(self.external[text]),
                not several,
                "several accounts have this id" if several else "the same id",
            )
        domain = _domain(text)
        match = self.matcher.match(domains=[domain] if domain else [], name=text)
        if match.account is not None and match.certain:
            return [match.account.id], True, match.why
        near = {one.id for one in self.matcher.near(name=text)}
        near |= self.shared.get(domain, set())
        if match.account is not None:
            return sorted(near | {match.account.id}), False, match.why
        if near:
            return sorted(near), False, "a web domain that does not stand for one company alone"
        return [], True, "no account has this web domain" if domain else match.why

    def name(self, number: int) -> str:
        return self._account(number).name

    def found(self, number: int) -> Found:
        account = self._account(number)
        return Found(self.public[number], account.slug, account.name, account.country)

    def _account(self, number: int) -> Known:
        account = self.matcher.account(number)
        return account if account is not None else Known(number, "", "", "")


def _domain(text: str) -> str:
    """The web domain that a line writes, or "" where it is a name."""
    if " " in text or "." not in text:
        return ""
    try:
        return clean_domain(text)
    except RuleBroken:
        return ""
