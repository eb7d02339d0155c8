"""Campaigns and their plans as domain §6 describes them, in plain values. None of it is the product's code.

What happens to a campaign is a method that hands back why it is refused, or else does it: no reason means done.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime

from tests.targets.machine.calendar import day, midnight

GOING = ("draft", "live", "paused", "adopted")
# From where a step may be taken, and where it leads.
STEPS = {
    "pause": {"live": "paused"},
    "resume": {"paused": "live"},
    "complete": dict.fromkeys(("live", "paused", "adopted"), "completed"),
    "cancel": dict.fromkeys(GOING, "cancelled"),
}
LAUNCHED_FROM = ("draft", "live", "adopted")
MARKETING = ("amara", "priya", "jo")

Tiers = dict[str, int]  # of accounts, by name


@dataclass(frozen=True)
class Written:
    """What Marketing wrote: what of a plan the rules change."""

    message: str
    tiers: frozenset[int]
    plays: frozenset[tuple[str, date]]


@dataclass
class Version:
    """A plan as it was submitted, and what became of it."""

    number: int
    by: str
    written: Written
    accounts: Tiers
    state: str = "open"  # approved; superseded or withdrawn, which is the end of it
    launched: bool = False


@dataclass
class Request:
    """A change that a reviewer asked for."""

    by: str
    settled: bool = False


@dataclass
class Model:
    """One campaign, from its first day to its last."""

    owner: str
    starts: date
    ends: date
    ask_by: date
    state: str
    draft: Written
    versions: list[Version] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    members: Tiers = field(default_factory=dict)  # whom it took on, until it ends or takes others on
    begins: dict[str, datetime] = field(default_factory=dict)  # from when it works each of them
    off: dict[str, datetime] = field(default_factory=dict)  # since when those of them who are on no list are off it
    gone: set[str] = field(default_factory=set)  # those of them that have left for good
    live_plays: frozenset[tuple[str, date]] = frozenset()

    @property
    def open(self) -> Version | None:
        return next((one for one in self.versions if one.state == "open"), None)

    @property
    def approved(self) -> Version | None:
        return next((one for one in self.versions if one.state == "approved"), None)

    @property
    def waiting(self) -> list[Request]:
        return [one for one in self.requests if not one.settled]

    def says(self, version: Version) -> str:
        """What a page calls the state of a version."""
        return "changes requested" if version.state == "open" and self.waiting else version.state

    def would_work(self, listed: Tiers) -> Tiers:
        return {name: tier for name, tier in listed.items() if tier in self.draft.tiers}

    def edit(self, listed: Tiers, now: datetime, **changes: object) -> list[str]:
        if self.state not in GOING:
            return ["it is over"]
        before, self.draft = self.draft, replace(self.draft, **changes)
        runs = self.state == "adopted" and day(now) <= self.ends
        if runs and (before.tiers, before.plays) != (self.draft.tiers, self.draft.plays):
            self.take_on(self.would_work(listed), now)
            self.live_plays = self.draft.plays
        return []

    def take_on(self, members: Tiers, now: datetime) -> None:
        """Work exactly these: who stays with the same tier goes on, everybody else begins anew."""
        first = max(now, midnight(self.starts))
        goes_on = {name for name, tier in members.items() if self.members.get(name) == tier} - self.gone
        self.begins = {name: self.begins[name] if name in goes_on else first for name in members}
        self.members, self.gone = members, set()

    def list_signed(self, listed: Tiers, now: datetime) -> None:
        """Who is not on the list any more is off it from now on, unless another list is signed at this very moment."""
        gone = {name: now for name in self.members if name not in listed}
        self.off = {name: self.off.get(name, at) for name, at in gone.items()}

    def time_passes(self) -> None:
        """Who had begun, and is off the list for any time at all, has left for good."""
        self.gone |= {name for name, at in self.off.items() if name in self.begins and self.begins[name] < at}

    def submit(self, listed: Tiers, today: date) -> list[str]:
        accounts = self.would_work(listed)
        newest = self.versions[-1] if self.versions else None
        same = (
            newest is not None
            and newest.state != "withdrawn"
            and (newest.written, newest.accounts) == (self.draft, accounts)
        )
        reasons = {
            "it is over": self.state not in GOING,
            "no accounts": not accounts,
            "no plays": not self.draft.plays,
            "a play outside its days": any(not self.starts <= on <= self.ends for _, on in self.draft.plays),
            "its last day has passed": today > self.ends,
            "the ask has passed": self.ask_by < today,
            "nothing new": same,
        }
        if any(reasons.values()):
            return [reason for reason, holds in reasons.items() if holds]
        if self.open is not None:
            self.open.state = "superseded"
        self.versions.append(Version(len(self.versions) + 1, self.owner, self.draft, accounts))
        return []

    def approve(self, version: Version, *, by: str, digest: str) -> list[str]:
        reasons = {
            "another's digest": digest != "its own",
            "not in review": version.state != "open",
            "not of Sales": by not in {"ines", "renata"},  # the AEs' manager, and who holds the seat
            "changes are asked for": bool(self.waiting),
        }
        if any(reasons.values()):
            return [reason for reason, holds in reasons.items() if holds]
        if self.approved is not None:
            self.approved.state = "superseded"
        version.state = "approved"
        return []

    def request(self, version: Version, *, by: str) -> list[str]:
        if version.state != "open":
            return ["not in review"]
        self.requests.append(Request(by))
        return []

    def settle(self, request: Request, *, by: str) -> list[str]:
        reasons = {"settled already": request.settled, "not who asked": by not in {request.by, "renata"}}
        if not any(reasons.values()):
            request.settled = True
        return [reason for reason, holds in reasons.items() if holds]

    def withdraw(self, version: Version, *, by: str) -> list[str]:
        reasons = {"not whose it is": by != version.by, "not in review": version.state != "open"}
        if not any(reasons.values()):
            version.state = "withdrawn"
        return [reason for reason, holds in reasons.items() if holds]

    def launch(self, listed: Tiers, now: datetime) -> list[str]:
        today = day(now)
        if self.state not in LAUNCHED_FROM:
            return ["not from there"]
        version = self.approved
        if version is None:
            return ["not approved"]
        if version.written != self.draft:
            return ["the draft left it behind"]
        if version.launched:
            return []
        reasons = {
            "accounts left the list": not version.accounts.keys() <= listed.keys(),
            "its last day has passed": today > self.ends,
            "the ask has passed": today <= self.ends and self.ask_by < max(today, self.starts),
        }
        if any(reasons.values()):
            return [reason for reason, holds in reasons.items() if holds]
        version.launched, self.state = True, "live"
        self.take_on({name: listed[name] for name in version.accounts}, now)
        self.live_plays = version.written.plays
        return []

    def step(self, step: str) -> list[str]:
        """Pause, resume, complete or cancel."""
        if self.state not in STEPS[step]:
            return ["not from there"]
        self.state = STEPS[step][self.state]
        if self.state not in GOING:
            self.members, self.gone = {}, set()
            if self.open is not None:
                self.open.state = "withdrawn"
        return []
