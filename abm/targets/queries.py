"""Which list holds at an instant, who is on it, and what of it waits on whom."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, joinedload, undefer

from abm.accounts.listing import searched
from abm.accounts.models import Account
from abm.agreement.canonical import thaw
from abm.agreement.models import Standing, Version
from abm.definitions.fit import Criteria
from abm.people.models import RoleGrant, User
from abm.people.programmes import DEFAULT_PROGRAMME
from abm.targets.content import Content, read_content
from abm.targets.entries import ANSWERS_FOR_ACCOUNTS
from abm.targets.fit import score_expression
from abm.targets.models import Entry, Membership, TargetList


def list_of(session: Session, quarter: str, programme_id: int = DEFAULT_PROGRAMME) -> TargetList | None:
    """The list of a quarter in a programme, whether a draft or signed."""
    named = TargetList.quarter == str(quarter), TargetList.programme_id == programme_id
    query = select(TargetList).where(*named).options(joinedload(TargetList.policies))
    return session.scalars(query).unique().one_or_none()


def tiers_at(session: Session, at: datetime) -> dict[int, int]:
    """Tier by account id, for every account that is on a list at an instant: on two lists, the higher one."""
    tier = func.min(Membership.tier)
    rows = session.execute(select(Membership.account_id, tier).where(*_holding(at)).group_by(Membership.account_id))
    return dict(rows.all())


def _holding(at: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return (Membership.starts <= at, Membership.ends.is_(None) | (Membership.ends > at))


@dataclass(frozen=True)
class Colleague:
    """Somebody who can answer for an account."""

    public_id: str
    name: str


def aes_to_choose(session: Session) -> list[Colleague]:
    """Everyone who may be planned for an account, by name."""
    sells = select(RoleGrant.user_id).where(RoleGrant.role.in_(ANSWERS_FOR_ACCOUNTS))
    rows = session.execute(
        select(User.public_id, User.name)
        .where(User.id.in_(sells), User.deactivated_at.is_(None))
        .order_by(User.name, User.id)
    )
    return [Colleague(row.public_id, row.name) for row in rows]


def accounts_to_enter(list_id: int, text: str, *, criteria: Criteria = (), fit_at_least: int = 0) -> Select[Account]:
    """Accounts that are not in the draft yet, that a text may mean and that fit well enough, by name."""
    entered = select(Entry.account_id).where(Entry.list_id == list_id)
    query = select(Account).where(Account.id.not_in(entered), Account.archived_at.is_(None))
    if text:
        query = query.where(searched(text))
    if fit_at_least:
        query = query.where(score_expression(criteria) >= fit_at_least)
    return query.order_by(Account.normal_name, Account.id)


def written_version(session: Session, document_id: int, number: int) -> Version | None:
    """A version with its bytes."""
    query = select(Version).where(Version.document_id == document_id, Version.number == number)
    return session.scalar(query.options(undefer(Version.content)))


def content_of(session: Session, version_id: int) -> Content:
    """What a version says."""
    return read_content(thaw(session.scalars(select(Version.content).where(Version.id == version_id)).one()))


def contents_of(session: Session, version_ids: Iterable[int]) -> dict[int, Content]:
    """What several versions say, by id. One query."""
    rows = session.execute(select(Version.id, Version.content).where(Version.id.in_(set(version_ids))))
    return {row.id: read_content(thaw(row.content)) for row in rows}


def last_content_of_quarter(session: Session, quarter: str, programme_id: int) -> tuple[int, Content] | None:
    """The number and content of the version that held last in a programme's quarter; None where nothing was signed."""
    row = session.execute(
        select(Version.number, Version.content)
        .join(Standing, Standing.version_id == Version.id)
        .join(TargetList, TargetList.document_id == Version.document_id)
        .where(TargetList.quarter == quarter, TargetList.programme_id == programme_id, Standing.starts.is_not(None))
        .order_by(Version.number.desc())
        .limit(1)
    ).first()
    return (row.number, read_content(thaw(row.content))) if row else None
