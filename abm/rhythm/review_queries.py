"""What the pages of reviews show: the reviews there were, actions that come back, decisions whose day has come."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload, lazyload

from abm.accounts.models import Account
from abm.kit.rules import refuse
from abm.kit.text import one_line, shortened
from abm.people.models import User
from abm.progress.content import read_accounts
from abm.progress.figures import figures_of, headlines
from abm.progress.snapshots import Snapshot
from abm.progress.weekly import together
from abm.rhythm.actions import Action
from abm.rhythm.decisions import Choice, Decision
from abm.rhythm.reviews import Review

LATEST = 26  # reviews that the list of them shows: half a year


def latest_reviews(session: Session, programme_id: int) -> Sequence[Review]:
    """The reviews of a programme, the latest week first."""
    statement = (
        select(Review)
        .join(Snapshot, Snapshot.id == Review.snapshot_id)
        .where(Review.programme_id == programme_id)
        .order_by(Snapshot.week.desc(), Snapshot.quarter.desc())
        .limit(LATEST)
    )
    return session.scalars(statement.options(lazyload(Review.programme))).all()


def actions_back(session: Session, review: Review) -> Sequence[Action]:
    """What came back to a review: actions of earlier ones that were open when it began, the oldest first."""
    return session.scalars(
        select(Action)
        .where(
            Action.programme_id == review.programme_id,
            Action.review_id != review.id,
            Action.made_at < review.opened_at,
            or_(Action.done_at.is_(None), Action.done_at >= review.opened_at),
        )
        .order_by(Action.due_on, Action.id)
        .options(joinedload(Action.owner).options(lazyload("*")))
    ).all()


def open_actions(session: Session, programme_id: int) -> Sequence[Action]:
    """Everything that is taken on and not done, the most urgent first."""
    return session.scalars(
        select(Action)
        .where(Action.programme_id == programme_id, Action.done_at.is_(None))
        .order_by(Action.due_on, Action.id)
        .options(joinedload(Action.owner).options(lazyload("*")))
    ).all()


def actions_of_owner(session: Session, user: User) -> Sequence[Action]:
    """What somebody has taken on and not done yet."""
    return session.scalars(
        select(Action)
        .where(Action.owner_id == user.id, Action.done_at.is_(None))
        .order_by(Action.due_on, Action.id)
        .options(lazyload("*"))
    ).all()


def decisions_running(session: Session, programme_id: int) -> Sequence[Decision]:
    """Decisions that are not settled for good, the next to be checked first."""
    return session.scalars(
        select(Decision)
        .join(Review, Review.id == Decision.review_id)
        .where(
            Review.programme_id == programme_id,
            Decision.dropped_at.is_(None),
            or_(Decision.settled.is_(None), Decision.settled == Choice.EXTEND),
        )
        .order_by(Decision.check_on, Decision.id)
    ).all()


def playbook(session: Session, programme_id: int) -> Sequence[Decision]:
    """What both sides chose to keep, the latest first: how the two of them work."""
    return session.scalars(
        select(Decision)
        .join(Review, Review.id == Decision.review_id)
        .where(Review.programme_id == programme_id, Decision.settled == Choice.KEEP)
        .order_by(Decision.settled_at.desc())
    ).all()


@dataclass(frozen=True)
class Checked:
    """A decision with its figure in the latest frozen week; None where no week was frozen since."""

    decision: Decision
    after: int | None
    week: str | None

    def due_on(self, day: date) -> bool:
        return self.decision.check_on <= day


def checked(session: Session, decisions: Sequence[Decision], programme_id: int) -> list[Checked]:
    """Each decision beside the latest frozen week, if that is a later one than its own."""
    if not decisions:
        return []
    latest = session.scalar(
        select(Snapshot)
        .where(Snapshot.programme_id == programme_id)
        .order_by(Snapshot.week.desc(), Snapshot.quarter.desc())
        .limit(1)
    )
    found = []
    for decision in decisions:
        later = latest is not None and latest.week > decision.review.snapshot.week
        after = figure_in(latest, decision.figure, decision.scope, _named(decision)) if latest and later else None
        found.append(Checked(decision, after, latest.week if latest and later else None))
    return found


def _named(decision: Decision) -> set[str]:
    return {account.public_id for account in decision.accounts}


def named_in(session: Session, snapshot: Snapshot, names: Iterable[str]) -> list[Account]:
    """The accounts of a frozen week that go by these names, or by `Name (slug)` where two share one.

    Raises RuleBroken for a name that none of its accounts has, or more than one.
    """
    known: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for row in read_accounts(snapshot.read(), {}):
        for called in (row.name, f"{row.name} ({row.slug})"):
            known[one_line(called).casefold()].add((f"“{row.name} ({row.slug})”", row.public_id))
    chosen = {_one(name, known.get(name.casefold(), set())) for name in names}
    return list(session.scalars(select(Account).where(Account.public_id.in_(chosen)).order_by(Account.id)))


def _one(name: str, those: set[tuple[str, str]]) -> str:
    """The public id of the one account that goes by a name."""
    if not those:
        said = f"No account on the list of this week is called {shortened(name)}. Write its name as it stands there."
        refuse(said, field="names")
    if len(those) > 1:
        ways = " or ".join(sorted(way for way, _ in those))
        refuse(f"{len(those)} accounts of this week are called {shortened(name)}: write {ways}.", field="names")
    return next(key for _, key in those)


def figure_in(snapshot: Snapshot, figure: str, scope: str, named: set[str]) -> int:
    """A headline of a frozen week, for all, for a tier, or (where the scope is empty) for the named accounts."""
    if scope:
        group: dict[str, Any] = snapshot.headlines.get(scope, {})
        return int(group.get(figure, 0))
    rows = [row for row in read_accounts(snapshot.read(), {}) if row.public_id in named]
    return headlines(figures_of(rows, together(row.promises for row in rows), {}))[figure]
