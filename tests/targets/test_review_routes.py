"""Reviewing a version on the web: the difference first, what is new to the reader, and what became of it."""

from __future__ import annotations

import gzip
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from abm.agreement.models import Reading, Verdict
from abm.kit.db import db
from abm.people.models import User
from abm.people.seats import Side
from abm.targets.models import Entry, Outcome
from tests.counting import statements
from tests.targets.browsing import LIST, proposed, sign_fields, standing, text
from tests.targets.conftest import NOW, Ground, MakeAccounts, Web

PAGE = f"{LIST}/versions"


def third(ground: Ground) -> None:
    """The next version: a third account comes in, with Sales' reason."""
    entry = ground.put_in(ground.accounts[2], 3)
    entry.nominate("high", "Opens a hub in Rotterdam", by=ground.cast.tomas, at=NOW)
    ground.propose()
    ground.session.commit()


def test_the_difference_says_why_and_by_whom(web: Web, ground: Ground) -> None:
    entry = ground.put_in(ground.accounts[0])
    ground.put_in(ground.accounts[1])
    ground.agree()
    ground.take_out(entry)
    third(ground)
    web.sign_in(ground.cast.vera)
    page = text(web.get(f"{PAGE}/2"))
    assert "What changes against version 1" in page
    assert "Bought by a rival (Ines Calder, 24 Nov 2026)" in page
    assert "Opens a hub in Rotterdam (Tomás Ferreira, 24 Nov 2026)" in page


def test_every_change_names_somebody_even_where_nobody_said_why(web: Web, ground: Ground) -> None:
    ground.target_list.policies[0].change(max_accounts=9, by=ground.cast.priya, at=NOW)
    ground.put_in(ground.accounts[0])
    ground.agree()
    ground.target_list.policies[0].change(max_accounts=8, by=ground.cast.priya, at=NOW)
    ground.put_in(ground.accounts[1])
    ground.propose()
    ground.session.commit()
    web.sign_in(ground.cast.vera)
    page = text(web.get(f"{PAGE}/2"))
    assert "no reason given (Ines Calder, 24 Nov 2026)" in page
    assert "Accounts at most 1 9 8 Priya Raman, 24 Nov 2026" in page


def test_what_was_decided_after_the_proposal_is_no_reason_of_it(web: Web, ground: Ground) -> None:
    version = proposed(ground)
    entry = ground.target_list.entries[0]
    ground.take_out(entry, at=NOW + timedelta(hours=1))
    ground.session.commit()
    web.sign_in(ground.cast.vera)
    assert "Bought by a rival" not in text(web.get(f"{PAGE}/{version.number}"))


def test_a_look_is_kept_once_and_the_next_version_begins_from_it(web: Web, ground: Ground) -> None:
    proposed(ground)
    web.sign_in(ground.cast.priya)
    assert "not looked at an earlier version" in text(web.get(f"{PAGE}/1?show=since"))
    for _ in range(2):
        web.get(f"{PAGE}/1")
    marks = ground.session.execute(select(Reading.user_id, Reading.first_at)).all()
    assert [tuple(one) for one in marks] == [(ground.cast.priya.id, NOW)]
    ground.session.rollback()
    third(ground)
    since = text(web.get(f"{PAGE}/2?show=since"))
    assert "What changes against version 1" in since
    assert "Company 0002" in since
    assert "Company 0000" not in since


def test_who_signed_a_version_has_looked_at_it(web: Web, ground: Ground) -> None:
    version = proposed(ground)
    ground.sign(version, Side.SALES)
    third(ground)
    web.sign_in(ground.cast.renata)
    page = text(web.get(f"{PAGE}/2"))
    assert "Renata Voss signed version 1; since then: 1 in." in page
    assert "What changes against version 1" in text(web.get(f"{PAGE}/2?show=since"))
    before = text(web.get(f"{PAGE}/1"))
    assert "Ines Calder proposed version 2" in before
    assert "Renata Voss had signed this one and looks again" in before


def test_every_account_stands_under_all(web: Web, ground: Ground) -> None:
    proposed(ground)
    web.sign_in(ground.cast.vera)
    page = text(web.get(f"{PAGE}/1?show=all"))
    assert "All 2 accounts" in page
    assert "Company 0001" in page
    assert web.get(f"{PAGE}/1?show=nonsense&page=-3").status_code == 200


