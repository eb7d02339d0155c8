"""What the lists of all quarters know of one account, read for its page in six queries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, lazyload

from abm.agreement.models import Standing, Version
from abm.audit.models import Event
from abm.people.models import Organisation, User
from abm.targets.account_history import ListAt, Signed, Stay, Step, Word, steps_of
from abm.targets.as_of import Origin
from abm.targets.entries import Nomination
from abm.targets.kinds import Outcome
from abm.targets.models import Entry, Membership, TargetList

DECIDED = frozenset({"outcome", "tier", "ae_id", "motion", "with_children"})  # what a decision may change


@dataclass(frozen=True)
class InDraft:
    """Where the account stands in the draft of a quarter that is not over."""

    public_id: str
    target_list: TargetList
    tier: int | None
    outcome: Outcome
    reason: str


@dataclass(frozen=True)
class AccountLists:
    """The steps of an account through the lists, with the lists and versions that they name."""

    steps: Sequence[Step]
    lists: Mapping[int, TargetList]
    origins: Mapping[int, Origin]
    drafts: Sequence[InDraft]


def account_lists(session: Session, account_id: int, *, organisation: Organisation, now: datetime) -> AccountLists:
    """The whole history of an account on lists, newest first."""
    stays = _stays(session, account_id)
    entries = session.execute(
        select(Entry.id, Entry.public_id, Entry.list_id, Entry.tier, Entry.outcome, Entry.reason).where(
            Entry.account_id == account_id
        )
    ).all()
    lists = _lists(session, {one.list_id for one in stays} | {one.list_id for one in entries})
    ends = {one.id: organisation.end_of(organisation.quarter(one.quarter).last) for one in lists.values()}
    versions, origins = _versions(session, lists, {one.version_id for one in stays})
    words = [*_nominations(session, account_id), *_decisions(session, {one.id: one.list_id for one in entries})]
    known = [ListAt(one.id, one.programme_id, one.quarter, ends[one.id]) for one in lists.values()]
    steps = steps_of(stays, known, versions, words)
    return AccountLists(
        steps=[one for one in steps if one.at <= now or one.kind != "ended"],
        lists=lists,
        origins=origins,
        drafts=[
            InDraft(one.public_id, lists[one.list_id], one.tier, one.outcome, one.reason)
            for one in sorted(entries, key=lambda one: lists[one.list_id].quarter)
            if ends[one.list_id] > now
        ],
    )


def _stays(session: Session, account_id: int) -> list[Stay]:
    rows = session.execute(
        select(
            Membership.list_id,
            Membership.version_id,
            Membership.tier,
            Membership.motion,
            Membership.with_children,
            User.public_id,
            User.name,
            Membership.starts,
            Membership.ends,
        )
        .outerjoin(User, User.id == Membership.ae_id)
        .where(Membership.account_id == account_id)
    )
    return [Stay(*row[:5], row[5] or "", row[6] or "", *row[7:]) for row in rows]


def _lists(session: Session, ids: set[int]) -> dict[int, TargetList]:
    query = select(TargetList).where(TargetList.id.in_(ids)).options(lazyload(TargetList.policies))
    return {one.id: one for one in session.scalars(query)}


def _versions(
    session: Session, lists: Mapping[int, TargetList], named: set[int]
) -> tuple[list[Signed], dict[int, Origin]]:
    """The signed versions of these lists, and of whichever others are named: a list may carry over."""
    documents = [one.document_id for one in lists.values()]
    rows = session.execute(
        select(Version.id, Version.number, Version.proposed_at, User.name, Standing.starts, TargetList)
        .join(Standing, Standing.version_id == Version.id)
        .join(TargetList, TargetList.document_id == Version.document_id)
        .join(User, User.id == Version.proposed_by_id)
        .where(Standing.starts.is_not(None), Version.document_id.in_(documents) | Version.id.in_(named))
        .options(lazyload(TargetList.policies))
    ).all()
    signed = [Signed(row.id, row.TargetList.id, row.number, row.proposed_at, row.name, row.starts) for row in rows]
    return signed, {row.id: Origin(row.number, row.TargetList) for row in rows}


def _nominations(session: Session, account_id: int) -> list[Word]:
    rows = session.execute(
        select(Entry.list_id, Nomination.at, User.name, Nomination.why)
        .join(Entry, Entry.id == Nomination.entry_id)
        .join(User, User.id == Nomination.by_id)
        .where(Entry.account_id == account_id)
    )
    return [Word(*row) for row in rows]


def _decisions(session: Session, lists: Mapping[int, int]) -> list[Word]:
    """Who decided what of these entries, from the audit trail: an entry itself only knows its last state."""
    rows = session.execute(
        select(Event.subject_id, Event.at, Event.after, User.name)
        .outerjoin(User, User.id == Event.actor_id)
        .where(Event.subject == Entry.__tablename__, Event.subject_id.in_(lists))
        .order_by(Event.id)
    )
    return [_decision(row, lists[row.subject_id]) for row in rows if DECIDED & row.after.keys()]


def _decision(row: Any, list_id: int) -> Word:
    out = row.after.get("outcome") == Outcome.OUT
    return Word(list_id, row.at, row.name or "", row.after.get("reason") or "" if out else "", out=out, decision=True)
