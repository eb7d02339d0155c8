"""The web domains of an account, and which of them identify it (domain §3)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, Index, UniqueConstraint, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from abm.accounts.identity import can_identify, clean_domain
from abm.audit import models as audit
from abm.audit.models import record
from abm.kit.base import Base, Key, Name, session_of
from abm.kit.rules import refuse
from abm.people.models import User

if TYPE_CHECKING:
    from abm.accounts.models import Account


class AccountDomain(Base):
    """A web domain of an account. Only a domain marked so identifies it, and then is unique."""

    __tablename__ = "account_domain"
    __table_args__ = (
        UniqueConstraint("account_id", "domain"),
        Index(
            "ix_account_domain_identifying",
            "domain",
            unique=True,
            sqlite_where=text("identifies"),
            postgresql_where=text("identifies"),
        ),
    )

    id: Mapped[Key]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    domain: Mapped[Name] = mapped_column(index=True)
    identifies: Mapped[bool]

    account: Mapped[Account] = relationship(back_populates="domains")


def replace_domains(
    account: Account, identifying: Iterable[str], shared: Iterable[str], *, by: User | None, at: datetime
) -> bool:
    """Give an account exactly these domains; False where it has them. Raises RuleBroken for one taken."""
    wanted = dict.fromkeys((clean_domain(one) for one in shared), False)
    wanted |= {domain: can_identify(domain) for domain in (clean_domain(one) for one in identifying)}
    present = {one.domain: one.identifies for one in account.domains}
    if wanted == present:
        return False
    _refuse_taken(account, [domain for domain, identifies in wanted.items() if identifies])
    session = session_of(account)
    keep = [one for one in account.domains if wanted.get(one.domain) == one.identifies]
    kept = {one.domain for one in keep}
    new = [AccountDomain(domain=name, identifies=flag) for name, flag in wanted.items() if name not in kept]
    try:
        with session.begin_nested():
            account.domains = keep
            session.flush()  # those that go leave first: the unique index sees each step
            account.domains.extend(new)
    except IntegrityError:
        refuse("Somebody has just given one of these domains to another account.", field="domains")
    record(account, "domains changed", by=by, at=at, before={"domains": present}, after={"domains": wanted})
    return True


def add_domains(
    session: Session, added: Iterable[tuple[Account, dict[str, bool]]], *, by: User | None, at: datetime
) -> None:
    """Give many accounts further domains (name -> whether it identifies) in the same few statements.

    The caller knows that none of them is taken; the unique index has the last word.
    """
    changes: list[audit.Change] = []
    for account, domains in added:
        before = {one.domain: one.identifies for one in account.domains}
        account.domains.extend(AccountDomain(domain=name, identifies=flag) for name, flag in domains.items())
        after = {"domains": before | domains}
        changes.append(audit.Change(account, "domains changed", before={"domains": before}, after=after))
    audit.record_many(session, changes, by=by, at=at)


def _refuse_taken(account: Account, domains: list[str]) -> None:
    others = session_of(account).scalars(
        select(AccountDomain)
        .where(AccountDomain.domain.in_(domains), AccountDomain.identifies)
        .where(AccountDomain.account_id != account.id)
    )
    for other in others:
        refuse(
            f"{other.domain} already identifies {other.account.name}. "
            "Add it as a shared domain, or take it away there first.",
            field="domains",
        )
