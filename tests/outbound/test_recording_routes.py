"""The form about a play that happened: sent twice, refused, looked up, corrected and voided; by who may."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from abm.campaigns.play_records import PlayRecord
from abm.touches.kinds import Direction
from abm.touches.models import Touch
from tests.campaigns.world import NOW, World
from tests.cast import Cast, sign_in

LATER = datetime(2026, 12, 1, 10, 0, tzinfo=UTC)
DAY = "2026-11-27"


@dataclass
class Desk:
    """Priya's browser on a live campaign whose first play is four days old."""

    browser: FlaskClient
    session: Session
    slug: str
    play: str
    ids: dict[str, str]

    def send(self, **sent: object) -> tuple[int, str, str]:
        facts = {"day": DAY, "outcome": "sent", "whom": "all", "note": "", **sent}
        answer = self.browser.post(f"/campaigns/{self.slug}/plays/{self.play}/records", data=facts)
        return answer.status_code, answer.text, answer.location or ""

    def touches(self, direction: Direction = Direction.OUTBOUND) -> list[str]:
        asked = select(Touch).where(Touch.direction == direction, Touch.voided_at.is_(None))
        found = sorted(touch.account.name for touch in self.session.scalars(asked))
        self.session.rollback()
        return found


@pytest.fixture
def desk(client: FlaskClient, session: scoped_session[Session], cast: Cast) -> Iterator[Desk]:
    with time_machine.travel(NOW, tick=False):
        world = World(session(), cast)
        campaign = world.approved()
        world.launch(campaign)
        session.commit()
        ids = {name: account.public_id for name, account in world.accounts.items()}
        slug, play = campaign.slug, campaign.live_plays[0].play
        session.rollback()
    with time_machine.travel(LATER, tick=False):
        yield Desk(sign_in(client, cast.priya), session(), slug, play, ids)


def test_the_form_sent_twice_records_once(desk: Desk) -> None:
    page = desk.browser.get(f"/campaigns/{desk.slug}/plays/{desk.play}/records/new").text
    assert "3 accounts were in the audience on 27 Nov 2026" in page
    first = desk.send(idempotency_key="a" * 32)
    again = desk.send(idempotency_key="a" * 32)
    assert (first[0], again[0], first[2]) == (303, 303, again[2])
    other = desk.send(idempotency_key="b" * 32)
    assert other[2] == first[2]
    assert "nothing is counted twice" in desk.browser.get(other[2]).text
    assert len(desk.touches()) == 3


def test_some_all_but_and_what_was_typed_stays(desk: Desk) -> None:
    halden, tarn = desk.ids["Halden Freight"], desk.ids["Tarn Dairies"]
    status, page, _ = desk.send(whom="some", accounts=[halden], q="kestrel", look="accounts", note="Kept")
    assert status == 200
    assert f'value="{halden}" checked' in page
    assert "Kept" in page
    assert "Orbis Pharma" not in page.partition('id="accounts"')[2].partition("</fieldset>")[0]
    assert desk.touches() == []
    desk.send(whom="but", accounts=[halden])
    assert desk.touches() == ["Kestrel Foods", "Orbis Pharma"]
    status, page, _ = desk.send(whom="some", accounts=[tarn], note="Kept")
    assert (status, "Choose the accounts that it reached." in page, "Kept" in page) == (409, True, True)


def test_responses_are_refused_beside_their_field_or_recorded(desk: Desk) -> None:
    line = {"reactions-0-account": "Halden Freight", "reactions-0-what": ""}
    status, page, _ = desk.send(**line)
    assert (status, "Choose what they did." in page) == (422, True)
    status, page, _ = desk.send(**line | {"reactions-0-account": "Haldn", "reactions-0-what": "email/replied"})
    assert (status, "No account is called “Haldn”" in page) == (409, True)
    assert desk.touches() == []
    _, _, location = desk.send(**line | {"reactions-0-what": "email/replied"})
    assert desk.touches(Direction.INBOUND) == ["Halden Freight"]
    later = {"reactions-0-account": "Kestrel Foods", "reactions-0-what": "email/clicked"}
    assert desk.browser.post(f"{location}/responses", data=later).status_code == 303
    assert desk.touches(Direction.INBOUND) == ["Halden Freight", "Kestrel Foods"]


@pytest.mark.parametrize(
    ("day", "sentence"),
    [("2026-12-02", "That day is still to come."), ("2026-02-30", "There is no such day."), ("", "Write the day.")],
)
def test_a_day_that_cannot_be_is_said(desk: Desk, day: str, sentence: str) -> None:
    status, page, _ = desk.send(day=day)
    assert status in {409, 422}
    assert sentence in page


def test_a_record_is_corrected_and_voided_with_a_reason(desk: Desk) -> None:
    _, _, location = desk.send(whom="some", accounts=[desk.ids["Halden Freight"]])
    form = desk.browser.get(f"{location}/edit").text
    assert f'value="{desk.ids["Halden Freight"]}" checked' in form
    moved = {"day": "2026-11-30", "outcome": "bounced", "whom": "some", "accounts": [desk.ids["Kestrel Foods"]]}
    assert "Say what was wrong." in desk.browser.post(f"{location}/corrections", data=moved).text
    assert desk.touches() == ["Halden Freight"]
    answer = desk.browser.post(f"{location}/corrections", data={**moved, "reason": "The wrong box."})
    assert answer.status_code == 303
    assert desk.touches() == ["Kestrel Foods"]
    assert "The wrong box." in desk.browser.get(location).text
    assert desk.browser.post(f"{answer.location}/voidings", data={"reason": "Neither."}).status_code == 303
    assert desk.browser.post(f"{answer.location}/voidings", data={"reason": "Again."}).status_code == 409
    assert desk.touches() == []
    assert desk.session.scalar(select(func.count(PlayRecord.id))) == 2
    desk.session.rollback()


def test_what_is_due_waits_for_whoever_answers_for_it(desk: Desk, cast: Cast) -> None:
    home = desk.browser.get("/").text
    assert "Record “Invitation”" in home
    assert "Cold chain, on time: not recorded though it was due on 27 Nov" in home
    amara = sign_in(desk.browser.application.test_client(), cast.amara)
    assert "Record “Invitation”" not in amara.get("/").text
    cell = desk.browser.get("/calendar/2026-w48/accounts/halden-freight").text
    assert "Plays to record" in cell
    assert "Not recorded" in desk.browser.get(f"/campaigns/{desk.slug}").text
    desk.send()
    assert "Record “Invitation”" not in desk.browser.get("/").text
    assert "Plays to record" not in desk.browser.get("/calendar/2026-w48/accounts/halden-freight").text
    lanes = desk.browser.get("/accounts/halden-freight").text
    assert "E-mail: sent — Invitation" in lanes


def test_vera_reads_and_records_nothing(desk: Desk, cast: Cast) -> None:
    _, _, location = desk.send()
    desk.browser = sign_in(desk.browser.application.test_client(), cast.vera)
    assert desk.browser.get(location).status_code == 200
    assert "Void this record" not in desk.browser.get(location).text
    assert desk.send()[0] == 403
    assert desk.browser.post(f"{location}/voidings", data={"reason": "No"}).status_code == 403
