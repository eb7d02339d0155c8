"""Whatever happens to a list, in whatever order, what domain §4 and §5 promise holds: found out by a machine.

`make test` takes a few hundred steps that are the same every time; `make machine` takes at least 10,000 on each
engine, new ones each time, prints what it did, and shows the shortest way to a fault where it finds one.
"""

from __future__ import annotations

import os
import time
from collections import Counter

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.engines import Compiled, EngineKind
from tests.targets.machine.courses import Courses

LONG = os.environ.get("MACHINE") == "long"
STEPS = 10_000 if LONG else 100  # at least so many of them
BATCH = settings(
    max_examples=100 if LONG else 6,
    stateful_step_count=50 if LONG else 25,
    derandomize=not LONG,
    database=None,
    deadline=None,
    print_blob=True,
    suppress_health_check=list(HealthCheck),
)
MINUTES = 30  # of an engine, before it gives up


def test_no_order_of_events_breaks_what_was_agreed(
    engine_kind: EngineKind, compiled_statements: Compiled, capsys: pytest.CaptureFixture[str]
) -> None:
    tally: Counter[str] = Counter()
    begun = time.monotonic()
    while tally["steps"] < STEPS and time.monotonic() < begun + MINUTES * 60:
        run_state_machine_as_test(lambda: Courses(engine_kind, compiled_statements, tally), settings=BATCH)
    if LONG:
        with capsys.disabled():
            print(f"\n{engine_kind.name}: {tally['steps']:,} steps in {time.monotonic() - begun:.0f} s")  # noqa: T201
            print("\n".join(f"  {count:6,} {what}" for what, count in sorted(tally.items())))  # noqa: T201
    assert tally["steps"] >= STEPS, f"only {tally['steps']} steps in {MINUTES} minutes"
