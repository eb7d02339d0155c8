"""What is answered to commitments: another way, waiting on the other side, and handing over."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from abm.audit.models import Event
from abm.kit.rules import RuleBroken
from abm.outbound.answering import Otherwise, hand_over, propose_another_way, wait_on
from abm.outbound.models import Commitment, CommitmentSource
from abm.people.models import User
from abm.people.seats import Side
from tests.outbound.world import MONDAY, NOW, World

TODAY, LAST = NOW.date(), date(2026, 12, 31)
NEXT_MONDAY = MONDAY + timedelta(days=7)


def page_of(promise: Commitment) -> str:
    return f"/commitments/{promise.public_id}"


def fresh(world: World, promise: Commitment) -> Commitment:
    """The commitment as it is saved."""
    world.session.rollback()
    return world.session.get_one(Commitment, promise.id, populate_existing=True)


def proposed(world: World, **facts: Any) -> Commitment:
    """A promise on which Tomás proposes two instead of three."""
    promise = world.promise(world.account(), **facts)
    propose_another_way(
        promise,
        Otherwise(wanted=2),
        reason="They asked for quiet until Friday",
        today=TODAY,
        latest=LAST,
        by=world.cast.tomas,
        at=NOW,
    )
    return promise


def accepted(world: World, **facts: Any) -> Commitment:
    promise = world.promise(world.account(), **facts)
    promise.accept(by=world.cast.tomas, at=NOW)
    return promise


def waiting(world: World, by_day: date = TODAY + timedelta(days=2)) -> Commitment:
    """An accepted promise of Tomás that waits on Priya's one-pager."""
    promise = accepted(world)
    wait_on(promise, what="The one-pager", on=world.cast.priya, by_day=by_day, today=TODAY, by=world.cast.tomas, at=NOW)
    return promise


class TestAnotherWay:
    def test_it_is_proposed_with_a_reason_and_shown_to_the_manager(self, client: FlaskClient, world: World) -> None:
        promise = world.promise(world.account())
        address = page_of(promise)
        sent = {"wanted": "2", "last_day": promise.last_day.isoformat(), "reason": "They asked for quiet"}
        tomas = world.enter(client, world.cast.tomas)

        answer = tomas.post(f"{address}/ways", data=sent)

        assert (answer.status_code, answer.location) == (303, address)
        shown = tomas.get(address).text
        assert "Tomás Ferreira proposes another way" in shown
        assert "2 instead of 3." in shown
        assert "another way proposed" in tomas.get("/commitments?by=me").text
        ines = world.enter(client, world.cast.ines)
        assert "Tomás Ferreira's proposal on Halden Freight" in ines.get("/").text.replace("&#39;", "'")

    def test_without_a_reason_or_a_difference_it_stays_a_form_that_keeps_what_was_typed(
        self, client: FlaskClient, world: World
    ) -> None:
        promise = world.promise(world.account())
        address = page_of(promise)
        tomas = world.enter(client, world.cast.tomas)

        no_reason = tomas.post(f"{address}/ways", data={"wanted": "2"})
        same = tomas.post(f"{address}/ways", data={"wanted": "3", "reason": "Because it is late"})
        late = tomas.post(f"{address}/ways", data={"last_day": "2027-02-01", "reason": "Because it is late"})

        assert [one.status_code for one in (no_reason, same, late)] == [422, 422, 422]
        assert "Say why, so that whoever confirms it can judge." in no_reason.text
        assert 'value="2"' in no_reason.text
        assert "Say what would be different" in same.text
        assert "Because it is late" in same.text
        assert "Choose a day from today to 31 Dec 2026" in late.text

    def test_the_manager_confirms_and_it_holds_and_is_accepted(self, client: FlaskClient, world: World) -> None:
        promise = proposed(world)
        address = page_of(promise)

        answer = world.enter(client, world.cast.ines).post(f"{address}/ways/answers", data={"confirmed": "yes"})

        assert answer.status_code == 303
        found = fresh(world, promise)
        assert (found.wanted, found.accepted_by_id, found.open_way) == (2, world.cast.tomas.id, None)

    def test_the_manager_leaves_it_as_assigned_with_a_word_why(self, client: FlaskClient, world: World) -> None:
        promise = proposed(world)
        address = page_of(promise)
        ines = world.enter(client, world.cast.ines)

        wordless = ines.post(f"{address}/ways/answers", data={"confirmed": "no"})
        answer = ines.post(f"{address}/ways/answers", data={"confirmed": "no", "answer": "It is the launch"})

        assert wordless.status_code == 422
        assert "Say why it stays as it was assigned." in wordless.text
        assert answer.status_code == 303
        found = fresh(world, promise)
        assert (found.wanted, found.accepted_at) == (3, None)
        assert "it stayed as it was, Ines Calder: It is the launch" in " ".join(ines.get(address).text.split())

    def test_nobody_confirms_their_own_and_others_hear_who_may(self, client: FlaskClient, world: World) -> None:
        promise = proposed(world)
        address = page_of(promise)
        sent = {"confirmed": "yes"}

        for name in ("tomas", "marcus"):
            own = world.enter(client, world.cast.everyone[name])
            assert own.post(f"{address}/ways/answers", data=sent).status_code == 403
        stranger = world.enter(client, world.cast.marcus)
        refused = stranger.post(f"{address}/waits", data={})
        assert refused.status_code == 403
        assert "Tomás Ferreira, Ines Calder, Renata Voss may." in refused.text

    def test_whoever_proposed_it_takes_it_back(self, client: FlaskClient, world: World) -> None:
        promise = proposed(world)
        address = page_of(promise)

        answer = world.enter(client, world.cast.tomas).post(f"{address}/ways/withdrawals")

        assert answer.status_code == 303
        assert fresh(world, promise).open_way is None

    def test_it_is_not_accepted_while_another_way_waits(self, world: World) -> None:
        with pytest.raises(RuleBroken, match="Another way is proposed"):
            proposed(world).accept(by=world.cast.tomas, at=NOW)

    def test_another_person_is_to_accept_it_anew(self, client: FlaskClient, world: World) -> None:
        promise = world.promise(world.account(), first_day=NEXT_MONDAY)
        address = page_of(promise)
        sent = {"person": world.cast.marcus.public_id, "reason": "He knows them"}
        tomas = world.enter(client, world.cast.tomas)
        assert tomas.post(f"{address}/ways", data=sent).status_code == 303

        world.enter(client, world.cast.ines).post(f"{address}/ways/answers", data={"confirmed": "yes"})

        found = fresh(world, promise)
        assert (found.person_id, found.accepted_at) == (world.cast.marcus.id, None)


