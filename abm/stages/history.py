"""An account's way through the stages: from its facts, and what was agreed on when, to every change. Pure.

Between two turning days nothing changes: a response comes and passes out of the window, a deal opens and closes, a
definition comes into force. The way runs ahead, too: what a window will take away is a change to come, as long as
nothing else happens.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from abm.definitions.stages import Held, Response, StageDefinitions
from abm.stages.models import AccountStage, ExitKind, Facts, Stage, Why
from abm.stages.rules import stage_of


@dataclass(frozen=True)
class Reaction:
    """A response of somebody at the account; `person` is the contact, whoever was merged as who they are now."""

    touch_id: int
    day: date
    response: Response | None
    person: int | None = None
    demo: bool = False
    held: bool = False


@dataclass(frozen=True)
class Deal:
    """A deal, by the days that matter."""

    deal_id: int
    created: date
    closed: date | None = None
    won: bool = False

    def open_on(self, day: date) -> bool:
        return self.created <= day and (self.closed is None or self.closed > day)

    def won_on(self, day: date) -> bool:
        return self.won and self.created <= day and self.closed is not None and self.closed <= day


@dataclass(frozen=True)
class Exit:
    """That somebody took the account out of its way, from a day on and until another."""

    exit_id: int
    kind: ExitKind
    day: date
    ended_on: date | None = None
    reason: str = ""

    def holds_on(self, day: date) -> bool:
        return self.day <= day and (self.ended_on is None or day < self.ended_on)


@dataclass(frozen=True)
class AccountFacts:
    """Everything of an account that stages are read from."""

    reactions: Sequence[Reaction] = ()
    deals: Sequence[Deal] = ()
    exits: Sequence[Exit] = ()


@dataclass(frozen=True)
class Change:
    """That an account went from one stage to another on a day, and the facts that caused it.

    `cause` says the facts that put it there. `came` and `went` are the touches and deals that began and ceased to count
    on that day; `figures` are those of the day. `version` is the definition's; None is the default.
    """

    day: date
    before: Stage
    after: Stage
    why: Why
    cause: str
    version: int | None
    figures: Facts
    came: tuple[str, ...] = ()
    went: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Moment:
    """What counts on a day."""

    held: Held
    reactions: Sequence[Reaction]
    open_deals: Sequence[Deal]
    won_deals: Sequence[Deal]
    exit: Exit | None = None

    @cached_property
    def figures(self) -> Facts:
        says = self.held.says
        return Facts(
            engagements=len(self.reactions),
            minutes=sum(says.minutes_of(one.response) for one in self.reactions),
            people=len({one.person for one in self.reactions} - {None}),
            demo_requests=sum(one.demo for one in self.reactions),
            meetings_held=sum(one.held for one in self.reactions),
            open_deals=len(self.open_deals),
            won_deals=len(self.won_deals),
        )

    @property
    def reached(self) -> AccountStage:
        """What the facts say, unless an exit outranks it."""
        stage = stage_of(self.figures, self.held.says)
        if self.exit is None or (self.exit.kind is ExitKind.RECYCLED and stage.stage is not Stage.TARGET):
            return stage
        return AccountStage(self.exit.kind.stage, self.exit.reason)

    @property
    def keys(self) -> set[str]:
        """The facts that count, each by a name of its own."""
        deals = {f"open deal {one.deal_id}" for one in self.open_deals}
        deals |= {f"won deal {one.deal_id}" for one in self.won_deals}
        exits = {f"exit {self.exit.exit_id}"} if self.exit else set()
        return deals | exits | {f"touch {one.touch_id}" for one in self.reactions}


class Way:
    """The facts of an account in the order of their days, asked day by day."""

    def __init__(self, facts: AccountFacts, definitions: StageDefinitions) -> None:
        self.definitions = definitions
        self.reactions = sorted(facts.reactions, key=lambda one: (one.day, one.touch_id))
        self.deals = sorted(facts.deals, key=lambda one: one.deal_id)
        self.exits = sorted(facts.exits, key=lambda one: one.exit_id)
        self._days = [one.day for one in self.reactions]

    def moment(self, day: date, held: Held | None = None) -> _Moment:
        """What counts at the end of a day, under the definition that holds then unless another is named."""
        held = held or self.definitions.on(day)
        left = next((one for one in reversed(self.exits) if one.holds_on(day)), None)
        anew = (
            left.day if left is not None and left.kind is ExitKind.RECYCLED else date.min
        )  # only what came after counts
        first = bisect_right(self._days, max(anew, day - timedelta(days=held.says.window_days)))
        return _Moment(
            held=held,
            reactions=self.reactions[first : bisect_right(self._days, day)],
            open_deals=[one for one in self.deals if one.open_on(day) and one.created > anew],
            won_deals=[one for one in self.deals if one.won_on(day) and one.closed is not None and one.closed > anew],
            exit=left,
        )

    def turning_days(self) -> list[date]:
        """Every day on which something may begin or cease to count, in order."""
        responded = set(self._days)
        days = responded | {one.created for one in self.deals} | {one.closed for one in self.deals if one.closed}
        days |= {one.day for one in self.exits} | {one.ended_on for one in self.exits if one.ended_on}
        if not days:
            return []
        windows = {timedelta(days=one.says.window_days) for one in self.definitions.held}
        days |= {day + window for day in responded for window in windows}
        first = min(days)
        return sorted(days | {one.first_day for one in self.definitions.held if one.first_day > first})


def changes_of(facts: AccountFacts, definitions: StageDefinitions) -> Iterator[Change]:
    """Each day on which the account's stage changes, from its first fact on, with those that are to come."""
    way = Way(facts, definitions)
    stage = Stage.TARGET
    last: _Moment | None = None
    for day in way.turning_days():
        moment = way.moment(day)
        reached = moment.reached
        if reached.stage is not stage:
            before, now = last.keys if last else set(), moment.keys
            came, went = tuple(sorted(now - before)), tuple(sorted(before - now))
            by_definition = last is not None and way.moment(day, last.held).reached.stage is stage
            yield Change(
                day=day,
                before=stage,
                after=reached.stage,
                why=Why.DEFINITION if by_definition else _why(came, went),
                cause=reached.cause,
                version=moment.held.number,
                figures=moment.figures,
                came=came,
                went=went,
            )
            stage = reached.stage
        last = moment


def _why(came: Sequence[str], went: Sequence[str]) -> Why:
    """An exit or its end, else a fact that came or a deal that closed, else the window."""
    if any(one.startswith("exit") for one in (*came, *went)):
        return Why.EXIT
    return Why.FACTS if came or any("deal" in one for one in went) else Why.WINDOW
