"""Who signs: seats, deputies by date, and what one seat hears of the other (domain §2, trust 3)."""

from __future__ import annotations

import re
import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, scoped_session

from abm.audit.seal import seal_events
from abm.kit.db import writing
from abm.kit.rules import RuleBroken
from abm.people.models import Role, User
from abm.people.next_in_line import next_in_line
from abm.people.queries import announcements, waiting_for
from abm.people.seats import Seat, Side, seat_of, seats
from tests.cast import FOUNDED, Cast, sign_in
from tests.people.conftest import Looking
from tests.people.test_seat_seen import stood

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
TODAY = date(2026, 11, 24)
WEEK = timedelta(days=7)


@pytest.fixture
def marketing(session: scoped_session[Session], cast: Cast) -> Seat:
    return seats(session())[Side.MARKETING]


@pytest.fixture
def sales(session: scoped_session[Session], cast: Cast) -> Seat:
    return seats(session())[Side.SALES]


def name(seat: Seat, deputy: User, by: User, first: date = TODAY, last: date = TODAY + WEEK) -> None:
    seat.name_deputy(deputy, first_day=first, last_day=last, reason="Parental leave", by=by, at=NOW)


def test_each_seat_signs_through_its_holder(session: scoped_session[Session], cast: Cast) -> None:
    assert [seat_of(session(), user, TODAY) for user in (cast.tomas, cast.wen)] == [None, None]
    amara, renata = (seat_of(session(), user, TODAY) for user in (cast.amara, cast.renata))
    assert amara is not None
    assert renata is not None
    assert (amara.side, renata.side) == (Side.MARKETING, Side.SALES)


def test_nobody_holds_both_seats(cast: Cast, sales: Seat) -> None:
    with pytest.raises(RuleBroken, match="Amara Osei already acts for CMO"):
        sales.give_to(cast.amara, by=cast.wen, at=NOW)


def test_the_database_lets_nobody_hold_both_seats(session: scoped_session[Session], cast: Cast, sales: Seat) -> None:
    sales.holder_id = cast.amara.id
    with pytest.raises(IntegrityError):
        session.flush()


def test_a_deputy_signs_on_the_days_named_and_on_no_other(cast: Cast, marketing: Seat) -> None:
    name(marketing, cast.priya, cast.amara)
    assert not marketing.signer(cast.priya, TODAY - timedelta(days=1))
    assert marketing.signer(cast.priya, TODAY)
    assert marketing.signer(cast.priya, TODAY + WEEK)
    assert not marketing.signer(cast.priya, TODAY + WEEK + timedelta(days=1))
    assert marketing.signer(cast.amara, TODAY), "the holder still signs"


@pytest.mark.parametrize("who", ["renata", "amara"])
def test_a_deputy_acts_for_no_other_seat(who: str, cast: Cast, marketing: Seat) -> None:
    with pytest.raises(RuleBroken):
        name(marketing, cast.everyone[who], cast.amara)


def test_a_deputy_of_one_seat_gets_not_the_other(cast: Cast, marketing: Seat, sales: Seat) -> None:
    name(marketing, cast.priya, cast.amara)
    with pytest.raises(RuleBroken, match="Priya Raman already acts for CMO"):
        sales.give_to(cast.priya, by=cast.wen, at=NOW)
    with pytest.raises(RuleBroken, match="Priya Raman already acts for CMO"):
        name(sales, cast.priya, cast.renata)


def test_who_stood_in_long_ago_is_free_again(cast: Cast, marketing: Seat, sales: Seat) -> None:
    name(marketing, cast.priya, cast.amara)
    sales.give_to(cast.priya, by=cast.wen, at=NOW + 2 * WEEK)
    assert sales.holder is cast.priya


def test_only_the_holder_names_a_deputy_with_a_reason(cast: Cast, marketing: Seat) -> None:
    for by in (cast.renata, cast.wen, cast.priya):
        with pytest.raises(RuleBroken, match="Only the holder of CMO names a deputy"):
            name(marketing, cast.vera, by)
    with pytest.raises(RuleBroken, match="Say why"):
        marketing.name_deputy(cast.vera, first_day=TODAY, last_day=TODAY, reason="", by=cast.amara, at=NOW)
    with pytest.raises(RuleBroken, match="past already"):
        name(marketing, cast.vera, cast.amara, first=TODAY - WEEK, last=TODAY - timedelta(days=1))


def test_deputies_go_with_the_holder_who_named_them(cast: Cast, marketing: Seat) -> None:
    name(marketing, cast.priya, cast.amara)
    marketing.give_to(cast.vera, by=cast.wen, at=NOW)
    assert not marketing.signer(cast.priya, TODAY)
    assert not marketing.signer(cast.amara, TODAY)
    assert marketing.signer(cast.vera, TODAY)


