"""Pages of a long table by keyset: the next 50 after a row, as fast on the last page as on the first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Select, literal, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

T = TypeVar("T")
ROWS = 50


@dataclass(frozen=True)
class Order:
    """What a table is sorted by. The last key is unique, so that ties have an order too."""

    keys: tuple[ColumnElement[Any], ...]
    descending: bool = False


@dataclass(frozen=True)
class Cursor:
    """Where a page begins: after or before the row with this public id. Without either, at the start."""

    after: str = ""
    before: str = ""


@dataclass(frozen=True)
class Page(Generic[T]):
    """Some rows, and the public ids that the pages around them begin at; None where there is none."""

    rows: Sequence[T]
    next: str | None
    previous: str | None


def page_of(
    session: Session,
    query: Select[T],
    order: Order,
    cursor: Cursor,
    *,
    named: InstrumentedAttribute[str],
    size: int = ROWS,
) -> Page[T]:
    """One page of a query. `named` is the public id of its rows; one that nobody has begins at the start."""
    back = bool(cursor.before)
    anchor = _anchor(session, order, named, cursor.before or cursor.after)
    back = back and anchor is not None
    down = order.descending != back
    if anchor is not None:
        here, there = tuple_(*order.keys), tuple_(*anchor)
        query = query.where(here < there if down else here > there)
    keys = [key.desc() if down else key.asc() for key in order.keys]
    found = session.scalars(query.order_by(*keys).limit(size + 1)).unique().all()
    rows = list(reversed(found[:size])) if back else list(found[:size])
    more = len(found) > size
    has_next, has_previous = (True, more) if back else (more, anchor is not None)
    name = named.key
    return Page(
        rows,
        next=str(getattr(rows[-1], name)) if rows and has_next else None,
        previous=str(getattr(rows[0], name)) if rows and has_previous else None,
    )


def _anchor(
    session: Session, order: Order, named: InstrumentedAttribute[str], public_id: str
) -> list[ColumnElement[Any]] | None:
    """The sort values of the row that a cursor names, as the database sees them."""
    if not public_id.isalnum() or len(public_id) > 16:
        return None
    values = session.execute(select(*order.keys).where(named == public_id)).first()
    return [literal(value, key.type) for value, key in zip(values, order.keys, strict=True)] if values else None
