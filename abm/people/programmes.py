"""Programmes: a business unit or region with a target list and seats of its own. With one, nobody sees the word."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped

from abm.audit.models import record
from abm.kit.base import Base, Instant, Key, Name, Slug, session_of
from abm.kit.rules import refuse, require
from abm.kit.text import one_line, slug_of
from abm.people.models import Organisation, User

DEFAULT_PROGRAMME: Final = 1  # the row that the first migration of programmes writes
LONGEST_NAME = 60


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
    programme = Programme(slug=slug_of(name, otherwise="programme"), name=name, created_at=at)
    try:
        with session.begin_nested():
            session.add(programme)
    except IntegrityError:
        refuse(f"There is a programme called {name} already, or nearly so. Choose another name.", field="name")
    record(programme, "added", by=by, at=at, after={"name": name})
    return programme


def _name(written: str) -> str:
    name = one_line(written)
    require(name, "Write what the business unit or region is called.", field="name")
    require(len(name) <= LONGEST_NAME, f"Write no more than {LONGEST_NAME} characters.", field="name")
    return name
