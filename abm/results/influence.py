"""Credit for a deal, shared among what its account responded to before it was opened: first, last and even. Pure.

The three stand side by side, since none of them is the truth; each of them gives away the whole amount and no more.
"""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Hashable, Sequence
from datetime import timedelta
from typing import Final, TypeVar

T = TypeVar("T", bound=Hashable)

WINDOW: Final = timedelta(days=180)  # practice: responded touches of 180 days


class Model(enum.StrEnum):
    """How credit is given."""

    FIRST = "first"
    LAST = "last"
    EVEN = "even"

    @property
    def label(self) -> str:
        return {"first": "First touch", "last": "Last touch", "even": "Shared evenly"}[self.value]


def credit(touches: Sequence[T], amount: int, model: Model) -> dict[T, int]:
    """An amount in minor units, shared among what each responded touch belongs to, the first of them first.

    Nothing where nobody responded. The cents that an even share leaves over go to the earliest ones.
    """
    if not touches:
        return {}
    if model is not Model.EVEN:
        return {touches[0 if model is Model.FIRST else -1]: amount}
    each, over = divmod(amount, len(touches))
    shares: Counter[T] = Counter()
    for place, one in enumerate(touches):
        shares[one] += each + (place < over)
    return dict(shares)