class TestWaiting:
    def test_only_what_is_accepted_waits_and_on_the_other_side(self, world: World) -> None:
        promise, cast = world.promise(world.account()), world.cast

        def refused(on: User, by_day: date = TODAY, what: str = "The paper") -> str:
            with pytest.raises(RuleBroken) as refusal:
                wait_on(promise, what=what, on=on, by_day=by_day, today=TODAY, by=cast.tomas, at=NOW)
            return refusal.value.message

        assert refused(cast.priya) == "Accept it first: only what is accepted can wait."
        promise.accept(by=cast.tomas, at=NOW)
        assert refused(cast.marcus) == "Choose somebody of the other side: Marcus Bell works for Sales."
        assert refused(cast.priya, by_day=TODAY - timedelta(days=1)).startswith("Choose a day from today to ")
        assert refused(cast.priya, by_day=promise.last_day + timedelta(days=1)).startswith("Choose a day")
        assert refused(cast.priya, what=" ") == "Say what has to be delivered first."
        wait_on(promise, what="The paper", on=cast.priya, by_day=TODAY, today=TODAY, by=cast.tomas, at=NOW)
        assert refused(cast.priya) == "It waits already. One thing at a time: end that wait first."

    def test_the_form_pauses_the_clock_and_the_other_side_sees_it(self, client: FlaskClient, world: World) -> None:
        promise = accepted(world)
        address = page_of(promise)
        sent = {"what": "The one-pager", "on": world.cast.priya.public_id, "by_day": "2026-11-27"}
        tomas = world.enter(client, world.cast.tomas)

        assert tomas.post(f"{address}/waits", data=sent).status_code == 303

        shown = tomas.get(address).text
        assert "It waits on Priya Raman" in shown
        assert "waits on Priya Raman" in tomas.get("/commitments?by=me").text
        home = world.enter(client, world.cast.priya).get("/").text
        assert "The one-pager" in home
        assert "Tomás Ferreira waits for it on Halden Freight, until 27 Nov" in home

    def test_whoever_is_waited_for_delivers_or_says_why_not(self, client: FlaskClient, world: World) -> None:
        promise = waiting(world)
        address = page_of(promise)
        priya = world.enter(client, world.cast.priya)
        endings = f"{address}/waits/endings"

        wordless = priya.post(endings, data={"ending": "declined"})
        taken_back = priya.post(endings, data={"ending": "taken back"})
        answer = priya.post(endings, data={"ending": "delivered"})

        assert (wordless.status_code, taken_back.status_code, answer.status_code) == (422, 422, 303)
        assert "Say why it will not come." in wordless.text
        assert priya.post(endings, data={"ending": "delivered"}).status_code == 403
        pause = fresh(world, promise).pauses[0]
        assert (pause.ending, pause.last_day) == ("delivered", TODAY)

    def test_waiting_days_of_both_sides_are_reported_alike(self, client: FlaskClient, world: World) -> None:
        cast, promise = world.cast, waiting(world)
        play = world.promise(promise.account, side=Side.MARKETING, person=cast.priya, wanted=1, why="One mailing")
        play.accept(by=cast.priya, at=NOW)
        wait_on(play, what="The quote", on=cast.tomas, by_day=TODAY, today=TODAY, by=cast.priya, at=NOW)

        page = world.enter(client, cast.vera).get("/commitments").text

        assert "Waited 1 day on Marketing." in page
        assert "Waited 1 day on Sales." in page

    def test_what_comes_late_takes_its_days_off(self, world: World) -> None:
        promise = waiting(world, by_day=TODAY)
        late = TODAY + timedelta(days=7)

        assert promise.clock_on(TODAY).owed == 3
        assert promise.clock_on(late).owed == round(3 * 7 / 14)  # seven of fourteen days


