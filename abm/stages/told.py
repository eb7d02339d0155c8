"""An account's way through the stages as people read it: each change with its facts by name, and how long it stayed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from abm.accounts.models import Opportunity
from abm.stages.models import StageChange
from abm.touches.models import Touch


@dataclass(frozen=True)
class NamedFact:
    """A touch, a deal or an exit behind a change. `touch_id` leads to the touch; None of others."""

    words: str
    day: date | None = None
    touch_id: str | None = None


EXIT = NamedFact("the exit below")


@dataclass(frozen=True)
class Step:
    """One change, how many days the account stayed there, and the facts that came and went with it."""

    change: StageChange
    days: int
    current: bool  # whether it still stands there
    came: Sequence[NamedFact]
    went: Sequence[NamedFact]


@dataclass(frozen=True)
class ToldWay:
    """What was, the latest first, and what comes next if nothing else happens."""

    steps: Sequence[Step]
    to_come: StageChange | None


def told_way(session: Session, account_id: int, day: date) -> ToldWay:
    """The way of an account up to a day. Three queries."""
    query = select(StageChange).where(StageChange.account_id == account_id).order_by(StageChange.day)
    changes = list(session.scalars(query))
    done, coming = [one for one in changes if one.day <= day], [one for one in changes if one.day > day]
    names = _names(session, [key for one in done for key in (*one.facts["came"], *one.facts["went"])])
    steps = []
    for place, one in enumerate(done):
        until = done[place + 1].day if place + 1 < len(done) else day
        came, went = ([names[key] for key in one.facts[what]] for what in ("came", "went"))
        steps.append(Step(one, (until - one.day).days, place + 1 == len(done), came, went))
    return ToldWay(steps[::-1], coming[0] if coming else None)


def _names(session: Session, keys: Iterable[str]) -> Mapping[str, NamedFact]:
    """The facts by what the changes call them: `touch 12`, `open deal 3`."""
    asked = [(key, *key.rsplit(" ", 1)) for key in dict.fromkeys(keys)]
    touches = session.scalars(select(Touch).where(Touch.id.in_([int(n) for _, kind, n in asked if kind == "touch"])))
    by_id = {one.id: NamedFact(one.sentence, one.day, one.public_id) for one in touches}
    exits = [key for key, kind, _ in asked if kind == "exit"]
    asked = [one for one in asked if one[1] != "exit"]
    numbers = [int(number) for _, kind, number in asked if kind != "touch"]
    deals = {one.id: one.name for one in session.scalars(select(Opportunity).where(Opportunity.id.in_(numbers)))}
    of_touches = {key: by_id[int(number)] for key, kind, number in asked if kind == "touch"}
    of_deals = {key: f"{kind.capitalize()} “{deals[int(n)]}”" for key, kind, n in asked if kind != "touch"}
    return {**of_touches, **{key: NamedFact(words) for key, words in of_deals.items()}, **dict.fromkeys(exits, EXIT)}
