"""Taking the suggestions of a roll-over: accepted accounts become entries of the next draft, in a few statements.

Doing it again changes nothing: what is in or out of the draft already stays as somebody decided it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from abm.audit.models import Change, record_many
from abm.definitions.kinds import plural
from abm.kit.base import session_of
from abm.kit.rules import Conflict, RuleBroken, refuse, require
from abm.kit.text import shortened
from abm.people.models import Organisation, User
from abm.people.programmes import Programme
from abm.targets.entries import Entry
from abm.targets.kinds import Motion, Outcome
from abm.targets.models import TargetList, open_list
from abm.targets.queries import list_of
from abm.targets.rollover_facts import Candidate, Origin

LONGEST_REASON = 1000


@dataclass(frozen=True)
class Choice:
    """What somebody accepts for an account: a tier, or that it is out (None), for a reason unless that is suggested."""

    candidate: Candidate
    tier: int | None
    reason: str = ""

    @property
    def why_out(self) -> str:
        """The reason that is kept: what was typed, else what the suggestion says where it is followed."""
        suggested = self.candidate.suggestion
        return self.reason or (shortened(suggested.reason, LONGEST_REASON) if suggested.tier is None else "")


@dataclass(frozen=True)
class Taken:
    """How many accounts came in and stayed out, how many lack an AE, how many were decided already."""

    came_in: int
    out: int
    without_ae: int
    already: int

    @property
    def sentence(self) -> str:
        """`120 in, 6 out. 2 are candidates until somebody chooses their AE.`"""
        said = f"{self.came_in:,} in, {self.out:,} out."
        if self.without_ae:
            one = self.without_ae == 1
            said += f" {self.without_ae:,} {'is a candidate' if one else 'are candidates'} until an AE is chosen."
        if self.already:
            said += f" {plural(self.already, 'account')} had been decided before: change those on their own page."
        return said


def begin_from(
    origin: Origin, programme: Programme, *, organisation: Organisation, by: User, at: datetime
) -> TargetList:
    """The next list with the tier policy of the one before; the one that was started already, as it is."""
    session, quarter = session_of(organisation), origin.quarter.plus(1)
    known = list_of(session, str(quarter), programme.id)
    if known is not None:
        return known
    try:
        started = open_list(organisation, quarter, by=by, at=at, programme=programme)
    except RuleBroken:
        known = list_of(session, str(quarter), programme.id)
        if known is None:
            raise
        return known
    for policy in started.policies:
        policy.change(by=by, at=at, **asdict(origin.content.policies[policy.tier]))
    return started


def take_over(target_list: TargetList, choices: Sequence[Choice], *, by: User, at: datetime) -> Taken:
    """Place accounts in the draft as chosen; all of them, or where one breaks a rule, none."""
    target_list.document.lock()
    target_list.require_running(at)
    for choice in choices:
        _check(choice)
    session = session_of(target_list)
    accounts = [choice.candidate.account_id for choice in choices]
    try:
        return _taken(session, target_list, choices, _entries(session, target_list.id, accounts), by=by, at=at)
    except IntegrityError:  # somebody entered one of them in between: it is there by now
        return _taken(session, target_list, choices, _entries(session, target_list.id, accounts), by=by, at=at)


def _check(choice: Choice) -> None:
    name = choice.candidate.row.name
    if choice.tier is None:
        require(choice.why_out, f"{name}: say why it is out.", field="reason")
    elif choice.candidate.facts.archived:
        refuse(f"{name} is archived: leave it out, or restore it first.")


def _entries(session: Session, list_id: int, accounts: Iterable[int]) -> dict[int, Entry]:
    found = session.scalars(select(Entry).where(Entry.list_id == list_id, Entry.account_id.in_(accounts)))
    return {entry.account_id: entry for entry in found}


def _taken(
    session: Session,
    target_list: TargetList,
    choices: Sequence[Choice],
    present: dict[int, Entry],
    *,
    by: User,
    at: datetime,
) -> Taken:
    changes: list[Change] = []
    placed: list[Entry] = []
    with session.begin_nested(), session.no_autoflush:
        for choice in choices:
            account_id = choice.candidate.account_id
            entry = present.get(account_id) or _candidate(target_list, account_id)
            if entry.outcome is not Outcome.CANDIDATE:
                continue
            if account_id not in present:
                session.add(entry)
                changes.append(Change(entry, "entered", after={"list": target_list.quarter, "account": account_id}))
            changes += _placed(entry, choice, by=by, at=at)
            placed.append(entry)
        _flush(session)
    record_many(session, changes, by=by, at=at)
    outcomes = [entry.outcome for entry in placed]
    came_in, out, without = (outcomes.count(one) for one in (Outcome.IN, Outcome.OUT, Outcome.CANDIDATE))
    return Taken(came_in, out, without, already=len(choices) - len(placed))


def _candidate(target_list: TargetList, account_id: int) -> Entry:
    plain = {"outcome": Outcome.CANDIDATE, "motion": Motion.NEW, "with_children": False, "reason": ""}
    return Entry(list_id=target_list.id, account_id=account_id, **plain)


def _placed(entry: Entry, choice: Choice, *, by: User, at: datetime) -> list[Change]:
    """Set what was chosen, and say what became another."""
    was, ae = choice.candidate.row, choice.candidate.ae
    inside = Outcome.IN if ae is not None else Outcome.CANDIDATE
    aimed = {"motion": choice.candidate.suggestion.motion, "with_children": was.with_children}
    placed = {
        "tier": choice.tier if choice.tier is not None else was.tier,
        "ae_id": ae.id if ae is not None else None,
        "outcome": Outcome.OUT if choice.tier is None else inside,
        "reason": choice.why_out if choice.tier is None else "",
    }
    found = []
    for verb, wanted in (("aimed", aimed), ("placed", placed)):  # in this order: the last one says why
        before = {name: getattr(entry, name) for name in wanted}
        differing = {name: value for name, value in wanted.items() if before[name] != value}
        for name, value in differing.items():
            setattr(entry, name, value)
        if differing:
            found.append(Change(entry, verb, before={name: before[name] for name in differing}, after=differing))
    if found:
        entry.changed_by_id, entry.changed_at = by.id, at
    return found


def _flush(session: Session) -> None:
    try:
        session.flush()
    except StaleDataError as error:
        message = "Somebody else changed one of these entries in the meantime. Nothing was changed: send it again."
        raise Conflict(message) from error
