"""A second programme: a list of its own in the same quarter, with seats of its own; hidden until there is one."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, scoped_session

from abm.agreement.models import Verdict
from abm.kit.rules import RuleBroken
from abm.people.programmes import Programme, add_programme
from abm.people.seats import Seat, Side, add_seats, seats
from abm.targets.in_force import signed_list_at
from abm.targets.membership import Membership
from abm.targets.models import Outcome, TargetList, open_list
from abm.targets.queries import list_of, tiers_at
from tests.cast import Cast
from tests.targets.conftest import NOW, QUARTER, Ground, Web

TITLES = {Side.MARKETING: "Head of Marketing, Americas", Side.SALES: "VP Sales, Americas"}


@pytest.fixture
def americas(session: scoped_session[Session], cast: Cast) -> Programme:
    """A programme whose seats Priya and Ines hold."""
    programme = add_programme(cast.organisation, name="Américas", by=cast.wen, at=NOW)
    add_seats(programme, TITLES, by=cast.wen, at=NOW)
    session.flush()
    held = seats(session(), programme.id)
    held[Side.MARKETING].give_to(cast.priya, by=cast.wen, at=NOW)
    held[Side.SALES].give_to(cast.ines, by=cast.wen, at=NOW)
    session.flush()
    return programme


@pytest.fixture
def second(ground: Ground, americas: Programme) -> TargetList:
    """Its list of the same quarter, with one company that both lists have, in tier 2."""
    found = open_list(ground.cast.organisation, QUARTER, programme=americas, by=ground.cast.ines, at=NOW)
    entry = found.enter(ground.accounts[0], by=ground.cast.ines, at=NOW)
    entry.place(tier=2, ae=ground.cast.tomas, outcome=Outcome.IN, by=ground.cast.ines, at=NOW)
    ground.session.commit()
    return found


def sign(target_list: TargetList, seat: Seat, cast: Cast) -> bool:
    version = target_list.document.versions[-1]
    said = {"seat": seat, "by": seat.holder, "at": NOW, "digest": version.digest, "organisation": cast.organisation}
    return target_list.sign(version, verdict=Verdict.APPROVE, **said)  # type: ignore[arg-type]


def test_each_programme_has_a_list_of_the_same_quarter(ground: Ground, second: TargetList, americas: Programme) -> None:
    assert list_of(ground.session, str(QUARTER)) is ground.target_list
    assert list_of(ground.session, str(QUARTER), americas.id) is second
    assert (americas.slug, second.address) == ("americas", {"quarter": "2026-q4", "programme": "americas"})
    assert ground.target_list.address == {"quarter": "2026-q4", "programme": None}


def test_a_list_is_signed_by_the_seats_of_its_own_programme(ground: Ground, second: TargetList) -> None:
    cast, own = ground.cast, second.seats()
    second.propose(organisation=cast.organisation, by=cast.ines, at=NOW)
    with pytest.raises(RuleBroken, match="CMO signs the list of another programme"):
        sign(second, ground.seat(Side.MARKETING), cast)
    assert not sign(second, own[Side.SALES], cast)
    assert sign(second, own[Side.MARKETING], cast)
    assert second.seat_of(cast.amara, NOW) is None
    assert second.seat_of(cast.priya, NOW) is own[Side.MARKETING]


def test_both_lists_are_in_force_at_once_and_an_account_on_both_counts_once(
    ground: Ground, second: TargetList, americas: Programme
) -> None:
    cast, account = ground.cast, ground.accounts[0]
    ground.put_in(account, tier=1)
    ground.agree()
    second.propose(organisation=cast.organisation, by=cast.ines, at=NOW)
    for seat in second.seats().values():
        sign(second, seat, cast)
    later = NOW + timedelta(hours=1)
    whole, theirs = (signed_list_at(ground.session, cast.organisation, later, one) for one in (1, americas.id))
    assert (whole.list_id, theirs.list_id) == (ground.target_list.id, second.id)  # type: ignore[union-attr]
    on = ground.session.scalars(select(Membership.tier).where(Membership.account_id == account.id, ~Membership.carried))
    assert sorted(on) == [1, 2]
    assert tiers_at(ground.session, later) == {account.id: 1}


def test_nobody_acts_for_both_sides_not_even_in_different_programmes(ground: Ground, americas: Programme) -> None:
    theirs = seats(ground.session, americas.id)
    with pytest.raises(RuleBroken, match="Amara Osei already acts for CMO"):
        theirs[Side.SALES].give_to(ground.cast.amara, by=ground.cast.wen, at=NOW)
    theirs[Side.MARKETING].give_to(ground.cast.amara, by=ground.cast.wen, at=NOW)
    assert theirs[Side.MARKETING].holder is ground.cast.amara, "the same side in both is fine"


def test_the_database_keeps_people_to_one_side_in_every_programme(ground: Ground, americas: Programme) -> None:
    seats(ground.session, americas.id)[Side.SALES].holder_id = ground.cast.amara.id
    with pytest.raises(DBAPIError, match="nobody acts for both sides"):
        ground.session.flush()


def test_a_name_that_is_taken_is_refused(cast: Cast, americas: Programme) -> None:
    with pytest.raises(RuleBroken, match="There is a programme called Americas already, or nearly so"):
        add_programme(cast.organisation, name="Americas", by=cast.wen, at=NOW)


def test_names_in_other_letters_have_addresses_of_their_own(cast: Cast) -> None:
    names = ("Ελλάδα", "日本", "한국", "東京 EMEA", "大阪 EMEA", "Ünlü & Söhne")
    added = [add_programme(cast.organisation, name=name, by=cast.wen, at=NOW) for name in names]
    assert [one.slug for one in added] == ["programme", "programme-2", "programme-3", "emea", "emea-2", "unlu-sohne"]
    assert [one.name for one in added] == list(names)
    for taken in ("Ελλαδα", " 日本 ", "日本!", "unlu sohne"):
        with pytest.raises(RuleBroken, match="already, or nearly so"):
            add_programme(cast.organisation, name=taken, by=cast.wen, at=NOW)


def test_with_one_programme_no_page_speaks_of_them(web: Web, ground: Ground) -> None:
    web.sign_in(ground.cast.tomas)
    page = web.get("/quarters/2026-q4/list")
    assert page.status_code == 200
    assert "rogramme" not in page.text.replace("/admin/programmes", "")


def test_with_two_the_list_leads_to_the_other_and_stays_in_it(web: Web, ground: Ground, second: TargetList) -> None:
    web.sign_in(ground.cast.priya)
    first = web.get("/quarters/2026-q4/list")
    assert 'href="/quarters/2026-q4/list?programme=americas"' in first.text
    other = web.get("/quarters/2026-q4/list?programme=americas").text
    assert "/quarters/2026-q4/list/policy?programme=americas" in other
    assert 'href="/quarters/2026-q4/list">Main programme</a>' in other
    assert 'name="programme" value="americas"' in other, "a search stays in it"
    assert web.get("/quarters/2026-q4/list?programme=nowhere").status_code == 404


def test_an_entry_of_one_programme_is_not_there_in_the_other(web: Web, ground: Ground, second: TargetList) -> None:
    address = f"/quarters/2026-q4/list/entries/{second.entries[0].public_id}"
    web.sign_in(ground.cast.priya)
    assert web.get(address).status_code == 404
    assert web.get(f"{address}?programme=americas").status_code == 200


def test_a_version_waits_on_the_home_page_of_its_own_seats(web: Web, ground: Ground, second: TargetList) -> None:
    second.propose(organisation=ground.cast.organisation, by=ground.cast.ines, at=NOW)
    ground.session.commit()
    web.sign_in(ground.cast.priya)
    home = web.get("/").text
    assert "the list of 2026-q4, Américas, version 1" in home
    assert "/quarters/2026-q4/list/versions/1?programme=americas" in home
    web.sign_in(ground.cast.amara)
    assert "Américas" not in web.get("/").text


def test_an_administrator_adds_a_programme_and_is_led_to_its_seats(web: Web, ground: Ground) -> None:
    web.sign_in(ground.cast.wen)
    sent = {"name": "Asia", "marketing": "CMO Asia", "sales": "CRO Asia", "once": "asia-1"}
    answer = web.post("/admin/programmes", sent)
    assert answer.headers["Location"] == "/admin/seats?programme=asia"
    page = web.get("/admin/seats?programme=asia").text
    assert "CMO Asia" in page
    assert "Nobody holds this seat" in page
    renamed = web.post("/admin/programmes/name?programme=asia", {"asia-name": "Asia and Pacific"})
    assert renamed.status_code == 303
    assert "Asia and Pacific" in web.get("/admin/programmes").text
