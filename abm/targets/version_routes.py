"""A version of the list: the difference first, then both seats sign or decline exactly those bytes."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from flask import abort, request, url_for
from sqlalchemy.exc import IntegrityError, OperationalError
from werkzeug.wrappers import Response

from abm.agreement.models import StaleDigest, Verdict, Version
from abm.agreement.queries import VersionLine
from abm.agreement.readings import mark_of
from abm.agreement.record import signed_record
from abm.kit import clock
from abm.kit.db import db, session, write_apart
from abm.kit.errors import Forbidden
from abm.kit.rules import RuleBroken, with_what_was_written
from abm.kit.web import Answer, commit, done, page
from abm.people.access import May, me, needs
from abm.people.current import organisation
from abm.people.step_up import PASSWORD_FIELD, confirm_password, password_fault
from abm.targets.awaiting import awaited
from abm.targets.diff import difference
from abm.targets.forms import SignForm, WithdrawForm
from abm.targets.letters import Step, tell_signature_withdrawn, tell_signed, tell_withdrawn
from abm.targets.loading import list_or_404, quarter_or_404, seat_or_403
from abm.targets.models import TargetList
from abm.targets.pages import Base, quarter_base, versions_of
from abm.targets.queries import content_of, written_version
from abm.targets.review import Show, review_of
from abm.targets.routes import targets

ADDRESS = "/quarters/<quarter:quarter>/list/versions/<number:number>"


@targets.get(ADDRESS)
@needs(May.READ)
def version(quarter: str, number: int) -> Answer:
    """What changed, who signed, who is awaited since when, and the form to sign."""
    return _version_page(list_or_404(quarter), number)


@targets.get(f"{ADDRESS}/diff")
@needs(May.READ)
def diff(quarter: str, number: int) -> Answer:
    """The difference against any other version of this list (`?from=6`), or another quarter's (`?from=2026-q3`)."""
    return _version_page(list_or_404(quarter), number, base=request.args.get("from", ""))


@targets.post(f"{ADDRESS}/signatures")
@needs(May.READ)
def sign(quarter: str, number: int) -> Answer:
    """A seat's word: approve or decline, on the digest that the page showed."""
    confirmed = confirm_password(request.form.get(PASSWORD_FIELD))
    target_list = list_or_404(quarter)
    form, seat = SignForm(), seat_or_403(target_list)
    if not confirmed or not form.validate_on_submit():
        fault = None if confirmed else password_fault()
        return _version_page(target_list, number, 422, form=form, password_fault=fault)
    written, at = _written(target_list, number), clock.now()
    said: dict[str, Any] = {"digest": form.digest.data or "", "verdict": form.said, "comment": form.comment.data or ""}
    try:
        complete = target_list.sign(written, seat=seat, by=me(), at=at, organisation=organisation(), **said)
    except StaleDigest:
        session.rollback()
        return _stale_page(target_list, number, said["digest"])
    except RuleBroken as refusal:
        session.rollback()
        return _version_page(target_list, number, 409, refused=with_what_was_written(refusal, said["comment"]))
    step = Step(target_list, written, by=me(), at=at)
    tell_signed(step, seat, form.said, complete=complete, comment=said["comment"])
    commit()
    location = url_for("targets.version", **target_list.address, number=number)
    return done(location, message=_said(form.said, number, complete))


@targets.post(f"{ADDRESS}/signatures/withdrawals")
@needs(May.READ)
def withdraw_signature(quarter: str, number: int) -> Answer:
    """Take one's own signature back."""
    target_list = list_or_404(quarter)
    form = WithdrawForm()
    if not form.validate_on_submit():
        return _version_page(target_list, number, 422)
    written, at, reason = _written(target_list, number), clock.now(), form.reason.data or ""
    target_list.withdraw_signature(written, by=me(), at=at, reason=reason)
    tell_signature_withdrawn(Step(target_list, written, by=me(), at=at), reason)
    commit()
    location = url_for("targets.version", **target_list.address, number=number)
    return done(location, message="Your signature is withdrawn.")


