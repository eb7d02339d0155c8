"""Words and decisions for many at once, whose word is missing where, and the way back to where one was."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from abm.accounts.contacts import BuyingRole, add_contact
from abm.audit.models import Event
from abm.kit.rules import RuleBroken
from abm.people.models import User
from abm.targets.entries import Assessment, Nomination
from abm.targets.kinds import Outcome, Priority, Readiness
from abm.targets.reach import Reach, reach_of
from abm.targets.together import enter_all, nominate_all, one_decision, place_all
from abm.targets.waiting import waiting_for
from tests.targets.browsing import LIST, text
from tests.targets.building import at, candidates
from tests.targets.conftest import BEFORE, NOW, Ground, Web


def test_an_ae_nominates_the_ticked_ones_and_a_marketer_assesses_all_that_the_filter_shows(
    web: Web, ground: Ground
) -> None:
    entries = candidates(ground, 4)
    web.sign_in(ground.cast.tomas)
    ticked = [one.public_id for one in entries[1:3]]
    said = {"entries": ticked, "priority": "high", "why": "Tender is out"}
    answer = web.post(f"{LIST}/nominations?missing=sales", data=said)
    assert answer.location == f"{LIST}?missing=sales#entry-{ticked[0]}"
    counted = select(func.count(Nomination.id)).where(Nomination.why == "Tender is out")
    assert ground.session.scalar(counted) == 2
    assert ground.session.scalar(select(func.count(Event.id)).where(Event.verb == "nominated")) == 2
    web.sign_in(ground.cast.priya)
    everything = {"everything": "y", "missing": "sales", "readiness": "ready", "why": ""}
    assert web.post(f"{LIST}/assessments", data=everything).status_code == 303
    assessed = select(Assessment.entry_id).order_by(Assessment.entry_id)
    assert ground.session.scalars(assessed).all() == [entries[0].id, entries[3].id]


def test_words_for_many_are_refused_whole_with_what_was_typed(web: Web, ground: Ground) -> None:
    entries = candidates(ground, 2)
    ground.accounts[1].archive(by=ground.cast.wen, at=NOW)
    ground.session.commit()
    ticked = [one.public_id for one in entries]
    web.sign_in(ground.cast.ines)
    typed = ""
    for said, mend in (
        ({"entries": ticked, "priority": "low", "why": " "}, "Say why you want this account."),
        ({"priority": "low", "why": "Theirs is a good plant"}, "Tick the accounts"),
        ({"entries": ticked, "priority": "low", "why": "A good plant"}, "Company 0001 is archived"),
    ):
        answer = web.post(f"{LIST}/nominations", data=said)
        assert answer.status_code == 422
        assert mend in text(answer)
        typed = answer.text
    assert 'value="A good plant"' in typed
    assert ground.session.scalar(select(func.count(Nomination.id))) == 0
    web.sign_in(ground.cast.priya)
    lacking = web.post(f"{LIST}/assessments", data={"entries": ticked, "readiness": "needs work", "why": ""})
    assert "Say what is missing." in text(lacking)


def test_one_decision_for_many_names_the_account_that_refuses_it(ground: Ground) -> None:
    entries = candidates(ground, 2)
    ines = ground.cast.ines
    placings = one_decision(entries, tier=1, ae=None, outcome=Outcome.IN, reason="")
    with pytest.raises(RuleBroken, match=r"Company 0000: Choose the AE who will answer for it .* Nothing was changed"):
        place_all(placings, by=ines, at=NOW)
    assert place_all(one_decision(entries, tier=2, ae=None, outcome=None, reason=""), by=ines, at=NOW) == 2
    assert place_all(one_decision(entries, tier=2, ae=None, outcome=None, reason=""), by=ines, at=NOW) == 0
    out = one_decision(entries, tier=None, ae=None, outcome=Outcome.OUT, reason="Too small")
    place_all(out, by=ines, at=NOW)
    place_all(one_decision(entries[:1], tier=None, ae=None, outcome=Outcome.CANDIDATE, reason=""), by=ines, at=NOW)
    assert [(one.tier, one.outcome, one.reason) for one in entries] == [
        (2, Outcome.CANDIDATE, ""),
        (2, Outcome.OUT, "Too small"),
    ]


def test_many_accounts_enter_once_and_archived_ones_are_refused(ground: Ground) -> None:
    cast, target_list = ground.cast, ground.target_list
    first = enter_all(target_list, ground.accounts[:2], by=cast.ines, at=NOW, tier=3, ae_of=lambda _: cast.tomas)
    again = enter_all(target_list, ground.accounts[:3], by=cast.ines, at=NOW)
    assert [one.account_id for one in again] == [ground.accounts[2].id]
    assert [(one.tier, one.ae_id, one.revision) for one in first] == [(3, cast.tomas.id, 1)] * 2
    assert ground.session.scalar(select(func.count(Event.id)).where(Event.verb == "entered")) == 3
    ground.accounts[3].archive(by=cast.wen, at=NOW)
    with pytest.raises(RuleBroken, match="Company 0003 is archived"):
        enter_all(target_list, ground.accounts, by=cast.ines, at=NOW)
    with pytest.raises(RuleBroken, match="Company 0004: Vera Lund is not in Sales"):
        enter_all(target_list, ground.accounts[4:5], by=cast.ines, at=NOW, ae_of=lambda _: cast.vera)


def test_home_leads_to_exactly_the_entries_that_lack_this_persons_word(web: Web, ground: Ground) -> None:
    entries = candidates(ground, 4)
    cast = ground.cast
    for entry, ae in zip(entries, (cast.tomas, cast.tomas, cast.marcus, None), strict=True):
        entry.place(tier=None, ae=ae, outcome=Outcome.CANDIDATE, by=cast.ines, at=NOW)
    nominate_all(entries[:1], Priority.HIGH, "Tender is out", by=cast.tomas, at=NOW)
    entries[2].assess(Readiness.READY, "", by=cast.priya, at=NOW)
    ground.session.commit()

    def waits(person: User) -> list[str]:
        web.sign_in(person)
        page = text(web.get(f"{LIST}?missing=mine"))
        return [one.name for one in ground.accounts if one.name in page]

    assert waits(cast.tomas) == ["Company 0001"]
    assert waits(cast.ines) == ["Company 0001", "Company 0002", "Company 0003"]
    assert waits(cast.priya) == ["Company 0000", "Company 0001", "Company 0003"]
    assert waits(cast.wen) == []
    with web.client.application.test_request_context():
        owed = waiting_for(ground.session, cast.tomas, cast.organisation)
        assert [(one.verb, one.object, one.href) for one in owed] == [
            ("Nominate", "1 account for 2026-q4", f"{LIST}?missing=mine")
        ]


def test_the_draft_narrows_by_motion_and_by_what_changed_since_it_was_signed(web: Web, ground: Ground) -> None:
    entries = [ground.put_in(one, at=BEFORE) for one in ground.accounts[:4]]
    ground.agree(at=BEFORE)
    cast = ground.cast
    entries[0].place(tier=2, ae=cast.tomas, outcome=Outcome.IN, by=cast.ines, at=NOW)
    ground.take_out(entries[1])
    entries[2].aim(motion="expansion", with_children=False, by=cast.ines, at=NOW)
    ground.target_list.enter(ground.accounts[4], by=cast.ines, at=NOW)
    ground.session.commit()
    web.sign_in(cast.ines)
    changed = web.get(f"{LIST}?changed=yes").text
    assert [f"entry-{one.public_id}" in changed for one in entries] == [True, True, True, False]
    assert "Company 0004" not in changed  # a candidate changes nothing that was signed
    expansion = web.get(f"{LIST}?motion=expansion").text
    assert [f"entry-{one.public_id}" in expansion for one in entries] == [False, False, True, False]


def test_what_is_known_of_an_accounts_contacts_stands_where_marketing_judges_it(web: Web, ground: Ground) -> None:
    entry = ground.put_in(ground.accounts[0])
    by, account = ground.cast.wen, ground.accounts[0]
    quality = add_contact(account, name="Q", email="q@x.example", buying_role=BuyingRole.CHAMPION, by=by, at=NOW)
    add_contact(account, name="R", email="r@x.example", buying_role=BuyingRole.CHAMPION, by=by, at=NOW)
    add_contact(account, name="S", phone="1", buying_role=BuyingRole.USER, by=by, at=NOW)
    add_contact(account, name="T", email="t@x.example", by=by, at=NOW)
    left = add_contact(account, name="U", email="u@x.example", buying_role=BuyingRole.BLOCKER, by=by, at=NOW)
    left.archive(by=by, at=NOW)
    quality.opt_out("email", by=by, at=NOW)
    ground.session.commit()
    assert reach_of(ground.session, account.id) == Reach(4, roles=2, by_email=2, by_phone=1, opted_out=1)
    web.sign_in(ground.cast.priya)
    wanted = ground.target_list.policies[0].roles_wanted
    assert f"2 of {wanted} roles, 2 reachable by e-mail" in text(web.get(LIST))
    page = text(web.get(at(entry)))
    assert f"2 of {wanted} that tier 1 asks for" in page
    account.leave_alone("They asked for peace", until=None, by=by, at=NOW)
    ground.session.commit()
    assert "do not approach" in text(web.get(LIST))
    assert "They asked for peace" in text(web.get(at(entry)))


@pytest.mark.parametrize(
    ("reach", "wanted", "words"),
    [
        (Reach(), 5, "no contact known"),
        (Reach(3, 3, 2), 5, "3 of 5 roles, 2 reachable by e-mail"),
        (Reach(1, 1, 0), None, "1 role, 0 reachable by e-mail"),
    ],
)
def test_reach_in_words(reach: Reach, wanted: int | None, words: str) -> None:
    assert reach.words(wanted) == words


def test_an_address_keeps_no_empty_filter(web: Web, ground: Ground) -> None:
    candidates(ground, 1)
    web.sign_in(ground.cast.vera)
    assert web.get(f"{LIST}?q=&tier=2&ae=").location == f"{LIST}?tier=2"
    ground.session.rollback()
    answer = web.client.get(f"{LIST}?q=&tier=none", headers={"HX-Request": "true", "HX-Target": "grid"})
    assert answer.headers["HX-Push-Url"] == f"{LIST}?tier=none"
    assert answer.text.strip().startswith('<div id="grid"')