def told(session: Session, seat: Seat, other: Seat) -> list[str]:
    return [user.name for user in next_in_line(session, [(seat, other)], NOW)[seat.id]]


def test_next_in_line_is_whom_the_holder_named_else_whoever_fills_the_seats(
    session: scoped_session[Session], cast: Cast, marketing: Seat, sales: Seat
) -> None:
    assert told(session(), marketing, sales) == ["Wen Zhao"]
    marketing.put_next_in_line(cast.priya, by=cast.amara, at=NOW)
    assert told(session(), marketing, sales) == ["Priya Raman"]
    assert not marketing.signer(cast.priya, TODAY), "it gives no right to sign"
    cast.priya.deactivated_at = NOW
    assert told(session(), marketing, sales) == ["Wen Zhao"]
    marketing.put_next_in_line(None, by=cast.amara, at=NOW)
    assert told(session(), sales, marketing) == ["Wen Zhao"]


def test_only_the_holder_says_who_is_next_and_never_one_of_the_other_seat(
    session: scoped_session[Session], cast: Cast, marketing: Seat, sales: Seat
) -> None:
    with pytest.raises(RuleBroken, match="Only the holder of CMO"):
        marketing.put_next_in_line(cast.priya, by=cast.wen, at=NOW)
    with pytest.raises(RuleBroken, match="Renata Voss already acts for CRO"):
        marketing.put_next_in_line(cast.renata, by=cast.amara, at=NOW)
    with pytest.raises(RuleBroken, match="another active person"):
        marketing.put_next_in_line(cast.amara, by=cast.amara, at=NOW)
    marketing.put_next_in_line(cast.tomas, by=cast.amara, at=NOW)
    name(sales, cast.tomas, cast.renata)
    assert told(session(), marketing, sales) == ["Wen Zhao"], "by now Tomás acts for the other seat"


def test_next_in_line_goes_with_the_holder_who_named_them(cast: Cast, marketing: Seat) -> None:
    marketing.put_next_in_line(cast.priya, by=cast.amara, at=NOW)
    marketing.give_to(cast.vera, by=cast.wen, at=NOW)
    assert marketing.next_in_line is None


def test_next_in_line_is_named_on_the_page_of_the_seats(
    app: Flask, cast: Cast, session: scoped_session[Session]
) -> None:
    amara = sign_in(app.test_client(), cast.amara)
    form = {"marketing-next-person": cast.priya.public_id}
    session.rollback()
    answer = amara.post("/admin/seats/marketing/next-in-line", data=form, follow_redirects=True)
    assert "When a signature of yours is long awaited, Priya Raman is told too." in answer.text
    assert "Next in line when a signature is long awaited: Priya Raman." in answer.text
    offered = re.findall(r'name="marketing-next-person".*?</select>', answer.text, re.DOTALL)[0]
    assert cast.wen.public_id in offered
    assert cast.renata.public_id not in offered
    assert amara.post("/admin/seats/sales/next-in-line", data={"sales-next-person": ""}).status_code == 409


def test_an_empty_seat_signs_nothing_and_a_deactivated_holder_neither(cast: Cast, marketing: Seat) -> None:
    name(marketing, cast.priya, cast.amara)
    marketing.give_to(None, by=cast.wen, at=NOW)
    assert not any(marketing.signer(user, TODAY) for user in cast.everyone.values())
    marketing.give_to(cast.amara, by=cast.wen, at=NOW)
    cast.amara.deactivated_at = NOW
    assert not marketing.signer(cast.amara, TODAY)


def test_who_acts_for_one_seat_does_not_take_the_other_from_its_holder(
    cast: Cast, marketing: Seat, sales: Seat
) -> None:
    name(marketing, cast.priya, cast.amara)
    for by in (cast.amara, cast.priya):
        for successor in (cast.vera, None):
            with pytest.raises(RuleBroken, match="Renata Voss or RevOps gives CRO"):
                sales.give_to(successor, by=by, at=NOW)
    sales.give_to(cast.vera, by=cast.renata, at=NOW)


def test_two_at_once_never_put_one_person_on_both_seats(
    app: Flask, cast: Cast, session: scoped_session[Session]
) -> None:
    for seat in seats(session()).values():
        seat.give_to(None, by=cast.wen, at=NOW)
    session.commit()
    together, outcomes = threading.Barrier(2), []

    def give(side: Side) -> None:
        together.wait()
        with app.app_context(), writing() as own:
            try:
                vera, wen = own.get_one(User, cast.vera.id), own.get_one(User, cast.wen.id)
                seats(own())[side].give_to(vera, by=wen, at=NOW)
                own.commit()
                outcomes.append("given")
            except (RuleBroken, IntegrityError):
                outcomes.append("refused")

    threads = [threading.Thread(target=give, args=(side,)) for side in Side]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["given", "refused"]


