"""Whether what counts towards each commitment is what plain recomputation says, and setting it right."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from abm.outbound.models import Commitment
from abm.outbound.recounting import recomputed, recount, stored_credits

AT_ONCE = 500  # accounts


@dataclass(frozen=True)
class Drift:
    """A touch that is kept as counting for another commitment than it does; None: for none."""

    touch_id: int
    kept: int | None
    counts: int | None

    def __str__(self) -> str:
        return f"touch {self.touch_id} is kept for commitment {self.kept}, and counts for {self.counts}"


def drifts(session: Session, *, mend: bool = False) -> Iterator[Drift]:
    """Every touch whose credit differs from counting anew; `mend` sets those accounts right. The caller commits."""
    ids = list(session.scalars(select(Commitment.account_id).distinct().order_by(Commitment.account_id)))
    for start in range(0, len(ids), AT_ONCE):
        chunk = ids[start : start + AT_ONCE]
        kept, counts = stored_credits(session, chunk), recomputed(session, chunk)
        touches = sorted(kept.keys() | counts.keys())
        found = [Drift(one, kept.get(one), counts.get(one)) for one in touches if kept.get(one) != counts.get(one)]
        if found and mend:
            recount(session, chunk)
        yield from found
