"""The contacts that activities speak of: by the other system's id, by e-mail, or by name at the account."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple, Self

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, aliased

from abm.accounts.contacts import PERSON
from abm.accounts.models import Account, Contact, ExternalId
from abm.imports.lines import Line
from abm.imports.planned import in_chunks
from abm.imports.values import CellFault
from abm.kit.text import shortened
from abm.touches.kinds import Channel


class Person(NamedTuple):
    """As much of a contact as recognising it takes."""

    id: int
    account_id: int
    name: str
    email: str | None
    opted_out: dict[str, str]

    def __hash__(self) -> int:
        return hash((self.id, self.name, self.email))

    def opted_out_on(self, channel: Channel, day: date) -> bool:
        """Whether they were to be left alone on a channel that day."""
        since = self.opted_out.get(channel.value)
        return since is not None and day >= date.fromisoformat(since)


@dataclass
class People:
    """Whom a file may mean, read with a few queries."""

    known: list[Person] = field(default_factory=list)
    _by_id: dict[str, Person] = field(default_factory=dict)
    _by_email: dict[str, list[Person]] = field(default_factory=dict)
    _by_name: dict[tuple[int, str], list[Person]] = field(default_factory=dict)

    @property
    def account_ids(self) -> set[int]:
        """Where they work."""
        return {person.account_id for person in self.known}

    @classmethod
    def load(cls, session: Session, system: str, lines: Sequence[Line], *, account_ids: Sequence[int]) -> Self:
        """Everybody at these accounts, and whoever else the rows name by id or e-mail."""
        people = cls()
        by_id = _people(ExternalId.value).join(ExternalId, Contact.id == ExternalId.row_id)
        by_id = by_id.where(ExternalId.system == system, ExternalId.kind == "contact")
        ids = [_first(line, "contact_external_id") for line in lines if line.has("contact_external_id")]
        for value, *person in in_chunks(session, by_id, ExternalId.value, ids):
            people._by_id[value] = Person(*person)
        emails = [email for line in lines if (email := _email(line))]
        rows: list[Any] = in_chunks(session, _people(), Contact.email, emails)
        rows += in_chunks(session, _people(), Contact.account_id, account_ids)
        people.known = list(dict.fromkeys([*people._by_id.values(), *(Person(*row) for row in rows)]))
        for person in people.known:
            people._by_name.setdefault((person.account_id, person.name.casefold()), []).append(person)
            if person.email:
                people._by_email.setdefault(person.email, []).append(person)
        return people

    def surely(self, line: Line) -> Person | None:
        """Whom an id or an e-mail address names, wherever they work; None where that is nobody or several."""
        found = {person.id: person for person in self._named_by_key(line)}
        return next(iter(found.values())) if len(found) == 1 else None

    def at(self, line: Line, account: Account) -> tuple[Person | None, str]:
        """Who at the account is meant, or why nobody is; a row that names nobody says nothing."""
        name = line.name("contact")
        here = [person for person in self._named_by_key(line) if person.account_id == account.id]
        here = here or self._by_name.get((account.id, name.casefold()), [])
        if len({person.id for person in here}) == 1:
            return here[0], ""
        said = name or _email(line) or ""
        if not said:
            return None, ""
        who = f"{len(here)} people are" if here else "Nobody is"
        return None, f"{who} known as {shortened(said)} at {account.name}: it comes in without a contact."

    def _named_by_key(self, line: Line) -> Iterator[Person]:
        known = self._by_id.get(_first(line, "contact_external_id"))
        if known is not None:
            yield known
        else:
            yield from self._by_email.get(_email(line) or "", [])


def _people(*columns: Any) -> Select[Any]:
    """Contacts as `Person` wants them, with these columns before."""
    standing = aliased(Contact)  # under whom a merged contact is known by now
    person = (standing.id, standing.account_id, Contact.name, Contact.email, standing.opted_out)
    return select(*columns, *person).select_from(Contact).join(standing, standing.id == PERSON)


def _first(line: Line, field_name: str) -> str:
    """Of several ids in one cell the first."""
    return line.tried(field_name).split(";")[0].strip()


def _email(line: Line) -> str | None:
    """The contact's address; a cell that is none names nobody, as exports put names there as well."""
    try:
        return line.email("contact_email")
    except CellFault:
        return None
