"""What the passing of days does to a proposal: reminders, the next in line, and an end of its own."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from abm.agreement.models import State, Verdict
from abm.audit.models import Event
from abm.kit.rules import RuleBroken
from abm.people.seats import Side
from abm.targets.awaiting import awaited
from abm.targets.models import Reminder
from abm.targets.pages import versions_of
from abm.targets.reminding import let_time_pass, lists_with_something_due
from tests.targets.conftest import NOW, Ground
from tests.targets.post import open_post, taken

DAY = timedelta(days=1)
LAST = datetime(2026, 12, 8, 23, 0, tzinfo=UTC)  # the end of the fourteenth day in Berlin
ENDS = datetime(2026, 12, 31, 23, 0, tzinfo=UTC)


@pytest.fixture
def ground(ground: Ground) -> Ground:
    """One account is in, version 1 is proposed, and letters are written."""
    open_post(ground)
    ground.put_in(ground.accounts[0])
    ground.propose()
    ground.session.commit()
    return ground


def pass_until(ground: Ground, at: datetime) -> dict[str, str]:
    """Let the worker look at an instant, twice; who was written to, and what about."""
    for _ in range(2):
        for target_list in lists_with_something_due(ground.session, at):
            let_time_pass(target_list, at)
        ground.session.commit()
    assert lists_with_something_due(ground.session, at) == []
    return taken(ground)


def waiting(ground: Ground, at: datetime) -> dict[str, str]:
    """What the pages say of each silent seat."""
    line = versions_of(ground.session, ground.target_list, at).open
    found = awaited(ground.session, ground.target_list, line, at)
    return {one.side.value: f"{one.words}{one.now_also_with} {one.waited}".strip() for one in found}


def test_a_proposal_closes_itself_after_the_agreed_days(ground: Ground) -> None:
    version = ground.target_list.document.versions[0]
    assert version.standing.expires_at == LAST
    pass_until(ground, LAST - timedelta(seconds=1))
    assert version.state is State.OPEN
    closed = "Version 1 of the target list 2026-q4 closed itself"
    assert pass_until(ground, LAST) == {"Ines": closed, "Amara": closed, "Renata": closed}
    assert (version.state, version.standing.closed_at) == (State.EXPIRED, LAST)
    events = ground.session.scalars(select(Event).where(Event.subject == "version", Event.verb == "expired")).all()
    assert [(one.actor_id, one.subject_id) for one in events] == [(None, version.id)]


def test_a_proposal_whose_quarter_is_over_closes_itself(ground: Ground) -> None:
    ground.session.rollback()
    late = ENDS - 2 * DAY
    ground.put_in(ground.accounts[1], at=late)
    version = ground.propose(at=late)
    assert version.standing.expires_at == ENDS
    pass_until(ground, ENDS)
    assert version.state is State.EXPIRED


def test_nothing_is_signed_after_the_last_day_even_before_the_worker_came_round(ground: Ground) -> None:
    version = ground.target_list.document.versions[0]
    for verdict in Verdict:
        with pytest.raises(RuleBroken, match=r"Version 1 waited longer .* propose the draft anew"):
            ground.sign(version, Side.SALES, at=LAST, verdict=verdict, comment="Late")
    assert ground.sign(version, Side.SALES, at=LAST - timedelta(seconds=1)) is False


def test_the_same_draft_can_be_proposed_anew_once_its_version_has_expired(ground: Ground) -> None:
    with pytest.raises(RuleBroken, match="what version 1 says already"):
        ground.propose(at=LAST - DAY)
    second = ground.propose(at=LAST)
    assert [one.state for one in ground.target_list.document.versions] == [State.EXPIRED, State.OPEN]
    assert not ground.sign(second, Side.SALES, at=LAST)
    with pytest.raises(RuleBroken, match="closed itself"):
        ground.sign(ground.target_list.document.versions[0], Side.MARKETING, at=LAST)


def test_who_is_awaited_is_reminded_every_second_day(ground: Ground) -> None:
    assert pass_until(ground, NOW + 2 * DAY - timedelta(seconds=1)) == {}
    told = pass_until(ground, NOW + 2 * DAY)
    assert told["Amara"] == "Version 1 of the target list 2026-q4 waits for your signature since 2 days"
    assert set(told) == {"Amara", "Renata"}
    assert pass_until(ground, NOW + 3 * DAY) == {}
    ground.sign(ground.target_list.document.versions[0], Side.SALES, at=NOW + 3 * DAY)
    ground.session.commit()
    assert set(pass_until(ground, NOW + 4 * DAY)) == {"Amara"}


def test_a_worker_that_was_away_writes_one_letter_and_not_three(ground: Ground) -> None:
    told = pass_until(ground, NOW + 7 * DAY - timedelta(hours=1))
    assert told["Amara"].endswith("since 7 days")
    numbers = ground.session.scalars(select(Reminder.number).where(Reminder.kind == "sign")).all()
    assert sorted(numbers) == [3, 3]


def test_todays_deputy_is_reminded_too(ground: Ground) -> None:
    days = {"first_day": date(2026, 11, 26), "last_day": date(2026, 11, 26)}
    ground.seat(Side.MARKETING).name_deputy(ground.cast.priya, **days, reason="Away", by=ground.cast.amara, at=NOW)
    ground.session.commit()
    assert set(pass_until(ground, NOW + 2 * DAY)) == {"Amara", "Priya", "Renata"}


def test_whoever_fills_the_seats_hears_of_it_after_five_days(ground: Ground) -> None:
    pass_until(ground, NOW + 4 * DAY)
    assert waiting(ground, NOW + 5 * DAY - timedelta(seconds=1))["sales"] == "Renata Voss (CRO) 5 days"
    told = pass_until(ground, NOW + 5 * DAY)
    assert told == {"Wen": "Now also with you: version 1 of the target list 2026-q4"}
    assert waiting(ground, NOW + 5 * DAY) == {
        "marketing": "Amara Osei (CMO), now also with Wen Zhao 5 days",
        "sales": "Renata Voss (CRO), now also with Wen Zhao 5 days",
    }


def test_whom_the_holder_named_is_next_in_line_and_may_not_sign(ground: Ground) -> None:
    ground.seat(Side.MARKETING).put_next_in_line(ground.cast.priya, by=ground.cast.amara, at=NOW)
    version = ground.target_list.document.versions[0]
    ground.sign(version, Side.SALES, at=NOW)
    ground.session.commit()
    pass_until(ground, NOW + 4 * DAY)
    assert pass_until(ground, NOW + 5 * DAY) == {"Priya": "Now also with you: version 1 of the target list 2026-q4"}
    assert waiting(ground, NOW + 5 * DAY) == {"marketing": "Amara Osei (CMO), now also with Priya Raman 5 days"}
    with pytest.raises(RuleBroken, match="Only Amara Osei"):
        ground.sign(version, Side.MARKETING, by=ground.cast.priya, at=NOW + 5 * DAY)


def test_days_count_anew_for_a_signature_that_was_taken_back(ground: Ground) -> None:
    version = ground.target_list.document.versions[0]
    ground.sign(version, Side.SALES, at=NOW)
    ground.target_list.withdraw_signature(version, by=ground.cast.renata, at=NOW + 3 * DAY)
    ground.session.commit()
    assert waiting(ground, NOW + 4 * DAY)["sales"] == "Renata Voss (CRO) 1 day"
    assert set(pass_until(ground, NOW + 4 * DAY)) == {"Amara"}
    assert set(pass_until(ground, NOW + 5 * DAY)) == {"Renata", "Wen"}


def test_an_empty_seat_is_for_whoever_fills_it(ground: Ground) -> None:
    ground.seat(Side.SALES).give_to(None, by=ground.cast.wen, at=NOW)
    ground.session.commit()
    assert set(pass_until(ground, NOW + 2 * DAY)) == {"Amara"}
    assert (
        waiting(ground, NOW + 5 * DAY)["sales"]
        == "CRO: the seat is empty, now also with Renata Voss and Wen Zhao 5 days"
    )


def test_what_is_signed_declined_or_withdrawn_is_reminded_of_no_more(ground: Ground) -> None:
    version = ground.target_list.document.versions[0]
    ground.target_list.withdraw(version, by=ground.cast.ines, at=NOW)
    ground.session.commit()
    assert pass_until(ground, NOW + 20 * DAY) == {}
