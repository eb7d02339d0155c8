"""How long the machines walk: a few hundred steps that are always the same, or many new ones (`make machine`)."""

from __future__ import annotations

import os
import time
from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.engines import EngineKind

LONG = os.environ.get("MACHINE") == "long"
STEPS = 10_000 if LONG else 60  # at least so many of them
BATCH = settings(
    max_examples=100 if LONG else 4,
    stateful_step_count=50 if LONG else 25,
    derandomize=not LONG,
    database=None,
    deadline=None,
    print_blob=True,
    suppress_health_check=list(HealthCheck),
)
MINUTES = 30  # of an engine, before it gives up


def walk(
    machine: Any,  # a function that makes one: Hypothesis takes it, though its types ask for a class
    tally: Counter[str],
    kind: EngineKind,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Walk machines as `machine` makes them until enough steps are counted in `tally`; a long walk prints them."""
    begun = time.monotonic()
    while tally["steps"] < STEPS and time.monotonic() < begun + MINUTES * 60:
        run_state_machine_as_test(machine, settings=BATCH)
    if LONG:
        with capsys.disabled():
            print(f"\n{kind.name}: {tally['steps']:,} steps in {time.monotonic() - begun:.0f} s")  # noqa: T201
            print("\n".join(f"  {count:6,} {what}" for what, count in sorted(tally.items())))  # noqa: T201
    assert tally["steps"] >= STEPS, f"only {tally['steps']} steps in {MINUTES} minutes"
