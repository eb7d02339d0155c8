"""Programmes: a business unit or region with a target list and seats of its own. With one, nobody sees the word."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection
from datetime import datetime
from itertools import chain, count
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped

from abm.audit.models import record
from abm.kit.base import Base, Instant, Key, Name, Slug, session_of
from abm.kit.rules import refuse, require
from abm.kit.text import bare, one_line, slug_of
from abm.people.models import Organisation, User

DEFAULT_PROGRAMME: Final = 1  # the row that the first migration of programmes writes
LONGEST_NAME = 60
UNHEARD: Final = "PZSC"  # categories of Unicode: punctuation, separators, symbols, control


class Programme(Base):
    """A part of the company that has lists and seats of its own. The first one is the whole company until a second."""

    __tablename__ = "programme"

    id: Mapped[Key]
    slug: Mapped[Slug]
    name: Mapped[Name]
    created_at: Mapped[Instant]

    @property
    def is_default(self) -> bool:
        """Whether addresses leave it out."""
        return self.id == DEFAULT_PROGRAMME

    @property
    def address(self) -> dict[str, Any]:
        """What names it in an address: nothing, for the default."""
        return {"programme": None if self.is_default else self.slug}

    def naming(self, quarter: str) -> str:
        """A quarter of it in words: `2026-q4`, or `2026-q4, Americas` where it is not the default."""
        return quarter if self.is_default else f"{quarter}, {self.name}"

    def rename(self, name: str, *, by: User, at: datetime) -> None:
        """Call it otherwise. Its address stays."""
        name = _name(name)
        if name != self.name:
            before, self.name = self.name, name
            record(self, "renamed", by=by, at=at, before={"name": before}, after={"name": name})


def add_programme(organisation: Organisation, *, name: str, by: User, at: datetime) -> Programme:
    """A further programme; `people.seats` adds its seats. Raises RuleBroken for a name that is taken."""
    name = _name(name)
    session = session_of(organisation)
    known = session.scalars(select(Programme)).all()
    taken = f"There is a programme called {name} already, or nearly so. Choose another name."
    require(_heard(name) not in {_heard(one.name) for one in known}, taken, field="name")
    programme = Programme(slug=_free_slug(name, {one.slug for one in known}), name=name, created_at=at)
    try:
        with session.begin_nested():
            session.add(programme)
    except IntegrityError:  # somebody added it in between
        refuse(taken, field="name")
    record(programme, "added", by=by, at=at, after={"name": name})
    return programme


def _name(written: str) -> str:
    name = one_line(written)
    require(name, "Write what the business unit or region is called.", field="name")
    require(len(name) <= LONGEST_NAME, f"Write no more than {LONGEST_NAME} characters.", field="name")
    return name


def _heard(name: str) -> str:
    """A name without what nobody hears: case, accents, blanks and signs."""
    return "".join(letter for letter in bare(name) if unicodedata.category(letter)[0] not in UNHEARD) or name


def _free_slug(name: str, taken: Collection[str]) -> str:
    """Names in other than Latin letters, and those that only differ in such, are told apart by a number."""
    base = slug_of(name, otherwise="programme")
    numbered = chain([base], (f"{base}-{number}" for number in count(2)))
    return next(slug for slug in numbered if slug not in taken)