class TestHandingOver:
    def test_what_is_left_of_a_window_begins_next_monday_and_the_past_stays(self, world: World) -> None:
        promise = accepted(world, wanted=14, first_day=MONDAY - timedelta(days=7), last_day=MONDAY + timedelta(days=20))

        follows = hand_over(promise, world.cast.marcus, today=TODAY, by=world.cast.ines, at=NOW)
        world.session.flush()

        assert (promise.closed_on, promise.closed_why) == (TODAY, "Handed over to Marcus Bell")
        due = promise.clock_on(LAST).due_by(LAST)
        assert due == 4  # nine of 28 days of fourteen: 4.5, half to even
        assert (follows.first_day, follows.wanted, follows.person_id) == (NEXT_MONDAY, 10, world.cast.marcus.id)
        assert follows.accepted_at is None

    def test_what_has_not_begun_or_would_be_over_by_then_goes_over_whole(self, world: World) -> None:
        halden = world.account()
        later = world.promise(halden, first_day=NEXT_MONDAY)
        short = world.promise(halden, last_day=NEXT_MONDAY - timedelta(days=1))
        play = world.promise(
            halden, source=CommitmentSource.PLAY, side=Side.MARKETING, person=world.cast.priya, wanted=1
        )

        for one, to in ((later, world.cast.marcus), (short, world.cast.marcus), (play, world.cast.amara)):
            assert hand_over(one, to, today=TODAY, by=world.cast.ines, at=NOW) is one
            assert (one.person, one.closed_on) == (to, None)

    def test_what_was_proposed_before_is_answered_by_handing_over(self, world: World) -> None:
        begun, later = proposed(world), world.promise(world.account("Kestrel Foods"), first_day=NEXT_MONDAY)
        facts: dict[str, Any] = {"today": TODAY, "latest": LAST, "by": world.cast.tomas, "at": NOW}
        propose_another_way(later, Otherwise(wanted=1), reason="Quiet", **facts)
        for one in (begun, later):
            hand_over(one, world.cast.marcus, today=TODAY, by=world.cast.ines, at=NOW)
            assert one.open_way is None
            assert (one.ways[0].confirmed, one.ways[0].answer) == (False, "Handed over to Marcus Bell")

    def test_a_book_goes_to_somebody_else_in_one_step(self, client: FlaskClient, world: World) -> None:
        promises = [
            world.promise(world.account(name), first_day=NEXT_MONDAY) for name in ("Halden", "Kestrel", "Orbis")
        ]
        ids, book_of = [one.public_id for one in promises], world.cast.tomas.public_id
        sent = {"commitments": ids[:2], "to": world.cast.marcus.public_id}
        ines = world.enter(client, world.cast.ines)
        book = ines.get(f"/commitments/handing-over?by={book_of}").text
        assert book.count("checked") == 3

        nobody = ines.post("/commitments/handings-over", data={"commitments": ids[:1]})
        answer = ines.post("/commitments/handings-over", data=sent, follow_redirects=True)

        assert nobody.status_code == 422
        assert "Choose to whom it goes." in nobody.text
        assert "Handed 2 over to Marcus Bell, to be accepted there." in answer.text
        owners = [fresh(world, one).person_id for one in promises]
        assert owners == [world.cast.marcus.id, world.cast.marcus.id, world.cast.tomas.id]

    def test_only_who_leads_the_person_hands_over(self, client: FlaskClient, world: World) -> None:
        promise = world.promise(world.account())
        sent = {"commitments": [promise.public_id], "to": world.cast.marcus.public_id}

        for name, status in {"tomas": 403, "priya": 403, "amara": 403, "renata": 303}.items():
            answer = world.enter(client, world.cast.everyone[name]).post("/commitments/handings-over", data=sent)
            assert answer.status_code == status, name

    def test_a_marketer_is_not_given_what_sales_promised(self, world: World) -> None:
        with pytest.raises(RuleBroken, match="works for Sales"):
            hand_over(world.promise(world.account()), world.cast.priya, today=TODAY, by=world.cast.ines, at=NOW)


def test_every_answer_is_an_event(world: World) -> None:
    promise = waiting(world)
    hand_over(promise, world.cast.marcus, today=TODAY, by=world.cast.ines, at=NOW)
    world.session.flush()
    verbs = set(world.session.scalars(select(Event.verb).where(Event.subject == "commitment")))
    assert {"accepted", "waits", "closed"} <= verbs
