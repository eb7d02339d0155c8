"""Where the time of one page goes: the calls that take most, and the statements that reach the database."""

from __future__ import annotations

import cProfile
import io
import pstats
from collections.abc import Iterator

from benchmarks.installation import Site
from benchmarks.measuring import Call, counting, run

REQUESTS = 50
LINES = 25


def profile(site: Site, call: Call) -> Iterator[str]:
    """Lines of a report: each statement of one request, then the costliest functions of many."""
    call.send()
    with counting(site.engine) as statements:
        call.send()
    yield f"{call.name}: {len(statements)} statements"
    yield from (f"  {number}. {' '.join(one.split())[:200]}" for number, one in enumerate(statements, start=1))
    environs = [call.environ() for _ in range(REQUESTS)]
    profiler = cProfile.Profile()
    for environ in environs:
        profiler.enable()
        answer = run(call.app, environ)
        profiler.disable()
        call.checked(answer)
    report = io.StringIO()
    pstats.Stats(profiler, stream=report).sort_stats("cumulative").print_stats(LINES)
    yield f"{REQUESTS} requests, {LINES} functions with the most time in and below them:"
    yield report.getvalue()
