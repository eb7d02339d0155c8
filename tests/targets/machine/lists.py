"""What the model knows of a list: entries, versions with what was said to them, and what of it holds when."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tests.targets.machine.calendar import day, midnight, span
from tests.targets.machine.people import seat_name

WEEKS_CARRIED = 4


@dataclass
class Entry:
    """An account in a draft."""

    tier: int | None = None
    ae: str | None = None
    motion: str = "new"
    with_children: bool = False
    outcome: str = "candidate"
    reason: str = ""
    revision: int = 1
    words: int = 0  # nominations and assessments

    @property
    def signed(self) -> tuple[object, ...]:
        """What of it is signed."""
        return self.tier, self.motion, self.with_children, self.ae


@dataclass
class Signature:
    """What a seat said."""

    side: str
    person: str
    deputy_for: str | None
    verdict: str
    comment: str
    at: datetime
    withdrawn: bool = False


@dataclass
class Version:
    """A proposal. `stored` and `digest` are the copy that was kept when it was made."""

    number: int
    proposer: str
    at: datetime
    expires_at: datetime
    policies: dict[int, dict[str, Any]]
    rows: dict[str, tuple[object, ...]]
    state: str = "open"
    starts: datetime | None = None
    closed_at: datetime | None = None
    signatures: list[Signature] = field(default_factory=list)
    stored: bytes = b""
    digest: str = ""

    def overdue(self, now: datetime) -> bool:
        """Whether it is open, and the time to sign it is over."""
        return self.state == "open" and now >= self.expires_at

    @property
    def standing(self) -> list[Signature]:
        return [one for one in self.signatures if not one.withdrawn]

    @property
    def approved_by(self) -> set[str]:
        return {one.side for one in self.standing if one.verdict == "approve"}


@dataclass
class QuarterList:
    """The draft of a programme's quarter, and its versions."""

    quarter: str
    programme: str
    policies: dict[int, dict[str, Any]]
    entries: dict[str, Entry] = field(default_factory=dict)
    waivers: list[tuple[str, int, str]] = field(default_factory=list)  # what, up to which figure, by which side
    versions: list[Version] = field(default_factory=list)

    def seat(self, side: str) -> str:
        """The seat that signs it for a side."""
        return seat_name(side, self.programme)

    @property
    def starts(self) -> datetime:
        return span(self.quarter)[0]

    @property
    def ends(self) -> datetime:
        return span(self.quarter)[1]

    @property
    def open(self) -> Version | None:
        return next((one for one in self.versions if one.state == "open"), None)

    @property
    def signed(self) -> list[Version]:
        return [one for one in self.versions if one.state == "signed"]

    @property
    def rows(self) -> dict[str, tuple[object, ...]]:
        return {name: one.signed for name, one in self.entries.items() if one.outcome == "in"}

    def in_force(self, at: datetime) -> Version | None:
        """The last one signed whose time has come, until the quarter ends. An answer for every instant."""
        begun = [one for one in self.signed if one.starts and one.starts <= at < self.ends]
        return begun[-1] if begun else None

    def until(self, version: Version) -> datetime:
        """When a signed version ends: with its quarter, or as soon as a later one begins."""
        later = [one.starts for one in self.signed if one.number > version.number and one.starts]
        return min([self.ends, *later])

    @property
    def carried_until(self) -> datetime:
        """Until when it stands in for the next quarter's list at most."""
        return midnight(day(self.ends) + timedelta(weeks=WEEKS_CARRIED))

    def counts(self) -> Iterator[tuple[str, int, int]]:
        """Every tier, and every AE in each tier: how many accounts, and how many fit."""
        placed = [one for one in self.entries.values() if one.outcome == "in"]
        for tier, count in Counter(one.tier for one in placed).items():
            yield f"tier:{tier}", count, self.policies[tier or 0]["max_accounts"]
        for (ae, tier), count in Counter((one.ae, one.tier) for one in placed).items():
            yield f"ae:{ae}:{tier}", count, self.policies[tier or 0]["max_per_ae"]

    def accepted(self, what: str, count: int) -> bool:
        return any(waived == what and count <= figure for waived, figure, _ in self.waivers)
