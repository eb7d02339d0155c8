"""Whatever happens to a list, in whatever order, what domain §4 and §5 promise holds: found out by a machine.

`make test` takes a few hundred steps that are the same every time; `make machine` takes at least 10,000 on each
engine, new ones each time, prints what it did, and shows the shortest way to a fault where it finds one.
"""

from __future__ import annotations

from collections import Counter

import pytest

from tests.engines import Compiled, EngineKind
from tests.machines import walk
from tests.targets.machine.courses import Courses


def test_no_order_of_events_breaks_what_was_agreed(
    engine_kind: EngineKind, compiled_statements: Compiled, capsys: pytest.CaptureFixture[str]
) -> None:
    tally: Counter[str] = Counter()
    walk(lambda: Courses(engine_kind, compiled_statements, tally), tally, engine_kind, capsys)
