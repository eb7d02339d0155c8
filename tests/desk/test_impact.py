"""What a change of the list means: how full it gets, which campaigns stop or may take on, and what stays promised."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, scoped_session

from abm.accounts.contacts import Contact, add_contact
from abm.accounts.merging import merge_contacts
from abm.campaigns.pressure import Pressure
from abm.desk.impact import Impact, impact_of
from abm.targets.content import Content
from abm.targets.kinds import Outcome
from abm.touches.logging import log_touch
from abm.touches.models import Channel, Direction, TouchSide
from tests.campaigns.world import NOW, World
from tests.cast import Cast

LIST = "/quarters/2026-q4/list"


@pytest.fixture
def plans(session: scoped_session[Session], cast: Cast) -> Iterator[World]:
    """A signed list, and a campaign for its tier 1 that was launched."""
    with time_machine.travel(NOW, tick=False):
        world = World(session(), cast)
        world.launch(world.approved())
        yield world


def impact(plans: World, before: Content | None) -> Impact:
    organisation = plans.cast.organisation
    return impact_of(plans.session, plans.list, before, plans.list.draft(), organisation=organisation, at=NOW)


def test_an_account_that_leaves_names_the_campaign_that_stops_and_what_is_promised(plans: World) -> None:
    before = plans.list.draft()
    plans.place("Halden Freight", Outcome.OUT, at=NOW)
    (found,) = impact(plans, before).concerned
    assert found.change.row.name == "Halden Freight"
    assert [one.name for one in found.leaves] == ["Cold chain, on time"]
    assert found.may_join == []
    assert sorted((one.commitment.side.value, one.left) for one in found.open) == [
        ("marketing", 1),
        ("marketing", 1),
        ("sales", 3),
    ]


def test_an_account_that_comes_in_names_the_campaigns_that_aim_at_its_tier(plans: World) -> None:
    before = plans.list.draft()
    plans.account("Aster Vaccines", plans.cast.marcus)
    plans.place("Aster Vaccines", Outcome.IN, tier=1, ae=plans.cast.marcus, at=NOW)
    plans.place("Nobody's Favourite", Outcome.IN, tier=3, at=NOW)
    found = {one.change.row.name: one for one in impact(plans, before).accounts}
    assert [one.name for one in found["Aster Vaccines"].may_join] == ["Cold chain, on time"]
    assert found["Aster Vaccines"].open == []
    assert found["Nobody's Favourite"].quiet


def test_tiers_and_aes_show_how_many_they_hold_before_and_after(plans: World) -> None:
    before = plans.list.draft()
    plans.list.policies[0].change(max_accounts=2, max_per_ae=2, by=plans.cast.ines, at=NOW)
    plans.place("Tarn Dairies", Outcome.IN, tier=1, at=NOW)
    rows = [(one.words, one.before, one.after, one.most, one.over) for one in impact(plans, before).fillings]
    assert rows[0] == ("Tier 1", 3, 4, 2, 2)
    assert rows[1][:3] == ("Tier 2", 2, 1)
    assert ("Tomás Ferreira, tier 1", 2, 3, 2, 1) in rows
    assert [words for words, *_ in rows if words.startswith("Marcus")] == []


def test_an_account_that_is_handed_over_shows_what_the_next_ae_takes_on(plans: World) -> None:
    before = plans.list.draft()
    plans.place("Kestrel Foods", Outcome.IN, tier=1, ae=plans.cast.marcus, at=NOW)
    (found,) = impact(plans, before).concerned
    assert found.leaves == []
    assert sum(one.left for one in found.open) == 5


def test_a_draft_that_changes_nothing_concerns_nobody(plans: World) -> None:
    assert impact(plans, plans.list.draft()).accounts == []


def log(plans: World, name: str, *days: int, contact: Contact | None = None) -> None:
    """Voicemails by Tomás on days of November."""
    for number, day in enumerate(days):
        log_touch(
            plans.accounts[name],
            organisation=plans.cast.organisation,
            by=plans.cast.tomas,
            at=NOW,
            client_key=f"{name} {number} {contact and contact.name}",
            side=TouchSide.SALES,
            direction=Direction.OUTBOUND,
            channel=Channel.CALL,
            outcome="voicemail",
            when=NOW.replace(day=day) - timedelta(minutes=number),
            contact=contact,
        )


def test_an_account_that_would_come_over_the_pressure_cap_is_named_with_the_count(plans: World) -> None:
    before = plans.list.draft()
    for name in ("Tarn Dairies", "Vale Chemicals"):
        plans.place(name, Outcome.IN, tier=1, ae=plans.cast.tomas, at=NOW)
    log(plans, "Tarn Dairies", 20, 20, 21, 22, 23, 24)  # with the invitation on the 27th: five from the 21st on
    log(plans, "Vale Chemicals", 20, 21, 22, 23, 24, 24)  # six
    log(plans, "Halden Freight", 20, 21, 22, 23, 24, 24)  # nothing is added to it
    found = {one.change.row.name: one.pressure for one in impact(plans, before).accounts}
    over = Pressure(6, 1, date(2026, 11, 21), date(2026, 11, 27))
    assert found == {"Tarn Dairies": None, "Vale Chemicals": over}


def test_one_person_who_was_there_twice_is_worn_out_once_that_is_known(plans: World) -> None:
    before, tarn, tomas = plans.list.draft(), plans.accounts["Tarn Dairies"], plans.cast.tomas
    plans.place("Tarn Dairies", Outcome.IN, tier=1, ae=tomas, at=NOW)
    sigrid, twin = (add_contact(tarn, name=name, by=tomas, at=NOW) for name in ("Sigrid Lie", "S. Lie"))
    log(plans, "Tarn Dairies", 23, 24, contact=sigrid)
    log(plans, "Tarn Dairies", 23, 24, contact=twin)
    assert [one.pressure for one in impact(plans, before).accounts] == [None]
    merge_contacts(sigrid, twin, by=tomas, at=NOW)
    (found,) = impact(plans, before).accounts
    assert found.pressure is not None
    assert found.pressure.on_one_contact == 4


def test_what_people_are_asked_a_week_stands_before_and_after(plans: World) -> None:
    before = plans.list.draft()
    plans.place("Kestrel Foods", Outcome.IN, tier=1, ae=plans.cast.marcus, at=NOW)
    # 28 working days are left. Tier 1 asks for 3 a week, tier 2 for 1; each of tier 1 for 3 more by the campaign.
    people = impact(plans, before).people
    found = {one.after.name: (one.before and one.before.touches, one.after.touches) for one in people}
    assert found == {
        "Tomás Ferreira": (7 * Fraction(28, 5) + 6, 4 * Fraction(28, 5) + 3),
        "Marcus Bell": (4 * Fraction(28, 5) + 3, 7 * Fraction(28, 5) + 6),
    }


def test_why_each_account_changes_and_what_stays_open_is_said(client: FlaskClient, plans: World) -> None:
    plans.place("Halden Freight", Outcome.OUT, at=NOW)
    plans.place("Kestrel Foods", Outcome.IN, tier=1, ae=plans.cast.marcus, at=NOW)
    plans.place("Vale Chemicals", Outcome.OUT, at=NOW)
    plans.enter(client, plans.cast.amara)
    page = words(client.get(f"{LIST}/impact").text)
    assert "“Acquired by a competitor” Ines Calder" in page
    assert "3 touches by Sales and 2 plays by Marketing stay open on accounts that leave." in page
    assert "3 touches that are open pass to another AE." in page
    assert "1 account changes without touching work under way Vale Chemicals: tier 2, Marcus Bell Acquired by a" in page


def test_the_figures_of_a_person_are_not_everybodys(client: FlaskClient, plans: World) -> None:
    plans.place("Kestrel Foods", Outcome.IN, tier=1, ae=plans.cast.marcus, at=NOW)
    plans.enter(client, plans.cast.ines)
    asked = "Asked of people a week"
    assert asked in client.get(f"{LIST}/impact").text
    plans.enter(client, plans.cast.vera)
    assert asked not in client.get(f"{LIST}/impact").text


def words(text: str) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text)))


def test_the_impact_is_a_page_and_for_the_page_to_sign_a_piece_of_it(client: FlaskClient, plans: World) -> None:
    plans.place("Halden Freight", Outcome.OUT, at=NOW)
    draft, signed = f"{LIST}/impact", f"{LIST}/versions/2/impact"
    plans.list.propose(organisation=plans.cast.organisation, by=plans.cast.ines, at=NOW)
    plans.enter(client, plans.cast.amara)
    for address in (draft, signed):
        page = client.get(address)
        assert page.status_code == 200
        assert "Cold chain, on time stops working it from that moment." in words(page.text)
        piece = client.get(address, headers={"HX-Request": "true"}).text
        assert piece.lstrip().startswith('<div id="impact"')
    asked = client.get(f"{LIST}/versions/2").text
    assert f'hx-get="{signed}"' in asked
    assert f'href="{signed}"' in asked
    assert client.get(f"{LIST}/versions/9/impact").status_code == 404
