"""The accounts that stand at engaged or further, and what moved since a week ago, as steps of a chart. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from abm.kit.charts import Step
from abm.progress.behind import FIGURES, FURTHER
from abm.stages.models import Stage


def movement(matrix: Mapping[tuple[Stage, Stage], int], href: Callable[[str], str]) -> list[Step]:
    """From where they stood to where they stand. `href` leads to the accounts of a figure.

    Both ends count the same accounts, those of the list now: who came onto it or left it in between is no step.
    """

    def among(*, before: bool, now: bool) -> int:
        return sum(n for (was, stands), n in matrix.items() if (was in FURTHER, stands in FURTHER) == (before, now))

    stayed, came, went = among(before=True, now=True), among(before=False, now=True), among(before=True, now=False)
    steps = (("was-further", stayed + went), ("came-further", came), ("fell-back", -went), ("further", stayed + came))
    return [
        Step(FIGURES[key].label, value, total=key in {"was-further", "further"}, href=href(key) if value else None)
        for key, value in steps
    ]
