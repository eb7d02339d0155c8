"""A version of a definition: the difference first, then both seats sign or decline exactly those bytes."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import abort, request, url_for
from werkzeug.wrappers import Response

from abm.agreement.models import StaleDigest, Verdict, Version
from abm.agreement.queries import VersionLine, Versions, awaited, history
from abm.agreement.record import signed_record
from abm.definitions.forms import SignForm, WithdrawForm
from abm.definitions.kinds import Kind
from abm.definitions.models import Definition
from abm.definitions.queries import content_of, written_version
from abm.definitions.routes import definition_or_404, definitions, kind_or_404
from abm.kit import clock
from abm.kit.db import session
from abm.kit.errors import Forbidden
from abm.kit.rules import RuleBroken, with_what_was_written
from abm.kit.web import Answer, commit, done, page
from abm.people.access import May, me, needs
from abm.people.current import organisation
from abm.people.seats import Seat, seat_of, seats
from abm.people.step_up import PASSWORD_FIELD, confirm_password, password_fault

ADDRESS = "/definitions/<slug:slug>/versions/<number:number>"


@definitions.get(ADDRESS)
@needs(May.READ)
def version(slug: str, number: int) -> Answer:
    """What changes, who signed, who is awaited since when, and the form to sign."""
    return _version_page(definition_or_404(slug), number)


@definitions.post(f"{ADDRESS}/signatures")
@needs(May.READ)
def sign(slug: str, number: int) -> Answer:
    """A seat's word: approve or decline, on the digest that the page showed."""
    confirmed = confirm_password(request.form.get(PASSWORD_FIELD))
    definition = definition_or_404(slug)
    form, seat = SignForm(), _seat_or_403()
    if not confirmed or not form.validate_on_submit():
        fault = None if confirmed else password_fault()
        return _version_page(definition, number, 422, form=form, password_fault=fault)
    verdict, digest, comment = Verdict(form.verdict.data or ""), form.digest.data or "", form.comment.data or ""
    said: dict[str, Any] = {"digest": digest, "verdict": verdict, "comment": comment}
    try:
        complete = definition.sign(_written(definition, number), seat=seat, by=me(), at=clock.now(), **said)
    except StaleDigest:
        session.rollback()
        return _stale_page(definition, number, digest)
    except RuleBroken as refusal:
        raise RuleBroken(with_what_was_written(refusal, comment)) from refusal
    commit()
    return done(url_for("definitions.version", slug=slug, number=number), message=_said(verdict, number, complete))


@definitions.post(f"{ADDRESS}/signatures/withdrawals")
@needs(May.READ)
def withdraw_signature(slug: str, number: int) -> Answer:
    """Take one's own signature back."""
    definition, form = definition_or_404(slug), WithdrawForm()
    if not form.validate_on_submit():
        return _version_page(definition, number, 422)
    reason = form.reason.data or ""
    definition.withdraw_signature(_written(definition, number), by=me(), at=clock.now(), reason=reason)
    commit()
    location = url_for("definitions.version", slug=slug, number=number)
    return done(location, message="Your signature is withdrawn.")


@definitions.post(f"{ADDRESS}/withdrawals")
@needs(May.DEFINE)
def withdraw(slug: str, number: int) -> Answer:
    """Take a whole proposal back."""
    definition = definition_or_404(slug)
    written = _written(definition, number)
    if written.proposed_by_id != me().id:
        raise Forbidden("Only who proposed a version withdraws it.", may=[written.proposed_by.name])
    definition.withdraw(written, by=me(), at=clock.now())
    commit()
    return done(url_for("definitions.show", slug=slug), message=f"Version {number} is withdrawn. The draft stays.")


@definitions.get(f"{ADDRESS}/record.json")
@needs(May.READ)
def record(slug: str, number: int) -> Response:
    """The signed record, to keep: `abm verify FILE` checks it anywhere."""
    written = _written(definition_or_404(slug), number)
    headers = {"Content-Disposition": f'attachment; filename="definition-{slug}-version-{number}.json"'}
    return Response(signed_record(written), content_type="application/json", headers=headers)


def _version_page(definition: Definition, number: int, status: int = 200, **values: object) -> Answer:
    versions = Versions(history(session(), definition.document_id), clock.now())
    line, kind = versions.numbered(number), kind_or_404(definition.slug)
    if line is None:
        abort(404)
    content, before = content_of(session(), line.id), versions.signed_before(number)
    says = kind.read(content["says"])
    seat = _my_seat()
    shown: dict[str, object] = {
        "kind": kind,
        "line": line,
        "versions": versions,
        "stated_day": date.fromisoformat(content["from"]),
        "says": says,
        "before": before,
        "changes": kind.difference(_says(kind, before), says),
        "awaited": awaited(line, seats(session())),
        "my_seat": seat,
        "my_word": line.given(seat.side.value) if seat else None,
        "form": SignForm(formdata=None, data={"digest": line.digest}),
    }
    return page("definitions/version.html", status, **{**shown, **values})


def _stale_page(definition: Definition, number: int, seen: str) -> Answer:
    """Nothing was signed: what the signer saw against what stands, and the way on."""
    versions = Versions(history(session(), definition.document_id), clock.now())
    line, before = versions.numbered(number), versions.of_digest(seen)
    if line is None:
        abort(404)
    kind, newest = kind_or_404(definition.slug), versions.open or line
    content = content_of(session(), newest.id)
    changes = kind.difference(_says(kind, before), kind.read(content["says"]))
    values = {"kind": kind, "newest": newest, "before": before, "stated_day": date.fromisoformat(content["from"])}
    return page("definitions/stale.html", 409, changes=changes, **values)


def _says(kind: Kind[Any], line: VersionLine | None) -> Any:
    """What a version says; the default where there is none."""
    return kind.read(content_of(session(), line.id)["says"]) if line else kind.default


def _written(definition: Definition, number: int) -> Version:
    found = written_version(session(), definition.document_id, number)
    return found if found is not None else abort(404)


def _my_seat() -> Seat | None:
    """One of the company's two seats, whatever programme the address speaks of."""
    return seat_of(session(), me(), organisation().today())


def _seat_or_403() -> Seat:
    """The seat that the reader signs for today; 403 says who does."""
    seat = _my_seat()
    if seat is None:
        holders = [f"{one.holder.name} ({one.title})" for one in seats(session()).values() if one.holder]
        raise Forbidden("Only the two seats, or their deputies on their days, sign a definition.", may=holders)
    return seat


def _said(verdict: Verdict, number: int, complete: bool) -> str:
    if verdict is Verdict.DECLINE:
        return f"Version {number} is declined, with your reason. The draft stays open."
    return f"Version {number} is signed by both." if complete else "Signed. The other seat is told."
