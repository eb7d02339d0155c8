"""What the passing of days does to a proposal: it is reminded of, others hear of it, and in the end it closes itself.

The worker looks; nothing here depends on when it does. A step is taken once, however many workers look at once: the
document is locked first, and what was written already stands in `reminder`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, lazyload

from abm.agreement.models import Standing, State, Version
from abm.agreement.queries import VersionLine
from abm.definitions.list_rules import list_rules_at
from abm.kit.base import session_of
from abm.people.models import Organisation, User
from abm.targets.awaiting import Wait, signers_of, told_also, waits
from abm.targets.deadlines import days_later, turns_reached
from abm.targets.letters import Step, remind, tell_also, tell_expired
from abm.targets.models import Reminder, TargetList
from abm.targets.pages import versions_of
from abm.targets.reminders import ReminderKind


@dataclass(frozen=True)
class Due:
    """A letter that somebody is owed about the seats that a version waits for."""

    user: User
    kind: ReminderKind
    number: int
    waits: tuple[Wait, ...]

    @property
    def natural_key(self) -> tuple[int, ReminderKind, int]:
        return self.user.id, self.kind, self.number


def lists_with_something_due(session: Session, at: datetime) -> list[TargetList]:
    """The lists whose open version is overdue, or owes somebody a letter. Reads only, and little on most days."""
    opened = session.execute(
        select(TargetList, Version.proposed_at, Version.ends, Standing.expires_at)
        .join(Standing, Standing.document_id == TargetList.document_id)
        .join(Version, Version.id == Standing.version_id)
        .where(Standing.state == State.OPEN)
        .options(lazyload(TargetList.policies))
        .order_by(TargetList.id)
    ).all()
    return [
        row[0]
        for row in opened
        if any(last is not None and at >= last for last in (row.ends, row.expires_at))
        or (_no_longer_new(session, row.proposed_at, at) and _due(session, row[0], at))
    ]


def let_time_pass(target_list: TargetList, at: datetime) -> None:
    """Close the proposal whose time is over, else write the letters that are due. The caller commits."""
    session = session_of(target_list)
    expired = target_list.expire(at=at)
    if expired is not None:
        tell_expired(Step(target_list, expired, by=None, at=at))
        return
    version = target_list.document.open_version
    if version is None:
        return
    step = Step(target_list, version, by=None, at=at)
    for due in _due(session, target_list, at):
        row = Reminder(version_id=version.id, user_id=due.user.id, kind=due.kind, number=due.number, at=at)
        session.add(row)
        tell = remind if due.kind is ReminderKind.SIGN else tell_also
        tell(step, due.waits, due.user)


def _no_longer_new(session: Session, proposed_at: datetime, at: datetime) -> bool:
    """Whether a proposal has waited for any of the agreed days."""
    rules, zone = list_rules_at(session, proposed_at), session.get_one(Organisation, 1).time_zone
    return at >= days_later(proposed_at, min(rules.remind_after_days, rules.also_with_after_days), zone)


def _due(session: Session, target_list: TargetList, at: datetime) -> list[Due]:
    """The letters that are due and were not written yet."""
    line = versions_of(session, target_list, at).open
    if line is None:
        return []
    written = {one.natural_key for one in session.scalars(select(Reminder).where(Reminder.version_id == line.id))}
    organisation, silent = session.get_one(Organisation, 1), waits(session, target_list, line, at)
    owed = [*_to_sign(organisation, line, silent, at), *_to_hear_of_it(session, organisation, silent, at)]
    return [due for due in owed if due.user.email is not None and due.natural_key not in written]


def _to_sign(organisation: Organisation, line: VersionLine, silent: list[Wait], at: datetime) -> Iterator[Due]:
    """The newest reminder of whoever can sign for a silent seat.

    Its number counts from the proposal, so that a signature that was taken back begins no second row of numbers.
    """
    zone = organisation.time_zone
    for wait in silent:
        days = wait.rules.remind_after_days
        if turns_reached(wait.since, at, days, zone):
            number = turns_reached(line.proposed_at, at, days, zone)
            for user in signers_of(wait.seat, organisation.today(at)):
                yield Due(user, ReminderKind.SIGN, number, (wait,))


def _to_hear_of_it(session: Session, organisation: Organisation, silent: list[Wait], at: datetime) -> Iterator[Due]:
    """One letter to each who is next in line, whichever seats have been silent for longer than agreed by then."""
    told: dict[int, tuple[User, list[Wait]]] = {}
    next_ones = told_also(session, silent, at, organisation.time_zone)
    for wait in silent:
        for user in next_ones.get(wait.seat.id, []):
            told.setdefault(user.id, (user, []))[1].append(wait)
    for user, about in told.values():
        yield Due(user, ReminderKind.ALSO_WITH, 1, tuple(about))
