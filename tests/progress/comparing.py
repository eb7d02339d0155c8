"""A week and a quarter as the product says them, beside what pandas counts in the tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from sqlalchemy.orm import Session

from abm.people.models import Organisation
from abm.people.programmes import DEFAULT_PROGRAMME
from abm.people.seats import Side
from abm.progress.closing import Line, QuarterFigures, SideLine
from abm.progress.figures import WeekFigures
from abm.progress.lately import shown_week
from abm.progress.moments import Moment
from abm.progress.quarter_queries import quarter_of_list
from abm.targets.models import TargetList
from tests.progress.counted import CountedWeek, Span, Tables
from tests.progress.counted_quarter import CountedQuarter


def compare_week(session: Session, organisation: Organisation, moment: Moment, *, frozen: bool) -> WeekFigures:
    """Assert that every figure of a week is that of the tables; hand them back."""
    shown = shown_week(session, organisation, moment, DEFAULT_PROGRAMME)
    assert shown is not None
    assert (shown.frozen is not None) is frozen
    figures = shown.figures(shown.rows)
    first, last, until = (pd.Timestamp(day) for day in (moment.first, moment.last, moment.until))
    span = Span(first, last, until, pd.Timestamp(moment.at), moment.open)
    counted = CountedWeek(Tables(session.connection(), organisation.time_zone), span)
    assert figures.joint == counted.joint
    assert {
        one.tier: (one.accounts, one.marketing, one.sales, one.both) for one in figures.coverage
    } == counted.coverage
    assert (figures.meetings_held, figures.meetings_booked) == counted.meetings
    assert sum(row.lacks_content for row in shown.rows) == counted.lacking_content
    assert {(a.value, b.value): count for (a, b), count in figures.matrix.items()} == counted.matrix
    parts = {line.source.value: (line.open, line.new, line.won, line.lost) for line in figures.sources}
    pipeline = {source: (*(p.deals for p in four), *(p.worth for p in four)) for source, four in parts.items()}
    assert pipeline == counted.pipeline
    promises = {side.value: (one.wanted, one.done, one.due) for side, one in figures.promises.items()}
    assert promises == counted.promises
    return figures


def compare_quarter(session: Session, organisation: Organisation, target_list: TargetList, at: Any) -> QuarterFigures:
    """The same for a quarter of a list, as its page shows it."""
    found = quarter_of_list(session, organisation, target_list, at)
    assert found is not None
    tables = Tables(session.connection(), organisation.time_zone)
    first, until = pd.Timestamp(found.quarter.first), pd.Timestamp(min(organisation.today(at), found.quarter.last))
    counted = CountedQuarter(tables, target_list.id, target_list.document_id, first, until, pd.Timestamp(at))
    lines: Mapping[int, Line] = {**dict(enumerate(found.figures.tiers, 1)), 0: found.figures.all}
    assert {tier: plain(line) for tier, line in lines.items()} == counted.figures()
    return found.figures


def plain(line: Line) -> dict[str, Any]:
    return {
        "accounts": line.accounts,
        "left": line.left,
        **{side.value: of_side(line.sides[side]) for side in Side},
        "both": line.touched_by_both,
        "meetings": (line.meetings, line.met),
        "opened": (line.opened, line.opened_worth.minor),
        "won": (line.won, line.won_worth.minor),
        "open worth": line.open_worth.minor,
    }


def of_side(line: SideLine) -> tuple[int, ...]:
    return line.asked, line.done, line.kept, line.touched, line.promised.wanted, line.promised.done
