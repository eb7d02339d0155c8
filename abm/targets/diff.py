"""What changed between two contents of a list: who came, who left, who moved, and which terms are others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Final

from abm.targets.content import Content, Row
from abm.targets.policies import Terms

NOT_ON_IT: Final = 0  # stands for "not on the list" beside tiers 1 to 3

TERM_WORDS: Final = {
    "max_accounts": "accounts at most",
    "max_per_ae": "accounts per AE at most",
    "sales_touches": "touches by Sales",
    "sales_contacts": "contacts that Sales works",
    "sales_period": "Sales' rhythm, per",
    "marketing_plays": "plays by Marketing",
    "marketing_period": "Marketing's rhythm, per",
    "roles_wanted": "buying roles wanted",
    "stalled_days": "days until stalled",
}


@dataclass(frozen=True)
class Change:
    """One account that is not as it was: before and after, None where it is not on the list."""

    before: Row | None
    after: Row | None

    @property
    def row(self) -> Row:
        found = self.after or self.before
        if found is None:
            raise ValueError("A change has a before or an after.")
        return found

    @property
    def kind(self) -> str:
        """`in`, `out` or `moved`, as pages mark it."""
        return "in" if self.before is None else "out" if self.after is None else "moved"

    @property
    def words(self) -> str:
        """The kind, as pages and files say it."""
        return {"in": "In", "out": "Out", "moved": "Changed"}[self.kind]

    @property
    def parts(self) -> list[str]:
        """What of the account changed, in words."""
        if self.before is None or self.after is None:
            return [f"tier {self.row.tier}", self.row.ae_name]
        old, new = self.before, self.after
        return [
            *([f"tier {old.tier} to tier {new.tier}"] if old.tier != new.tier else []),
            *([f"{old.ae_name} to {new.ae_name}"] if old.ae != new.ae else []),
            *([f"{old.motion.label} to {new.motion.label}"] if old.motion is not new.motion else []),
            *(_children(new) if old.with_children != new.with_children else []),
        ]


@dataclass(frozen=True)
class PolicyChange:
    """One term of a tier that is another; None where the list did not exist."""

    tier: int
    term: str
    before: object
    after: object

    @property
    def words(self) -> str:
        return TERM_WORDS[self.term]


@dataclass(frozen=True)
class Difference:
    """Everything that differs, and how many accounts went from which tier to which (0: not on the list)."""

    changes: tuple[Change, ...]
    policies: tuple[PolicyChange, ...]
    matrix: Mapping[tuple[int, int], int]
    kept: int  # accounts whose signed terms are the same

    def __bool__(self) -> bool:
        return bool(self.changes or self.policies)

    @property
    def added(self) -> list[Change]:
        return [one for one in self.changes if one.before is None]

    @property
    def dropped(self) -> list[Change]:
        return [one for one in self.changes if one.after is None]

    @property
    def moved(self) -> list[Change]:
        """On both, in another tier."""
        return [one for one in self.changes if one.before and one.after and one.before.tier != one.after.tier]

    @property
    def handed(self) -> list[Change]:
        """On both, with another AE."""
        return [one for one in self.changes if one.before and one.after and one.before.ae != one.after.ae]

    @property
    def redirected(self) -> list[Change]:
        """On both, with another motion."""
        return [one for one in self.changes if one.before and one.after and one.before.motion != one.after.motion]

    def from_tier(self, tier: int) -> int:
        """How many accounts were in a tier before; 0: were not on the list."""
        return sum(count for (before, _), count in self.matrix.items() if before == tier)

    def to_tier(self, tier: int) -> int:
        """How many accounts are in a tier afterwards; 0: are no longer on the list."""
        return sum(count for (_, after), count in self.matrix.items() if after == tier)

    @property
    def summary(self) -> str:
        """`2 in, 1 out, 3 moved tier, 1 with another AE, 4 terms changed`."""
        counted = (
            (len(self.added), "in"),
            (len(self.dropped), "out"),
            (len(self.moved), "moved tier"),
            (len(self.handed), "with another AE"),
            (len(self.redirected), "with another motion"),
            (len(self.policies), "terms changed" if len(self.policies) > 1 else "term changed"),
        )
        said = [f"{count} {words}" for count, words in counted if count]
        return ", ".join(said) or ("another choice of companies below" if self.changes else "no difference")


def difference(before: Content | None, after: Content) -> Difference:
    """Compare two contents; without a before, everything came in. Names alone make no difference."""
    old_rows = before.rows if before else {}
    changes = []
    matrix: Counter[tuple[int, int]] = Counter()
    for account in old_rows.keys() | after.rows.keys():
        old, new = old_rows.get(account), after.rows.get(account)
        matrix[old.tier if old else NOT_ON_IT, new.tier if new else NOT_ON_IT] += 1
        if old is None or new is None or not old.same_terms(new):
            changes.append(Change(old, new))
    order = {"out": 0, "in": 1, "moved": 2}
    changes.sort(key=lambda one: (order[one.kind], one.row.tier, one.row.name.casefold(), one.row.account))
    kept = sum(matrix.values()) - len(changes)
    return Difference(tuple(changes), tuple(_policies(before, after)), matrix, kept)


def _policies(before: Content | None, after: Content) -> list[PolicyChange]:
    if before is None:
        return []
    return [
        PolicyChange(tier, name, old, value)
        for tier, terms in sorted(after.policies.items())
        for name, value in asdict(terms).items()
        if (old := _term(before.policies.get(tier), name)) != value
    ]


def _term(terms: Terms | None, name: str) -> object:
    return None if terms is None else getattr(terms, name)


def _children(row: Row) -> list[str]:
    return ["now with the companies below it" if row.with_children else "without the companies below it"]
