"""What a roll-over rests on: the list of the quarter before and the facts of its accounts, in a few queries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session, aliased, joinedload

from abm.accounts.models import Account, Sum, TeamFunction, TeamMember
from abm.accounts.queries import on_day
from abm.agreement.canonical import thaw
from abm.agreement.models import Standing, Version
from abm.kit.clock import Quarter
from abm.people.models import Organisation, RoleGrant, User
from abm.stages.queries import stages_on
from abm.targets.content import Content, Row, read_content
from abm.targets.entries import ANSWERS_FOR_ACCOUNTS
from abm.targets.kinds import Outcome
from abm.targets.models import Assessment, Entry, Membership, Nomination, TargetList
from abm.targets.rollover import NO_STAGE, Facts, Suggestion, suggest
from abm.targets.rollover_counts import UNTOUCHED, Deals, deals_between, touches_between


@dataclass(frozen=True)
class Origin:
    """The list that the next one starts from: as both sides signed it last, else as its draft stands."""

    target_list: TargetList
    quarter: Quarter
    number: int | None  # of the version; None: its draft
    content: Content

    @property
    def words(self) -> str:
        """`2026-q4, version 7`."""
        return f"the draft of {self.quarter}" if self.number is None else f"{self.quarter}, version {self.number}"


@dataclass(frozen=True)
class Seller:
    """Somebody who is here and may answer for an account."""

    id: int
    public_id: str
    name: str


@dataclass(frozen=True)
class Decided:
    """Where the account stands in the next list's draft."""

    public_id: str
    outcome: Outcome
    tier: int | None
    ae_name: str | None
    reason: str


@dataclass(frozen=True)
class Candidate:
    """An account of the list before: its facts, what is suggested, and what was decided already."""

    account_id: int
    slug: str
    row: Row
    facts: Facts
    suggestion: Suggestion
    open_worth: Sum
    ae: Seller | None  # who goes on answering for it; None: somebody has to be chosen
    entry: Decided | None

    @property
    def decided(self) -> Decided | None:
        """Its entry in the next draft, once that is in or out."""
        return self.entry if self.entry is not None and self.entry.outcome is not Outcome.CANDIDATE else None


def origin_of(
    session: Session, organisation: Organisation, quarter: str, programme_id: int
) -> tuple[Origin | None, TargetList | None]:
    """What the list of a quarter can start from, and that list itself; None for what was not started. One query."""
    before = organisation.quarter(quarter).plus(-1)
    last = (
        select(func.max(Version.id))
        .join(Standing, Standing.version_id == Version.id)
        .where(Version.document_id == TargetList.document_id, Standing.starts.is_not(None))
        .where(TargetList.quarter == str(before))
        .correlate(TargetList)
        .scalar_subquery()
    )
    rows = session.execute(
        select(TargetList, Version.number, Version.content)
        .outerjoin(Version, Version.id == last)
        .where(TargetList.programme_id == programme_id, TargetList.quarter.in_([str(before), quarter]))
        .options(joinedload(TargetList.policies))
    )
    found: dict[str, Any] = {row[0].quarter: row for row in rows.unique()}
    if str(before) not in found:
        return None, found[quarter][0] if quarter in found else None
    target_list, number, content = found[str(before)]
    read = read_content(thaw(content)) if content is not None else target_list.draft()
    return Origin(target_list, before, number, read), found[quarter][0] if quarter in found else None


def candidates(
    session: Session, organisation: Organisation, origin: Origin, next_list: TargetList | None, at: datetime
) -> list[Candidate]:
    """Every account of the list before with its suggestion, by tier and name. Six queries, one more for currencies."""
    looked = _Looked(session, organisation, origin, next_list.id if next_list else None, at)
    found = [looked.candidate(row) for row in session.execute(looked.accounts()) if row.public_id in looked.signed]
    return sorted(found, key=lambda one: (one.row.tier, one.row.name.casefold(), one.account_id))


