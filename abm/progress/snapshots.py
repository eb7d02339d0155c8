"""Weeks that are frozen: their facts as both sides saw them, the same bytes for good (domain §8)."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ForeignKey, LargeBinary, Select, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from abm.agreement.canonical import freeze, thaw
from abm.audit.models import record
from abm.audit.seal import head, seal_events
from abm.kit.base import Base, Digest, Facts, Instant, Key, PublicId, Word, choice
from abm.people.models import Organisation, User
from abm.people.programmes import Programme
from abm.people.seats import Side
from abm.progress.content import StagesShown, write_accounts
from abm.progress.figures import figures_of, headlines
from abm.progress.flight import on_the_way
from abm.progress.freshness import freshness_of
from abm.progress.moments import Moment
from abm.progress.queries import WeekOfList, week_of_list
from abm.progress.weekly import AccountWeek, Promise, together
from abm.stages.following import follow_stages

ALL: Final = "all"


class FreezeCause(enum.StrEnum):
    """Why a week was frozen when it was."""

    REVIEW = "review"
    TIME = "time"


class Snapshot(Base):
    """A week of a programme's list, frozen. Rows are only ever added.

    `content` is canonical JSON and `digest` its SHA-256. `headlines` repeats the figures that other weeks are compared
    with, for all accounts and for each tier, team, AE, segment and campaign, so that a range reads no content.
    """

    __tablename__ = "snapshot"
    __table_args__ = (UniqueConstraint("programme_id", "quarter", "week"),)

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    quarter: Mapped[Word]
    week: Mapped[Word]
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    digest: Mapped[Digest]
    headlines: Mapped[Facts]
    sealed_upto: Mapped[int]  # the last link of the audit chain whose facts are in it
    cause: Mapped[FreezeCause] = mapped_column(choice(FreezeCause, "freeze_cause"))
    frozen_at: Mapped[Instant]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))

    by: Mapped[User | None] = relationship()

    def read(self) -> dict[str, Any]:
        """What was written down."""
        return thaw(self.content)


def snapshot_of(session: Session, moment: Moment, programme_id: int) -> Snapshot | None:
    """The snapshot of a quarter's share of a week, where it is frozen."""
    return session.scalar(_of(moment, programme_id))


def _of(moment: Moment, programme_id: int) -> Select[Snapshot]:
    return select(Snapshot).where(
        Snapshot.programme_id == programme_id,
        Snapshot.quarter == str(moment.quarter),
        Snapshot.week == str(moment.week),
    )


def take_snapshot(
    session: Session,
    organisation: Organisation,
    programme: Programme,
    moment: Moment,
    *,
    cause: FreezeCause,
    by: User | None,
    at: datetime,
) -> Snapshot | None:
    """Freeze a week that is over, or hand back what is frozen; None where no list was in force.

    Call it `in_one_state`: what it reads is then one state, and who loses a race against the unique key or another
    sealer begins anew and finds what the winner froze.
    """
    if moment.open:
        raise ValueError(f"{moment.week} of {moment.quarter} is not over.")
    standing = snapshot_of(session, moment, programme.id)
    if standing is not None:
        return standing
    seal_events(session, whole=False)
    while follow_stages(session):  # how long an account is in its stage goes by the same facts as the stage
        session.flush()
    week = week_of_list(session, organisation, moment, programme.id)
    if week is None:
        return None
    taken = _written(session, organisation, week, programme, at=at)
    taken.cause, taken.by_id = cause, by.id if by else None
    session.add(taken)
    after = {"week": f"{taken.quarter} {taken.week}", "digest": taken.digest, "cause": cause}
    record(taken, "frozen", by=by, at=at, after=after)
    return taken


def _written(
    session: Session, organisation: Organisation, week: WeekOfList, programme: Programme, *, at: datetime
) -> Snapshot:
    """What follows from the facts that are sealed."""
    sealed_upto, _ = head(session)
    about = _about(session, organisation, week, programme_id=programme.id, at=at, sealed_upto=sealed_upto)
    content = {**about, **write_accounts(week.rows)}
    quarter, name = str(week.moment.quarter), str(week.moment.week)
    document = f"{programme.slug} {quarter} {name}"
    frozen = freeze(kind="snapshot", document=document, number=1, predecessor=None, content=content)
    return Snapshot(
        programme_id=programme.id,
        quarter=quarter,
        week=name,
        content=frozen.content,
        digest=frozen.digest,
        headlines=headlines_by_group(week.rows),
        sealed_upto=sealed_upto,
        frozen_at=at,
    )


def _about(
    session: Session, organisation: Organisation, week: WeekOfList, *, programme_id: int, at: datetime, sealed_upto: int
) -> dict[str, object]:
    """Everything of a snapshot but its accounts."""
    moment = week.moment
    sources = freshness_of(session, organisation, moment.last)
    return {
        "first day": moment.first.isoformat(),
        "last day": moment.last.isoformat(),
        "frozen at": at.isoformat(),
        "sealed up to": sealed_upto,
        "currency": organisation.currency,
        "list": week.list.written(),
        "stages": StagesShown.of(week.stages).written(),
        **on_the_way(session, moment, programme_id, week.account_ids).written(),
        "sources": [{"kind": one.kind, "through": one.through.isoformat(), "overdue": one.overdue} for one in sources],
    }


def headlines_by_group(rows: Sequence[AccountWeek]) -> dict[str, dict[str, int]]:
    """The figures that weeks are compared with, for all, each tier, team, AE, segment and campaign."""
    groups: dict[str, list[AccountWeek]] = {ALL: []}
    for row in rows:
        for name in (ALL, *groups_of(row)):
            groups.setdefault(name, []).append(row)
    return {name: headlines(figures_of(members, _promised(members), {})) for name, members in groups.items()}


def groups_of(row: AccountWeek) -> list[str]:
    """The groups that an account belongs to, as headlines call them."""
    return [
        *(f"tier {row.tier}", f"team {row.team}", f"ae {row.ae_id}"),
        *([f"segment {row.segment}"] if row.segment else []),
        *(f"campaign {slug}" for slug in row.campaigns),
    ]


def _promised(rows: Sequence[AccountWeek]) -> dict[Side, Promise]:
    return together(row.promises for row in rows)