def test_everyone_sees_who_signs_and_who_may_changes_it(app: Flask, cast: Cast) -> None:
    vera, wen = (sign_in(app.test_client(), user) for user in (cast.vera, cast.wen))
    page = vera.get("/admin/seats").text
    assert "Renata Voss" in page
    assert "Change this seat" not in page
    form = {"sales-seat-title": "VP Sales", "sales-seat-holder": cast.ines.public_id, "sales-seat-stood": stood(cast)}
    assert vera.post("/admin/seats/sales", data=form).status_code == 403
    assert wen.post("/admin/seats/sales", data=form).status_code == 303
    page = vera.get("/admin/seats").text
    assert "VP Sales" in page
    assert "Ines Calder" in page
    assert wen.post("/admin/seats/partners", data=form).status_code == 404


def test_amara_names_a_deputy_on_the_page_and_takes_him_back(app: Flask, cast: Cast) -> None:
    amara, wen = (sign_in(app.test_client(), user) for user in (cast.amara, cast.wen))
    form = {
        "marketing-deputy-deputy": cast.priya.public_id,
        "marketing-deputy-first_day": "2031-01-02",
        "marketing-deputy-last_day": "2031-01-09",
        "marketing-deputy-reason": "Parental leave",
    }
    assert wen.post("/admin/seats/marketing/deputies", data=form).status_code == 409
    assert amara.post("/admin/seats/marketing/deputies", data=form | {"marketing-deputy-reason": ""}).status_code == 422
    assert amara.post("/admin/seats/marketing/deputies", data=form).status_code == 303
    page = amara.get("/admin/seats").text
    assert "Priya Raman, 2 Jan 2031 to 9 Jan 2031" in page
    back = re.search(r'action="(/admin/deputies/\d+/end)"', page)
    assert back is not None
    assert wen.post(back[1]).status_code == 409
    assert amara.post(back[1]).status_code == 303
    assert "2 Jan 2031" not in amara.get("/admin/seats").text
    assert amara.post("/admin/deputies/999/end").status_code == 404


def test_what_one_seat_changes_as_administrator_the_other_hears_until_it_has_read_it(
    app: Flask, cast: Cast, looking: Looking
) -> None:
    amara, renata, vera = (sign_in(app.test_client(), user) for user in (cast.amara, cast.renata, cast.vera))
    amara.post(f"/admin/people/{cast.vera.public_id}/roles", data={"roles": ["cro"]})
    with app.app_context(), writing() as session:
        seal_events(session())
        session.commit()
    page = renata.get("/admin/announcements").text
    assert "Amara Osei" in page
    assert "Vera Lund" in page
    assert "CRO" in page or "cro" in page
    assert "Nothing new" in amara.get("/admin/announcements").text, "one's own change is no news"
    assert vera.get("/admin/announcements").status_code == 404
    reading = re.search(r'action="(/admin/announcements/\d+/reading)"', page)
    assert reading is not None
    assert vera.post(reading[1]).status_code == 404
    assert renata.post(reading[1]).status_code == 303
    assert "Nothing new" in renata.get("/admin/announcements").text


def test_home_is_told_of_announcements_and_empty_seats(
    app: Flask, cast: Cast, session: scoped_session[Session]
) -> None:
    cast.vera.grant(frozenset({Role.AE}), by=cast.amara, at=NOW)
    seats(session())[Side.MARKETING].give_to(None, by=cast.amara, at=NOW)
    seal_events(session())
    session.commit()
    with app.test_request_context():
        rows = waiting_for(session(), cast.renata, cast.organisation)
        assert [(row.verb, row.button) for row in rows] == [("Fill", "Choose who")]
        assert waiting_for(session(), cast.tomas, cast.organisation) == []


def test_an_announcement_reads_by_its_place_in_the_chain(
    cast: Cast, session: scoped_session[Session], sales: Seat
) -> None:
    cast.vera.grant(frozenset({Role.AE}), by=cast.amara, at=NOW)
    cast.vera.grant(frozenset({Role.SDR}), by=cast.renata, at=NOW)
    cast.amara.choose_password("a hash", by=cast.amara, at=NOW)
    assert announcements(session(), sales) == [], "not sealed yet"
    seal_events(session())
    [told] = announcements(session(), sales)
    assert (told.who, told.event.verb, told.subject) == ("Amara Osei", "roles changed", cast.vera)
    sales.note_heard(told.seq, by=cast.renata, at=NOW)
    assert announcements(session(), sales) == []
    assert sales.since == FOUNDED
