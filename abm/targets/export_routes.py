"""Out of the app: a version, the draft, a list at a date and any difference, as CSV, as a workbook, or to print."""

from __future__ import annotations

from flask import abort, request
from flask.blueprints import BlueprintSetupState
from werkzeug.wrappers import Response

from abm.agreement.record_proof import own_fingerprint
from abm.kit import clock
from abm.kit.db import session
from abm.kit.spreadsheet import csv_file
from abm.kit.web import Answer, page
from abm.kit.workbook import MEDIA_TYPE, workbook
from abm.people.access import May, needs
from abm.people.current import organisation
from abm.targets.exports import Export, as_of_export, difference_export, draft_export, version_export
from abm.targets.forms import Narrowing
from abm.targets.grid import every_row
from abm.targets.loading import list_or_404
from abm.targets.looking_back_forms import AsOfForm, DifferencesForm
from abm.targets.looking_back_routes import as_of_page, differences_page, found_as_of, found_differences
from abm.targets.models import TargetList
from abm.targets.pages import versions_of
from abm.targets.queries import content_of
from abm.targets.routes import targets

ADDRESS = "/quarters/<quarter:quarter>/list"
KIND = "exports/<any(csv, xlsx, print):kind>"


@targets.record
def _show_key(state: BlueprintSetupState) -> None:
    """Let pages that offer a record show the key it is written with."""
    state.app.add_template_global(own_fingerprint, "record_key")


@targets.get(f"{ADDRESS}/versions/<number:number>/{KIND}")
@needs(May.READ)
def export_version(quarter: str, number: int, kind: str) -> Answer:
    """A version as it is signed: from its stored bytes, whatever the draft says by now."""
    target_list, at = list_or_404(quarter), clock.now()
    line = versions_of(session(), target_list, at).numbered(number) or abort(404)
    content = content_of(session(), line.id)
    return _leave(version_export(target_list, line, content, at=at, today=organisation().today(at)), target_list, kind)


@targets.get(f"{ADDRESS}/{KIND}")
@needs(May.READ)
def export_draft(quarter: str, kind: str) -> Answer:
    """The draft with both voices, narrowed as its page is."""
    target_list, narrowing = list_or_404(quarter), Narrowing(request.args)
    wanted = narrowing.narrowed if narrowing.validate() else Narrowing(None).narrowed
    rows = every_row(session(), target_list.id, wanted)
    return _leave(draft_export(target_list, rows, today=organisation().today()), target_list, kind)


@targets.get(f"{ADDRESS}/as-of/{KIND}")
@needs(May.READ)
def export_as_of(quarter: str, kind: str) -> Answer:
    """A list as it held on a day."""
    target_list, form = list_or_404(quarter), AsOfForm(request.args)
    if not form.validate():
        return as_of_page(target_list, form, None, 422)
    found = found_as_of(target_list, form, None)
    return _leave(as_of_export(target_list, found, organisation().time_zone), target_list, kind)


@targets.get(f"{ADDRESS}/differences/{KIND}")
@needs(May.READ)
def export_differences(quarter: str, kind: str) -> Answer:
    """The difference between any two ends, with every reason."""
    target_list, form = list_or_404(quarter), DifferencesForm(request.args)
    compared, status = found_differences(target_list, form, None)
    if compared is None:
        return differences_page(target_list, form, None, status)
    return _leave(difference_export(target_list, compared, today=organisation().today()), target_list, kind)


def _leave(export: Export, target_list: TargetList, kind: str) -> Answer:
    """The tables in the form that was asked for."""
    if kind == "print":
        return page("targets/print.html", list=target_list, export=export)
    if kind == "csv":
        body, content_type = b"".join(csv_file(export.sheets[0])), "text/csv; charset=utf-8"
    else:
        body, content_type = workbook(export.sheets), MEDIA_TYPE
    headers = {"Content-Disposition": f'attachment; filename="{export.name}.{kind}"'}
    return Response(body, content_type=content_type, headers=headers)
