"""Letters at each step of a version, to those whom it concerns, in the transaction of the step.

What a letter says stands in `templates/targets/letters`: its first line is the subject, the rest its paragraphs.
Nobody is written to about their own act.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import current_app, g
from jinja2 import Template
from sqlalchemy import select
from sqlalchemy.orm import Session

from abm.agreement.models import State, Verdict, Version
from abm.kit.base import session_of
from abm.people.letters import page_in_letters
from abm.people.mail import mail_server, write_letter
from abm.people.models import Organisation, User
from abm.people.seats import Seat, Side
from abm.targets.awaiting import Wait, signers_of
from abm.targets.content import read_content
from abm.targets.deadlines import days_between, last_day
from abm.targets.diff import Change, Difference, difference
from abm.targets.models import TargetList
from abm.targets.pages import quarter_base
from abm.targets.superseded import Lost

CHANGES_IN_A_LETTER = 20
MARKS = {"in": "In", "out": "Out", "moved": "Changed"}


@dataclass(frozen=True)
class Step:
    """What happened to a version, by whom (None: by the passing of days), when."""

    target_list: TargetList
    version: Version
    by: User | None
    at: datetime

    @property
    def session(self) -> Session:
        return session_of(self.target_list)

    @property
    def organisation(self) -> Organisation:
        return self.session.get_one(Organisation, 1)

    def acting(self, *sides: Side) -> list[User]:
        """Who can sign today for these seats; without a side for both."""
        seats, day = self.target_list.seats(), self.organisation.today(self.at)
        return [user for side in sides or tuple(Side) for user in signers_of(seats[side], day)]


def tell_proposed(step: Step, lost: Sequence[Lost]) -> None:
    """Both seats are asked to sign; whoever signed the version before learns what changed since."""
    again = {one.signature.person_id: one for one in lost}
    for one in lost:
        people = [step.session.get_one(User, one.signature.person_id)]
        _write(step, "look_again", people, one.difference, lost=one, show="since")
    changes, base = _changes(step)
    others = [user for user in step.acting() if user.id not in again]
    _write(step, "proposed", others, changes, base=base)


def tell_signed(step: Step, seat: Seat, verdict: Verdict, *, complete: bool, comment: str = "") -> None:
    """A seat gave its word: the other seat, who proposed, and the holder for whom a deputy spoke, hear of it."""
    if complete:
        _tell_in_force(step)
        return
    people = [*step.acting(seat.side.other), step.version.proposed_by, *([seat.holder] if seat.holder else [])]
    name = "declined" if verdict is Verdict.DECLINE else "signed"
    _write(step, name, people, seat=seat, other=step.target_list.seats()[seat.side.other], comment=comment)


def tell_signature_withdrawn(step: Step, reason: str) -> None:
    """Somebody took their signature back."""
    _write(step, "signature_withdrawn", [*step.acting(), step.version.proposed_by], reason=reason)


def tell_withdrawn(step: Step) -> None:
    """Who proposed the version took it back."""
    _write(step, "withdrawn", step.acting())


def tell_expired(step: Step) -> None:
    """A proposal closed itself."""
    waiting = [seat.title for side, seat in step.target_list.seats().items() if not _given(step.version, side)]
    _write(step, "expired", [step.version.proposed_by, *step.acting()], waiting=waiting)


def remind(step: Step, waits: Sequence[Wait], user: User) -> None:
    """One's own signature has been awaited for the agreed days."""
    changes, base = _changes(step)
    days = days_between(waits[0].since, step.at, step.organisation.time_zone)
    _write(step, "reminder", [user], changes, base=base, days=days, seat=waits[0].seat)


def tell_also(step: Step, waits: Sequence[Wait], user: User) -> None:
    """Others' signatures have been awaited for longer than agreed, and this person is next in line."""
    _write(step, "also_with", [user], waits=waits)


def _tell_in_force(step: Step) -> None:
    """The list holds, or will from its quarter's start: both seats, who proposed, and each AE whose accounts change."""
    changes, base = _changes(step)
    planned: dict[str, list[Change]] = {}
    for one in changes.changes:
        for name in {row.ae for row in (one.before, one.after) if row is not None}:
            planned.setdefault(name, []).append(one)
    told = [*step.acting(), step.version.proposed_by]
    _write(step, "in_force", told, changes, base=base)
    aes = step.session.scalars(select(User).where(User.public_id.in_(planned)).order_by(User.id))
    for ae in [one for one in aes if one not in told]:
        _write(step, "in_force", [ae], changes, listed=planned[ae.public_id], base=base, own=True)


def _write(
    step: Step,
    name: str,
    people: Iterable[User],
    changes: Difference | None = None,
    *,
    listed: Sequence[Change] | None = None,
    show: str | None = None,
    **values: object,
) -> None:
    """One letter each, to everybody but who did it."""
    to = {user.id: user for user in people if user.active and (step.by is None or user.id != step.by.id)}
    if not to or mail_server(step.session) is None:
        return
    version, organisation = step.version, step.organisation
    g.setdefault("time_zone", organisation.time_zone)  # days read as the company's, in the worker too
    link = page_in_letters("targets.version", **step.target_list.address, number=version.number, show=show)
    shown = list(changes.changes if listed is None and changes is not None else listed or ())
    known = {
        **values,
        "version": version,
        "list": step.target_list,
        "by": step.by,
        "changes": changes,
        "until": last_day(version.standing.expires_at, organisation.time_zone),
    }
    subject, _, words = _template(f"{name}.txt").render(known).strip().partition("\n")
    letter = {
        "subject": subject,
        "paragraphs": [one.strip() for one in words.split("\n\n") if one.strip()],
        "lines": [_line(one) for one in shown[:CHANGES_IN_A_LETTER]],
        "more": max(0, len(shown) - CHANGES_IN_A_LETTER),
        "link": link,
        "version": version,
        "organisation": organisation,
    }
    for user in to.values():
        text, html = (_template(f"letter.{kind}").render(letter, user=user) for kind in ("txt", "html"))
        write_letter(user, subject=subject, text=text, html=html, at=step.at)


def _template(name: str) -> Template:
    """Rendered without the pages' own values: there may be no request."""
    return current_app.jinja_env.get_template(f"targets/letters/{name}")


def _line(change: Change) -> str:
    return f"{MARKS[change.kind]}: {change.row.name} ({', '.join(change.parts)})"


def _changes(step: Step) -> tuple[Difference, str]:
    """What a version changes against the one that both signed before it, else against last quarter, and its name."""
    versions = step.target_list.document.versions
    signed = (one for one in reversed(versions) if one.number < step.version.number and one.state is State.SIGNED)
    before = next(signed, None)
    content = read_content(step.version.read())
    if before is not None:
        return difference(read_content(before.read()), content), f"version {before.number}"
    last = step.organisation.quarter(step.target_list.quarter).plus(-1)
    base = quarter_base(step.session, last, step.target_list.programme_id)
    return difference(base.content, content), base.words


def _given(version: Version, side: Side) -> bool:
    return version.signature_of(side.value) is not None
