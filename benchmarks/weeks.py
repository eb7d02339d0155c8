"""The weekly view: an open and a frozen week, freezing one, its review, and what a campaign brought."""

from __future__ import annotations

import itertools
import statistics
import time
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from uuid import uuid4

from abm.accounts.models import Account
from abm.campaigns.models import Campaign
from abm.kit import clock
from abm.kit.db import session, writing
from abm.kit.web import in_one_state
from abm.people.models import Organisation, User
from abm.people.programmes import DEFAULT_PROGRAMME, Programme
from abm.progress import lately, reading
from abm.progress.moments import Moment, moment_of
from abm.progress.reading import read_snapshot
from abm.progress.snapshots import FreezeCause, Snapshot, snapshot_of, take_snapshot
from abm.rhythm.reviews import open_review
from abm.touches.kinds import Channel, Direction, TouchSide
from abm.touches.logging import log_touch
from benchmarks.copies import lengthen, thicken
from benchmarks.databases import settle, version_of
from benchmarks.history import WEEKS
from benchmarks.installation import Site, site
from benchmarks.measuring import Ask, Call, Measured, measure

TIMES = 10
OPEN_WEEK, FROZEN_WEEK = "Open week", "Frozen week"
SHORT = 1_000  # accounts of the shorter list
FROZEN = 4  # weeks: as many as a week is compared with
READ = 10
MOST = {"history": 1.2, "density": 2.0}  # times as long, for ten times as many touches
GROWING = {"history": lengthen, "density": thicken}
SIZES = {"history": "over ten times the weeks", "density": "in the same weeks"}


@dataclass(frozen=True)
class Freezing:
    """What freezing weeks took: seconds and bytes of each, and the most memory of one, in bytes."""

    seconds: Sequence[float]
    bytes: int
    peak: int
    reading: float  # milliseconds for one snapshot

    def __str__(self) -> str:
        taken = f"{statistics.median(self.seconds):.2f} s, {self.bytes:,} bytes, {self.peak / 1e6:.0f} MB at most"
        return f"* A snapshot: {taken}; reading one {self.reading:.0f} ms"


def measure_weeks(engine: str, *, accounts: int, touches: int, rounds: int) -> Iterator[str]:
    """Lines of a report: a short and the whole list, then ten times the touches in both ways."""
    yield from measure_list(engine, accounts=min(SHORT, accounts), touches=touches, rounds=rounds)
    for growing in GROWING:
        yield from measure_list(engine, accounts=accounts, touches=touches, rounds=rounds, growing=growing)


def measure_list(engine: str, *, accounts: int, touches: int, rounds: int, growing: str = "") -> Iterator[str]:
    """The pages of one list, with so many touches and, where they grow, with ten times as many."""
    with site(engine, accounts=accounts, touches=touches) as here:
        yield f"\n### {version_of(here.url)}: weeks of a list of {accounts:,}, {touches:,} touches\n"
        before, taken = _measured(here, rounds, first=1)
        yield "| what | p50 ms | p95 ms | least ms | queries | bytes | compressed |"
        yield "| --- | ---: | ---: | ---: | ---: | ---: | ---: |"
        for one in before:
            yield f"| {_times(one)} | {one.queries} | {one.raw:,} | {one.compressed:,} |"
        yield f"\n{taken}"
        if growing:
            with here.app.app_context(), writing():
                GROWING[growing](session(), session.get_one(Organisation, 1), times=TIMES, weeks=WEEKS)
            settle(here.url)
            after, taken = _measured(here, rounds, first=1 + FROZEN)
            yield from _grown(before, after, f"{TIMES * touches:,} touches {SIZES[growing]}", MOST[growing])
            yield f"\n{taken}"


def _grown(before: Sequence[Measured], after: Sequence[Measured], size: str, aim: float) -> Iterator[str]:
    """The same pages with ten times the touches. The least is compared: what else the machine does slows medians."""
    yield f"\n| with {size} | p50 ms | p95 ms | least ms | queries | least, times (aim: at most {aim}) |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: |"
    for one, other in zip(before, after, strict=True):
        yield f"| {_times(other)} | {other.queries} | {other.least / one.least:.2f} |"


def _times(one: Measured) -> str:
    return f"{one.name} | {one.p50:.1f} | {one.p95:.1f} | {one.least:.1f}"


def _measured(here: Site, rounds: int, *, first: int) -> tuple[list[Measured], Freezing]:
    """The pages once weeks are frozen, from `first` weeks ago on back; each is asked for in turns with the others.
    Apart from these the weeks once a touch came in, and as a process shows them that has shown none yet.
    """
    taken = freeze(here, range(first + FROZEN - 1, first - 1, -1))
    groups = (list(calls(here, back=first)) for calls in (pages, touched_pages, first_pages))
    return [one for calls in groups for one in measure(calls, rounds=rounds, engine=here.engine)], taken


