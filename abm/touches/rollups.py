"""How many touches of each kind an account had in a week: written with each touch, so that figures never scan them."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from typing import Any, Final

from sqlalchemy import ForeignKey, Index, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from abm.kit.base import Base, Word, check, choice
from abm.touches.kinds import Channel, Direction, OutcomeClass, TouchSide


class Rollup(Base):
    """How many unvoided touches of one kind an account had in a (quarter, week). Written with the touch."""

    __tablename__ = "touch_rollup"
    __table_args__ = (check("touches >= 0", "not_negative"), Index("ix_touch_rollup_week", "quarter", "week"))

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    quarter: Mapped[Word] = mapped_column(primary_key=True)
    week: Mapped[Word] = mapped_column(primary_key=True)
    side: Mapped[TouchSide] = mapped_column(choice(TouchSide, "rollup_side"), primary_key=True)
    direction: Mapped[Direction] = mapped_column(choice(Direction, "rollup_direction"), primary_key=True)
    channel: Mapped[Channel] = mapped_column(choice(Channel, "rollup_channel"), primary_key=True)
    outcome_class: Mapped[OutcomeClass] = mapped_column(choice(OutcomeClass, "outcome_class"), primary_key=True)
    touches: Mapped[int]
    minutes: Mapped[int] = mapped_column(default=0)  # engagement minutes, by `outcomes`


@dataclass(frozen=True)
class Kind:
    """Which line of the rollup a touch counts on: its natural key."""

    account_id: int
    quarter: str
    week: str
    side: TouchSide
    direction: Direction
    channel: Channel
    outcome_class: OutcomeClass


KEY = list(Kind.__dataclass_fields__)


def _counting(insert: Any) -> Any:
    """One more touch on its line, wherever that is there already."""
    line = insert(Rollup.__table__)
    more = {"touches": Rollup.touches + 1, "minutes": Rollup.minutes + line.excluded.minutes}
    return line.on_conflict_do_update(index_elements=KEY, set_=more)


COUNT_IN: Final = {"postgresql": _counting(postgresql.insert), "sqlite": _counting(sqlite.insert)}


def count_in(session: Session, kind: Kind, *, minutes: int) -> None:
    """Count one touch more on its line."""
    line = dict(zip(KEY, astuple(kind), strict=True))
    session.execute(COUNT_IN[session.get_bind().dialect.name], {**line, "touches": 1, "minutes": minutes})


def count_out(session: Session, kind: Kind, *, minutes: int) -> None:
    """Count one touch less on its line."""
    line = (getattr(Rollup, name) == value for name, value in zip(KEY, astuple(kind), strict=True))
    less = {"touches": Rollup.touches - 1, "minutes": Rollup.minutes - minutes}
    session.execute(update(Rollup).where(*line).values(less).execution_options(synchronize_session=False))
