"""Next quarter's draft out of this quarter's list: what is suggested for an account, and why (domain §5). Pure.

The first rule that speaks decides (thresholds are this product's own judgement, the days are the tier policy's):

1. archived, not to be approached for all of the next quarter, disqualified, or taken out in the draft of a change: drop
2. won a deal in the quarter: keep, with the motion expansion
3. lost a deal, and none is open: one tier down; tier 3 stays, somebody there knows us
4. tier 3 with an open deal, or marketing-qualified, or after a meeting: promote; tier 2 with an open deal and a
   response within its days until stalled: promote to tier 1, where every account takes several people's time
5. no open deal and silence: tier 1 without a response for its days until stalled, tier 2 without any in the quarter:
   one tier down; tier 3 without a response, and nobody of us reached out: drop
6. no open deal, no response, and Marketing has no route in: one tier down, tier 3: drop
7. else keep

Silence (5 and 6) is only judged once the account has been on the list for four weeks.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from abm.definitions.kinds import plural
from abm.kit.filters import weekday
from abm.people.seats import Side
from abm.stages.models import AccountStage, Stage
from abm.targets.kinds import TIERS, Motion, Priority, Readiness

DAYS_TO_JUDGE: Final = 28  # on the list, before silence says anything
PROMISING: Final = (Stage.MQA, Stage.MEETING)
LOWEST: Final = max(TIERS)
NO_STAGE: Final = AccountStage(Stage.TARGET, "no response yet")


class Kind(enum.StrEnum):
    """What is suggested."""

    KEEP = "keep"
    PROMOTE = "promote"
    DEMOTE = "demote"
    DROP = "drop"

    @property
    def label(self) -> str:
        return self.value.capitalize()


@dataclass(frozen=True)
class Facts:
    """What is known of an account on the last list when we look; counts are those of its quarter, up to that day."""

    tier: int
    quarter: str  # that the facts are of
    day: date  # on which we look, in the quarter
    stalled_days: int  # of its tier
    days_on_list: int = 0
    motion: Motion = Motion.NEW
    stage: AccountStage = NO_STAGE
    archived: bool = False
    taken_out: str = ""  # why somebody has taken it out of the list's draft since it was signed
    left_alone: str | None = None  # why nobody may approach it when the next quarter begins
    left_alone_until: date | None = None  # None: until it is taken back
    next_quarter_ends: date = date.max
    touches: Mapping[Side, int] = field(default_factory=dict)
    responses: int = 0
    last_response: date | None = None
    open_deals: int = 0
    won: int = 0
    lost: int = 0
    priority: Priority | None = None  # Sales' last word
    nominated_why: str = ""
    readiness: Readiness | None = None  # Marketing's last word
    assessed_why: str = ""

    @property
    def reached_out(self) -> int:
        """Touches of both sides."""
        return sum(self.touches.values())

    @property
    def quiet_days(self) -> int:
        """Days without a response; without any, those for which it has been on the list."""
        return self.days_on_list if self.last_response is None else (self.day - self.last_response).days

    @property
    def resting(self) -> bool:
        """Whether nobody may approach it for all of the next quarter."""
        until = self.left_alone_until
        return self.left_alone is not None and (until is None or until >= self.next_quarter_ends)


@dataclass(frozen=True)
class Suggestion:
    """Keep, promote, demote or drop; the tier to be in (None: out), the motion, and the sentences that say why."""

    kind: Kind
    tier: int | None
    motion: Motion
    why: tuple[str, ...]

    @property
    def words(self) -> str:
        """`Promote to tier 1`."""
        to = {Kind.KEEP: f" in tier {self.tier}", Kind.DROP: ""}.get(self.kind, f" to tier {self.tier}")
        return f"{self.kind.label}{to}"

    @property
    def reason(self) -> str:
        """Why, in one text: kept with an entry that is out."""
        return " ".join(self.why)


def suggest(facts: Facts) -> Suggestion:
    """What the facts of an account speak for."""
    rules = (_gone, _won, _lost, _promising, _silent, _without_a_route)
    kind, why = next((found for rule in rules if (found := rule(facts))), (Kind.KEEP, _why_kept(facts)))
    tier = {Kind.KEEP: facts.tier, Kind.PROMOTE: facts.tier - 1, Kind.DEMOTE: facts.tier + 1, Kind.DROP: None}[kind]
    motion, customer = _motion(facts)
    return Suggestion(kind, tier, motion, (*why, *customer, *_pause(facts)))


Found = tuple[Kind, tuple[str, ...]] | None


def _gone(facts: Facts) -> Found:
    if facts.archived:
        return Kind.DROP, ("The account is archived.",)
    if facts.resting:
        until = f" until {weekday(facts.left_alone_until)}" if facts.left_alone_until else ""
        return Kind.DROP, (f"Not to be approached{until}: {facts.left_alone}",)
    if facts.stage.stage is Stage.DISQUALIFIED:
        return Kind.DROP, (f"Disqualified: {facts.stage.cause}.",)
    if facts.taken_out:
        return Kind.DROP, (f"Taken out in the draft of {facts.quarter}: {facts.taken_out}",)
    return None


def _won(facts: Facts) -> Found:
    if not facts.won:
        return None
    return Kind.KEEP, (f"{plural(facts.won, 'deal')} won in {facts.quarter}: go on with expansion.",)


def _lost(facts: Facts) -> Found:
    if not facts.lost or facts.open_deals or facts.tier == LOWEST:
        return None
    return Kind.DEMOTE, (f"{plural(facts.lost, 'deal')} lost in {facts.quarter}, and none is open.",)


def _promising(facts: Facts) -> Found:
    deals = plural(facts.open_deals, "open deal")
    if facts.tier == LOWEST and facts.open_deals:
        return Kind.PROMOTE, (f"{deals}.",)
    if facts.tier == LOWEST and facts.stage.stage in PROMISING:
        return Kind.PROMOTE, (f"{facts.stage.stage.label}: {facts.stage.cause}.",)
    answers = facts.last_response is not None and facts.quiet_days <= facts.stalled_days
    if 1 < facts.tier < LOWEST and facts.open_deals and answers:
        return Kind.PROMOTE, (f"{deals}, and {_last_response(facts)}.",)
    return None


def _silent(facts: Facts) -> Found:
    if facts.open_deals or facts.days_on_list < DAYS_TO_JUDGE:
        return None
    if facts.tier == 1 and facts.quiet_days >= facts.stalled_days:
        return Kind.DEMOTE, (f"No response for {plural(facts.quiet_days, 'day')}, and no open deal.",)
    if facts.tier == LOWEST and not facts.responses and not facts.reached_out:
        return Kind.DROP, (f"Nobody reached out in {facts.quarter}, and nothing came from them.",)
    if 1 < facts.tier < LOWEST and not facts.responses:
        touched = f"{facts.reached_out:,} touch{'' if facts.reached_out == 1 else 'es'}"
        return Kind.DEMOTE, (f"{touched} in {facts.quarter}, no response and no open deal.",)
    return None


def _without_a_route(facts: Facts) -> Found:
    blocked = facts.readiness is Readiness.CANNOT_ACTIVATE and not facts.responses and not facts.open_deals
    if not blocked or facts.days_on_list < DAYS_TO_JUDGE:
        return None
    kind = Kind.DROP if facts.tier == LOWEST else Kind.DEMOTE
    said = f": {facts.assessed_why}" if facts.assessed_why else "."
    return kind, (f"No response in {facts.quarter}, and Marketing has no route in yet{said}",)


def _why_kept(facts: Facts) -> tuple[str, ...]:
    """What speaks for it as it is, the weightiest first."""
    return tuple(_speaking(facts)) or (f"No response in {facts.quarter} so far: the rhythm of its tier goes on.",)


def _speaking(facts: Facts) -> Iterator[str]:
    if facts.open_deals:
        yield f"{plural(facts.open_deals, 'open deal')}."
    if facts.responses:
        yield f"{plural(facts.responses, 'response')}, {_last_response(facts)}."
    elif facts.days_on_list < DAYS_TO_JUDGE:
        yield f"On the list for {plural(facts.days_on_list, 'day')}: too early to tell."


def _last_response(facts: Facts) -> str:
    return f"the last response on {weekday(facts.last_response)}"


def _motion(facts: Facts) -> tuple[Motion, tuple[str, ...]]:
    """A customer is worked on for expansion."""
    if not facts.won and facts.stage.stage is not Stage.CUSTOMER:
        return facts.motion, ()
    told = facts.won or facts.motion is Motion.EXPANSION
    return Motion.EXPANSION, () if told else (f"A customer ({facts.stage.cause}): go on with expansion.",)


def _pause(facts: Facts) -> tuple[str, ...]:
    """A pause that ends within the next quarter stops nothing, and is told."""
    if facts.left_alone is None or facts.archived or facts.resting:
        return ()
    return (f"Not to be approached before {weekday(facts.left_alone_until)} is over: {facts.left_alone}",)
