"""Whatever people do with campaigns, and whatever both sides sign meanwhile, domain §6 holds: found out by a machine.

As for the list (tests/targets/test_state_machine.py): a few steps in `make test`, at least 10,000 in `make machine`.
"""

from __future__ import annotations

from collections import Counter

import pytest

from tests.campaigns.machine.living import Living
from tests.engines import Compiled, EngineKind
from tests.machines import walk


def test_no_order_of_events_makes_a_campaign_something_else(
    engine_kind: EngineKind, compiled_statements: Compiled, capsys: pytest.CaptureFixture[str]
) -> None:
    tally: Counter[str] = Counter()
    walk(lambda: Living(engine_kind, compiled_statements, tally), tally, engine_kind, capsys)
