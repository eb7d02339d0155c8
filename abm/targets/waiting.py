"""What of the target lists waits on somebody: a signature, a second look, another's silence, a word on accounts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import url_for
from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, lazyload

from abm.accounts.listing import team_of
from abm.agreement.models import Signature, Standing, StandingSignature, State, Verdict, Version, Withdrawal
from abm.definitions.list_rules import list_rules_at
from abm.kit import clock
from abm.kit.filters import weekday
from abm.people.access import May, granted
from abm.people.models import Organisation, Role, User
from abm.people.next_in_line import is_next_in_line
from abm.people.programmes import Programme
from abm.people.seats import Seat
from abm.people.waiting import Waiting
from abm.targets.awaiting import Wait, waits
from abm.targets.deadlines import days_later
from abm.targets.diff import Difference, difference
from abm.targets.kinds import Outcome
from abm.targets.models import Assessment, Entry, Nomination, TargetList
from abm.targets.pages import versions_of
from abm.targets.queries import contents_of

SIGN, LOOK_AGAIN, ALSO_WITH, SAY = 100, 90, 80, 40  # weights: what holds up the other side stands first


def waiting_for(session: Session, user: User, organisation: Organisation) -> list[Waiting]:
    """Versions to sign, for whoever acts for a seat; those that wait long, for the next in line; words on accounts."""
    at = clock.now()
    opened = _open_versions(session, at)
    mine = [one for one in opened if (seat := one.target_list.seat_of(user, at)) and one.lacks(seat)]
    seen = _signed_before(session, user, mine)
    found = [_to_sign(one, seen.get(one.target_list.document_id)) for one in mine]
    found += [_now_also(one, wait) for one in opened for wait in _long_awaited(session, one, user, at)]
    owing = list(_owed(user))
    if owing:
        found += _words_owed(session, owing, organisation)
    return found


@dataclass(frozen=True)
class _Open:
    """A version of a list that can still be signed, and the voices that have signed it."""

    target_list: TargetList
    version_id: int
    number: int
    proposed_at: datetime
    proposed_by: str
    voices: frozenset[str]

    def lacks(self, seat: Seat) -> bool:
        return seat.side.value not in self.voices

    @property
    def what(self) -> str:
        return f"the list of {self.target_list.quarter}, version {self.number}"

    @property
    def href(self) -> str:
        return url_for("targets.version", **self.target_list.address, number=self.number)


def _open_versions(session: Session, at: datetime) -> list[_Open]:
    """Open versions of lists whose time is not over. One query."""
    rows = session.execute(
        select(TargetList, Version.id, Version.number, Version.proposed_at, User.name, StandingSignature.voice)
        .join(Version, Version.document_id == TargetList.document_id)
        .join(Standing, Standing.version_id == Version.id)
        .join(User, User.id == Version.proposed_by_id)
        .outerjoin(StandingSignature, StandingSignature.version_id == Version.id)
        .where(Standing.state == State.OPEN, Version.ends > at)
        .where(Standing.expires_at.is_(None) | (Standing.expires_at > at))
        .options(lazyload(TargetList.document), lazyload(TargetList.policies))
        .order_by(TargetList.quarter, TargetList.id)
    ).all()
    voices: dict[int, set[str]] = {}
    for row in rows:
        voices.setdefault(row.id, set()).update([row.voice] if row.voice else [])
    kept = {row.id: row for row in rows}
    return [
        _Open(row[0], row.id, row.number, row.proposed_at, row.name, frozenset(voices[row.id])) for row in kept.values()
    ]


def _signed_before(session: Session, user: User, opened: Sequence[_Open]) -> dict[int, tuple[int, Difference]]:
    """By document: the newest superseded version that this person's approval was lost with, and what changed since."""
    if not opened:
        return {}
    withdrawn = select(Withdrawal.id).where(Withdrawal.signature_id == Signature.id)
    rows = session.execute(
        select(Version.document_id, Version.number, Version.id)
        .join(Signature, Signature.version_id == Version.id)
        .join(Standing, Standing.version_id == Version.id)
        .where(
            Version.document_id.in_([one.target_list.document_id for one in opened]),
            Standing.state == State.SUPERSEDED,
            Signature.person_id == user.id,
            Signature.verdict == Verdict.APPROVE,
            ~withdrawn.exists(),
        )
        .order_by(Version.number)
    )
    last = {row.document_id: row for row in rows}
    if not last:
        return {}
    now = {one.target_list.document_id: one.version_id for one in opened}
    contents = contents_of(session, [one for document, row in last.items() for one in (row.id, now[document])])
    return {
        document: (row.number, difference(contents[row.id], contents[now[document]])) for document, row in last.items()
    }


def _to_sign(version: _Open, seen: tuple[int, Difference] | None) -> Waiting:
    if seen is None:
        why = f"{version.proposed_by} proposed it"
        return Waiting("Sign", version.what, why, version.proposed_at, version.href, "Review and sign", SIGN)
    number, changed = seen
    why = f"you signed version {number}; since then: {changed.summary}"
    return Waiting("Look again at", version.what, why, version.proposed_at, version.href, "Review and sign", LOOK_AGAIN)


def _long_awaited(session: Session, version: _Open, user: User, at: datetime) -> list[Wait]:
    """The seats that a version waits for longer than agreed, where this person is next in line."""
    organisation = session.get_one(Organisation, 1)
    rules = list_rules_at(session, version.proposed_at)
    if at < days_later(version.proposed_at, rules.also_with_after_days, organisation.time_zone):
        return []
    seats = version.target_list.seats()
    told = [seat for side, seat in seats.items() if is_next_in_line(user, seat, seats[side.other], at)]
    if not any(version.lacks(seat) for seat in told):
        return []
    line = versions_of(session, version.target_list, at).numbered(version.number)
    silent = waits(session, version.target_list, line, at) if line is not None else []
    return [one for one in silent if one.seat in told and one.also_with_due(at, organisation.time_zone)]


def _now_also(version: _Open, wait: Wait) -> Waiting:
    holder = wait.seat.holder
    way_on = f"remind {holder.name}, or let a deputy be named" if holder else "fill the seat"
    who = holder.name if holder else f"{wait.seat.title}, an empty seat,"
    why = f"now also with you: {who} has not signed since {weekday(wait.since)}; {way_on}"
    return Waiting("Look at", version.what, why, wait.since, version.href, "Look at it", ALSO_WITH)


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
