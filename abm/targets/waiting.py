"""What of the target lists waits on somebody: a signature, a second look, a word, an answer. Four queries at most."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for
from sqlalchemy import ColumnElement, RowMapping, func, select
from sqlalchemy.orm import Session

from abm.accounts.models import Account
from abm.agreement.canonical import thaw
from abm.agreement.models import Signature, Standing, StandingSignature, State, Verdict, Version, Withdrawal
from abm.kit import clock
from abm.people.models import Organisation, User
from abm.people.programmes import Programme
from abm.people.seats import Seat, Side, seats_signed_for
from abm.people.waiting import Waiting
from abm.targets.comments import CommentMention, EntryComment
from abm.targets.content import read_content
from abm.targets.diff import difference
from abm.targets.kinds import Outcome
from abm.targets.models import Entry, TargetList
from abm.targets.narrowing import MINE
from abm.targets.words import words_owed

SIGN, LOOK_AGAIN, ANSWER, SAY = 100, 90, 50, 40  # weights: what holds up the other side stands first


def waiting_for(session: Session, user: User, organisation: Organisation) -> list[Waiting]:
    """Versions to sign, for the acting holder of a seat; accounts that wait for this person's word."""
    found: list[Waiting] = []
    signing = seats_signed_for(session, user, organisation.today())
    if signing:
        opened = _open_versions(session, signing)
        seen = _signed_before(session, user, [one.document_id for one in opened])
        found += [_to_sign(one, seen.get(one.document_id)) for one in opened]
    owing = list(words_owed(user))
    if owing:
        found += _words_owed(session, owing, organisation)
    found += _asked(session, user, organisation)
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


def _asked(session: Session, user: User, organisation: Organisation) -> Iterator[Waiting]:
    """Comments that ask this person, on lists whose quarters are not over: one row per entry, the oldest first."""
    rows = session.execute(
        select(
            TargetList.quarter,
            Programme,
            Entry.public_id.label("entry"),
            Account.name.label("account"),
            User.name.label("asker"),
            EntryComment.public_id.label("comment"),
            EntryComment.at,
        )
        .select_from(CommentMention)
        .join(EntryComment, EntryComment.id == CommentMention.comment_id)
        .join(Entry, Entry.id == EntryComment.entry_id)
        .join(Account, Account.id == Entry.account_id)
        .join(TargetList, TargetList.id == Entry.list_id)
        .join(Programme, Programme.id == TargetList.programme_id)
        .join(User, User.id == EntryComment.by_id)
        .where(CommentMention.user_id == user.id, CommentMention.answered_at.is_(None))
        .where(TargetList.quarter.in_(_running(organisation)))
        .order_by(EntryComment.id)
    )
    for row in {row.entry: row for row in reversed(rows.all())}.values():
        where = {**row.Programme.address, "quarter": row.quarter, "public_id": row.entry}
        href = url_for("targets.entry", **where, _anchor=f"comment-{row.comment}")
        what = f"{row.asker} on {row.account}"
        yield Waiting("Answer", what, f"in the list of {row.quarter}", row.at, href, "Answer", ANSWER)


def _running(organisation: Organisation) -> list[str]:
    """The quarters that are not over and may have a list."""
    return [str(organisation.current_quarter().plus(ahead)) for ahead in range(5)]


def _words_owed(
    session: Session, owing: Sequence[tuple[Side, ColumnElement[bool]]], organisation: Organisation
) -> Iterator[Waiting]:
    """One row per list and kind of word, for the quarters that are not over."""
    counts = [func.count().filter(rule).label(side) for side, rule in owing]
    rows = session.execute(
        select(TargetList.quarter, Programme, func.min(Entry.changed_at).label("since"), *counts)
        .join(Entry, Entry.list_id == TargetList.id)
        .join(Programme, Programme.id == TargetList.programme_id)
        .where(TargetList.quarter.in_(_running(organisation)), Entry.outcome != Outcome.OUT)
        .group_by(TargetList.quarter, Programme.id)
        .order_by(TargetList.quarter, Programme.id)
    )
    for row in rows.mappings():
        for place, (side, _) in enumerate(owing):
            if row[side]:
                yield _say(side, row, MINE if place == 0 else side.value)


def _say(side: Side, row: RowMapping, missing: str) -> Waiting:
    """Leads to exactly the entries that lack this person's word."""
    count, quarter, programme, since = row[side], row["quarter"], row["Programme"], row["since"]
    verb = "Nominate" if side is Side.SALES else "Assess"
    accounts = "account" if count == 1 else "accounts"
    href = url_for("targets.show", quarter=quarter, missing=missing, **programme.address)
    sales = side is Side.SALES
    why = "Sales has not said why yet" if sales else "Marketing has not said yet whether a route is in"
    return Waiting(verb, f"{count} {accounts} for {programme.naming(quarter)}", why, since, href, verb, SAY)
