"""A draft that asks for more than people did: seen by those who may, accepted by both seats, and only then proposed."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import exc, select, text
from sqlalchemy.orm import Session, scoped_session

from abm.accounts.models import Account, TeamFunction, create_account
from abm.desk.work import work_of
from abm.kit.clock import Quarter, Week
from abm.kit.rules import RuleBroken
from abm.people.models import User
from abm.people.seats import Side, note_absence
from abm.targets.models import Outcome, Waiver, open_list
from abm.targets.weighing import weigh
from abm.targets.work import Work
from abm.targets.workload import TOGETHER, Asked
from abm.touches.logging import log_touch
from abm.touches.models import Channel, Direction, Touch, TouchSide
from tests.campaigns.world import NOW
from tests.campaigns.world import World as Campaigning
from tests.cast import Cast, sign_in
from tests.counting import statements

LIST = "/quarters/2027-q1/list"
REASON = "A launch in February"


class Ground:
    """Next quarter's draft: Tomás planned for six accounts of tier 2, who did two touches in each of eight weeks."""

    def __init__(self, session: Session, cast: Cast) -> None:
        self.session, self.cast = session, cast
        self.list = open_list(cast.organisation, Quarter(2027, 1), by=cast.ines, at=NOW)
        self.accounts = [self.place(f"Company {number}", cast.tomas) for number in range(6)]
        for back in range(1, 9):
            monday = Week.of(NOW.date()).plus(-back).monday
            for number in range(2):
                self.log(self.accounts[number], cast.tomas, monday + timedelta(days=number))
            self.log(self.accounts[2], cast.priya, monday, TouchSide.MARKETING)
        session.commit()

    def place(self, name: str, ae: User, tier: int = 2) -> Account:
        account = create_account(self.cast.organisation, name=name, by=self.cast.wen, at=NOW)
        entry = self.list.enter(account, by=self.cast.ines, at=NOW)
        entry.place(tier=tier, ae=ae, outcome=Outcome.IN, by=self.cast.ines, at=NOW)
        return account

    def log(self, account: Account, by: User, day: date, side: TouchSide = TouchSide.SALES) -> Touch:
        when = datetime(day.year, day.month, day.day, 9, tzinfo=NOW.tzinfo)
        return log_touch(
            account,
            organisation=self.cast.organisation,
            by=by,
            at=NOW,
            client_key=f"{by.id} {account.id} {day} {side}",
            side=side,
            direction=Direction.OUTBOUND,
            channel=Channel.EMAIL,
            outcome="sent",
            when=when,
        )

    def work(self) -> Work:
        return work_of(self.session, self.list, organisation=self.cast.organisation, at=NOW)

    def asked(self, who: str) -> Asked:
        return next(one for one in weigh(self.list.draft(), self.work()).asked if one.who == who)

    def accept(self, side: Side, what: str = "", *, by: User | None = None, reason: str = REASON) -> Waiver:
        seat = self.list.seats()[side]
        return self.list.waive(
            what or f"asked:sales:{self.cast.tomas.public_id}",
            seat=seat,
            reason=reason,
            by=by or {Side.SALES: self.cast.renata, Side.MARKETING: self.cast.amara}[side],
            at=NOW,
            organisation=self.cast.organisation,
            work=self.work(),
        )

    def propose(self) -> int:
        cast = self.cast
        return self.list.propose(organisation=cast.organisation, by=cast.ines, at=NOW, work=self.work()).number


@pytest.fixture
def ground(session: scoped_session[Session], cast: Cast) -> Iterator[Ground]:
    with time_machine.travel(NOW, tick=False):
        yield Ground(session(), cast)


def test_what_was_logged_is_counted_by_who_did_it_for_which_side(ground: Ground) -> None:
    tomas, priya = ground.cast.tomas, ground.cast.priya
    found = ground.asked(tomas.public_id)
    assert found.sentence == "asks Tomás Ferreira for 6 touches a week; median 2 over eight weeks"
    assert ground.asked(TOGETHER).sentence == (
        "asks Marketing together for 3 plays a week; median 1 over eight weeks"  # 6 × 2 in 4 weeks
    )
    ground.accounts[0].assign(
        priya, function=TeamFunction.MARKETER, first_day=date(2026, 11, 1), by=ground.cast.wen, at=NOW
    )
    named = ground.asked(priya.public_id)
    assert named.sentence == "asks Priya Raman for 1 play a week; median 1 over eight weeks"  # 0.5 a week
    assert ground.asked(TOGETHER).done.words == "no eight weeks yet"


def test_voided_touches_and_this_week_are_not_counted(ground: Ground) -> None:
    tomas = ground.cast.tomas
    for day in (NOW.date(), NOW.date() - timedelta(days=1)):
        ground.log(ground.accounts[3], tomas, day)
    touches = ground.session.scalars(select(Touch).where(Touch.logged_by_id == tomas.id).order_by(Touch.id)).all()
    assert len(touches) == 18  # two in each of eight weeks, the newest first, and two in this one
    for touch in touches[:8]:
        touch.void(reason="A test", by=tomas, at=NOW)
    ground.session.flush()
    assert ground.asked(tomas.public_id).done.median == 1  # 0 0 0 0 2 2 2 2
    for touch in touches[14:16]:
        touch.void(reason="A test", by=tomas, at=NOW)
    ground.session.flush()
    assert ground.asked(tomas.public_id).done.words == "no eight weeks yet"  # the first that counts is a week later


