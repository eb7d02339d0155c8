"""The page of what a list asks of people: who reads whose figures, and how both seats accept and somebody proposes."""

from __future__ import annotations

import html
import re

from flask.testing import FlaskClient

from abm.people.models import User
from abm.people.seats import Side
from abm.targets.workload import TOGETHER
from tests.campaigns.world import NOW
from tests.cast import sign_in
from tests.counting import statements
from tests.desk.overasked import REASON, Ground

LIST = "/quarters/2027-q1/list"


def words(page: str) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)))


def look(client: FlaskClient, ground: Ground, reader: User, address: str = f"{LIST}/workload") -> str:
    sign_in(client, reader)
    return words(client.get(address, headers={"HX-Request": "true"}).text)


def test_a_person_and_who_leads_them_read_their_figures_and_others_read_sums(
    client: FlaskClient, ground: Ground
) -> None:
    for number in range(4):
        ground.place(f"For Marcus {number}", ground.cast.marcus)
    ground.session.commit()
    cast = ground.cast
    own = "asks Tomás Ferreira for 6 touches a week; median 2 over eight weeks"
    for reader in (cast.amara, cast.renata, cast.ines, cast.tomas):
        assert own in look(client, ground, reader)
    assert "Marcus Bell" in look(client, ground, cast.ines)
    assert "Marcus Bell" not in look(client, ground, cast.tomas)
    for reader in (cast.priya, cast.wen, cast.vera):
        page = look(client, ground, reader)
        assert "Tomás" not in page
        sentence = "asks North, 2 people, for 10 touches a week; their medians over eight weeks add up to 2"
        assert f"{sentence}, 1 of them without eight weeks yet" in page


def test_a_sum_of_one_is_nobodys_to_read(client: FlaskClient, ground: Ground) -> None:
    page = look(client, ground, ground.cast.vera)
    assert "6 touches" not in page
    assert "1 person more is asked" in page


def test_both_seats_accept_on_the_page_and_then_it_is_proposed(client: FlaskClient, ground: Ground) -> None:
    cast = ground.cast
    what, together = f"asked:sales:{cast.tomas.public_id}", f"asked:marketing:{TOGETHER}"
    sign_in(client, cast.ines)
    refused = client.post(f"{LIST}/versions")
    assert refused.status_code == 409
    assert "In 2 places it asks for more" in refused.text
    assert "Tomás" not in words(refused.text.split("<main", 1)[1])
    assert client.post(f"{LIST}/workload/waivers", data={"what": what, "reason": REASON}).status_code == 403
    sign_in(client, cast.renata)
    empty = client.post(f"{LIST}/workload/waivers", data={"what": what, "reason": ""})
    assert empty.status_code == 422
    assert "Say why it is right this quarter" in empty.text
    assert client.post(f"{LIST}/workload/waivers", data={"what": "tier:1", "reason": REASON}).status_code == 422
    for reader in (cast.renata, cast.amara):
        sign_in(client, reader)
        for one in (what, together):
            assert client.post(f"{LIST}/workload/waivers", data={"what": one, "reason": REASON}).status_code == 303
        assert client.post(f"{LIST}/workload/waivers", data={"what": what, "reason": REASON}).status_code == 409
    page = look(client, ground, cast.amara)
    assert [page.count(f"accepts for {side.label} up to 6 a week: “{REASON}”") for side in Side] == [1, 1]
    assert "accepted by both" in page
    sign_in(client, cast.ines)
    assert client.post(f"{LIST}/versions").status_code == 303
    signed = look(client, ground, cast.amara, f"{LIST}/versions/1/workload")
    assert [signed.count(f"accepts for {side.label} up to 6 a week: “{REASON}”") for side in Side] == [1, 1]
    assert client.get(f"{LIST}/versions/2/workload").status_code == 404


def test_a_version_says_what_it_asked_when_it_was_proposed(client: FlaskClient, ground: Ground) -> None:
    ground.list.propose(organisation=ground.cast.organisation, by=ground.cast.ines, at=NOW)
    ground.place("Later", ground.cast.tomas)
    ground.session.commit()
    assert "asks Tomás Ferreira for 6 touches" in look(client, ground, ground.cast.ines, f"{LIST}/versions/1/workload")
    page = look(client, ground, ground.cast.ines)
    assert "asks Tomás Ferreira for 7 touches" in page


def test_the_draft_fetches_it_once_it_stands_and_leads_there_without_script(
    client: FlaskClient, ground: Ground
) -> None:
    sign_in(client, ground.cast.amara)
    page = client.get(LIST).text
    assert f'hx-get="{LIST}/workload"' in page
    assert f'<a href="{LIST}/workload">' in page
    assert "<h1" in client.get(f"{LIST}/workload").text


def test_a_page_of_what_it_asks_takes_at_most_twelve_queries(client: FlaskClient, ground: Ground) -> None:
    sign_in(client, ground.cast.ines)
    bind = ground.session.get_bind()
    client.get(f"{LIST}/workload")
    with statements(bind) as sent:  # type: ignore[arg-type]
        assert client.get(f"{LIST}/workload").status_code == 200
    assert len(sent) <= 12, sent
