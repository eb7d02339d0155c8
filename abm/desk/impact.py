"""What a change of the list means for work under way: tiers, AEs, running campaigns and what is promised."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from abm.accounts.models import Account
from abm.campaigns.models import Campaign
from abm.campaigns.plan import Criteria
from abm.campaigns.queries import live_campaigns, worked_by
from abm.outbound.models import Commitment
from abm.outbound.queries import Promised, promised, running
from abm.targets.content import Content, Row
from abm.targets.diff import Change, difference

LOOKED_AT = 200  # accounts of a change; a longer one is a new list, and its capacity says enough


@dataclass(frozen=True)
class Filling:
    """A tier, or an AE in a tier: accounts before and after, and how many fit."""

    words: str
    before: int
    after: int
    most: int

    @property
    def over(self) -> int:
        """How many accounts too many afterwards; 0 when all fit."""
        return max(0, self.after - self.most)


@dataclass(frozen=True)
class Concerned:
    """An account that changes, with the work that it leaves or may join."""

    change: Change
    leaves: Sequence[Campaign]  # live campaigns that work it and would stop
    may_join: Sequence[Campaign]  # live campaigns aimed at its new tier, which need a new version for it
    open: Sequence[Promised]  # what is promised on it and not kept yet

    @property
    def quiet(self) -> bool:
        """Whether nothing under way is concerned."""
        return not (self.leaves or self.may_join or self.open)


@dataclass(frozen=True)
class Impact:
    """All that a change means; `more` accounts were not looked at."""

    fillings: Sequence[Filling]
    accounts: Sequence[Concerned]
    more: int

    @property
    def concerned(self) -> list[Concerned]:
        return [one for one in self.accounts if not one.quiet]


def impact_of(session: Session, before: Content | None, after: Content, *, at: datetime, today: date) -> Impact:
    """Compare what holds with what would hold. Four queries, whatever the size of the change."""
    changes = difference(before, after).changes
    looked_at = changes[:LOOKED_AT]
    ids = _ids_of(session, [one.row for one in looked_at])
    live, worked = live_campaigns(session), worked_by(session, list(ids.values()), at)
    unkept: dict[int, list[Promised]] = defaultdict(list)
    for one in promised(session, today, Commitment.account_id.in_(ids.values()), running(today)):
        if one.left:
            unkept[one.commitment.account_id].append(one)
    accounts = [
        _concerned(change, live, worked.get(number, set()), unkept[number])
        for change in looked_at
        if (number := ids.get(change.row.account)) is not None
    ]
    return Impact(_fillings(before, after), accounts, len(changes) - len(looked_at))


def _ids_of(session: Session, rows: Iterable[Row]) -> dict[str, int]:
    named = [row.account for row in rows]
    found = session.execute(select(Account.public_id, Account.id).where(Account.public_id.in_(named)))
    return {row.public_id: row.id for row in found}


def _concerned(change: Change, live: Sequence[Campaign], worked: set[int], promises: Sequence[Promised]) -> Concerned:
    before, after = change.before, change.after
    if after is None:
        return Concerned(change, [one for one in live if one.id in worked], [], promises)
    moved = before is None or before.tier != after.tier
    aimed = [one for one in live if moved and one.id not in worked and after.tier in Criteria.read(one.criteria).tiers]
    handed = before is not None and before.ae != after.ae
    return Concerned(change, [], aimed, promises if handed else [])


def _fillings(before: Content | None, after: Content) -> list[Filling]:
    """Every tier, and each AE of a tier whose number of accounts changes."""
    old, new = _counted(before), _counted(after)
    names = {row.ae: row.ae_name for content in (before, after) if content for row in content.rows.values()}
    changed = [(names[ae], tier, ae) for tier, ae in old.keys() | new.keys() if ae and old[tier, ae] != new[tier, ae]]
    places = [(f"Tier {tier}", tier, "") for tier in after.policies]
    places += [(f"{name}, tier {tier}", tier, ae) for name, tier, ae in sorted(changed) if tier in after.policies]
    return [Filling(words, old[tier, ae], new[tier, ae], _most(after, tier, ae)) for words, tier, ae in places]


def _most(content: Content, tier: int, ae: str) -> int:
    terms = content.policies[tier]
    return terms.max_per_ae if ae else terms.max_accounts


def _counted(content: Content | None) -> Counter[tuple[int, str]]:
    """Accounts per tier (under no AE), and per tier and AE."""
    counted: Counter[tuple[int, str]] = Counter()
    for row in content.rows.values() if content else ():
        counted[row.tier, ""] += 1
        counted[row.tier, row.ae] += 1
    return counted
