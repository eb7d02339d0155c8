"""Who is written to at each step of a version, and that the link in a letter lands on its page."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from abm.people.mail import MailServer
from abm.people.seats import Side
from abm.targets.models import Outcome
from tests.cast import PASSWORD
from tests.passwords import give_passwords
from tests.targets.browsing import LIST, proposed, sign_fields
from tests.targets.conftest import NOW, Ground, Web
from tests.targets.post import letters, open_post, take_away, taken

SIGNING = f"{LIST}/versions/1/signatures"


@pytest.fixture
def ground(ground: Ground) -> Ground:
    """Letters are written, and two accounts are in."""
    open_post(ground)
    for account in ground.accounts[:2]:
        ground.put_in(account)
    ground.session.commit()
    return ground


def propose(web: Web, ground: Ground) -> None:
    """Ines proposes the draft."""
    ground.session.rollback()
    web.sign_in(ground.cast.ines)
    assert web.post(f"{LIST}/versions").status_code == 303


def sign(web: Web, ground: Ground, name: str, number: int = 1, **fields: str) -> None:
    web.sign_in(getattr(ground.cast, name))
    ground.session.expire_all()
    digest = ground.target_list.document.versions[number - 1].digest
    assert web.post(f"{LIST}/versions/{number}/signatures", data=sign_fields(digest, **fields)).status_code == 303


def test_both_seats_are_asked_to_sign_and_who_proposed_gets_no_letter(web: Web, ground: Ground) -> None:
    propose(web, ground)
    waits = "Version 1 of the target list 2026-q4 waits for your signature"
    assert taken(ground) == {"Amara": waits, "Renata": waits}


def test_todays_deputy_is_asked_as_well_and_tomorrows_is_not(web: Web, ground: Ground) -> None:
    seat, renata = ground.seat(Side.SALES), ground.cast.renata
    for person, day in ((ground.cast.tomas, 24), (ground.cast.marcus, 25)):
        days = {"first_day": date(2026, 11, day), "last_day": date(2026, 11, day)}
        seat.name_deputy(person, **days, reason="Away", by=renata, at=NOW)
    ground.session.commit()
    propose(web, ground)
    assert set(taken(ground)) == {"Amara", "Renata", "Tomás"}


def test_a_signature_is_told_to_the_other_seat_and_to_who_proposed(web: Web, ground: Ground) -> None:
    propose(web, ground)
    take_away(ground)
    sign(web, ground, "renata")
    signed = "Renata Voss signed version 1 of the target list 2026-q4"
    assert taken(ground) == {"Amara": signed, "Ines": signed}


def test_the_list_in_force_is_told_to_seats_proposer_and_the_aes_it_concerns(web: Web, ground: Ground) -> None:
    propose(web, ground)
    sign(web, ground, "renata")
    take_away(ground)
    sign(web, ground, "amara")
    mine = next(one for one in letters(ground) if one.to == "tomás@fathom.example")
    assert "- In: Company 0000 (tier 1, Tomás Ferreira)" in mine.text
    assert "<li>In: Company 0001 (tier 1, Tomás Ferreira)</li>" in mine.html
    holds = "Version 1 of the target list 2026-q4 is in force"
    assert taken(ground) == {"Renata": holds, "Ines": holds, "Tomás": holds}


def test_a_decline_is_told_with_its_reason(web: Web, ground: Ground) -> None:
    propose(web, ground)
    take_away(ground)
    sign(web, ground, "amara", verdict="decline", comment="No <b>pharma</b> & co. yet")
    texts = [(one.text, one.html) for one in letters(ground)]
    assert all("“No <b>pharma</b> & co. yet”" in text for text, _ in texts)
    assert all("“No &lt;b&gt;pharma&lt;/b&gt; &amp; co. yet”" in html for _, html in texts)
    assert set(taken(ground)) == {"Renata", "Ines"}


def test_a_signature_and_a_proposal_that_are_taken_back_are_told(web: Web, ground: Ground) -> None:
    propose(web, ground)
    sign(web, ground, "renata")
    take_away(ground)
    web.post(f"{SIGNING}/withdrawals", data={"reason": "One more look"})
    assert all("“One more look”" in one.text for one in letters(ground))
    assert set(taken(ground)) == {"Amara", "Ines"}
    web.sign_in(ground.cast.ines)
    web.post(f"{LIST}/versions/1/withdrawals")
    assert set(taken(ground)) == {"Amara", "Renata"}


def test_whose_signature_is_lost_learns_what_changed_since(web: Web, ground: Ground) -> None:
    propose(web, ground)
    sign(web, ground, "renata")
    take_away(ground)
    ground.put_in(ground.accounts[2], 2)
    ground.take_out(ground.target_list.entries[0])
    ground.session.commit()
    web.sign_in(ground.cast.ines)
    answer = web.post(f"{LIST}/versions")
    assert "Renata Voss to look again: 1 in, 1 out." in web.get(answer.location).text
    hers = next(one for one in letters(ground) if one.to.startswith("renata"))
    assert "Since the version that you signed: 1 in, 1 out." in hers.text
    assert taken(ground) == {
        "Amara": "Version 2 of the target list 2026-q4 waits for your signature",
        "Renata": "Look again at the target list 2026-q4: version 2 replaces version 1",
    }


def test_an_ae_reads_of_their_own_accounts_alone(web: Web, ground: Ground) -> None:
    ground.agree()
    entry = ground.target_list.entries[0]
    entry.place(tier=1, ae=ground.cast.marcus, outcome=Outcome.IN, by=ground.cast.ines, at=NOW)
    ground.put_in(ground.accounts[2], 3, ground.cast.marcus)
    ground.session.commit()
    propose(web, ground)
    sign(web, ground, "renata", 2)
    take_away(ground)
    sign(web, ground, "amara", 2)
    by_name = {one.to.split("@")[0]: one.text for one in letters(ground)}
    assert "Company 0002" in by_name["marcus"]
    assert "Company 0002" not in by_name["tomás"]
    assert "Changed: Company 0000 (Tomás Ferreira to Marcus Bell)" in by_name["tomás"]


def test_no_letter_is_written_where_no_mail_goes_out(web: Web, ground: Ground) -> None:
    ground.session.delete(ground.session.scalars(select(MailServer)).one())
    ground.session.commit()
    propose(web, ground)
    assert letters(ground) == []


def test_a_link_in_a_letter_lands_on_its_version_after_signing_in(web: Web, ground: Ground) -> None:
    give_passwords(ground.cast, ground.session)
    proposed(ground)
    propose_again(web, ground)
    link = urlsplit(next(line for line in letters(ground)[-1].text.splitlines() if line.startswith("http")))
    anybody = web.client.application.test_client()
    ground.session.rollback()
    asked = anybody.get(f"{link.path}?{link.query}")
    assert asked.status_code == 303
    target = urlsplit(asked.location)
    assert target.path == "/sign-in"
    landed = anybody.post(asked.location, data={"email": "renata@fathom.example", "password": PASSWORD})
    assert landed.status_code == 303
    assert landed.location.startswith(f"{LIST}/versions/2")
    assert "Version 2 of the target list" in anybody.get(landed.location).text


def propose_again(web: Web, ground: Ground) -> None:
    ground.put_in(ground.accounts[3], 3)
    ground.session.commit()
    propose(web, ground)
