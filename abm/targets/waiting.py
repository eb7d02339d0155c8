"""What of the target lists waits on somebody: a signature, a second look, a word on accounts. Three queries at most."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import url_for
from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from abm.accounts.listing import team_of
from abm.agreement.canonical import thaw
from abm.agreement.models import Signature, Standing, StandingSignature, State, Verdict, Version, Withdrawal
from abm.kit import clock
from abm.people.access import May, granted
from abm.people.models import Organisation, Role, User
from abm.people.programmes import Programme
from abm.people.seats import Seat, seats_signed_for
from abm.people.waiting import Waiting
from abm.targets.content import read_content
from abm.targets.diff import difference
from abm.targets.kinds import Outcome
from abm.targets.models import Assessment, Entry, Nomination, TargetList

SIGN, LOOK_AGAIN, SAY = 100, 90, 40  # weights: what holds up the other side stands first


def waiting_for(session: Session, user: User, organisation: Organisation) -> list[Waiting]:
    """Versions to sign, for the acting holder of a seat; accounts that wait for this person's word."""
    found: list[Waiting] = []
    signing = seats_signed_for(session, user, organisation.today())
    if signing:
        opened = _open_versions(session, signing)
        seen = _signed_before(session, user, [one.document_id for one in opened])
        found += [_to_sign(one, seen.get(one.document_id)) for one in opened]
    owing = list(_owed(user))
    if owing:
        found += _words_owed(session, owing, organisation)
    return found


@dataclass(frozen=True)
class _Seen:
    """The last version of a document that this person approved before it was superseded."""

    number: int
    content: bytes


def _open_versions(session: Session, signing: Sequence[Seat]) -> Sequence[Any]:
    """Open versions of these seats' programmes that lack their voice, in quarters that are not over."""
    voice, programmes = signing[0].side.value, [seat.programme_id for seat in signing]
    signed = select(StandingSignature.id).where(
        StandingSignature.version_id == Version.id, StandingSignature.voice == voice
    )
    rows = session.execute(
        select(
            Version.document_id,
            Version.number,
            Version.proposed_at,
            Version.content,
            TargetList.quarter,
            Programme,
            User.name.label("proposed_by"),
        )
        .join(Standing, Standing.version_id == Version.id)
        .join(TargetList, TargetList.document_id == Version.document_id)
        .join(Programme, Programme.id == TargetList.programme_id)
        .join(User, User.id == Version.proposed_by_id)
        .where(Standing.state == State.OPEN, ~signed.exists(), Version.ends > clock.now())
        .where(TargetList.programme_id.in_(programmes))
        .order_by(TargetList.quarter)
    )
    return rows.all()


def _signed_before(session: Session, user: User, documents: list[int]) -> dict[int, _Seen]:
    """By document: the newest superseded version that this person's approval was lost with."""
    if not documents:
        return {}
    withdrawn = select(Withdrawal.id).where(Withdrawal.signature_id == Signature.id)
    rows = session.execute(
        select(Version.document_id, Version.number, Version.content)
        .join(Signature, Signature.version_id == Version.id)
        .join(Standing, Standing.version_id == Version.id)
        .where(
            Version.document_id.in_(documents),
            Standing.state == State.SUPERSEDED,
            Signature.person_id == user.id,
            Signature.verdict == Verdict.APPROVE,
            ~withdrawn.exists(),
        )
        .order_by(Version.number)
    )
    return {row.document_id: _Seen(row.number, row.content) for row in rows}


def _to_sign(version: Any, seen: _Seen | None) -> Waiting:
    programme: Programme = version.Programme
    href = url_for("targets.version", quarter=version.quarter, number=version.number, **programme.address)
    what = f"the list of {programme.naming(version.quarter)}, version {version.number}"
    if seen is None:
        why = f"{version.proposed_by} proposed it"
        return Waiting("Sign", what, why, version.proposed_at, href, "Review and sign", SIGN)
    changed = difference(read_content(thaw(seen.content)), read_content(thaw(version.content)))
    why = f"you signed version {seen.number}; since then: {changed.summary}"
    return Waiting("Look again at", what, why, version.proposed_at, href, "Review and sign", LOOK_AGAIN)


def _owed(user: User) -> Iterator[tuple[str, ColumnElement[bool]]]:
    """What this person's role says of accounts, and which entries lack it. A seat's holder signs instead."""
    rights = granted(user)
    unnominated = ~select(Nomination.id).where(Nomination.entry_id == Entry.id).exists()
    if May.NOMINATE in rights and user.is_one_of(Role.AE):
        yield "Nominate", and_(unnominated, Entry.ae_id == user.id)
    elif May.NOMINATE in rights and user.is_one_of(Role.SALES_MANAGER):
        yield "Nominate", and_(unnominated, or_(Entry.ae_id.is_(None), Entry.ae_id.in_(team_of(user))))
    if May.ASSESS in rights and user.is_one_of(Role.MARKETER):
        yield "Assess", ~select(Assessment.id).where(Assessment.entry_id == Entry.id).exists()


def _words_owed(
    session: Session, owing: Sequence[tuple[str, ColumnElement[bool]]], organisation: Organisation
) -> Iterator[Waiting]:
    """One row per list and kind of word, for the quarters that are not over."""
    running = [str(organisation.current_quarter().plus(ahead)) for ahead in range(5)]
    counts = [func.count().filter(rule).label(words) for words, rule in owing]
    rows = session.execute(
        select(TargetList.quarter, Programme, func.min(Entry.changed_at).label("since"), *counts)
        .join(Entry, Entry.list_id == TargetList.id)
        .join(Programme, Programme.id == TargetList.programme_id)
        .where(TargetList.quarter.in_(running), Entry.outcome != Outcome.OUT)
        .group_by(TargetList.quarter, Programme.id)
        .order_by(TargetList.quarter, Programme.id)
    )
    for row in rows.mappings():
        for words, _ in owing:
            if row[words]:
                yield _say(words, row[words], row["quarter"], row["Programme"], row["since"])


def _say(verb: str, count: int, quarter: str, programme: Programme, since: datetime) -> Waiting:
    side = "sales" if verb == "Nominate" else "marketing"
    accounts = "account" if count == 1 else "accounts"
    href = url_for("targets.show", quarter=quarter, missing=side, **programme.address)
    why = "Sales has not said why yet" if side == "sales" else "Marketing has not said yet whether a route is in"
    return Waiting(verb, f"{count} {accounts} for {programme.naming(quarter)}", why, since, href, verb, SAY)