@pytest.fixture
def many(ground: Ground, companies: MakeAccounts) -> Ground:
    """A version of 2,000 accounts after one of 150, both open to review."""
    session, cast = ground.session, ground.cast
    for policy in ground.target_list.policies:
        policy.change(max_accounts=5000, max_per_ae=5000, by=cast.ines, at=NOW)
    for count in (150, 1850):
        facts = {"list_id": ground.target_list.id, "changed_by_id": cast.ines.id, "changed_at": NOW, "tier": 3}
        made = companies(count)
        session.add_all(Entry(**facts, account_id=one.id, ae_id=cast.tomas.id, outcome=Outcome.IN) for one in made)
        session.flush()
        ground.propose()
    session.commit()
    return ground


def test_pages_are_small_and_say_how_much_there_is(app: Flask, web: Web, many: Ground) -> None:
    web.sign_in(many.cast.amara)
    for address in (f"{PAGE}/1", f"{PAGE}/1?show=all"):
        assert len(gzip.compress(web.get(address).data)) <= 20_000
    with app.app_context():
        engine = db.engine
    for show in ("changed", "since", "all"):
        with statements(engine) as sent:
            page = web.get(f"{PAGE}/2?show={show}&page=2")
        assert len(sent) <= 12, "\n".join(sent)
        assert len(gzip.compress(page.data)) <= 20_000
        assert f"151 to 300 of {1850 if show == 'since' else 2000}" in text(page)


HOME_GATHERS = 6  # home asks every domain what waits: with silence on a version, reviews and figures, that is more


def test_the_most_that_can_be_said_costs_no_more_than_twelve_queries(app: Flask, web: Web, ground: Ground) -> None:
    """Both signatures were lost on the way, terms changed, the wait is long, and nobody is named next in line."""
    ground.put_in(ground.accounts[3])
    ground.agree()
    proposed(ground)
    ground.sign(ground.target_list.document.versions[1], Side.SALES)
    third(ground)
    ground.sign(ground.target_list.document.versions[2], Side.MARKETING)
    ground.target_list.policies[0].change(max_accounts=9, by=ground.cast.priya, at=NOW)
    ground.put_in(ground.accounts[4], 3)
    ground.propose()
    ground.session.commit()
    with app.app_context():
        engine = db.engine
    with time_machine.travel(NOW + timedelta(days=6), tick=False):
        for person in (ground.cast.renata, ground.cast.wen):
            web.sign_in(person)
            for address in (f"{PAGE}/4", f"{PAGE}/4?show=since", "/", LIST):
                web.get(address)
                with statements(engine) as sent:
                    page = text(web.get(address))
                most = 12 + (HOME_GATHERS if address == "/" else 0)
                assert len(sent) <= most, "\n".join([address, *sent])
                assert "now also with" in page or person is ground.cast.renata


def test_whoever_is_quicker_is_named_and_nothing_is_signed(web: Web, ground: Ground) -> None:
    version = proposed(ground)
    digest = version.digest
    ground.sign(version, Side.MARKETING, verdict=Verdict.DECLINE, comment="No pharma yet")
    ground.session.commit()
    web.sign_in(ground.cast.renata)
    answer = web.post(f"{PAGE}/1/signatures", data=sign_fields(digest))
    assert answer.status_code == 409
    assert "Amara Osei declined it: “No pharma yet”" in text(answer)
    assert "sales" not in standing(ground)


def test_a_seat_that_has_spoken_already_is_named(web: Web, ground: Ground) -> None:
    version = proposed(ground)
    digest = version.digest
    ground.sign(version, Side.SALES)
    ground.session.commit()
    web.sign_in(ground.cast.renata)
    answer = web.post(f"{PAGE}/1/signatures", data=sign_fields(digest))
    assert answer.status_code == 409
    assert "Sales has already signed version 1: Renata Voss did." in text(answer)


def test_a_stale_page_names_who_proposed_what(web: Web, ground: Ground) -> None:
    digest = proposed(ground).digest
    third(ground)
    web.sign_in(ground.cast.renata)
    answer = text(web.post(f"{PAGE}/1/signatures", data=sign_fields(digest)))
    assert "Ines Calder proposed version 2 on 24 Nov 2026, 10:00. It is waiting for signatures." in answer
    assert "1 in" in answer


