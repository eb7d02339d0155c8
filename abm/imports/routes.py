"""Bringing files in: upload, preview, choose how it is read, confirm or discard."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from flask import Blueprint, abort, current_app, flash, request, url_for
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from abm.imports.applying import apply_import, locked
from abm.imports.choices import Choices, StageMeaning
from abm.imports.fields import FIELDS, Rows
from abm.imports.filetype import FileRefused
from abm.imports.forms import (
    ChoicesForm,
    TakeBackForm,
    UploadForm,
    mapping_field,
    needed_fields,
    read_choices,
    read_mapping,
    stage_choices,
)
from abm.imports.models import Action, Import, ImportState, Kind
from abm.imports.queries import (
    applied_before,
    bad_rows,
    import_by_id,
    imports_page,
    remarks_of,
    rows_page,
    samples,
    unknown_stages,
)
from abm.imports.staging import ColumnsMissing, Upload, choose_anew, stage
from abm.imports.taking_back import take_back
from abm.kit import clock
from abm.kit.config import Config
from abm.kit.db import session
from abm.kit.receipts import once
from abm.kit.spreadsheet import defused
from abm.kit.web import Answer, commit, done, page
from abm.people.access import May, me, needs
from abm.people.current import organisation

imports = Blueprint("imports", __name__)

FORM_ROOM = 64 * 1024  # bytes of an upload beside the file itself
FRESH = "What we know has changed since this preview, so nothing is applied yet. Look at it again, then confirm."


@imports.url_value_preprocessor
def _take_large_files(endpoint: str | None, _values: object) -> None:
    """Let an upload be as large as the settings say; set before anything reads the form."""
    if endpoint == "imports.create":
        request.max_content_length = _settings().upload_limit + FORM_ROOM


@imports.get("/imports")
@needs(May.IMPORT)
def index() -> Answer:
    """The latest imports."""
    before = request.args.get("before", "")
    number = int(before) if before.isascii() and before.isdigit() and len(before) < 10 else None
    rows, following = imports_page(session(), before=number)
    return page("imports/index.html", imports=rows, following=following)


@imports.get("/imports/new")
@needs(May.IMPORT)
def new() -> Answer:
    """The form that takes a file."""
    kind = request.args.get("kind", "")
    offered = kind if kind in set(Kind) else Kind.ACCOUNTS.value
    return _upload_page(UploadForm(formdata=None, data={"kind": offered}))


@imports.post("/imports")
@needs(May.IMPORT)
@once
def create() -> Answer:
    """Read a file and show what it would do. A file that cannot be taken as a whole leaves nothing behind."""
    form = UploadForm()
    if not form.validate():
        return _upload_page(form, 422)
    kind = Kind(form.kind.data)
    file: FileStorage = form.file.data
    largest = _settings().upload_limit
    upload = Upload(kind, file.stream, file.filename or "", form.encoding.data or "", largest)  # type: ignore[arg-type] # any binary stream will do
    choices = Choices(mapping=read_mapping(kind, request.form))
    try:
        batch = stage(organisation(), upload, by=me(), at=clock.now(), choices=choices)
    except FileRefused as refusal:
        session.rollback()
        form.file.errors = [*form.file.errors, str(refusal)]
        return _upload_page(form, 422, refusal.header if isinstance(refusal, ColumnsMissing) else ())
    location = _address(batch)
    commit(location)
    return done(location)


@imports.get("/imports/<number:number>")
@needs(May.IMPORT)
def show(number: int) -> Answer:
    """What an import would do, or did."""
    batch = import_by_id(session(), number) or abort(404)
    return _import_page(batch, ChoicesForm.asking(batch, reporting=organisation().currency))


@imports.post("/imports/<number:number>/choices")
@needs(May.IMPORT)
def choose(number: int) -> Answer:
    """Say how the file is to be read, and plan it again."""
    batch = locked(session(), number) or abort(404)
    form = ChoicesForm.asking(batch, reporting=organisation().currency, formdata=request.form)
    if not form.validate():
        return _import_page(batch, form, 422)
    choices = read_choices(form, batch, unknown_stages(session(), batch), request.form)
    try:
        choose_anew(batch, choices, organisation=organisation(), by=me(), at=clock.now())
    except FileRefused as refusal:
        session.rollback()
        form.form_errors.append(str(refusal))
        return _import_page(batch, form, 422)
    commit()
    return done(_address(batch), message="Read again as you say.")


@imports.post("/imports/<number:number>/applications", endpoint="apply")
@needs(May.IMPORT)
def apply_rows(number: int) -> Answer:
    """Apply every good row, once, however often it is asked."""
    batch = locked(session(), number) or abort(404)
    if batch.state is ImportState.APPLIED:
        return done(_address(batch), message=f"{batch.filename} is applied.")
    seen = request.form.get("revision", "")
    revision = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else 0
    applied = apply_import(batch, revision=revision, organisation=organisation(), by=me(), at=clock.now())
    commit()
    if not applied:
        flash(FRESH, "warn")
        return done(_address(batch))
    return done(_address(batch), message=f"{batch.filename} is applied.")


@imports.post("/imports/<number:number>/discards")
@needs(May.IMPORT)
def discard(number: int) -> Answer:
    """Let a file be."""
    batch = locked(session(), number) or abort(404)
    batch.discard(by=me(), at=clock.now())
    commit()
    return done(url_for("imports.index"), message=f"{batch.filename} is discarded: nothing of it was applied.")


@imports.post("/imports/<number:number>/voids", endpoint="take_back")
@needs(May.IMPORT)
def take_touches_back(number: int) -> Answer:
    """Void every touch that a file added."""
    batch = locked(session(), number) or abort(404)
    if batch.state is ImportState.TAKEN_BACK:
        return done(_address(batch), message=f"The touches of {batch.filename} are taken back.")
    form = TakeBackForm()
    if not form.validate():
        return _import_page(batch, ChoicesForm.asking(batch, reporting=organisation().currency), 422, back=form)
    voided = take_back(batch, reason=form.reason.data or "", organisation=organisation(), by=me(), at=clock.now())
    commit()
    what = f"{voided:,} {'touch' if voided == 1 else 'touches'}"
    return done(_address(batch), message=f"Taken back, with its reason: {what} of {batch.filename}.")


@imports.get("/imports/<number:number>/bad-rows.csv")
@needs(May.IMPORT)
def bad_rows_file(number: int) -> Answer:
    """The rows that stay out, each with what to mend, as a file for a spreadsheet."""
    batch = import_by_id(session(), number) or abort(404)
    written = io.StringIO()
    writer = csv.writer(written, quoting=csv.QUOTE_ALL)
    writer.writerow([*map(defused, batch.header), "Row", "What to mend"])
    for row in bad_rows(session(), batch):
        cells = [defused(row.cells.get(str(place), "")) for place in range(len(batch.header))]
        writer.writerow([*cells, row.number, defused(row.message)])
    headers = {"Content-Disposition": f'attachment; filename="bad-rows-of-import-{batch.id}.csv"'}
    return Response("\ufeff" + written.getvalue(), content_type="text/csv; charset=utf-8", headers=headers)


def _upload_page(form: UploadForm, status: int = 200, header: Sequence[str] = ()) -> Answer:
    needed = needed_fields(Kind(form.kind.data)) if header else {}
    chosen = {name: request.form.get(mapping_field(name), "") for name in needed}
    limit = _settings().upload_limit // (1024 * 1024)
    return page("imports/new.html", status, form=form, header=header, needed=needed, chosen=chosen, limit=limit)


def _import_page(batch: Import, form: ChoicesForm, status: int = 200, back: TakeBackForm | None = None) -> Answer:
    """The preview, with the choices that are open; once it is decided, the result."""
    action = _action_shown(batch)
    after = request.args.get("after", "")
    number = int(after) if after.isascii() and after.isdigit() and len(after) < 10 else 0
    chosen = Choices.read(batch.options["choices"])
    fields = FIELDS[Rows(batch.mapping["rows"])]
    places = {name: str(batch.header.index(column)) for name, column in batch.mapping["columns"].items()}
    return page(
        "imports/show.html",
        status,
        batch=batch,
        form=form,
        back=back or TakeBackForm(formdata=None),
        action=action,
        rows=rows_page(session(), batch, action, after=number),
        fields=fields,
        columns=[(name, fields[name], places[name]) for name in fields if name in places],
        stages=stage_choices(unknown_stages(session(), batch), chosen),
        meanings=list(StageMeaning),
        samples=samples(session(), batch) if batch.state is ImportState.PREVIEWED else {},
        remarks=remarks_of(session(), batch),
        before=applied_before(session(), batch),
    )


def _action_shown(batch: Import) -> Action:
    """The rows that the address asks for; else the bad ones, where there are any."""
    asked = request.args.get("rows", "")
    if asked in set(Action):
        return Action(asked)
    return Action.BAD if batch.counts["bad"] else next((one for one in Action if batch.counts[one]), Action.BAD)


def _settings() -> Config:
    settings: Config = current_app.config["ABM"]
    return settings


def _address(batch: Import) -> str:
    return url_for("imports.show", number=batch.id)
