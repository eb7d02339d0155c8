"""Next quarter's draft out of this quarter's list, on the web: suggested, accepted one by one or together, once."""

from __future__ import annotations

import re
import threading
from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from abm.accounts.crm_stages import StageCategory, add_stage
from abm.accounts.deals import create_opportunity
from abm.audit.models import Event
from abm.kit.clock import Quarter
from abm.kit.db import db
from abm.kit.rules import RuleBroken
from abm.targets.models import Entry, Motion, Outcome, Priority, TargetList, open_list
from abm.targets.rollover_facts import Candidate, candidates, origin_of
from abm.touches.kinds import Channel, Direction, TouchSide
from abm.touches.logging import log_touch
from tests.cast import sign_in
from tests.counting import statements
from tests.targets.browsing import text
from tests.targets.conftest import BEFORE, NOW, Ground, Web

HERE = "/quarters/2027-q1/list/roll-over"


@pytest.fixture
def signed(ground: Ground) -> Ground:
    """Six accounts are on the list of 2026-q4 since it began: two per tier, of Tomás, but the last one of Marcus."""
    for number, account in enumerate(ground.accounts):
        ae = ground.cast.marcus if number == 5 else ground.cast.tomas
        ground.put_in(account, tier=1 + number // 2, ae=ae, at=BEFORE)
    policy = next(one for one in ground.target_list.policies if one.tier == 1)
    policy.change(max_accounts=7, by=ground.cast.ines, at=BEFORE)
    ground.agree(at=BEFORE)
    ground.session.commit()
    return ground


def touched(ground: Ground, number: int, day: int, outcome: str = "sent", *, ours: bool = True) -> None:
    """A mail in November, from us or from them."""
    log_touch(
        ground.accounts[number],
        organisation=ground.cast.organisation,
        by=ground.cast.tomas,
        at=NOW,
        client_key=f"{number}-{day}-{outcome}",
        imported=True,
        side=TouchSide.SALES,
        direction=Direction.OUTBOUND if ours else Direction.INBOUND,
        channel=Channel.EMAIL,
        outcome=outcome,
        when=datetime(2026, 11, day, 9, 0, tzinfo=UTC),
    )


def rows(ground: Ground, quarter: str = "2027-q1", *, at: datetime = NOW) -> dict[str, Candidate]:
    """By the last letter of the company's name."""
    organisation = ground.cast.organisation
    origin, following = origin_of(ground.session, organisation, quarter, 1)
    assert origin is not None
    found = candidates(ground.session, organisation, origin, following, at)
    return {one.row.name[-1]: one for one in found}


def next_list(ground: Ground) -> TargetList | None:
    return ground.session.scalar(select(TargetList).where(TargetList.quarter == "2027-q1"))


def entries(ground: Ground) -> dict[str, tuple[str, int | None, str | None]]:
    """The next draft: outcome, tier and AE by the last letter of the company's name."""
    ground.session.rollback()
    query = select(Entry).join(Entry.target_list).where(TargetList.quarter == "2027-q1")
    found = ground.session.scalars(query.options(selectinload(Entry.account), selectinload(Entry.ae)))
    return {one.account.name[-1]: (one.outcome.value, one.tier, one.ae.name if one.ae else None) for one in found}


def accept(ground: Ground, *numbers: int, **sent: Any) -> dict[str, Any]:
    return {"accounts": [ground.accounts[number].public_id for number in numbers], **sent}


def test_each_account_is_shown_with_what_its_facts_speak_for(web: Web, signed: Ground) -> None:
    touched(signed, 0, 20, "replied", ours=False)
    touched(signed, 4, 10)
    won = add_stage(signed.cast.organisation, name="Won", category=StageCategory.WON, qualified=True, by=None, at=NOW)
    opened = add_stage(
        signed.cast.organisation, name="Talks", category=StageCategory.OPEN, qualified=True, by=None, at=NOW
    )
    for number, stage, closed in ((2, won, date(2026, 11, 2)), (4, opened, None)):
        create_opportunity(
            signed.cast.organisation,
            account=signed.accounts[number],
            name="Deal",
            stage=stage,
            by=None,
            at=NOW,
            amount=500_00,
            created_on=date(2026, 9, 1),
            closed_on=closed,
        )
    signed.session.commit()
    found = rows(signed)
    assert {key: one.suggestion.words for key, one in found.items()} == {
        "0": "Keep in tier 1",  # answered four days ago
        "1": "Demote to tier 2",
        "2": "Keep in tier 2",  # won
        "3": "Demote to tier 3",
        "4": "Promote to tier 2",  # an open deal
        "5": "Drop",
    }
    assert found["2"].suggestion.motion is Motion.EXPANSION
    facts = found["4"].facts
    assert (facts.reached_out, facts.responses, facts.open_deals, facts.days_on_list) == (1, 0, 1, 55)
    assert found["4"].open_worth.minor == 500_00
    web.sign_in(signed.cast.vera)
    page = text(web.get(HERE))
    assert "Into 2027-q1, out of 2026-q4, version 1" in page
    assert "Nobody reached out in 2026-q4, and nothing came from them." in page
    assert "Accept" not in page, "who only reads is offered nothing to accept"
    assert web.post(HERE, accept(signed, 0)).status_code == 403
    assert "Company 0005" not in text(web.get(f"{HERE}?kind=keep"))


def test_a_ticked_suggestion_starts_the_list_with_the_terms_of_the_one_before(web: Web, signed: Ground) -> None:
    web.sign_in(signed.cast.ines)
    assert "is not started yet" in text(web.get(HERE))
    assert web.post(HERE, accept(signed, 1, 5)).status_code == 303
    assert entries(signed) == {"1": ("in", 2, "Tomás Ferreira"), "5": ("out", 3, "Marcus Bell")}
    started = next_list(signed)
    assert started is not None
    assert {one.tier: one.max_accounts for one in started.policies}[1] == 7
    reason = signed.session.scalar(select(Entry.reason).where(Entry.outcome == Outcome.OUT))
    assert reason == "Nobody reached out in 2026-q4, and nothing came from them."
    page = text(web.get(HERE))
    assert "2 of 6" in page
    assert re.search(r"Company 0001.*In , tier 2", page)


def test_sent_twice_it_changes_nothing_the_second_time(web: Web, signed: Ground) -> None:
    web.sign_in(signed.cast.ines)
    everything = {"everything": "y"}
    assert web.post(HERE, everything).status_code == 303
    stood, events = entries(signed), count_events(signed)
    assert len(stood) == 6
    assert web.post(HERE, everything).status_code == 303
    again = web.post(HERE, accept(signed, 0, **{f"to-{signed.accounts[0].public_id}": "3"}))
    assert again.status_code == 303
    assert "1 account had been decided before" in text(web.get(HERE))
    assert (entries(signed), count_events(signed)) == (stood, events)


def count_events(ground: Ground) -> int:
    ground.session.rollback()
    return ground.session.scalar(select(func.count()).select_from(Event).where(Event.subject == "entry")) or 0


def test_everything_means_what_the_view_shows(web: Web, signed: Ground) -> None:
    web.sign_in(signed.cast.ines)
    web.post(f"{HERE}?kind=drop", {"everything": "y"})
    assert set(entries(signed)) == {"4", "5"}


def test_one_row_is_accepted_with_another_choice_than_the_suggestion(web: Web, signed: Ground) -> None:
    web.sign_in(signed.cast.ines)
    first, second = (signed.accounts[number].public_id for number in (0, 1))
    both = {f"to-{first}": "3", f"to-{second}": "1"}
    assert web.post(HERE, {"one": first, **both}).status_code == 303
    assert entries(signed) == {"0": ("in", 3, "Tomás Ferreira")}
    refused = web.post(HERE, {"one": second, f"to-{second}": "out"})
    assert refused.status_code == 422
    assert "Company 0001: say why it is out." in text(refused)
    assert web.post(HERE, {"one": second, f"to-{second}": "out", "reason": "Budget frozen"}).status_code == 303
    assert entries(signed)["1"][0] == "out"


def test_a_refusal_places_nobody_and_keeps_what_was_ticked(web: Web, signed: Ground) -> None:
    signed.accounts[2].archive(by=signed.cast.wen, at=NOW)
    signed.session.commit()
    web.sign_in(signed.cast.ines)
    archived = signed.accounts[2].public_id
    answer = web.post(HERE, accept(signed, 0, 2, **{f"to-{archived}": "1"}))
    assert answer.status_code == 422
    assert "Company 0002 is archived: leave it out, or restore it first." in text(answer)
    assert f'value="{signed.accounts[0].public_id}" aria-label="Company 0000" checked' in answer.get_data(as_text=True)
    assert entries(signed) == {}
    assert next_list(signed) is None, "nor is the list started"
    for sent, words in (
        ({}, "Tick the accounts whose suggestion you accept."),
        (accept(signed, 0, **{f"to-{signed.accounts[0].public_id}": "7"}), "Choose tier 1, 2 or 3, or out."),
    ):
        answer = web.post(HERE, sent)
        assert (answer.status_code, words in text(answer)) == (422, True)


def test_without_an_ae_who_is_here_it_stays_a_candidate_until_one_is_chosen(web: Web, signed: Ground) -> None:
    signed.accounts[0].assign(signed.cast.tomas, first_day=date(2026, 9, 1), by=signed.cast.ines, at=BEFORE)
    signed.cast.marcus.deactivate(by=signed.cast.wen, at=NOW)
    signed.session.commit()
    web.sign_in(signed.cast.ines)
    gone = signed.accounts[5].public_id
    assert "is not here any more: choose an AE" in text(web.get(HERE))
    web.post(HERE, {"one": gone, f"to-{gone}": "3"})
    assert entries(signed) == {"5": ("candidate", 3, None)}
    assert "1 is a candidate until an AE is chosen" in text(web.get(HERE))


def test_the_draft_serves_where_nothing_was_signed(web: Web, ground: Ground) -> None:
    entry = ground.put_in(ground.accounts[0])
    entry.nominate(Priority.LOW, "Perhaps", by=ground.cast.tomas, at=NOW)
    ground.session.commit()
    found = rows(ground)
    assert {key: one.suggestion.words for key, one in found.items()} == {"0": "Keep in tier 1"}
    assert found["0"].facts.priority is Priority.LOW
    web.sign_in(ground.cast.ines)
    assert "out of the draft of 2026-q4" in text(web.get(HERE))


def test_what_a_waiting_change_takes_out_is_dropped_with_its_reason(signed: Ground) -> None:
    entry = signed.session.scalars(select(Entry).where(Entry.account_id == signed.accounts[0].id)).one()
    signed.take_out(entry)
    assert rows(signed)["0"].suggestion.why == ("Taken out in the draft of 2026-q4: Bought by a rival",)


def test_a_quarter_without_a_list_before_it_starts_from_nothing(web: Web, signed: Ground) -> None:
    web.sign_in(signed.cast.ines)
    assert "Nothing to start from" in text(web.get("/quarters/2027-q2/list/roll-over"))
    answer = web.post("/quarters/2027-q2/list/roll-over", accept(signed, 0))
    assert (answer.status_code, "nothing to start from" in text(answer)) == (409, True)
    assert "Start from 2026-q4" in text(web.get("/quarters/2027-q1/list"))


def test_a_quarter_that_is_over_takes_nothing_any_more(web: Web, signed: Ground) -> None:
    open_list(signed.cast.organisation, Quarter(2027, 1), by=signed.cast.ines, at=NOW)
    signed.session.commit()
    target_list = next_list(signed)
    assert target_list is not None
    with pytest.raises(RuleBroken, match="is over"):
        target_list.require_running(datetime(2027, 3, 31, 22, 0, tzinfo=UTC))


def test_the_page_asks_at_most_twelve_questions(web: Web, signed: Ground) -> None:
    web.sign_in(signed.cast.ines)
    web.post(HERE, accept(signed, 0, 5))
    with statements(db.engine) as sent:
        web.get(HERE)
    assert len(sent) <= 12, "\n".join(sent)


def test_sent_by_several_at_once_every_account_is_taken_over_once(app: Flask, signed: Ground) -> None:
    people, answers = (signed.cast.ines, signed.cast.wen, signed.cast.priya), list[int]()
    with time_machine.travel(NOW, tick=False):
        clients = [sign_in(app.test_client(), person) for person in people]
        signed.session.rollback()
        together = threading.Barrier(len(clients))

        def send(client: FlaskClient) -> None:
            together.wait()
            answers.append(client.post(HERE, data={"everything": "y"}).status_code)

        threads = [threading.Thread(target=send, args=(client,)) for client in clients]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert answers == [303, 303, 303]
    assert len(entries(signed)) == 6
    verbs = (
        select(func.count())
        .select_from(Event)
        .where(Event.verb == "entered", Event.after["list"].as_string() == "2027-q1")
    )
    assert signed.session.scalar(verbs) == 6
