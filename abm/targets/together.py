"""Many entries at once: entered, decided, nominated, assessed in a few statements; all of them or none."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from abm.accounts.models import Account
from abm.audit.models import Change, record_many
from abm.kit.base import session_of
from abm.kit.rules import Conflict, RuleBroken, refuse, require
from abm.people.models import User
from abm.targets.entries import Assessment, Entry, Nomination, why_so, why_wanted
from abm.targets.kinds import Motion, Outcome, Priority, Readiness
from abm.targets.models import TargetList

Placing = Mapping[str, object]  # what `Entry.placing` takes


def enter_all(
    target_list: TargetList,
    accounts: Sequence[Account],
    *,
    by: User,
    at: datetime,
    tier: int | None = None,
    motion: Motion = Motion.NEW,
    ae_of: Callable[[Account], User | None] = lambda _: None,
) -> list[Entry]:
    """Make accounts candidates. Those in the draft already stay as they are; hands back the new ones."""
    target_list.require_running(at)
    for account in accounts:
        require(account.archived_at is None, f"{account.name} is archived: restore it first. Nothing was added.")
    try:
        return _entered(target_list, accounts, by=by, at=at, tier=tier, motion=motion, ae_of=ae_of)
    except IntegrityError:  # somebody entered one of them in between: it is there by now
        return _entered(target_list, accounts, by=by, at=at, tier=tier, motion=motion, ae_of=ae_of)


def _entered(
    target_list: TargetList,
    accounts: Sequence[Account],
    *,
    by: User,
    at: datetime,
    tier: int | None,
    motion: Motion,
    ae_of: Callable[[Account], User | None],
) -> list[Entry]:
    session = session_of(target_list)
    present = set(session.scalars(select(Entry.account_id).where(Entry.list_id == target_list.id)))
    new = {account.id: account for account in accounts if account.id not in present}
    entries, placed = [], []
    for account in new.values():
        facts = {"list_id": target_list.id, "changed_by_id": by.id, "changed_at": at, "motion": motion}
        entry = Entry(account_id=account.id, outcome=Outcome.CANDIDATE, reason="", **facts)
        placed.append(_checked(entry, account, {"tier": tier, "ae": ae_of(account), "outcome": Outcome.CANDIDATE}))
        for name, value in placed[-1].items():
            setattr(entry, name, value)
        entries.append(entry)
    with session.begin_nested():
        session.add_all(entries)
    changes = [
        Change(one, "entered", after={"list": target_list.quarter, "account": one.account_id}) for one in entries
    ]
    for one, after in zip(entries, placed, strict=True):
        if after:
            changes.append(Change(one, "placed", before=dict.fromkeys(after), after=after))
    record_many(session, changes, by=by, at=at)
    return entries


def place_all(placings: Sequence[tuple[Entry, Placing]], *, by: User, at: datetime) -> int:
    """Decide many entries; hand back how many changed. A refusal names the account, and nothing is changed then."""
    changes = []
    for entry, wanted in placings:
        differing = _checked(entry, entry.account, wanted)
        if differing:
            before = {name: getattr(entry, name) for name in differing}
            changes.append((entry, Change(entry, "placed", before=before, after=differing)))
    if changes:
        _write(changes, by=by, at=at)
    return len(changes)


def _checked(entry: Entry, account: Account, wanted: Placing) -> dict[str, object]:
    try:
        return entry.placing(**wanted)  # type: ignore[arg-type] # as `Placing` says
    except RuleBroken as refusal:
        refuse(f"{account.name}: {refusal.message} Nothing was changed.", field=refusal.field)


def _write(changes: Sequence[tuple[Entry, Change]], *, by: User, at: datetime) -> None:
    first = changes[0][0]
    first.target_list.require_running(at)
    session = session_of(first)
    for entry, change in changes:
        for name, value in (change.after or {}).items():
            setattr(entry, name, value)
        entry.changed_by_id, entry.changed_at = by.id, at
    try:
        session.flush()
    except StaleDataError as error:  # somebody was quicker between our reading and our writing
        raise Conflict("Someone else changed one of these meanwhile. Nothing was changed: try again.") from error
    record_many(session, [change for _, change in changes], by=by, at=at)


def one_decision(
    entries: Sequence[Entry], *, tier: int | None, ae: User | None, outcome: Outcome | None, reason: str
) -> list[tuple[Entry, Placing]]:
    """The same decision for several entries; what is left out (None, "") stays as it is in each."""
    placings: list[tuple[Entry, Placing]] = []
    for one in entries:
        result = outcome or one.outcome
        why = reason or one.reason if result is Outcome.OUT else "" if one.outcome is Outcome.OUT else one.reason
        placings.append((one, {"tier": tier or one.tier, "ae": ae or one.ae, "outcome": result, "reason": why}))
    return placings


def nominate_all(entries: Sequence[Entry], priority: Priority, why: str, *, by: User, at: datetime) -> None:
    """Say for Sales how much these accounts are wanted, and why."""
    why = why_wanted(why)
    words = [Nomination(entry_id=one.id, by_id=by.id, priority=priority, why=why, at=at) for one in entries]
    _say(entries, words, "nominated", {"priority": priority}, why, by=by, at=at)


def assess_all(entries: Sequence[Entry], readiness: Readiness, why: str, *, by: User, at: datetime) -> None:
    """Say for Marketing whether these accounts can be reached, and why."""
    why = why_so(readiness, why)
    words = [Assessment(entry_id=one.id, by_id=by.id, readiness=readiness, why=why, at=at) for one in entries]
    _say(entries, words, "assessed", {"readiness": readiness}, why, by=by, at=at)


def _say(
    entries: Sequence[Entry],
    words: Sequence[Nomination | Assessment],
    verb: str,
    after: Mapping[str, object],
    why: str,
    *,
    by: User,
    at: datetime,
) -> None:
    if not entries:
        return
    entries[0].target_list.require_running(at)
    archived = next((one for one in entries if one.account.archived_at is not None), None)
    if archived is not None:
        refuse(f"{archived.account.name} is archived: take it out, or restore it first. Nothing was said.")
    session = session_of(entries[0])
    session.add_all(words)
    events = [Change(one, verb, after=after, personal={"why": why}) for one in entries]
    record_many(session, events, by=by, at=at)
