"""Every definition as it stands: what holds and since when, what begins later, what waits for whom. One query each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, undefer

from abm.agreement.canonical import thaw
from abm.agreement.models import Standing, State, Version
from abm.definitions.catalogue import KINDS
from abm.definitions.in_force import said
from abm.definitions.kinds import Kind
from abm.definitions.models import Definition
from abm.people.models import User


@dataclass(frozen=True)
class Stated:
    """A version that matters now. `starts` is None while it waits for signatures."""

    number: int
    starts: datetime | None
    says: Any
    proposed_by: str
    proposed_at: datetime


@dataclass(frozen=True)
class Summary:
    """One definition: what holds (None: its default, if it has one), what is signed for later, what is open."""

    kind: Kind[Any]
    in_force: Stated | None = None
    scheduled: Stated | None = None
    waiting: Stated | None = None

    @property
    def holds(self) -> Any:
        """The content that applies now; None where neither a version nor a default does."""
        return self.in_force.says if self.in_force else self.kind.default


def overview(session: Session, at: datetime) -> list[Summary]:
    """Every definition of the catalogue, in its order."""
    rows = session.execute(
        select(
            Definition.slug,
            Version.number,
            Standing.starts,
            Version.content,
            User.name,
            Version.proposed_at,
        )
        .join(Version, Version.document_id == Definition.document_id)
        .join(Standing, Standing.version_id == Version.id)
        .join(User, User.id == Version.proposed_by_id)
        .where(
            or_(
                Standing.state == State.OPEN,
                Standing.starts.is_not(None) & (Standing.ends.is_(None) | (Standing.ends > at)),
            )
        )
    )
    found: dict[str, dict[str, Stated]] = {slug: {} for slug in KINDS}
    for slug, number, starts, content, proposer, proposed_at in rows:
        kind = KINDS.get(slug)
        if kind is not None:
            place = "waiting" if starts is None else "in_force" if starts <= at else "scheduled"
            says = kind.read(said(content))
            found[slug][place] = Stated(number, starts, says, proposer, proposed_at)
    return [Summary(kind, **found[slug]) for slug, kind in KINDS.items()]


def written_version(session: Session, document_id: int, number: int) -> Version | None:
    """A version with its bytes."""
    query = select(Version).where(Version.document_id == document_id, Version.number == number)
    return session.scalar(query.options(undefer(Version.content)))


def content_of(session: Session, version_id: int) -> Mapping[str, Any]:
    """What a version says: the definition, `from` which day on, and `says`."""
    return thaw(session.scalars(select(Version.content).where(Version.id == version_id)).one())
