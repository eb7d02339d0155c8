"""The draft on the web: both sides' words, where entries are placed, and what stops a proposal."""

from __future__ import annotations

import re

from sqlalchemy import select

from abm.targets.models import Entry, Motion, Outcome
from tests.targets.browsing import LIST, text
from tests.targets.conftest import NOW, Ground, Web


def test_a_quarter_without_a_list_offers_to_start_it(web: Web, ground: Ground) -> None:
    web.sign_in(ground.cast.ines)
    page = web.get("/quarters/2027-q1/list")
    assert "Start the list" in text(page)
    answer = web.post("/quarters/2027-q1/list", data={"idempotency_key": "k" * 32})
    assert answer.status_code == 303
    again = web.post("/quarters/2027-q1/list", data={"idempotency_key": "k" * 32})
    assert again.location == answer.location
    assert web.post("/quarters/2027-q1/list").status_code == 409
    assert web.post("/quarters/2026-q3/list").status_code == 409


def test_an_ae_nominates_a_marketer_assesses_and_a_viewer_only_reads(web: Web, ground: Ground) -> None:
    entry = ground.put_in(ground.accounts[0])
    ground.session.commit()
    address = f"{LIST}/entries/{entry.public_id}"
    nomination = {"priority": "high", "why": "Tender is out"}
    assessment = {"readiness": "ready", "why": ""}
    for person, nominates, assesses in (
        (ground.cast.tomas, 303, 403),
        (ground.cast.ines, 303, 403),
        (ground.cast.priya, 403, 303),
        (ground.cast.vera, 403, 403),
    ):
        web.sign_in(person)
        assert web.get(address).status_code == 200
        nominated = web.post(f"{address}/nominations", data=nomination)
        assessed = web.post(f"{address}/assessments", data=assessment)
        assert (nominated.status_code, assessed.status_code) == (nominates, assesses)
        if nominates == 403:
            assert "CRO, Sales manager, AE may" in text(nominated)
    page = text(web.get(LIST))
    assert "Tender is out" in page
    assert "Ready" in page


def test_a_word_without_its_reason_comes_back_with_what_was_typed(web: Web, ground: Ground) -> None:
    entry = ground.put_in(ground.accounts[0])
    ground.session.commit()
    web.sign_in(ground.cast.tomas)
    answer = web.post(f"{LIST}/entries/{entry.public_id}/nominations", data={"priority": "low", "why": " "})
    assert answer.status_code == 422
    assert "Say why you want this account" in text(answer)
    assert re.search(r'<option[^>]*selected[^>]*value="low"|value="low"[^>]*selected', answer.get_data(as_text=True))


def placement(entry: Entry, **fields: str) -> dict[str, str]:
    ae = entry.ae.public_id if entry.ae else ""
    shown = {"tier": str(entry.tier or ""), "ae": ae, "motion": "new", "outcome": entry.outcome.value, "reason": ""}
    return {**shown, "revision": str(entry.revision), **fields}


def test_two_who_place_an_entry_from_one_page_give_one_decision_and_a_conflict(web: Web, ground: Ground) -> None:
    entry = ground.put_in(ground.accounts[0])
    ground.session.commit()
    seen = entry.revision
    address = f"{LIST}/entries/{entry.public_id}/placements"
    web.sign_in(ground.cast.ines)
    assert web.post(address, data=placement(entry, tier="2", revision=str(seen))).status_code == 303
    web.sign_in(ground.cast.priya)
    answer = web.post(address, data=placement(entry, tier="3", revision=str(seen)))
    assert answer.status_code == 409
    assert "Tier Tier 2 Tier 3" in text(answer)
    ground.session.rollback()
    ground.session.refresh(entry)
    assert entry.tier == 2


