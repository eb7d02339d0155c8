"""The list of accounts: what it may be narrowed to, sorted by, and searched for."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, func, literal, or_, select, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session

from abm.accounts.identity import normal_name
from abm.accounts.models import Account, AccountDomain, CrmStage, Opportunity, StageCategory, TeamFunction, TeamMember
from abm.accounts.paging import Order
from abm.accounts.queries import answered_for_by, on_day
from abm.kit.text import one_line
from abm.people.models import Team, User

LONGEST_SEARCH = 80
NOBODY = "nobody"


@dataclass(frozen=True)
class AccountFilter:
    """What the list is narrowed to; an empty word narrows nothing."""

    q: str = ""
    industry: str = ""
    country: str = ""
    segment: str = ""
    ae: str = ""  # the public id of a person, or `nobody`
    whose: str = ""  # mine, team
    state: str = ""  # archived, left-alone; otherwise those that are worked

    @property
    def narrows(self) -> bool:
        return self != AccountFilter()


def accounts_matching(wanted: AccountFilter, *, me: User, today: date) -> Select[Account]:
    """The accounts that a filter leaves, in no order."""
    query = select(Account).where(_in_state(wanted.state, today))
    for column, word in (
        (Account.industry, wanted.industry),
        (Account.country, wanted.country),
        (Account.segment, wanted.segment),
    ):
        query = query.where(column == one_line(word)) if word else query
    if wanted.q.strip():
        query = query.where(searched(wanted.q))
    if wanted.ae == NOBODY:
        query = query.where(Account.id.not_in(answered_for_by(select(User.id), today)))
    elif wanted.ae:
        person = select(User.id).where(User.public_id == one_line(wanted.ae))
        query = query.where(Account.id.in_(answered_for_by(person, today)))
    if wanted.whose in {"mine", "team"}:
        people = select(User.id).where(User.id == me.id) if wanted.whose == "mine" else team_of(me)
        query = query.where(Account.id.in_(answered_for_by(people, today)))
    return query


def searched(text: str) -> ColumnElement[bool]:
    """That an account's name or one of its domains contains a text, whatever its case, accents and legal form.

    A scan: 10,000 accounts take about ten milliseconds on either engine, so that no index of trigrams is needed.
    """
    asked = one_line(text[: 4 * LONGEST_SEARCH])[:LONGEST_SEARCH]
    at_domain = select(AccountDomain.account_id).where(AccountDomain.domain.icontains(asked, autoescape=True))
    ways = [Account.name.icontains(asked, autoescape=True), Account.id.in_(at_domain)]
    if normal := normal_name(asked):
        ways.append(Account.normal_name.contains(normal, autoescape=True))
    return or_(*ways)


def team_of(me: User) -> Select[int]:
    """The people of somebody's team: those they sell beside, and those they manage."""
    managed = select(Team.id).where(Team.manager_id == me.id)
    own = User.team_id == me.team_id if me.team_id is not None else User.id == me.id
    return select(User.id).where(or_(own, User.team_id.in_(managed)))


def sorted_by(sort: str, *, tier: ColumnElement[int] | None = None) -> Order:
    """The order that `?sort=` asks for: name, employees, deals or, where there is one, tier; `-` turns it round."""
    keys: dict[str, ColumnElement[int]] = {
        "employees": func.coalesce(Account.employees, -1),
        "deals": _open_deals(),
    }
    if tier is not None:
        keys["tier"] = func.coalesce(tier, 9)
    by_name = (Account.normal_name.expression, Account.id.expression)
    first = keys.get(sort.removeprefix("-"))
    return Order(by_name if first is None else (first, *by_name), descending=sort.startswith("-"))


def count_of(session: Session, query: Select[Account]) -> int:
    """How many accounts a filter leaves."""
    return session.scalar(select(func.count()).select_from(query.with_only_columns(Account.id).subquery())) or 0


def choices(session: Session, today: date) -> dict[str, dict[str, str]]:
    """What there is to narrow by, with one query: industries, countries, segments, and AEs by public id."""
    columns = (Account.industry, Account.country, Account.segment)
    words = [_words_of(column) for column in columns]
    answering = select(TeamMember.user_id).where(TeamMember.function == TeamFunction.AE, on_day(today))
    people = select(literal("ae"), User.public_id, User.name).where(User.id.in_(answering))
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for kind, value, label in sorted(session.execute(union_all(*words, people)), key=lambda row: row[2].casefold()):
        found[kind][value] = label
    return found


def _words_of(column: InstrumentedAttribute[str]) -> Select[str, str, str]:
    """Each word of a column: the column's name, what the address carries, what people read."""
    return select(literal(column.key), column, column).where(column != "").group_by(column)


def _in_state(state: str, today: date) -> ColumnElement[bool]:
    if state == "archived":
        return Account.archived_at.is_not(None)
    until = Account.do_not_approach_until
    alone = Account.do_not_approach.is_not(None) & or_(until.is_(None), until >= today)
    here = Account.archived_at.is_(None)
    return here & alone if state == "left-alone" else here


def _open_deals() -> ColumnElement[int]:
    return (
        select(func.count(Opportunity.id))
        .join(CrmStage, CrmStage.id == Opportunity.stage_id)
        .where(Opportunity.account_id == Account.id, CrmStage.category == StageCategory.OPEN)
        .correlate(Account)
        .scalar_subquery()
    )
