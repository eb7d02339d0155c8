"""Who a comment means by `@Priya`: a colleague's whole name, or the first name that only one of them has."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from abm.kit.rules import refuse
from abm.kit.text import bare, one_line
from abm.people.models import RoleGrant, User
from abm.targets.entries import ANSWERS_FOR_ACCOUNTS
from abm.targets.queries import Colleague

AT = re.compile(r"(?<![\w.])@(?=\w)")  # an e-mail address mentions nobody
LONGEST_QUOTE = 40


def colleagues(session: Session) -> list[Colleague]:
    """Everybody who is here and can be asked, by name, and whether they may be planned for an account. One query."""
    answers = select(RoleGrant.id).where(RoleGrant.user_id == User.id, RoleGrant.role.in_(ANSWERS_FOR_ACCOUNTS))
    here = select(User.public_id, User.name, answers.exists().label("sells")).where(User.deactivated_at.is_(None))
    rows = session.execute(here.order_by(User.name, User.id))
    return [Colleague(row.public_id, row.name, bool(row.sells)) for row in rows]


def mentioned(text: str, people: Sequence[Colleague]) -> list[Colleague]:
    """Whom a text mentions, each once. Refuses in a sentence a name that nobody has, or that several have."""
    found: dict[str, Colleague] = {}
    for mark in AT.finditer(text):
        person = _person(text[mark.end() :], people)
        found[person.public_id] = person
    return list(found.values())


def _person(after: str, people: Iterable[Colleague]) -> Colleague:
    """The colleague whom the words after an @ name: the longest whole name first, then a first name."""
    said = bare(one_line(after[:400]))
    whole = [one for one in people if _begins(said, bare(one.name))]
    longest = max((len(one.name) for one in whole), default=0)
    matching = [one for one in whole if len(one.name) == longest]
    if not matching:
        matching = [one for one in people if _begins(said, bare(one.name.split(maxsplit=1)[0]))]
    word = re.match(r"\w+", after)
    name = word.group()[:LONGEST_QUOTE] if word else ""
    if not matching:
        refuse(f"Nobody here is called {name}: write @ and a colleague's name, or choose one below.", field="text")
    if len(matching) > 1:
        names = " or ".join(sorted({one.name for one in matching}))
        several = (
            f"write @{names}" if len({one.name for one in matching}) > 1 else "leave the @ out and choose one below"
        )
        refuse(f"{len(matching)} people here are called {name}: {several}.", field="text")
    return matching[0]


def _begins(said: str, name: str) -> bool:
    """Whether words begin with a name that ends there."""
    return said.startswith(name) and not said[len(name) : len(name) + 1].isalnum()