def test_what_is_wanted_of_the_account_is_not_overwritten_from_an_older_page(web: Web, ground: Ground) -> None:
    entry = ground.put_in(ground.accounts[0])
    ground.session.commit()
    address, older = f"{LIST}/entries/{entry.public_id}/placements", placement(entry)
    web.sign_in(ground.cast.ines)
    assert web.post(address, data={**older, "motion": "expansion"}).status_code == 303
    web.sign_in(ground.cast.priya)
    refused = web.post(address, data={**older, "motion": "win back", "with_children": "y"})
    assert refused.status_code == 409
    assert "Motion Expansion Win back" in text(refused)
    assert "Together with the companies below it no yes" in text(refused)
    ground.session.refresh(entry)
    assert (entry.motion, entry.with_children) == (Motion.EXPANSION, False)
    again = {**older, "motion": "win back", "with_children": "y", "revision": str(entry.revision)}
    assert web.post(address, data=again).status_code == 303
    ground.session.refresh(entry)
    assert (entry.motion, entry.with_children) == (Motion.WIN_BACK, True)


def test_a_decision_of_tier_and_motion_from_one_page_is_saved_whole(web: Web, ground: Ground) -> None:
    entry = ground.put_in(ground.accounts[0])
    ground.session.commit()
    web.sign_in(ground.cast.ines)
    sent = placement(entry, tier="2", motion="expansion")
    assert web.post(f"{LIST}/entries/{entry.public_id}/placements", data=sent).status_code == 303
    ground.session.refresh(entry)
    assert (entry.tier, entry.motion) == (2, Motion.EXPANSION)


def test_one_decision_for_several_is_all_or_nothing(web: Web, ground: Ground) -> None:
    entries = [ground.target_list.enter(account, by=ground.cast.ines, at=NOW) for account in ground.accounts[:3]]
    ground.session.commit()
    web.sign_in(ground.cast.ines)
    ticked = [entry.public_id for entry in entries[:2]]
    refused = web.post(f"{LIST}/decisions", data={"entries": ticked, "set_outcome": "in", "set_tier": "2"})
    assert refused.status_code == 422
    assert "Choose the AE" in text(refused)
    for lacking, mend in (({"set_outcome": "in"}, "Tick the accounts"), ({"entries": ticked}, "Choose what to change")):
        nothing = web.post(f"{LIST}/decisions", data=lacking)
        assert nothing.status_code == 422
        assert mend in text(nothing)
    ae = ground.cast.marcus.public_id
    fields = {"entries": ticked, "set_outcome": "in", "set_tier": "2", "set_ae": ae}
    assert web.post(f"{LIST}/decisions", data=fields).status_code == 303
    ground.session.rollback()
    ground.session.expire_all()
    assert [(one.tier, one.outcome) for one in entries] == [(2, Outcome.IN), (2, Outcome.IN), (None, Outcome.CANDIDATE)]
    everything = {"everything": "y", "q": "Company 0002", "set_tier": "1"}
    assert web.post(f"{LIST}/decisions", data=everything).status_code == 303
    ground.session.rollback()
    ground.session.expire_all()
    assert [one.tier for one in entries] == [2, 2, 1]


def test_candidates_are_added_by_ticks_or_by_search(web: Web, ground: Ground) -> None:
    web.sign_in(ground.cast.priya)
    page = web.get(f"{LIST}/candidates?q=company+0001")
    assert "Company 0001" in text(page)
    assert "Company 0002" not in text(page)
    assert web.post(f"{LIST}/entries", data={"accounts": []}).status_code == 422
    one = ground.accounts[1].public_id
    assert web.post(f"{LIST}/entries", data={"accounts": [one]}).status_code == 303
    everything = web.post(f"{LIST}/entries", data={"everything": "y", "q": "", "tier": "3"})
    assert everything.status_code == 303
    assert ground.session.scalars(select(Entry.tier).order_by(Entry.id)).all() == [None, 3, 3, 3, 3, 3]


