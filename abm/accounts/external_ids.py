"""How other systems name our rows: the surest identity that an import can bring (domain §3)."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Index, UniqueConstraint, insert, select
from sqlalchemy.orm import Mapped, Session

from abm.kit.base import Base, Key, Name, Word, session_of
from abm.kit.rules import require


class ExternalId(Base):
    """How another system names one of our rows."""

    __tablename__ = "external_id"
    __table_args__ = (
        UniqueConstraint("system", "kind", "value"),
        Index("ix_external_id_row", "kind", "row_id"),
    )

    id: Mapped[Key]
    system: Mapped[Word]  # salesforce, hubspot, maven …
    kind: Mapped[Word]  # the table of the row: account, opportunity, contact, user
    value: Mapped[Name]
    row_id: Mapped[int]


def know_as(row: Base, *, system: str, value: str) -> None:
    """Remember how another system names a row. Twice is fine; a name of another row is refused."""
    session = session_of(row)
    session.flush()
    kind, number = row.__tablename__, int(row.__mapper__.primary_key_from_instance(row)[0])
    named = (ExternalId.system == system, ExternalId.kind == kind, ExternalId.value == value)
    known = session.scalar(select(ExternalId.row_id).where(*named))
    if known is None:
        session.add(ExternalId(system=system, kind=kind, value=value, row_id=number))
    else:
        require(known == number, f"{system} already names another {kind} {value}.", field="external_id")


def know_many(session: Session, named: Iterable[tuple[str, int]], *, system: str, kind: str) -> None:
    """Remember how another system names many rows of a kind, (name, row id) each; the caller knows none is taken.

    The rows are written already; a blank name says nothing. The unique constraint has the last word.
    """
    rows = [{"system": system, "kind": kind, "value": value, "row_id": number} for value, number in named if value]
    if rows:
        session.execute(insert(ExternalId), rows)


def rows_known_as(session: Session, *, system: str, kind: str) -> dict[str, int]:
    """Every row of a kind by the name that a system has for it, with one query."""
    named = (ExternalId.system == system, ExternalId.kind == kind)
    rows = session.execute(select(ExternalId.value, ExternalId.row_id).where(*named))
    return {row.value: row.row_id for row in rows}
