"""Every definition that there is, by its address: whoever adds a kind names it here."""

from __future__ import annotations

from typing import Any, Final

from abm.definitions.fit import FIT
from abm.definitions.kinds import Kind
from abm.definitions.list_rules import LIST_RULES
from abm.definitions.stages import STAGES

KINDS: Final[dict[str, Kind[Any]]] = {kind.slug: kind for kind in (FIT, LIST_RULES, STAGES)}
