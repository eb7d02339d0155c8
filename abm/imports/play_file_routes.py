"""Plays that happened, out of a file: upload, see what every line would do, record or discard."""

from __future__ import annotations

from flask import Blueprint, Response, abort, flash, request, url_for
from sqlalchemy import select

from abm.campaigns.queries import campaign_by_slug
from abm.campaigns.recordable import playable
from abm.imports.filetype import FileRefused
from abm.imports.play_applying import LARGEST, Upload, apply_file, refused_lines, seen_as, take_in
from abm.imports.play_columns import COLUMNS
from abm.imports.play_file_forms import PlayFileForm
from abm.imports.play_files import PlayFile
from abm.imports.play_lines import LineAction, plan_lines
from abm.kit import clock
from abm.kit.db import session
from abm.kit.receipts import once
from abm.kit.spreadsheet import csv_file
from abm.kit.web import Answer, commit, done, page
from abm.people.access import May, me, needs
from abm.people.current import organisation

play_files = Blueprint("play_files", __name__)

FORM_ROOM = 64 * 1024
SHOWN = 300  # lines of one kind that the page shows
FRESH = "What we know has changed since you looked, so nothing is recorded yet. Look at it again, then confirm."


@play_files.url_value_preprocessor
def _take_large_files(endpoint: str | None, _values: object) -> None:
    """Let an upload be as large as a file may be; set before anything reads the form."""
    if endpoint == "play_files.create":
        request.max_content_length = LARGEST + FORM_ROOM


@play_files.get("/plays/files/new")
@needs(May.RECORD_PLAYS)
def new() -> Answer:
    """The form that takes a file, of one play where the address names it."""
    return _upload_page(PlayFileForm(request.args))


@play_files.post("/plays/files")
@needs(May.RECORD_PLAYS)
@once
def create() -> Answer:
    """Read a file and show what it would do. A file that cannot be taken as a whole leaves nothing behind."""
    form = PlayFileForm()
    if not form.validate_on_submit():
        return _upload_page(form, 422)
    campaign = campaign_by_slug(session(), form.campaign.data or "")
    known = campaign is not None and form.play.data in playable(campaign)
    upload = Upload(form.file.data.stream, form.file.data.filename or "", form.encoding.data or "")
    try:
        play = form.play.data or "" if known else ""
        file = take_in(session(), upload, campaign=campaign, play=play, by=me(), at=clock.now())
    except FileRefused as refusal:
        session.rollback()
        form.file.errors = [*form.file.errors, str(refusal)]
        return _upload_page(form, 422)
    location = _address(file)
    commit(location)
    return done(location)


@play_files.get("/plays/files/<public:file_id>")
@needs(May.RECORD_PLAYS)
def show(file_id: str) -> Answer:
    """What every line would do, or did."""
    file = _file(file_id)
    told, seen = _told(file)
    asked = request.args.get("lines", "")
    counts = {action: sum(row[1] == action for row in told) for action in LineAction}
    first = LineAction.REFUSED if counts[LineAction.REFUSED] else LineAction.RECORD
    shown = LineAction(asked) if asked in set(LineAction) else first
    return page(
        "records/file.html",
        file=file,
        counts=counts,
        seen=seen,
        shown=shown,
        lines=[row for row in told if row[1] == shown][:SHOWN],
        cells={number: cells for number, cells, _ in file.lines["lines"]},
        words={name: words for name, (words, _) in COLUMNS.items()},
        before=_applied_before(file),
    )


@play_files.post("/plays/files/<public:file_id>/applications", endpoint="apply")
@needs(May.RECORD_PLAYS)
def apply_lines(file_id: str) -> Answer:
    """Record every good line, once, however often it is asked."""
    file = _file(file_id)
    seen = request.form.get("seen", "")
    applied = apply_file(file, seen=seen, organisation=organisation(), by=me(), at=clock.now())
    commit()
    if not applied:
        flash(FRESH, "warn")
        return done(_address(file))
    return done(_address(file), message=f"{file.filename} is recorded.")


@play_files.post("/plays/files/<public:file_id>/discards")
@needs(May.RECORD_PLAYS)
def discard(file_id: str) -> Answer:
    """Let a file be."""
    file = _file(file_id)
    file.discard(by=me(), at=clock.now())
    commit()
    return done(_address(file), message=f"{file.filename} is discarded: nothing of it was recorded.")


@play_files.get("/plays/files/<public:file_id>/refused.csv")
@needs(May.RECORD_PLAYS)
def refused(file_id: str) -> Answer:
    """The lines that stay out, each with what to mend, as a file for a spreadsheet."""
    file = _file(file_id)
    told, _ = _told(file)
    headers = {"Content-Disposition": 'attachment; filename="refused-lines.csv"'}
    body = b"".join(csv_file(refused_lines(file, told)))
    return Response(body, content_type="text/csv; charset=utf-8", headers=headers)


def _told(file: PlayFile) -> tuple[list[list[object]], str]:
    """What its lines would do now and by what that is known; once recorded, what they did."""
    if file.applied_at is not None:
        return file.result["lines"], ""
    plan = plan_lines(session(), file, organisation=organisation(), at=clock.now())
    return plan.told(), seen_as(plan)


def _upload_page(form: PlayFileForm, status: int = 200) -> Answer:
    campaign = campaign_by_slug(session(), form.campaign.data or "")
    play = playable(campaign).get(form.play.data or "") if campaign is not None else None
    limit = LARGEST // (1024 * 1024)
    return page("records/new_file.html", status, form=form, campaign=campaign, play=play, limit=limit, columns=COLUMNS)


def _applied_before(file: PlayFile) -> PlayFile | None:
    same = (PlayFile.sha256 == file.sha256) & (PlayFile.id != file.id) & PlayFile.applied_at.is_not(None)
    return session.scalars(select(PlayFile).where(same).order_by(PlayFile.id.desc()).limit(1)).first()


def _file(file_id: str) -> PlayFile:
    found = session.scalar(select(PlayFile).where(PlayFile.public_id == file_id))
    return found if found is not None else abort(404)


def _address(file: PlayFile) -> str:
    return url_for("play_files.show", file_id=file.public_id)