def test_a_version_that_closed_says_what_happened_and_the_way_on(web: Web, ground: Ground) -> None:
    version = proposed(ground)
    ground.sign(version, Side.MARKETING, verdict=Verdict.DECLINE, comment="No pharma yet")
    ground.put_in(ground.accounts[2], 3)
    second = ground.propose()
    ground.target_list.withdraw(second, by=ground.cast.ines, at=NOW)
    ground.put_in(ground.accounts[3], 3)
    ground.propose()
    ground.session.commit()
    web.sign_in(ground.cast.renata)
    declined = text(web.get(f"{PAGE}/1"))
    assert "Amara Osei declined it for Marketing on 24 Nov 2026, 10:00: “No pharma yet”" in declined
    assert "Change the draft and propose it anew" in declined
    assert "Ines Calder took the proposal back on 24 Nov 2026, 10:00." in text(web.get(f"{PAGE}/2"))
    with time_machine.travel(NOW + timedelta(days=15), tick=False):
        web.sign_in(ground.cast.renata)
        late = text(web.get(f"{PAGE}/3"))
    assert "it ended on 9 Dec 2026, 00:00, still without Marketing and Sales" in late
    assert "Sign version" not in late


def test_a_withdrawn_signature_keeps_its_reason(web: Web, ground: Ground) -> None:
    version = proposed(ground)
    ground.sign(version, Side.SALES)
    ground.session.commit()
    web.sign_in(ground.cast.renata)
    assert "Withdraw my signature" in text(web.get(f"{PAGE}/1"))
    web.post(f"{PAGE}/1/signatures/withdrawals", data={"reason": "One more look"})
    assert "(withdrawn 24 Nov 2026, 10:00: “One more look”)" in text(web.get(f"{PAGE}/1"))


def waits_on(web: Web, person: User, day: int) -> str:
    with time_machine.travel(NOW + timedelta(days=day), tick=False):
        web.sign_in(person)
        return text(web.get("/"))


def test_home_asks_the_next_in_line_after_five_days(web: Web, ground: Ground) -> None:
    proposed(ground)
    ground.seat(Side.MARKETING).put_next_in_line(ground.cast.priya, by=ground.cast.amara, at=NOW)
    ground.session.commit()
    assert "now also with you" not in waits_on(web, ground.cast.priya, 4)
    assert (
        "now also with you: Amara Osei has not signed since Tue 24 Nov; remind Amara Osei, or let a deputy be named"
        in waits_on(web, ground.cast.priya, 5)
    )
    assert "now also with you: Renata Voss" in waits_on(web, ground.cast.wen, 5)
    assert "now also with you" not in waits_on(web, ground.cast.wen, 15)


def test_pages_say_who_is_waited_for_how_long_and_until_when(web: Web, ground: Ground) -> None:
    proposed(ground)
    with time_machine.travel(NOW + timedelta(days=5), tick=False):
        web.sign_in(ground.cast.vera)
        for address in (LIST, f"{PAGE}/1"):
            page = text(web.get(address))
            assert "aiting for Amara Osei (CMO) since Tue 24 Nov, now also with Wen Zhao (5 days)" in page
            assert "It can be signed until the end of Tue 8 Dec" in page


def test_signing_from_home_takes_two_clicks_when_freshly_signed_in(web: Web, ground: Ground) -> None:
    digest = proposed(ground).digest
    web.sign_in(ground.cast.renata)
    home = web.get("/").text
    assert f'href="{PAGE}/1"' in home
    page = web.get(f"{PAGE}/1").text  # the first click
    assert "confirm_password" not in page
    assert f'name="digest" value="{digest}"' in page
    signed = web.post(f"{PAGE}/1/signatures", data=sign_fields(digest))  # the second
    assert signed.status_code == 303
    assert standing(ground) == ["sales"]
    with time_machine.travel(NOW + timedelta(minutes=16), tick=False):
        web.sign_in(ground.cast.amara)
    with time_machine.travel(NOW + timedelta(minutes=32), tick=False):
        assert "confirm_password" in web.get(f"{PAGE}/1").text
