"""Whom a review waits for, by when, and how they are reminded."""

from __future__ import annotations

import html
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from abm.campaigns.models import Campaign
from abm.campaigns.review_reminding import (
    ReminderCause,
    ReviewReminder,
    awaited,
    mind_review,
    remind_reviewers,
    reviews_to_mind,
)
from abm.campaigns.reviewing import due_on
from abm.people.seats import note_absence
from tests.campaigns.world import ADDRESS, NOW, Signed, World


@pytest.mark.parametrize(
    ("submitted", "due"),
    [
        (date(2026, 11, 24), date(2026, 11, 27)),  # Tuesday to Friday
        (date(2026, 11, 26), date(2026, 12, 1)),  # Thursday over the weekend to Tuesday
        (date(2026, 11, 28), date(2026, 12, 2)),  # a Saturday
    ],
)
def test_a_review_is_due_within_three_working_days(submitted: date, due: date) -> None:
    assert due_on(submitted) == due


def test_who_is_away_is_awaited_through_the_sales_seat(world: World) -> None:
    campaign, version = world.submitted()
    ines, today = world.cast.ines, NOW.date()
    (one,) = awaited(campaign, version, today)
    assert (one.user, one.away, list(one.acting)) == (ines, False, [ines])
    note_absence(ines, first_day=today, last_day=today + timedelta(days=7), by=ines, at=NOW)
    world.session.flush()
    (one,) = awaited(campaign, version, today)
    assert (one.user, one.away, list(one.acting)) == (ines, True, [world.cast.renata])
    assert world.approve(campaign, version, world.cast.renata, seat=world.sales_seat)
    assert awaited(campaign, version, today) == []


def reminded(world: World, at: datetime) -> list[tuple[str, str]]:
    organisation = world.cast.organisation
    found = []
    for campaign in reviews_to_mind(world.session, organisation=organisation, at=at):
        for cause, people in mind_review(campaign, organisation=organisation, at=at).items():
            found += [(cause.value, user.name) for user in people]
    world.session.flush()
    return found


def test_reminders_go_out_once_when_it_is_due_and_once_when_it_is_late(world: World) -> None:
    world.submitted()
    world.session.flush()
    day = timedelta(days=1)
    assert reminded(world, NOW + day) == []
    assert reminded(world, NOW + 2 * day) == [("due", "Ines Calder")]
    assert reminded(world, NOW + 2 * day) == []
    assert reminded(world, NOW + 3 * day) == []
    assert reminded(world, NOW + 4 * day) == [("overdue", "Ines Calder"), ("overdue", "Renata Voss")]
    assert reminded(world, NOW + 5 * day) == []


def test_nobody_is_reminded_while_marketing_has_to_answer(world: World) -> None:
    campaign, version = world.submitted()
    world.ask_for_change(campaign, version)
    world.session.flush()
    assert reminded(world, NOW + timedelta(days=9)) == []


def test_marketing_reminds_at_most_once_a_day(world: World, as_: Signed) -> None:
    priya = as_("priya")
    assert priya.post(f"{ADDRESS}/reminders").status_code == 303
    again = priya.post(f"{ADDRESS}/reminders")
    assert again.status_code == 409
    assert "Everybody who is asked was reminded today already." in html.unescape(again.text)
    world.session.rollback()
    causes = [row.cause for row in world.session.scalars(select(ReviewReminder))]
    assert causes == [ReminderCause.ASKED]
    (campaign,), tomorrow = world.session.scalars(select(Campaign)).all(), NOW + timedelta(days=1)
    cast = world.cast
    assert remind_reviewers(campaign, organisation=cast.organisation, by=cast.priya, at=tomorrow) == [cast.ines]


def test_the_page_says_who_is_asked_and_by_when(world: World, as_: Signed) -> None:
    page = html.unescape(as_("priya").get(f"{ADDRESS}/review").text)
    assert "Asked to approve: Ines Calder; the sales seat may approve for all. Due by Fri 27 Nov." in page
    assert "Tomás Ferreira" in page
    assert "(2 accounts)" in page
    assert "Remind them" in page
