"""An uploaded file becomes an import: its rows are kept as they are, each with what it would do."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import PurePath
from typing import Any, BinaryIO

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from abm.imports.choices import Choices
from abm.imports.filetype import FileRefused
from abm.imports.headers import Recognition
from abm.imports.models import Action, Import, ImportRow, ImportState, Kind, header_digest
from abm.imports.planning import Plan, Raw, columns_seen, outcome, plan_import, recognition_of
from abm.imports.reader import Limits, Table, read_table
from abm.imports.values import is_band
from abm.kit.base import session_of
from abm.kit.text import one_line, shortened
from abm.people.models import Organisation, User

MOST_ROWS = 100_000  # all of them are planned together
AT_ONCE = 2_000
SHOWN = 8  # columns that a note lists


class ColumnsMissing(FileRefused):
    """A needed column was not recognised: `header` is what a person may choose it from."""

    def __init__(self, message: str, header: Sequence[str]) -> None:
        super().__init__(message)
        self.header = header


@dataclasses.dataclass(frozen=True)
class Upload:
    """A file as somebody brings it. The stream can be rewound."""

    kind: Kind
    stream: BinaryIO
    filename: str
    encoding: str = ""  # blank: told from the bytes
    largest: int = Limits.size


def stage(
    organisation: Organisation, upload: Upload, *, by: User, at: datetime, choices: Choices | None = None
) -> Import:
    """Read a file, plan its rows and keep both. Raises FileRefused where the file as a whole cannot be taken."""
    session, kind = session_of(organisation), upload.kind
    limits = Limits(size=upload.largest, rows=MOST_ROWS)
    table = read_table(upload.stream, encoding=upload.encoding or None, limits=limits)
    choices = choices or Choices()
    if not choices.mapping:
        choices = dataclasses.replace(choices, mapping=remembered_mapping(session, kind, table.header))
    recognition = _complete(recognition_of(kind, table.header, choices))
    rows = list(_raw(table))
    batch = Import(
        kind=kind,
        filename=one_line(PurePath(upload.filename.replace("\\", "/")).name)[:200] or "file.csv",
        sha256=_digest(upload.stream),
        header_sha256=header_digest(kind, table.header),
        state=ImportState.PREVIEWED,
        uploaded_by=by,
        uploaded_at=at,
        options={"encoding": table.encoding},
        notes={"of_the_file": table.notes},
    )
    _describe(batch, recognition, choices, rows)
    plan = plan_import(batch, rows, organisation=organisation, by=by, at=at)
    batch.counts = plan.counts
    session.add(batch)
    session.flush()
    _keep(session, batch, rows, plan)
    return batch


def choose_anew(batch: Import, choices: Choices, *, organisation: Organisation, by: User, at: datetime) -> None:
    """Plan the rows again as a person says that they are to be read. Raises FileRefused for an impossible mapping."""
    batch.require_open()
    recognition = _complete(recognition_of(batch.kind, batch.header, choices))
    rows = rows_of(batch)
    _describe(batch, recognition, choices, rows)
    keep_plan(batch, plan_import(batch, rows, organisation=organisation, by=by, at=at))


def keep_plan(batch: Import, plan: Plan) -> bool:
    """Let the preview show a new plan; hand back whether it shows anything else than before."""
    session = session_of(batch)
    columns = (ImportRow.id, ImportRow.number, *_SHOWN)
    known = {row.number: row for row in session.execute(select(*columns).where(ImportRow.import_id == batch.id))}
    changed = [
        {"id": known[row.number].id, **outcome(row)} for row in plan.rows if tuple(known[row.number])[2:] != row.shown()
    ]
    for start in range(0, len(changed), AT_ONCE):
        session.execute(update(ImportRow), changed[start : start + AT_ONCE])
    batch.counts = plan.counts
    batch.revision += bool(changed)
    return bool(changed)


def keep_targets(batch: Import, plan: Plan) -> None:
    """Note what new rows became, where applying them told."""
    session = session_of(batch)
    became = {row.number: row.target_id for row in plan.rows if row.action is Action.ADD and row.target_id}
    known = session.execute(select(ImportRow.id, ImportRow.number).where(ImportRow.import_id == batch.id))
    changed = [{"id": row.id, "target_id": became[row.number]} for row in known if row.number in became]
    for start in range(0, len(changed), AT_ONCE):
        session.execute(update(ImportRow), changed[start : start + AT_ONCE])


def rows_of(batch: Import) -> list[Raw]:
    """The rows as the file had them."""
    columns = select(ImportRow.number, ImportRow.cells, ImportRow.fault).where(ImportRow.import_id == batch.id)
    return [Raw(*row) for row in session_of(batch).execute(columns.order_by(ImportRow.number))]


def remembered_mapping(session: Session, kind: Kind, header: Sequence[str]) -> Mapping[str, str]:
    """How somebody mapped the last applied file with these very columns."""
    same = (Import.header_sha256 == header_digest(kind, header), Import.state == ImportState.APPLIED)
    latest = session.scalar(select(Import.options).where(*same).order_by(Import.id.desc()).limit(1))
    found: Mapping[str, str] = latest["choices"]["mapping"] if latest else {}
    return found


_SHOWN = (ImportRow.action, ImportRow.target_id, ImportRow.field, ImportRow.message, ImportRow.changes)


def _complete(recognition: Recognition) -> Recognition:
    try:
        recognition.require_complete()
    except FileRefused as refusal:
        raise ColumnsMissing(str(refusal), recognition.header) from None
    return recognition


def _raw(table: Table) -> Iterator[Raw]:
    for row in table:
        filled = {str(place): cell for place, cell in enumerate(row.cells) if cell.strip()}
        yield Raw(row.number, filled, row.fault)


def _digest(stream: BinaryIO) -> str:
    stream.seek(0)
    return hashlib.file_digest(stream, "sha256").hexdigest()  # type: ignore[arg-type] # any binary stream will do


def _describe(batch: Import, recognition: Recognition, choices: Choices, rows: Sequence[Raw]) -> None:
    """Note what the columns hold, how they are read and what is to be known about the file."""
    columns = {name: recognition.header[place] for name, place in recognition.columns.items()}
    batch.profile = recognition.profile
    batch.mapping = {"header": list(recognition.header), "columns": columns, "rows": recognition.rows}
    seen = columns_seen(recognition, rows)
    named = next(iter(recognition.currencies.values()), "")
    batch.options = {**batch.options, **seen, "currency": named, "choices": choices.written()}
    batch.notes = {**batch.notes, "notes": [*batch.notes["of_the_file"], *_notes(batch, recognition, rows)]}


def _notes(batch: Import, recognition: Recognition, rows: Sequence[Raw]) -> Iterator[str]:
    if recognition.better_kind is not None:
        yield f"By its columns this looks like a file of {recognition.better_kind}, not of {batch.kind}."
    if recognition.unmapped:
        shown = ", ".join(shortened(name, 40) for name in recognition.unmapped[:SHOWN])
        more = len(recognition.unmapped) - SHOWN
        yield f"Columns that are left out: {shown}{f' and {more} more' if more > 0 else ''}."
    if recognition.copied and batch.kind is Kind.TOUCHES:
        yield "It comes out of a warehouse: times that name no zone are read as UTC."
    for name, unit in recognition.units.items():
        if unit > 1:
            yield f"One in the column “{recognition.header[recognition.columns[name]]}” stands for {unit:,}."
    employees = str(recognition.columns.get("employees", ""))
    if employees and any(is_band(row.cells.get(employees, "")) for row in rows):
        yield "Employees are given in bands such as 51-200: the lower end is kept."


def _keep(session: Session, batch: Import, rows: Sequence[Raw], plan: Plan) -> None:
    """Write the rows, a few thousand at once."""
    values: list[dict[str, Any]] = [
        {"import_id": batch.id, "number": row.number, "cells": row.cells, "fault": row.fault, **outcome(planned)}
        for row, planned in zip(rows, plan.rows, strict=True)
    ]
    for start in range(0, len(values), AT_ONCE):
        session.execute(insert(ImportRow), values[start : start + AT_ONCE])
