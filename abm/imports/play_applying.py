"""A file about plays: taken in, shown with what it would do, and recorded once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath
from typing import BinaryIO

from sqlalchemy import select
from sqlalchemy.orm import Session

from abm.campaigns.models import Campaign
from abm.campaigns.play_records import RecordSource
from abm.campaigns.recording import Telling
from abm.imports.filetype import FileRefused
from abm.imports.play_columns import columns_of
from abm.imports.play_files import PlayFile
from abm.imports.play_lines import LineAction, PlayLine, PlayPlan, plan_lines
from abm.imports.reader import Limits, read_table
from abm.kit.base import session_of
from abm.kit.rules import refuse, require
from abm.kit.spreadsheet import Cell, Sheet
from abm.kit.text import one_line
from abm.outbound.recording import record_and_count
from abm.people.models import Organisation, User

MOST_LINES = 10_000
LARGEST = 10 * 1024 * 1024


@dataclass(frozen=True)
class Upload:
    """A file as somebody brings it. The stream can be rewound."""

    stream: BinaryIO
    filename: str
    encoding: str = ""  # blank: told from the bytes


def take_in(
    session: Session, upload: Upload, *, campaign: Campaign | None = None, play: str = "", by: User, at: datetime
) -> PlayFile:
    """Keep a file as it came. Raises FileRefused where it cannot be read, or does not say what it speaks of."""
    stream = upload.stream
    table = read_table(stream, encoding=upload.encoding or None, limits=Limits(size=LARGEST, rows=MOST_LINES))
    columns_of(table.header, play_is_known=bool(play))
    lines: list[tuple[int, dict[str, str], str]] = [
        (row.number, {str(place): cell for place, cell in enumerate(row.cells) if cell.strip()}, row.fault)
        for row in table
    ]
    if any("\0" in cell for _, cells, _ in lines for cell in cells.values()):
        raise FileRefused("The file holds a character that no text has (NUL): export it again as CSV.")
    stream.seek(0)
    file = PlayFile(
        filename=one_line(PurePath(upload.filename.replace("\\", "/")).name)[:200] or "file.csv",
        sha256=hashlib.file_digest(stream, "sha256").hexdigest(),  # type: ignore[arg-type] # any binary stream will do
        campaign=campaign,
        play=play,
        header={"names": list(table.header)},
        lines={"lines": lines},
        notes={"notes": table.notes},
        result={},
        uploaded_by=by,
        uploaded_at=at,
    )
    session.add(file)
    session.flush()
    return file


def seen_as(plan: PlayPlan) -> str:
    """By what a preview is told from another."""
    return hashlib.sha256(json.dumps(plan.told()).encode()).hexdigest()


def apply_file(file: PlayFile, *, seen: str, organisation: Organisation, by: User, at: datetime) -> bool:
    """Record every good line, once; False where what is known has changed since somebody looked."""
    session = session_of(file)
    session.scalar(select(PlayFile.id).where(PlayFile.id == file.id).with_for_update())
    session.refresh(file)
    require(file.discarded_at is None, f"{file.filename} was discarded. Bring it in again.")
    if file.applied_at is not None:
        return True
    plan = plan_lines(session, file, organisation=organisation, at=at)
    if seen_as(plan) != seen:
        return False
    records = [
        _record(lines, organisation=organisation, by=by, at=at)
        for _, lines in sorted(plan.groups.items(), key=lambda group: group[0])
    ]
    file.keep({"counts": plan.counts, "records": records, "lines": plan.told()}, by=by, at=at)
    return True


def _record(lines: list[PlayLine], *, organisation: Organisation, by: User, at: datetime) -> list[str]:
    """One record of a play on a day; hands back the address parts of its page."""
    first = lines[0]
    if first.campaign is None or first.play is None:
        refuse("The line says nothing.")
    notes = dict.fromkeys(line.note for line in lines if line.note)
    told = Telling(
        play=first.play.play,
        day=first.day,
        accounts=[line.account_id for line in lines],
        reactions=[line.reaction for line in lines if line.reaction is not None],
        outcome=first.outcome,
        note="\n".join(notes)[:10_000],
        source=RecordSource.CSV,
    )
    got = record_and_count(first.campaign, told, organisation=organisation, by=by, at=at)
    return [first.campaign.slug, got.record.public_id if got.record else "", first.play.what]


def refused_lines(file: PlayFile, told: list[list[object]]) -> Sheet:
    """The lines that stay out, each as it came, with what to mend."""
    why = {number: message for number, action, _, message, _ in told if action == LineAction.REFUSED}

    def rows() -> Iterator[tuple[Cell, ...]]:
        for number, cells, _ in file.lines["lines"]:
            if number in why:
                yield (*(cells.get(str(place), "") for place in range(len(file.names))), number, str(why[number]))

    return Sheet("Refused lines", (*file.names, "Row", "What to mend"), rows())
