"""`make bench`: how fast the pages are, what they ask of the database, and how far they are from the least possible.

Everything runs on this machine and on loopback, on databases that are made for it, and stops by itself. The tables
are Markdown, to stand in `docs/benchmarks.md` as they are.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence

from benchmarks.databases import ENGINES, version_of
from benchmarks.growth import grown
from benchmarks.importing import Imported, measure_import
from benchmarks.installation import Site, site
from benchmarks.limits import limits
from benchmarks.lists import FIRST_VIEW, Asking, compare_versions, first_view
from benchmarks.machine import machine
from benchmarks.measuring import Measured, measure
from benchmarks.pages import PAGES, pages
from benchmarks.pressure import calendar, calendar_line, measure_pressure, plan_plays
from benchmarks.profiling import profile
from benchmarks.weeks import measure_weeks

HEAD = (
    "| what | p50 ms | p95 ms | queries | bytes | compressed |",
    "| --- | ---: | ---: | ---: | ---: | ---: |",
)
AIMS = {"accounts": 8.0, "log": 5.0}  # at most so many times the limit (median by median)

MOST_IMPORTED = 2_000  # rows, beside all accounts that are there: each further row takes as long


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure as the options say and print."""
    options = _options(arguments)
    for line in machine():
        print(line)
    only = {"growth": (_of_growth,), "weeks": (_of_weeks,)}
    parts = only.get(options.only, (_of_company, _of_lists, _of_growth, _of_weeks))
    for engine in options.engine or ENGINES:
        for part in parts:
            for line in part(engine, options):
                print(line, flush=True)


def _of_company(engine: str, options: argparse.Namespace) -> Iterator[str]:
    """The pages of a company with many accounts and touches."""
    if not options.accounts:
        return
    with site(engine, accounts=options.accounts, touches=options.touches) as here:
        yield f"\n## {version_of(here.url)}: {options.accounts:,} accounts, {options.touches:,} touches\n"
        if options.profile:
            yield from profile(here, pages(here)[options.profile])
            return
        yield from _report(here, options)
        yield from _pressure(here, options)


def _pressure(here: Site, options: argparse.Namespace) -> Iterator[str]:
    """What is too much for which account, and the calendar that shows it."""
    accounts, plays = len(here.company.accounts), plan_plays(here)
    yield f"* {accounts:,} accounts with {plays:,} plays to come on them:"
    yield from measure_pressure(here)
    for measured in measure(calendar(here), rounds=options.rounds, engine=here.engine):
        yield calendar_line(measured, accounts)


def _of_lists(engine: str, options: argparse.Namespace) -> Iterator[str]:
    """The target list at its usual and at its largest size."""
    if not options.entries or options.profile:
        return
    with site(engine, accounts=FIRST_VIEW, touches=FIRST_VIEW) as here:
        view, in_calendar = first_view(here), first_view(here, "/calendar")
        (in_weeks,) = measure(calendar(here), rounds=options.rounds, engine=here.engine)
    with site(engine, accounts=options.entries, touches=options.entries) as here:
        yield f"\n## {version_of(here.url)}: a list of {options.entries:,} entries\n"
        yield from HEAD
        asking = Asking.of(here)
        for part in (asking.builder, asking.agreeing):  # what is agreed on is what was built
            for measured in measure(part(), rounds=options.rounds, engine=here.engine):
                yield _line(measured)
        milliseconds, changes = compare_versions(here)
    yield ""
    yield f"* The difference of two versions, {changes:,} of {options.entries:,} changed: {milliseconds:.1f} ms (p50)"
    yield f"* A first look at a list of {FIRST_VIEW}: {view.requests} requests, {view.compressed:,} bytes compressed"
    looked = f"{in_calendar.requests} requests, {in_calendar.compressed:,} bytes compressed"
    yield f"* A first look at the calendar of {FIRST_VIEW}: {looked}"
    yield calendar_line(in_weeks, FIRST_VIEW)


def _of_growth(engine: str, options: argparse.Namespace) -> Iterator[str]:
    """What ten times the touches cost."""
    if options.accounts and options.touches and not options.profile and not options.without_growth:
        yield from grown(engine, accounts=options.accounts, touches=options.touches, rounds=options.rounds)


def _of_weeks(engine: str, options: argparse.Namespace) -> Iterator[str]:
    """Weeks that are open and frozen, reviews and results, with ten times the touches as well."""
    if options.accounts and options.touches and not options.profile and not options.without_weeks:
        yield from measure_weeks(engine, accounts=options.accounts, touches=options.touches, rounds=options.rounds)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--accounts", type=int, default=10_000, help="how many accounts stand on the list; 0: no pages")
    parser.add_argument("--touches", type=int, default=100_000, help="how many touches lie behind it")
    parser.add_argument("--entries", type=int, default=2_000, help="how long the longest list is; 0: no lists")
    parser.add_argument("--rounds", type=int, default=200, help="how often each page is asked for, at most")
    parser.add_argument("--engine", choices=ENGINES, action="append", help="one engine only")
    parser.add_argument("--without-import", action="store_true", help="leave the import out, which takes longest")
    parser.add_argument("--without-growth", action="store_true", help="leave ten times the touches out")
    parser.add_argument("--without-weeks", action="store_true", help="leave the weekly view and its snapshots out")
    parser.add_argument(
        "--only", choices=("growth", "weeks"), help="measure only this: ten times the touches, or weeks"
    )
    parser.add_argument("--profile", choices=PAGES, help="instead of all this, show where the time of one page goes")
    return parser.parse_args(arguments)


def _report(here: Site, options: argparse.Namespace) -> Iterator[str]:
    yield from HEAD
    times_over = []
    with limits(here) as bare:
        for name, call in pages(here).items():
            calls = [call, bare[name]] if name in bare else [call]
            measured = measure(calls, rounds=options.rounds, engine=here.engine)
            yield from map(_line, measured)
            if name in bare:
                times_over.append(_ratio(*measured, aim=AIMS[name]))
    yield ""
    yield from times_over
    if options.without_import:
        return
    email = here.company.cast.wen.email or ""
    known = len(here.company.accounts)
    yield _imported(measure_import(here.url, here.folder, known=known, rows=min(known, MOST_IMPORTED), email=email))


def _line(measured: Measured) -> str:
    queries = measured.queries or "–"
    return (
        f"| {measured.name} | {measured.p50:.2f} | {measured.p95:.2f} | {queries} "
        f"| {measured.raw:,} | {measured.compressed:,} |"
    )


def _ratio(measured: Measured, limit: Measured, *, aim: float) -> str:
    return f"* {measured.name} ÷ {limit.name}: {measured.p50 / limit.p50:.1f} (aim: at most {aim:g})"


def _imported(imported: Imported) -> str:
    whole, start = imported.whole, imported.start
    return (
        f"* Import of {imported.rows:,} new accounts: {imported.rows_per_second:,.0f} rows a second; "
        f"{whole.peak:.0f} MB at most, {start.peak:.0f} MB for a file of one row, which takes {start.seconds:.1f} s"
    )


if __name__ == "__main__":
    main()
