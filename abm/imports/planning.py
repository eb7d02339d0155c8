"""What a whole import would do: its rows, as the header and a person's choices say, against what is known now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from abm.imports.account_rows import AccountRows
from abm.imports.choices import Choices
from abm.imports.contact_rows import ContactRows
from abm.imports.dates import DateOrder, date_order
from abm.imports.deal_rows import DealRows
from abm.imports.fields import FIELDS, Rows
from abm.imports.headers import Recognition, recognise, remapped
from abm.imports.lines import DAY_FIELDS, MONEY_FIELDS, Line, Reading
from abm.imports.models import Action, Import, Kind
from abm.imports.money import NumberStyle, number_style
from abm.imports.planned import Ground, Planned, Planner
from abm.imports.team_rows import TeamRows
from abm.imports.touch_rows import TouchRows
from abm.kit.base import session_of
from abm.people.models import Organisation, User

PLANNERS: Mapping[Rows, type[Planner]] = {
    Rows.ACCOUNTS: AccountRows,
    Rows.OPPORTUNITIES: DealRows,
    Rows.CONTACTS: ContactRows,
    Rows.TEAM: TeamRows,
    Rows.TOUCHES: TouchRows,
}
ROWS_OF: Mapping[Kind, tuple[Rows, ...]] = {
    Kind.ACCOUNTS: (Rows.ACCOUNTS,),
    Kind.OPPORTUNITIES: (Rows.OPPORTUNITIES,),
    Kind.PEOPLE: (Rows.CONTACTS, Rows.TEAM),
    Kind.TOUCHES: (Rows.TOUCHES,),
}


@dataclass(frozen=True)
class Raw:
    """A row as the file has it, whatever its columns mean."""

    number: int
    cells: Mapping[str, str]  # place of the column -> text
    fault: str = ""


@dataclass(frozen=True)
class Plan:
    """What every row would do, and who can apply it."""

    planner: Planner
    rows: list[Planned]

    @property
    def counts(self) -> dict[str, int]:
        counted = Counter(row.action for row in self.rows)
        return {action.value: counted[action] for action in Action}


def recognition_of(kind: Kind, header: Sequence[str], choices: Choices) -> Recognition:
    """What the columns hold: as a person says, or as the header tells. Raises FileRefused."""
    told = recognise(kind, header)
    if not choices.mapping:
        return told
    fitting = [rows for rows in (told.rows, *ROWS_OF[kind]) if choices.mapping.keys() <= FIELDS[rows].keys()]
    return remapped(told, choices.mapping, next(iter(fitting), told.rows))


def columns_seen(recognition: Recognition, rows: Sequence[Raw]) -> dict[str, dict[str, str]]:
    """The order of days and the style of amounts that each such column shows."""

    def column(name: str) -> Iterable[str]:
        place = str(recognition.columns[name])
        return (row.cells[place] for row in rows if place in row.cells and not row.fault)

    present = recognition.columns
    return {
        "dates": {name: date_order(column(name)).value for name in DAY_FIELDS if name in present},
        "styles": {name: number_style(column(name)).value for name in MONEY_FIELDS if name in present},
    }


def is_ambiguous(seen: Mapping[str, str]) -> bool:
    """Whether a column leaves open how it is read, so that a person is asked."""
    return bool({DateOrder.AMBIGUOUS.value, NumberStyle.AMBIGUOUS.value} & set(seen.values()))


def plan_import(
    batch: Import,
    rows: Iterable[Raw],
    *,
    organisation: Organisation,
    by: User,
    at: datetime,
    applying: bool = False,
) -> Plan:
    """Plan every row against the database as it is now, with a bounded number of queries.

    With `applying`, what the rows stand on is held until the transaction ends.
    """
    choices = Choices.read(batch.options["choices"])
    recognition = recognition_of(batch.kind, batch.header, choices)
    reading = Reading.of(recognition, batch.options, choices, organisation.currency)
    ground = Ground(session_of(organisation), organisation, batch.profile, choices, by, at, applying)
    lines = [Line(row.number, row.cells, row.fault, reading) for row in rows]
    planner = PLANNERS[recognition.rows](ground, lines)
    with ground.session.no_autoflush:
        return Plan(planner, planner.plan())


def outcome(plan: Planned) -> dict[str, Any]:
    """What of a planned row is kept with its preview."""
    return {
        "action": plan.action,
        "target_id": plan.target_id,
        "field": plan.field,
        "message": plan.message,
        "changes": plan.changes,
    }
