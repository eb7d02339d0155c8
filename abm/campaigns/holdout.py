"""Hold-outs: a share of the audience, drawn at random within each tier, that a campaign leaves alone. Pure.

The draw is a ranking: within a tier accounts stand in the order of HMAC-SHA256(seed, public id), and the first so many
are held out. So the same seed always holds the same accounts out, in whatever order they are handed in, and whoever
has the version can draw again. Sizes are those of domain §6.
"""

from __future__ import annotations

import hmac
import math
import secrets
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

PERCENT: Final = 10  # of those who may be held out, unless a plan says otherwise
MOST: Final = 50  # percent: more would be a plan for the others
SMALLEST_ARM: Final = 30  # accounts; below that nobody can tell an effect from chance
SMALLEST_AUDIENCE: Final = 3 * SMALLEST_ARM
NOT_DRAWN = "comparison, not proof"


class Drawable(Protocol):
    """An account as the draw sees it."""

    @property
    def public_id(self) -> str: ...
    @property
    def tier(self) -> int: ...
    @property
    def left_alone(self) -> bool: ...


@dataclass(frozen=True)
class HoldOut:
    """What a plan says of its hold-out: the share in percent (0: none), whether of tier 1 too, and the seed."""

    percent: int = 0
    tier_1: bool = False
    seed: str = ""

    def facts(self) -> dict[str, object]:
        return {"percent": self.percent, "tier_1": self.tier_1, "seed": self.seed}

    def takes(self, account: Drawable) -> bool:
        """Whether an account may be held out: not from tier 1 unless asked for, nor one that nobody may approach.

        An account that is left alone gets no play anyway, and would make a control unlike those who are worked.
        """
        return bool(self.percent) and not account.left_alone and (account.tier > 1 or self.tier_1)


NO_HOLDOUT: Final = HoldOut()


@dataclass(frozen=True)
class Sized:
    """How many accounts are held out of how many that may be, tier by tier."""

    holdout: HoldOut
    eligible: Mapping[int, int]
    held: Mapping[int, int]

    @property
    def number(self) -> int:
        return sum(self.held.values())

    @property
    def verdict(self) -> str:
        """What it can tell, in a sentence for the plan's readers."""
        among = sum(self.eligible.values())
        if not self.holdout.percent:
            return f"No hold-out: what comes of it is compared within the tier, and reads “{NOT_DRAWN}”."
        if not self.number:
            tier_1 = "" if self.holdout.tier_1 else " outside tier 1"
            return (
                f"Too few accounts for a hold-out that tells anything: {among} may be held out{tier_1}, and it takes "
                f"{SMALLEST_AUDIENCE}. What comes of it is compared within the tier, and reads “{NOT_DRAWN}”."
            )
        parts = ", ".join(f"tier {tier}: {count}" for tier, count in self.held.items() if count)
        sentence = f"{self.number} of {among} accounts are held out at random ({parts})."
        if self.number < SMALLEST_ARM:
            return f"{sentence} That is fewer than {SMALLEST_ARM}: no verdict can rest on them alone."
        return sentence


def new_seed() -> str:
    """Where a campaign's draws begin: 128 random bits in hexadecimal digits."""
    return secrets.token_hex(16)


def sized(holdout: HoldOut, accounts: Iterable[Drawable]) -> Sized:
    """How many of these a first draw holds out."""
    eligible = Counter(one.tier for one in accounts if holdout.takes(one))
    return Sized(holdout, dict(sorted(eligible.items())), shares(eligible, size(eligible.total(), holdout.percent)))


def size(eligible: int, percent: int) -> int:
    """max(percent of them, 30) where there are 90 or more, else none (domain §6); never more than half."""
    if not percent or eligible < SMALLEST_AUDIENCE:
        return 0
    return min(max(math.ceil(eligible * percent / 100), SMALLEST_ARM), eligible // 2)


def shares(eligible: Mapping[int, int], number: int) -> dict[int, int]:
    """`number` over the tiers by their size, each within one account of its exact share: largest remainders."""
    total = sum(eligible.values())
    exact = {tier: number * count / total for tier, count in sorted(eligible.items())} if total else {}
    found = {tier: math.floor(share) for tier, share in exact.items()}
    by_remainder = sorted(exact, key=lambda tier: (found[tier] - exact[tier], tier))
    for tier in by_remainder[: number - sum(found.values())]:
        found[tier] += 1
    return found


def rank(seed: str, public_id: str) -> bytes:
    """Where an account stands in the draw."""
    return hmac.digest(seed.encode(), public_id.encode(), "sha256")


def draw(holdout: HoldOut, accounts: Iterable[Drawable], before: Mapping[str, bool]) -> frozenset[str]:
    """The public ids of the accounts that are held out.

    `before`: whether each account that an earlier version worked or held out was held out. Nobody changes sides as
    long as there is a hold-out: an account that was worked is no control any more, and one that was held out stays
    one, so that only accounts that are new are drawn. A tier may then have fewer than its share, never more by a draw.
    """
    if not holdout.percent:
        return frozenset()
    here = list(accounts)
    held = {one.public_id for one in here if before.get(one.public_id)}
    wanted = sized(holdout, here).held
    for tier, number in wanted.items():
        kept = sum(one.tier == tier for one in here if one.public_id in held)
        drawable = [
            one.public_id for one in here if one.tier == tier and holdout.takes(one) and one.public_id not in before
        ]
        drawable.sort(key=lambda public_id: rank(holdout.seed, public_id))
        held.update(drawable[: max(0, number - kept)])
    return frozenset(held)
