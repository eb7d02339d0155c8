"""What the pages of reviews show: the reviews there were, actions that come back, decisions whose day has come."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload, lazyload

from abm.accounts.models import Account
from abm.kit.base import session_of
from abm.kit.clock import Week
from abm.kit.rules import refuse
from abm.kit.text import one_line, shortened
from abm.people.models import Organisation
from abm.progress.comparing import is_whole
from abm.progress.figures import figures_of, headlines
from abm.progress.reading import read_snapshot
from abm.progress.snapshots import Snapshot
from abm.progress.weekly import AccountWeek, together
from abm.rhythm.actions import Action
from abm.rhythm.decisions import After, Choice, Decision
from abm.rhythm.reviews import Review

LATEST = 26  # reviews that the list of them shows: half a year
DAYS: Final = 7  # of a whole week


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
    """A decision with its figure in the latest whole week that is frozen; None where none was since its own.

    Once both sides have settled it, the figure is the one that they judged. `cut` says how many days its own week has,
    where a quarter's end cuts it.
    """

    decision: Decision
    after: After | None
    cut: int | None = None

    def due_on(self, day: date) -> bool:
        return self.decision.check_on <= day


def checked(
    session: Session, organisation: Organisation, decisions: Sequence[Decision], programme_id: int
) -> list[Checked]:
    """Each decision beside the latest whole week that is frozen, if that is a later one than its own."""
    latest = _latest_whole(session, organisation, programme_id) if decisions else None
    counted = latest is not None and any(not one.scope and not one.over for one in decisions)
    rows = read_snapshot(session, latest).rows if latest is not None and counted else ()
    return [Checked(one, _after(one, latest, rows), _cut(organisation, one.review.snapshot)) for one in decisions]


def _latest_whole(session: Session, organisation: Organisation, programme_id: int) -> Snapshot | None:
    """The latest frozen week that no quarter's end cuts: a share of a week has fewer days to happen in."""
    rows = session.execute(
        select(Snapshot.id, Snapshot.quarter, Snapshot.week)
        .where(Snapshot.programme_id == programme_id)
        .order_by(Snapshot.week.desc())
    )
    whole = (row.id for row in rows if is_whole(organisation.quarter(row.quarter), Week.parse(row.week)))
    found = next(whole, None)
    return None if found is None else session.get_one(Snapshot, found)


def _cut(organisation: Organisation, snapshot: Snapshot) -> int | None:
    days = organisation.quarter(snapshot.quarter).days_in(Week.parse(snapshot.week))
    number = (days[1] - days[0]).days + 1 if days else 0
    return None if number == DAYS else number


def _after(decision: Decision, latest: Snapshot | None, rows: Sequence[AccountWeek]) -> After | None:
    """What both judged, or how it stands; None where no whole week was frozen since."""
    if decision.over:
        return decision.views[-1].looked_at
    if latest is None or latest.week <= decision.review.snapshot.week:
        return None
    if decision.scope:
        return After(_headline(latest, decision.figure, decision.scope), latest.week)
    named = {account.public_id for account in decision.accounts}
    listed = [row for row in rows if row.public_id in named]
    return After(_added_up(listed, decision.figure) if listed else None, latest.week, len(listed))


def named_in(session: Session, snapshot: Snapshot, names: Iterable[str]) -> list[Account]:
    """The accounts of a frozen week that go by these names, or by `Name (slug)` where two share one.

    Raises RuleBroken for a name that none of its accounts has, or more than one.
    """
    known: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for row in read_snapshot(session, snapshot).rows:
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
        return _headline(snapshot, figure, scope)
    rows = read_snapshot(session_of(snapshot), snapshot).rows
    return _added_up([row for row in rows if row.public_id in named], figure)


def _headline(snapshot: Snapshot, figure: str, scope: str) -> int:
    group: dict[str, Any] = snapshot.headlines.get(scope, {})
    return int(group.get(figure, 0))


def _added_up(rows: Sequence[AccountWeek], figure: str) -> int:
    return headlines(figures_of(rows, together(row.promises for row in rows), {}))[figure]
