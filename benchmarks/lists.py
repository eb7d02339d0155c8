"""The list at its largest: building, comparing, proposing and signing it; and what a look at a usual one moves."""

from __future__ import annotations

import itertools
import re
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select, update

from abm.agreement.canonical import thaw
from abm.agreement.models import Verdict
from abm.desk.work import work_of
from abm.kit import clock
from abm.kit.db import session, writing
from abm.people.models import Organisation, User
from abm.people.seats import Side, seats
from abm.targets.cells import Cell, standing
from abm.targets.content import read_content
from abm.targets.diff import difference
from abm.targets.models import Entry, TargetList
from abm.targets.weighing import weigh
from benchmarks.installation import Browser, Site
from benchmarks.measuring import Answer, Ask, Call

FIRST_VIEW = 150  # accounts
CHANGED = 10  # one entry in so many differs between the two versions that are compared
COMPARED = 30  # how often they are compared
SELF_LOADING = re.compile(r'hx-get="([^"]+)"[^>]*hx-trigger="load')
ASSETS = re.compile(r'<(?:link rel="stylesheet" href|script src)="([^"]+)"')


@dataclass(frozen=True)
class FirstView:
    """What a browser without a cache asks for, and how many bytes come back compressed."""

    requests: int
    compressed: int


def first_view(site: Site, address: str = "") -> FirstView:
    """The list, or another page, with its style, its script and whatever loads by itself."""
    asking = Asking.of(site)
    page = asking.reading("Page", address or asking.address).send()
    text = asking.reading("Page", address or asking.address).send(encoding="identity").body.decode()
    others = [*ASSETS.findall(text), *SELF_LOADING.findall(text)]
    answers: list[Answer] = [page, *(asking.reading(path, path).send() for path in others)]
    return FirstView(len(answers), sum(len(one.body) for one in answers))


@dataclass
class Asking:
    """Requests about the list of a site. Whoever asks next finds the state that the request needs."""

    site: Site
    address: str
    people: dict[str, Browser]
    turns: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    @classmethod
    def of(cls, site: Site) -> Asking:
        cast = site.company.cast
        quarter = cast.organisation.quarter_of(site.company.today)
        people = {name: site.signed_in(getattr(cast, name)) for name in ("ines", "amara", "renata")}
        return cls(site, f"/quarters/{quarter}/list", people)

    def reading(self, name: str, path: str) -> Call:
        return Call(name, self.site.app, lambda: Ask(path), self.people["ines"].cookie)

    def writing(self, name: str, who: str, ask: Callable[[str], Ask]) -> Call:
        """A form of somebody; `ask` gets their token and prepares what the request needs, outside the measured time."""
        browser = self.people[who]
        return Call(name, self.site.app, lambda: ask(browser.token), browser.cookie)

    def builder(self) -> list[Call]:
        """The three things that people do all day with a long draft."""
        count = f"{len(self.site.company.accounts):,}"
        return [
            self.reading(f"List of {count}: opened", self.address),
            self.reading(f"List of {count}: narrowed", f"{self.address}?tier=3&q=stone&outcome=in"),
            self.writing(f"List of {count}: one entry edited", "ines", self._edit),
        ]

    def agreeing(self) -> list[Call]:
        """Each time a version of its own, one entry away from the one before. Both seats accept what it asks for."""
        with self.site.app.app_context(), writing():
            _accept_workload(self.site)
            session.commit()
        count = f"{len(self.site.company.accounts):,}"
        return [
            self.writing(f"List of {count}: proposed", "ines", self._propose),
            self.writing(f"List of {count}: signed by the first", "amara", lambda token: self._sign(token, first=True)),
            self.writing(f"List of {count}: signed by both", "renata", lambda token: self._sign(token, first=False)),
        ]

    def _edit(self, token: str) -> Ask:
        with self.site.app.app_context(), writing():
            number = next(self.turns) % len(self.site.company.accounts) + 1
            entry = session.scalars(select(Entry).where(Entry.account_id == number)).one()
            seen = standing(entry, Cell.TIER)
            fields = {"csrf_token": token, "value": str((entry.tier or 0) % 3 + 1), "seen": seen}
            return Ask(f"{self.address}/entries/{entry.public_id}/cells/tier", fields, piece=True)

    def _propose(self, token: str) -> Ask:
        with self.site.app.app_context(), writing():
            _change_one(next(self.turns))
            session.commit()
        return Ask(f"{self.address}/versions", {"csrf_token": token})

    def _sign(self, token: str, *, first: bool) -> Ask:
        """A new version, which the other seat has signed already where this is not the first signature."""
        with self.site.app.app_context(), writing():
            organisation, target_list = session.get_one(Organisation, 1), session.scalars(select(TargetList)).one()
            _change_one(next(self.turns))
            ines = session.get_one(User, self.site.company.cast.ines.id)
            version = target_list.propose(organisation=organisation, by=ines, at=clock.now())
            if not first:
                seat = seats(session())[Side.MARKETING]
                amara = session.get_one(User, self.site.company.cast.amara.id)
                version.sign(
                    voice=seat.side.value, verdict=Verdict.APPROVE, digest=version.digest, by=amara, at=clock.now()
                )
            fields = {"csrf_token": token, "digest": version.digest, "verdict": "approve", "comment": ""}
            path = f"{self.address}/versions/{version.number}/signatures"
            session.commit()
        return Ask(path, fields)


def _accept_workload(site: Site) -> None:
    """The invented people did less than such a list asks of them: both seats say that it is right."""
    organisation, at = session.get_one(Organisation, 1), clock.now()
    target_list = session.scalars(select(TargetList)).one()
    work = work_of(session(), target_list, organisation=organisation, at=at)
    workload = weigh(target_list.draft(), work)
    holders = {Side.MARKETING: site.company.cast.amara, Side.SALES: site.company.cast.renata}
    for asked in workload.stopping:
        for side, seat in seats(session()).items():
            holder = session.get_one(User, holders[side].id)
            facts: dict[str, Any] = {"organisation": organisation, "work": work, "at": at}
            target_list.waive(asked.what, seat=seat, reason="A launch", by=holder, **facts)


def _change_one(turn: int) -> None:
    """Make the draft another one, in one statement."""
    flipped = ~Entry.with_children
    session.execute(update(Entry).where(Entry.account_id == turn).values(with_children=flipped))


def compare_versions(site: Site) -> tuple[float, int]:
    """Milliseconds, by median, to read two versions from their bytes and find what differs; how much that was."""
    with site.app.app_context(), writing():
        ines, organisation = session.get_one(User, site.company.cast.ines.id), session.get_one(Organisation, 1)
        target_list = session.scalars(select(TargetList)).one()
        before = target_list.document.versions[-1].content
        session.execute(update(Entry).where(Entry.account_id % CHANGED == 0).values(tier=Entry.tier % 3 + 1))
        after = target_list.propose(organisation=organisation, by=ines, at=clock.now()).content
        session.commit()
    times, found = [], 0
    for _ in range(COMPARED):
        begun = time.perf_counter()
        found = len(difference(read_content(thaw(before)), read_content(thaw(after))).changes)
        times.append((time.perf_counter() - begun) * 1000)
    return statistics.median(times), found
