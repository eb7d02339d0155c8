"""For how many weeks a list carries over where both seats have agreed on another number than the usual four."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select

from abm.agreement.models import Verdict
from abm.definitions.list_rules import DEFAULT_LIST_RULES, LIST_RULES
from abm.definitions.models import begin_definition
from abm.people.seats import seats
from abm.targets.in_force import signed_list_at
from abm.targets.membership import Membership
from tests.targets.conftest import NOW, Ground

END = datetime(2026, 12, 31, 23, 0, tzinfo=UTC)  # midnight in Berlin
DAY = timedelta(days=1)


def agree_on_weeks(ground: Ground, weeks: int, *, starts_on: date, at: datetime) -> None:
    """Both seats sign list rules that differ from the usual ones in this alone."""
    cast, facts = ground.cast, {**LIST_RULES.written(DEFAULT_LIST_RULES), "carry_over_weeks": weeks}
    definition = begin_definition(ground.session, LIST_RULES, facts, by=cast.wen, at=at)
    definition.change(LIST_RULES, facts, by=cast.wen, at=at)
    version = definition.propose(LIST_RULES, starts_on=starts_on, by=cast.wen, at=at)
    for seat in seats(ground.session).values():
        assert seat.holder is not None
        said = {"seat": seat, "by": seat.holder, "digest": version.digest, "verdict": Verdict.APPROVE}
        definition.sign(version, at=at, **said)  # type: ignore[arg-type]
    ground.session.flush()


def carried_until(ground: Ground) -> dict[str, datetime | None]:
    """Until when each account is carried over."""
    query = select(Membership).where(Membership.carried, Membership.ends > Membership.starts)
    rows = ground.session.scalars(query).all()
    assert len({row.account_id for row in rows}) == len(rows)
    return {row.account.name[-1]: row.ends for row in rows}


def test_after_a_change_of_the_weeks_the_next_version_carries_all_its_accounts_equally_long(ground: Ground) -> None:
    for number, weeks in enumerate((4, 2, 6)):
        at = NOW + number * DAY
        if number:
            agree_on_weeks(ground, weeks, starts_on=at.date(), at=at)
        ground.put_in(ground.accounts[number], at=at)
        ground.agree(at=at)
        until = END + timedelta(weeks=weeks)
        assert carried_until(ground) == {str(name): until for name in range(number + 1)}
        place = signed_list_at(ground.session, ground.cast.organisation, END + DAY)
        assert place is not None
        assert place.place.carried_until == until
        on = select(Membership).where(Membership.starts <= at + DAY / 2, Membership.ends > at + DAY / 2)
        assert len(ground.session.scalars(on).all()) == number + 1, "their time on the list itself is not touched"


def test_a_version_after_no_weeks_are_wanted_any_more_carries_nothing_over(ground: Ground) -> None:
    ground.put_in(ground.accounts[0])
    ground.agree()
    agree_on_weeks(ground, 0, starts_on=NOW.date() + DAY, at=NOW + DAY)
    ground.put_in(ground.accounts[1], at=NOW + DAY)
    ground.agree(at=NOW + DAY)
    assert carried_until(ground) == {}


def test_the_weeks_are_those_of_the_day_on_which_the_carrying_over_begins(ground: Ground) -> None:
    agree_on_weeks(ground, 2, starts_on=date(2026, 12, 1), at=NOW)
    ground.put_in(ground.accounts[0])
    ground.agree()
    assert carried_until(ground) == {"0": END + timedelta(weeks=2)}


def test_weeks_that_begin_later_than_that_day_do_not_count(ground: Ground) -> None:
    agree_on_weeks(ground, 2, starts_on=date(2027, 1, 2), at=NOW)
    ground.put_in(ground.accounts[0])
    ground.agree()
    assert carried_until(ground) == {"0": END + timedelta(weeks=4)}
