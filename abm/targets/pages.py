"""What the pages of a list show, gathered once per request: where it stands, who is awaited, how it differs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from abm.accounts.models import Account
from abm.agreement.queries import Awaited, VersionLine, Versions, awaited, history
from abm.kit.clock import Quarter
from abm.people.models import Organisation, User
from abm.targets.content import Content, Row
from abm.targets.models import Entry, Nomination, TargetList
from abm.targets.queries import content_of, last_content_of_quarter

__all__ = (
    "Awaited", "Base", "Known", "Versions", "awaited", "known_accounts", "quarter_base", "usual_base", "versions_of",
)  # fmt: skip

WHY_AT_MOST = 200  # changes whose reasons are looked up; a longer difference is a new list


def versions_of(session: Session, target_list: TargetList, at: datetime) -> Versions:
    """All versions, in one query."""
    return Versions(history(session, target_list.document_id), at)


@dataclass(frozen=True)
class Base:
    """What a content is compared with: its name on the page, and what it says."""

    words: str
    content: Content | None


def usual_base(
    session: Session, organisation: Organisation, target_list: TargetList, before: VersionLine | None
) -> Base:
    """What a version is compared with unless asked otherwise: the one signed before it, else last quarter's list."""
    if before is not None:
        return Base(f"version {before.number}", content_of(session, before.id))
    before_it = organisation.quarter(target_list.quarter).plus(-1)
    return quarter_base(session, before_it, target_list.programme_id)


def quarter_base(session: Session, quarter: Quarter, programme_id: int) -> Base:
    """The list that held last in a programme's quarter."""
    found = last_content_of_quarter(session, str(quarter), programme_id)
    if found is None:
        return Base("an empty list", None)
    number, content = found
    return Base(f"{quarter}, version {number}", content)


@dataclass(frozen=True)
class Known:
    """What the draft knows of an account that a version names: its address, and why it came or went."""

    slug: str
    why: str
    who: str
    id: int = 0


def known_accounts(
    session: Session, list_id: int, rows: Iterable[Row], *, at_most: int | None = WHY_AT_MOST
) -> dict[str, Known]:
    """By public id: address and reasons of these accounts. One query."""
    ids = [row.account for row in rows][:at_most]
    if not ids:
        return {}
    changed_by, nominator = aliased(User), aliased(User)
    last = select(func.max(Nomination.id)).where(Nomination.entry_id == Entry.id).correlate(Entry).scalar_subquery()
    found = session.execute(
        select(
            Account.public_id,
            Account.id,
            Account.slug,
            Entry.reason,
            changed_by.name.label("changed_by"),
            Nomination.why,
            nominator.name.label("nominated_by"),
        )
        .outerjoin(Entry, (Entry.account_id == Account.id) & (Entry.list_id == list_id))
        .outerjoin(changed_by, changed_by.id == Entry.changed_by_id)
        .outerjoin(Nomination, Nomination.id == last)
        .outerjoin(nominator, nominator.id == Nomination.by_id)
        .where(Account.public_id.in_(ids))
    )
    return {
        row.public_id: Known(row.slug, row.reason, row.changed_by or "", row.id)
        if row.reason
        else Known(row.slug, row.why or "", row.nominated_by or row.changed_by or "", row.id)
        for row in found
    }
