"""Questions about imports: which there are, the rows of one, and what its file leaves open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, load_only

from abm.accounts.models import all_stages
from abm.imports.models import Action, Import, ImportRow, ImportState, Kind
from abm.kit.text import one_line
from abm.people.models import User

PAGE = 50
SAMPLES = 3
MOST_STAGES = 60


@dataclass(frozen=True)
class RowsPage:
    """Some rows of an import, and the row number after which the next begin."""

    rows: Sequence[ImportRow]
    next: int | None


def import_by_id(session: Session, number: int) -> Import | None:
    """An import with who brought and who applied it."""
    people = (joinedload(Import.uploaded_by), joinedload(Import.applied_by))
    return session.scalar(select(Import).where(Import.id == number).options(*people))


def imports_page(session: Session, *, before: int | None = None) -> tuple[Sequence[Import], int | None]:
    """The latest imports, and before which the next page begins."""
    query = select(Import).options(joinedload(Import.uploaded_by).lazyload(User.grants)).order_by(Import.id.desc())
    if before is not None:
        query = query.where(Import.id < before)
    found = session.scalars(query.limit(PAGE + 1)).all()
    return found[:PAGE], found[PAGE - 1].id if len(found) > PAGE else None


def rows_page(session: Session, batch: Import, action: Action, *, after: int = 0) -> RowsPage:
    """The rows that would do one thing, in the order of the file."""
    query = select(ImportRow).where(ImportRow.import_id == batch.id, ImportRow.action == action)
    found = session.scalars(query.where(ImportRow.number > after).order_by(ImportRow.number).limit(PAGE + 1)).all()
    return RowsPage(found[:PAGE], found[PAGE - 1].number if len(found) > PAGE else None)


def bad_rows(session: Session, batch: Import) -> Sequence[ImportRow]:
    """Every row that stays out, to be mended outside."""
    query = select(ImportRow).where(ImportRow.import_id == batch.id, ImportRow.action == Action.BAD)
    return session.scalars(query.order_by(ImportRow.number)).all()


def remarks_of(session: Session, batch: Import) -> Sequence[ImportRow]:
    """The first good rows of which something is left out, with the reason."""
    said = (ImportRow.import_id == batch.id, ImportRow.action != Action.BAD, ImportRow.message != "")
    query = select(ImportRow).where(*said).options(load_only(ImportRow.number, ImportRow.message))
    return session.scalars(query.order_by(ImportRow.number).limit(PAGE)).all()


def unknown_stages(session: Session, batch: Import) -> list[tuple[str, int]]:
    """The CRM stages of the file that nobody has explained in this company, with their rows, the most first."""
    place = batch.header.index(batch.mapping["columns"]["stage"]) if batch.kind is Kind.OPPORTUNITIES else None
    if place is None or batch.state is not ImportState.PREVIEWED:
        return []
    known = {stage.name.casefold() for stage in all_stages(session)}
    cells = session.scalars(select(ImportRow.cells[str(place)].as_string()).where(ImportRow.import_id == batch.id))
    counted = Counter(one_line(cell)[:200] for cell in cells if cell)
    return [(name, count) for name, count in counted.most_common(MOST_STAGES) if name.casefold() not in known]


def samples(session: Session, batch: Import) -> dict[str, list[str]]:
    """The first values of each column, by its name: enough to see what it holds."""
    query = select(ImportRow.cells).where(ImportRow.import_id == batch.id).order_by(ImportRow.number).limit(20)
    rows = session.scalars(query).all()
    columns = enumerate(batch.header)
    return {name: [row[str(place)] for row in rows if str(place) in row][:SAMPLES] for place, name in columns}


def applied_before(session: Session, batch: Import) -> Import | None:
    """The latest import in which this very file was applied."""
    same = (Import.sha256 == batch.sha256, Import.kind == batch.kind, Import.state == ImportState.APPLIED)
    return session.scalar(select(Import).where(*same, Import.id != batch.id).order_by(Import.id.desc()).limit(1))