def test_a_candidate_is_planned_with_the_ae_who_answers_for_it(web: Web, ground: Ground) -> None:
    ground.accounts[0].assign(ground.cast.tomas, first_day=NOW.date(), by=ground.cast.ines, at=NOW)
    ground.session.commit()
    web.sign_in(ground.cast.priya)
    assert web.post(f"{LIST}/entries", data={"everything": "y", "q": ""}).status_code == 303
    planned = ground.session.scalars(select(Entry.ae_id).order_by(Entry.account_id)).all()
    assert planned == [ground.cast.tomas.id, *[None] * 5]


def test_what_stops_a_proposal_is_listed_and_accepted_by_a_seat(web: Web, ground: Ground) -> None:
    ground.target_list.policies[0].change(max_accounts=1, by=ground.cast.ines, at=NOW)
    for account in ground.accounts[:2]:
        ground.put_in(account)
    ground.session.commit()
    web.sign_in(ground.cast.ines)
    assert "Tier 1 has 2 accounts where 1 fit" in text(web.get(LIST))
    assert web.post(f"{LIST}/versions").status_code == 409
    waiver = {"what": "tier:1", "reason": "A launch in December"}
    refused = web.post(f"{LIST}/waivers", data=waiver)
    assert refused.status_code == 403
    assert "Amara Osei (CMO)" in text(refused)
    web.sign_in(ground.cast.amara)
    assert web.post(f"{LIST}/waivers", data={**waiver, "reason": ""}).status_code == 422
    assert web.post(f"{LIST}/waivers", data={**waiver, "what": "tier:9"}).status_code == 422
    assert web.post(f"{LIST}/waivers", data=waiver).status_code == 303
    assert "A launch in December" in text(web.get(LIST))
    assert web.post(f"{LIST}/versions").location == f"{LIST}/versions/1"


def terms_as_shown(web: Web, ground: Ground) -> dict[str, str]:
    """What the form of the tier policy sends as it stands, with what it knows them by."""
    seen = re.search(r'name="seen"[^>]*value="([0-9a-f]+)"', web.get(f"{LIST}/policy").text)
    assert seen is not None
    ground.session.expire_all()
    terms = {
        f"tier_{policy.tier}_{name}": str(getattr(value, "value", value))
        for policy in ground.target_list.policies
        for name, value in vars(policy.terms).items()
    }
    ground.session.rollback()
    return {**terms, "seen": seen[1]}


def test_who_saves_an_older_policy_sees_what_somebody_else_made_of_it(web: Web, ground: Ground) -> None:
    web.sign_in(ground.cast.ines)
    older = {**terms_as_shown(web, ground), "tier_2_max_accounts": "40"}
    assert web.post(f"{LIST}/policy", data={**older, "tier_2_max_accounts": "60"}).status_code == 303
    refused = web.post(f"{LIST}/policy", data=older)
    assert refused.status_code == 409
    assert "Tier 2, Accounts at most: Somebody else made it 60 meanwhile." in text(refused)
    assert "data-conflict" in refused.text
    assert 'value="40"' in refused.text  # nothing that was typed is lost
    knowing = {**older, "seen": terms_as_shown(web, ground)["seen"]}
    assert web.post(f"{LIST}/policy", data=knowing).status_code == 303
    assert "incomplete" in text(web.post(f"{LIST}/policy", data={**older, "seen": ""}))


def test_the_policy_says_which_number_is_wrong(web: Web, ground: Ground) -> None:
    web.sign_in(ground.cast.ines)
    terms = terms_as_shown(web, ground)
    assert web.post(f"{LIST}/policy", data=terms).status_code == 303
    wrong = web.post(f"{LIST}/policy", data={**terms, "tier_2_max_accounts": "many"})
    assert wrong.status_code == 422
    assert "Tier 2, Accounts at most" in text(wrong)
    assert web.post(f"{LIST}/policy", data={**terms, "tier_2_max_accounts": "40"}).status_code == 303
    assert ground.session.scalar(select(Entry.id)) is None
    ground.session.rollback()
    ground.session.expire_all()
    assert ground.target_list.policies[1].max_accounts == 40