class _Looked:
    """The facts of all accounts, as of the day on which we look: today, at most the last day of the quarter before."""

    def __init__(
        self, session: Session, organisation: Organisation, origin: Origin, next_id: int | None, at: datetime
    ) -> None:
        self.organisation, self.quarter, self.next_id = organisation, origin.quarter, next_id
        self.list_id, self.content = origin.target_list.id, origin.content
        self.signed = origin.content.rows
        self.today = organisation.today(at)
        self.day = min(self.today, self.quarter.last)
        self.ids = select(Entry.account_id).where(Entry.list_id == self.list_id)
        self.sellers = _sellers(session)
        self.by_name = {one.public_id: one for one in self.sellers.values()}
        self.no_deals = Deals(Sum(0, organisation.currency))
        self.stages = stages_on(session, self.ids, self.day)
        self.touches = touches_between(session, self.ids, self.quarter.first, self.day)
        self.deals = deals_between(session, self.ids, self.quarter.first, self.day, organisation)

    def accounts(self) -> Select[*tuple[Any, ...]]:
        """Accounts of the list, who will answer for them, both sides' last words, and their entry in the next draft."""
        own, entry, ae = aliased(Entry), aliased(Entry), aliased(User)
        lists = [one for one in (self.list_id, self.next_id) if one is not None]
        team = (
            (TeamMember.account_id == Account.id)
            & (TeamMember.function == TeamFunction.AE)
            & on_day(max(self.today, self.quarter.plus(1).first))
        )
        return (
            select(
                Account.id,
                Account.public_id,
                Account.slug,
                Account.archived_at,
                Account.do_not_approach,
                Account.do_not_approach_until,
                TeamMember.user_id.label("works"),
                Nomination.priority,
                Nomination.why.label("nominated_why"),
                Assessment.readiness,
                Assessment.why.label("assessed_why"),
                _since(self.list_id).label("since"),
                case((own.outcome == Outcome.OUT, own.reason), else_="").label("taken_out"),
                entry.public_id.label("entry"),
                entry.outcome,
                entry.tier,
                entry.ae_id,
                entry.reason,
                ae.name.label("ae_name"),
            )
            .join(own, (own.account_id == Account.id) & (own.list_id == self.list_id))
            .outerjoin(TeamMember, team)
            .outerjoin(Nomination, Nomination.id == _last(Nomination, lists))
            .outerjoin(Assessment, Assessment.id == _last(Assessment, lists))
            .outerjoin(entry, (entry.account_id == Account.id) & (entry.list_id == self.next_id))
            .outerjoin(ae, ae.id == entry.ae_id)
        )

    def candidate(self, row: Any) -> Candidate:
        signed = self.signed[row.public_id]
        facts = self._facts(row, signed)
        return Candidate(
            account_id=row.id,
            slug=row.slug,
            row=signed,
            facts=facts,
            suggestion=suggest(facts),
            open_worth=self.deals.get(row.id, self.no_deals).worth,
            ae=self.sellers.get(row.ae_id) or self.by_name.get(signed.ae) or self.sellers.get(row.works),
            entry=row.entry and Decided(row.entry, row.outcome, row.tier, row.ae_name, row.reason),
        )

    def _facts(self, row: Any, signed: Row) -> Facts:
        begins, ends = self.quarter.plus(1).first, self.quarter.plus(1).last
        until = row.do_not_approach_until
        left_alone = row.do_not_approach if until is None or until >= max(self.today, begins) else None
        touches, deals = self.touches.get(row.id, UNTOUCHED), self.deals.get(row.id, self.no_deals)
        return Facts(
            tier=signed.tier,
            quarter=str(self.quarter),
            day=self.day,
            stalled_days=self.content.policies[signed.tier].stalled_days,
            days_on_list=self._days_on_list(row.since),
            motion=signed.motion,
            stage=self.stages.get(row.id, NO_STAGE),
            archived=row.archived_at is not None,
            taken_out=row.taken_out,
            left_alone=left_alone,
            left_alone_until=until,
            next_quarter_ends=ends,
            touches=touches.ours,
            responses=touches.responses,
            last_response=touches.last_response,
            open_deals=deals.open,
            won=deals.won,
            lost=deals.lost,
            priority=row.priority,
            nominated_why=row.nominated_why or "",
            readiness=row.readiness,
            assessed_why=row.assessed_why or "",
        )

    def _days_on_list(self, since: datetime | None) -> int:
        """Since when it has been on the list without a gap at its beginning; 0 for what was never signed."""
        if since is None:
            return 0
        first = max(self.quarter.first, self.organisation.today(since))
        return max(0, (self.day - first + timedelta(days=1)).days)


def _sellers(session: Session) -> dict[int, Seller]:
    """Everybody who is here and may be planned for an account, by number."""
    sells = select(RoleGrant.user_id).where(RoleGrant.role.in_(ANSWERS_FOR_ACCOUNTS))
    rows = session.execute(
        select(User.id, User.public_id, User.name).where(User.id.in_(sells), User.deactivated_at.is_(None))
    )
    return {row.id: Seller(*row) for row in rows}


def _last(word: type[Nomination | Assessment], list_ids: list[int]) -> Any:
    """The last word on an account, of whichever of the lists."""
    entry = aliased(Entry)
    said = select(func.max(word.id)).join(entry, entry.id == word.entry_id)
    return said.where(entry.account_id == Account.id, entry.list_id.in_(list_ids)).correlate(Account).scalar_subquery()


def _since(list_id: int) -> Any:
    """When the account came on the list."""
    own = Membership.list_id == list_id, Membership.account_id == Account.id, ~Membership.carried
    held = Membership.ends.is_(None) | (Membership.ends > Membership.starts)
    return select(func.min(Membership.starts)).where(*own, held).correlate(Account).scalar_subquery()
