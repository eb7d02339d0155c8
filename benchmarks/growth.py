"""What ten times the touches cost: the same accounts, and pages that show no more than before."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.databases import version_of
from benchmarks.installation import site
from benchmarks.load import measure_load
from benchmarks.measuring import Measured, measure
from benchmarks.pages import pages

TIMES = 10
WATCHED = ("log", "today", "account")
AIM = 1.2


def grown(engine: str, *, accounts: int, touches: int, rounds: int) -> Iterator[str]:
    """Logging, Today and an account's page with so many touches, and with ten times as many."""
    found: list[dict[str, Measured]] = []
    for number in (touches, TIMES * touches):
        with site(engine, accounts=accounts, touches=number) as here:
            if not found:
                both = f"{touches:,} and {TIMES * touches:,} touches"
                yield f"\n## {version_of(here.url)}: {accounts:,} accounts, {both}\n"
            calls = pages(here)
            measured = {name: measure([calls[name]], rounds=rounds, engine=here.engine)[0] for name in WATCHED}
            found.append(measured)
            loaded = measure_load(here)
        yield f"* {number:,} touches: {loaded}"
    yield ""
    yield f"| what | p50 ms | p95 ms | p50, tenfold | p95, tenfold | times (aim: at most {AIM}) |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: |"
    for name in WATCHED:
        before, after = (one[name] for one in found)
        times = f"{after.p50 / before.p50:.2f}"
        yield f"| {before.name} | {before.p50:.1f} | {before.p95:.1f} | {after.p50:.1f} | {after.p95:.1f} | {times} |"