def freeze(here: Site, weeks_back: Sequence[int]) -> Freezing:
    """Freeze these weeks, and open the review of the latest. The first one is watched for memory, the others timed."""
    tracemalloc.start()
    _frozen(here, weeks_back[0])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    seconds = [_seconds(partial(_frozen, here, back)) for back in weeks_back[1:]]
    with here.app.app_context(), writing():
        taken = _snapshot(weeks_back[-1])
        open_review(taken, by=session.get_one(User, here.company.cast.renata.id), at=clock.now())
        session.commit()
    with here.app.app_context(), writing(False):
        size = len(_snapshot(weeks_back[-1]).content)
        reading = [_seconds(partial(_read, weeks_back[-1])) for _ in range(READ)]
    return Freezing(seconds, size, peak, statistics.median(reading) * 1000)


def _frozen(here: Site, back: int) -> None:
    moment = _moment(here, back)
    with here.app.app_context(), writing():
        taken = in_one_state(session(), lambda: _take(moment))
    assert taken is not None, f"No list was in force in {moment.week}."


def _take(moment: Moment) -> Snapshot | None:
    organisation, programme = session.get_one(Organisation, 1), session.get_one(Programme, DEFAULT_PROGRAMME)
    at, cause = clock.now(), FreezeCause.TIME
    return take_snapshot(session(), organisation, programme, moment, cause=cause, by=None, at=at)


def _moment(here: Site, back: int) -> Moment:
    organisation = here.company.cast.organisation
    moment = moment_of(organisation, organisation.current_week().plus(-back))
    assert moment is not None
    return moment


def _snapshot(back: int) -> Snapshot:
    organisation = session.get_one(Organisation, 1)
    moment = moment_of(organisation, organisation.current_week().plus(-back))
    found = snapshot_of(session(), moment, DEFAULT_PROGRAMME) if moment else None
    assert found is not None
    return found


def _read(back: int) -> None:
    session.expire_all()
    reading.READ.clear()
    read_snapshot(session(), _snapshot(back))


def _seconds(work: partial[None]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def pages(here: Site, *, back: int) -> Iterator[Call]:
    """What is asked for: this week, the week frozen `back` weeks ago, its review, and the results of the campaign."""
    this = here.company.cast.organisation.current_week()
    frozen = this.plus(-back)
    renata = here.signed_in(here.company.cast.renata).cookie
    with here.app.app_context(), writing(False):
        campaign = session.get_one(Campaign, 1).slug
    paths = {
        OPEN_WEEK: f"/progress/{this}",
        f"{OPEN_WEEK}, 50 accounts": f"/progress/{this}/accounts?figure=all",
        FROZEN_WEEK: f"/progress/{frozen}",
        f"{FROZEN_WEEK}, 50 accounts": f"/progress/{frozen}/accounts?figure=all",
        "Review": f"/reviews/{frozen}",
        "Results of a campaign": f"/campaigns/{campaign}/results",
    }
    for name, path in paths.items():
        yield Call(name, here.app, partial(Ask, path), renata)


def touched_pages(here: Site, *, back: int) -> Iterator[Call]:
    """Both weeks after a touch on one of their accounts."""
    for name, path in _weeks(here, back).items():
        yield Call(f"{name}, a touch came in", here.app, _logging(here, path, back=back), _cookie(here))


def first_pages(here: Site, *, back: int) -> Iterator[Call]:
    """Both weeks as a process shows them that has shown none yet."""
    for name, path in _weeks(here, back).items():
        yield Call(f"{name}, first of a process", here.app, partial(_forgetting, path), _cookie(here))


def _weeks(here: Site, back: int) -> dict[str, str]:
    this = here.company.cast.organisation.current_week()
    return {OPEN_WEEK: f"/progress/{this}", FROZEN_WEEK: f"/progress/{this.plus(-back)}"}


def _cookie(here: Site) -> str:
    return here.signed_in(here.company.cast.renata).cookie


def _logging(here: Site, path: str, *, back: int) -> Callable[[], Ask]:
    """Ask for a page after somebody has logged a touch of the frozen week, which changes what both weeks say."""
    numbers = itertools.count()

    def ask() -> Ask:
        with here.app.app_context(), writing():
            organisation, number = session.get_one(Organisation, 1), next(numbers)
            account = session.get_one(Account, here.company.accounts[number])
            log_touch(
                account,
                organisation=organisation,
                by=session.get_one(User, here.company.cast.renata.id),
                at=clock.now(),
                client_key=uuid4().hex,
                imported=True,  # a day that nobody logs back to any more
                side=TouchSide.SALES,
                direction=Direction.OUTBOUND,
                channel=Channel.CALL,
                outcome="connected",
                when=clock.now() - timedelta(weeks=back),
            )
            session.commit()
        return Ask(path)

    return ask


def _forgetting(path: str) -> Ask:
    """Ask for a page after the process has forgotten what it kept of weeks."""
    lately.KEPT.clear()
    reading.READ.clear()
    return Ask(path)
