"""What of the definitions holds at an instant, and since when: one query, asked by whoever computes a figure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ScalarSelect, select
from sqlalchemy.orm import Session

from abm.agreement.canonical import thaw
from abm.agreement.models import Standing, Version
from abm.definitions.models import Definition


@dataclass(frozen=True)
class InForce:
    """A signed version that holds: its number, since when, and what it says, for `Kind.read`."""

    number: int
    since: datetime
    says: Mapping[str, object]


def in_force_at(session: Session, slug: str, at: datetime) -> InForce | None:
    """The version of a definition that was, is or will be in force at an instant; None while the default applies."""
    row = session.execute(
        select(Version.number, Standing.starts, Version.content)
        .join(Standing, Standing.version_id == Version.id)
        .join(Definition, Definition.document_id == Version.document_id)
        .where(Definition.slug == slug, Standing.starts <= at, Standing.ends.is_(None) | (Standing.ends > at))
    ).first()
    return InForce(row.number, row.starts, said(row.content)) if row is not None else None


def content_in_force(slug: str, at: datetime) -> ScalarSelect[bytes]:
    """The bytes of the version in force at an instant, as a column of whatever query asks for something else."""
    return (
        select(Version.content)
        .join(Standing, Standing.version_id == Version.id)
        .join(Definition, Definition.document_id == Version.document_id)
        .where(Definition.slug == slug, Standing.starts <= at, Standing.ends.is_(None) | (Standing.ends > at))
        .scalar_subquery()
    )


def ever_in_force(session: Session, slug: str) -> list[InForce]:
    """Every version of a definition that was, is or will be in force, the earliest first. One query."""
    rows = session.execute(
        select(Version.number, Standing.starts, Version.content)
        .join(Standing, Standing.version_id == Version.id)
        .join(Definition, Definition.document_id == Version.document_id)
        .where(Definition.slug == slug, Standing.starts.is_not(None))
        .where(Standing.ends.is_(None) | (Standing.ends > Standing.starts))  # else its successor took its place
        .order_by(Standing.starts)
    )
    return [InForce(row.number, row.starts, said(row.content)) for row in rows if row.starts is not None]


def said(content: bytes) -> Mapping[str, object]:
    """What a version of a definition says, out of its bytes."""
    return cast(Mapping[str, Any], thaw(content)["says"])
