"""Lines of the ledger out of a file: what each would say first, then all good ones at once."""

from __future__ import annotations

import base64
import binascii

from flask import url_for

from abm.imports.filetype import FileRefused
from abm.kit import clock
from abm.kit.db import session
from abm.kit.receipts import once
from abm.kit.web import Answer, commit, done, page
from abm.people.access import May, me, needs
from abm.people.current import organisation
from abm.people.seats import programmes
from abm.spend.columns import COSTS, HEADS
from abm.spend.files import LIMITS, ReadFile, read_spend
from abm.spend.forms import UploadForm
from abm.spend.models import enter_spend
from abm.spend.queries import campaigns_to_choose
from abm.spend.routes import spend

SHOWN = 200  # lines of each kind that the page shows


@spend.get("/spend/files/new")
@needs(May.KEEP_SPEND)
def new_file() -> Answer:
    """The form that takes a file."""
    return _upload_page(UploadForm(formdata=None))


@spend.post("/spend/files")
@needs(May.KEEP_SPEND)
@once
def bring_file() -> Answer:
    """Show what every line would say; once that is confirmed, enter every good line in one transaction."""
    form = UploadForm()
    content = _content(form)
    if not form.validate_on_submit() or content is None:
        form.file.errors = [*form.file.errors, "Choose a CSV file."]
        return _upload_page(form, 422)
    try:
        read = _read(content)
    except FileRefused as refusal:
        form.file.errors = [*form.file.errors, str(refusal)]
        return _upload_page(form, 422)
    if not form.confirm.data or not read.good:
        told = base64.b64encode(content).decode()
        return page("spend/file.html", read=read, told=told, shown=SHOWN)
    for line in read.good:
        if line.facts is not None:
            enter_spend(session(), line.facts, by=me(), at=clock.now())
    count, out = len(read.good), len(read.refused)
    commit()
    return done(url_for("spend.index"), message=f"{count} line{'s' * (count != 1)} entered; {out} stayed out.")


def _read(content: bytes) -> ReadFile:
    campaigns, here = campaigns_to_choose(session()), programmes(session())
    return read_spend(session(), content, organisation=organisation(), campaigns=campaigns, programmes=here)


def _content(form: UploadForm) -> bytes | None:
    """The file, or what was read of it on the page before; None where neither can be read."""
    if form.told.data:
        try:
            return base64.b64decode(form.told.data, validate=True)
        except (binascii.Error, ValueError):
            return None
    return form.file.data.read(LIMITS.size + 1) if form.file.data else None


def _upload_page(form: UploadForm, status: int = 200) -> Answer:
    return page("spend/new_file.html", status, form=form, columns=HEADS, costs=COSTS, limit=LIMITS.size // 1000)
