"""How full the tiers and the AEs are: over capacity is allowed in a draft, and stops its proposal until accepted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from abm.people.seats import Side
from abm.targets.kinds import TIERS
from abm.targets.policies import UNUSUAL_ACCOUNTS, Terms


@dataclass(frozen=True)
class Held:
    """How many accounts of a tier are planned for one AE."""

    tier: int
    ae: str  # public id
    ae_name: str
    ae_active: bool
    accounts: int


@dataclass(frozen=True)
class Accepted:
    """A seat's word that a capacity may be exceeded, up to a figure."""

    what: str
    figure: int
    side: Side
    by: str
    reason: str
    at: datetime


@dataclass(frozen=True)
class Load:
    """A tier, or one AE in a tier: how many accounts it holds, of how many at most."""

    what: str  # tier:1, or ae:<public id>:1
    label: str
    tier: int
    count: int
    most: int
    accepted: Accepted | None = None
    ae: str = ""

    @property
    def over(self) -> int:
        """How many accounts too many; 0 when all fit."""
        return max(0, self.count - self.most)

    @property
    def stops(self) -> bool:
        """Whether the list cannot be proposed because of this."""
        return self.over > 0 and self.accepted is None

    @property
    def unusual(self) -> bool:
        """Whether the tier is larger than practice knows."""
        return not self.ae and self.count > UNUSUAL_ACCOUNTS[self.tier]

    @property
    def sentence(self) -> str:
        """What is too much, and the three ways on."""
        accounts = "account" if self.count == 1 else "accounts"
        return (
            f"{self.label} has {self.count} {accounts} where {self.most} fit: "
            f"take {self.over} out, raise the limit, or let the seat accept it with a reason."
        )

    @property
    def figure(self) -> int:
        """The figure that is accepted."""
        return self.count

    def why_not(self, side: Side) -> str:
        """Why a seat cannot accept it now; nothing where it can.

        How many accounts an AE takes is the sales seat's to say. A whole tier asks work of both sides, so either
        seat may: the other one sees the reason before it signs.
        """
        if not self.over:
            return "This fits by now: there is nothing to accept."
        if self.accepted is not None:
            return f"{self.label} with {self.count} accounts is accepted already."
        if self.ae and side is not Side.SALES:
            return "How much an AE takes on is for the sales seat to accept."
        return ""


def loads_of(held: Sequence[Held], terms: Mapping[int, Terms], accepted: Iterable[Accepted]) -> list[Load]:
    """Every tier, then every AE in each tier, beside what the policy allows."""
    words = list(accepted)
    found = []
    for tier in TIERS:
        count = sum(one.accounts for one in held if one.tier == tier)
        what = f"tier:{tier}"
        found.append(Load(what, f"Tier {tier}", tier, count, terms[tier].max_accounts, covering(words, what, count)))
    for one in sorted(held, key=lambda one: (one.ae_name, one.ae, one.tier)):
        what = f"ae:{one.ae}:{one.tier}"
        label = f"{one.ae_name}, tier {one.tier},"
        word = covering(words, what, one.accounts)
        found.append(Load(what, label, one.tier, one.accounts, terms[one.tier].max_per_ae, word, one.ae))
    return found


def covering(words: Iterable[Accepted], what: str, figure: int, side: Side | None = None) -> Accepted | None:
    """The latest word, of one side or of either, that covers this much; what has grown since needs another."""
    found = [one for one in words if one.what == what and one.figure >= figure and side in (None, one.side)]
    return max(found, key=lambda word: word.at, default=None)