@targets.post(f"{ADDRESS}/withdrawals")
@needs(May.PROPOSE_LIST)
def withdraw(quarter: str, number: int) -> Answer:
    """Take a whole proposal back."""
    target_list = list_or_404(quarter)
    written, at = _written(target_list, number), clock.now()
    if written.proposed_by_id != me().id:
        raise Forbidden("Only who proposed a version withdraws it.", may=[written.proposed_by.name])
    target_list.withdraw(written, by=me(), at=at)
    tell_withdrawn(Step(target_list, written, by=me(), at=at))
    commit()
    return done(
        url_for("targets.show", **target_list.address), message=f"Version {number} is withdrawn. The draft stays."
    )


@targets.get(f"{ADDRESS}/record.json")
@needs(May.READ)
def record(quarter: str, number: int) -> Response:
    """The signed record, to keep: `abm verify FILE` checks it anywhere."""
    written = _written(list_or_404(quarter), number)
    name = f"target-list-{quarter}-version-{number}.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(signed_record(written), content_type="application/json", headers=headers)


def _version_page(target_list: TargetList, number: int, status: int = 200, base: str = "", **values: object) -> Answer:
    at = clock.now()
    versions = versions_of(session(), target_list, at, reader=me())
    line = versions.numbered(number)
    if line is None:
        abort(404)
    asked: dict[str, Any] = {
        "show": _tab(),
        "page": request.args.get("page", 1, type=int),
        "base": _base(target_list, base, number),
    }
    review = review_of(session(), target_list, versions, line, reader=me(), **asked)
    if status == 200 and not line.looked_at:
        _note_reading(line)
    shown: dict[str, object] = {
        "list": target_list,
        "quarter": organisation().quarter(target_list.quarter),
        "line": line,
        "versions": versions,
        "review": review,
        "compared": bool(base),
        "awaited": awaited(session(), target_list, line, at),
        "my_seat": target_list.seat_of(me(), at),
        "form": SignForm(formdata=None, data={"digest": line.digest}),
        "withdrawing": WithdrawForm(formdata=None),
    }
    return page("targets/version.html", status, **{**shown, **values})


def _tab() -> Show:
    """The tab that the address names; the difference unless it names another."""
    return next((one for one in Show if one == request.args.get("show")), Show.CHANGED)


def _note_reading(line: VersionLine) -> None:
    """Keep that the reader had it before them, beside a page that only reads. A writer in the way: next time then."""
    with suppress(OperationalError, IntegrityError):
        write_apart(db.engine, mark_of(line.id, me().id, clock.now()))


def _stale_page(target_list: TargetList, number: int, seen: str) -> Answer:
    """Nothing was signed: what the signer saw against what stands, by whom, and the way on."""
    versions = versions_of(session(), target_list, clock.now())
    if versions.numbered(number) is None:
        abort(404)
    newest, before = versions.open or versions.lines[0], versions.of_digest(seen)
    was = content_of(session(), before.id) if before else None
    values = {"list": target_list, "newest": newest, "before": before, "versions": versions}
    return page("targets/stale.html", 409, difference=difference(was, content_of(session(), newest.id)), **values)


def _base(target_list: TargetList, asked: str, number: int) -> Base | None:
    """What the address asks to compare with; 404 for what is not there."""
    if not asked:
        return None
    if asked.isascii() and asked.isdigit() and len(asked) < 6 and int(asked) != number:
        other = _written(target_list, int(asked))
        return Base(f"version {asked}", content_of(session(), other.id))
    try:
        return quarter_base(session(), organisation().quarter(quarter_or_404(asked)), target_list.programme_id)
    except ValueError:
        abort(404)


def _written(target_list: TargetList, number: int) -> Version:
    found = written_version(session(), target_list.document_id, number)
    return found if found is not None else abort(404)


def _said(verdict: Verdict, number: int, complete: bool) -> str:
    if verdict is Verdict.DECLINE:
        return f"Version {number} is declined, with your reason. The draft stays open."
    return f"Version {number} is signed by both." if complete else "Signed. The other seat is told."