def test_absence_is_read_from_both_ends(ground: Ground) -> None:
    tomas, ines = ground.cast.tomas, ground.cast.ines
    for first, last in ((date(2026, 11, 9), date(2026, 11, 18)), (date(2027, 1, 4), date(2027, 1, 29))):
        note_absence(tomas, first_day=first, last_day=last, by=ines, at=NOW)
    ground.session.flush()
    found = ground.asked(tomas.public_id)
    assert (found.days, found.present) == (64, 44)
    assert found.figure == 9  # 6 × 64 / 44 = 8.7
    assert found.done.words == "median 2 over eight weeks (two with absence left out)"


def test_accounts_that_nobody_may_approach_rest(ground: Ground) -> None:
    wen = ground.cast.wen
    ground.accounts[0].leave_alone("In court with us", until=None, by=wen, at=NOW)
    ground.accounts[1].leave_alone("Moving house", until=date(2027, 2, 1), by=wen, at=NOW)
    ground.session.flush()
    assert ground.asked(ground.cast.tomas.public_id).figure == 5


def test_a_gap_stops_the_proposal_until_both_seats_have_accepted_it(ground: Ground) -> None:
    with pytest.raises(RuleBroken, match="In 2 places it asks for more a week than was done"):
        ground.propose()
    with pytest.raises(RuleBroken, match="Say why"):
        ground.accept(Side.SALES, reason=" ")
    with pytest.raises(RuleBroken, match="signs for the sales seat"):
        ground.accept(Side.SALES, by=ground.cast.amara)
    ground.accept(Side.SALES)
    with pytest.raises(RuleBroken, match="accepted for Sales already"):
        ground.accept(Side.SALES)
    with pytest.raises(RuleBroken, match="In 2 places"):
        ground.propose()
    ground.accept(Side.MARKETING)
    for side in Side:
        ground.accept(side, f"asked:marketing:{TOGETHER}")
    assert ground.propose() == 1


def test_what_both_accepted_covers_no_more_than_it_did(ground: Ground) -> None:
    for side in Side:
        ground.accept(side)
        ground.accept(side, f"asked:marketing:{TOGETHER}")
    ground.place("One more", ground.cast.tomas)
    with pytest.raises(RuleBroken, match="In 2 places"):  # 7 touches; 3.5 plays, shown as 4
        ground.propose()
    assert ground.accept(Side.SALES).figure == 7


def test_a_gap_that_was_resolved_stops_nothing(ground: Ground) -> None:
    ground.list.policies[1].change(sales_touches=2, marketing_plays=1, by=ground.cast.ines, at=NOW)
    with pytest.raises(RuleBroken, match="In one place"):
        ground.propose()
    for entry in ground.list.entries[2:]:
        ground.session.refresh(ground.list)
        entry.place(tier=2, ae=ground.cast.marcus, outcome=Outcome.IN, by=ground.cast.ines, at=NOW)
    ground.list.policies[1].change(sales_touches=1, by=ground.cast.ines, at=NOW)
    with pytest.raises(RuleBroken, match="fits by now"):
        ground.accept(Side.SALES)
    assert ground.propose() == 1  # Marcus, who is asked for four, has no eight weeks yet


def test_without_what_a_higher_floor_knows_a_list_is_proposed_as_before(ground: Ground) -> None:
    organisation = ground.cast.organisation
    assert ground.list.propose(organisation=organisation, by=ground.cast.ines, at=NOW).number == 1


def test_the_database_keeps_one_word_of_each_side_per_figure_and_changes_none(ground: Ground) -> None:
    kept = ground.accept(Side.SALES)
    ground.accept(Side.MARKETING)
    ground.session.flush()
    columns = "list_id, what, figure, side, by_id, at, reason"
    again = f"INSERT INTO waiver ({columns}) SELECT {columns} FROM waiver WHERE side = 'sales'"
    for statement in (again, "UPDATE waiver SET figure = 99", f"DELETE FROM waiver WHERE id = {kept.id}"):
        with pytest.raises((exc.IntegrityError, exc.DatabaseError)), ground.session.begin_nested():
            ground.session.execute(text(statement))


def test_campaigns_ask_of_the_aes_of_the_accounts_that_their_plans_froze(
    session: scoped_session[Session], cast: Cast
) -> None:
    with time_machine.travel(NOW, tick=False):
        plans = Campaigning(session(), cast)

        def campaigns() -> dict[str, object]:
            work = work_of(plans.session, plans.list, organisation=cast.organisation, at=NOW)
            return {one.name: one.campaigns for one in weigh(plans.list.draft(), work).asked if one.side is Side.SALES}

        campaign, version = plans.submitted()
        assert campaigns() == {"Tomás Ferreira": 0, "Marcus Bell": 0}  # in review it binds nobody
        plans.approve(campaign, version)
        assert campaigns() == {"Tomás Ferreira": 6, "Marcus Bell": 3}  # three on each account of tier 1
        plans.launch(campaign)
        plans.place("Halden Freight", Outcome.OUT, at=NOW)
        plans.account("Aster Vaccines", cast.marcus)
        plans.place("Aster Vaccines", Outcome.IN, tier=1, ae=cast.marcus, at=NOW)
        assert campaigns() == {"Tomás Ferreira": 3, "Marcus Bell": 3}  # what joins later, the plan does not know
        campaign.complete(note="Three meetings.", by=cast.priya, at=NOW)
        assert campaigns() == {"Tomás Ferreira": 0, "Marcus Bell": 0}


def test_the_facts_are_gathered_in_four_queries_whatever_the_size(ground: Ground) -> None:
    counts = []
    for _ in range(2):
        ground.session.expire_all()
        ground.session.refresh(ground.list)
        ground.session.refresh(ground.cast.organisation)
        with statements(ground.session.get_bind()) as sent:  # type: ignore[arg-type]
            ground.work()
        counts.append(len(sent))
        for number in range(10):
            ground.place(f"Another {number}", ground.cast.marcus)
    assert counts == [4, 4]


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
