"""Editing in the table: one cell at a time, with the figures that move, and no decision lost when two edit at once."""

from __future__ import annotations

import re

from sqlalchemy import select

from abm.audit.models import Event
from abm.targets.models import Outcome
from tests.targets.browsing import LIST, text
from tests.targets.building import at, candidates, fresh, open_in_table, send_from_table
from tests.targets.conftest import Ground, Web


def test_a_cell_opens_is_decided_and_its_row_comes_back_with_focus_and_figures(web: Web, ground: Ground) -> None:
    entry = ground.put_in(ground.accounts[0], tier=2)
    ground.session.commit()
    web.sign_in(ground.cast.ines)
    opened = open_in_table(web, at(entry, "/cells/tier"))
    body = opened.get_data(as_text=True)
    assert body.strip().startswith(f'<tr id="entry-{entry.public_id}"')
    assert 'name="seen" type="hidden" value="2"' in body
    assert re.search(r'aria-pressed="true"[^>]*data-takes-focus[^>]*>Tier 2<', body)
    saved = send_from_table(web, at(entry, "/cells/tier"), {"value": "1", "seen": "2"})
    assert saved.status_code == 200
    body = saved.get_data(as_text=True)
    assert re.search(r'cells/tier" data-takes-focus', body)
    for moved in ("figures", "capacity-body", "propose-body", "messages"):
        assert re.search(rf'id="{moved}"[^>]* hx-swap-oob="true"', body), moved
    assert f"Tier 1 1 of {ground.target_list.policies[0].max_accounts}" in text(saved)
    assert fresh(ground, entry).tier == 1
    event = ground.session.scalars(select(Event).order_by(Event.id.desc()).limit(1)).one()
    assert (event.verb, event.before, event.after) == ("placed", {"tier": 2}, {"tier": 1})


def test_two_who_decide_the_same_cell_get_one_decision_and_a_choice_between_both_values(
    web: Web, ground: Ground
) -> None:
    entry = ground.put_in(ground.accounts[0], tier=1)
    ground.session.commit()
    web.sign_in(ground.cast.ines)
    assert send_from_table(web, at(entry, "/cells/tier"), {"value": "2", "seen": "1"}).status_code == 200
    web.sign_in(ground.cast.priya)
    conflict = send_from_table(web, at(entry, "/cells/tier"), {"value": "3", "seen": "1"})
    assert conflict.status_code == 409
    said = text(conflict)
    assert "Theirs, as it stands: Tier 2" in said
    assert "Yours, not saved: Tier 3" in said
    assert "Take mine" in said
    assert "Keep theirs" in said
    assert fresh(ground, entry).tier == 2
    seen, value = (re.search(rf'name="{name}"[^>]* value="(\d)"', conflict.text) for name in ("seen", "value"))
    assert (seen and seen[1], value and value[1]) == ("2", "3")
    assert send_from_table(web, at(entry, "/cells/tier"), {"value": "3", "seen": "2"}).status_code == 200
    assert fresh(ground, entry).tier == 3


def test_two_who_decide_different_cells_of_an_entry_are_both_heard(web: Web, ground: Ground) -> None:
    entry = ground.put_in(ground.accounts[0], tier=1)
    ground.session.commit()
    web.sign_in(ground.cast.ines)
    assert send_from_table(web, at(entry, "/cells/tier"), {"value": "2", "seen": "1"}).status_code == 200
    marcus, tomas = ground.cast.marcus.public_id, ground.cast.tomas.public_id
    assert send_from_table(web, at(entry, "/cells/ae"), {"value": marcus, "seen": tomas}).status_code == 200
    out = {"value": "out", "reason": "Bought by a rival", "seen": "in"}
    assert send_from_table(web, at(entry, "/cells/outcome"), out).status_code == 200
    found = fresh(ground, entry)
    assert (found.tier, found.ae, found.outcome, found.reason) == (
        2,
        ground.cast.marcus,
        Outcome.OUT,
        "Bought by a rival",
    )


def test_who_decides_what_somebody_else_has_decided_meanwhile_gets_no_conflict(web: Web, ground: Ground) -> None:
    entry = ground.put_in(ground.accounts[0], tier=1)
    ground.session.commit()
    web.sign_in(ground.cast.ines)
    for _ in range(2):
        assert send_from_table(web, at(entry, "/cells/tier"), {"value": "2", "seen": "1"}).status_code == 200
    assert fresh(ground, entry).tier == 2


def test_two_different_reasons_for_out_collide_and_coming_in_again_forgets_the_reason(web: Web, ground: Ground) -> None:
    entry = ground.put_in(ground.accounts[0])
    ground.session.commit()
    web.sign_in(ground.cast.ines)
    cell = at(entry, "/cells/outcome")
    assert send_from_table(web, cell, {"value": "out", "reason": "Too small", "seen": "in"}).status_code == 200
    conflict = send_from_table(web, cell, {"value": "out", "reason": "No budget", "seen": "in"})
    assert conflict.status_code == 409
    assert "Theirs, as it stands: Out (Too small)" in text(conflict)
    assert "Yours, not saved: Out (No budget)" in text(conflict)
    assert send_from_table(web, cell, {"value": "in", "seen": "out: Too small"}).status_code == 200
    found = fresh(ground, entry)
    assert (found.outcome, found.reason) == (Outcome.IN, "")


def test_a_cell_that_breaks_a_rule_stays_open_and_says_how_to_mend_it(web: Web, ground: Ground) -> None:
    entry = candidates(ground, 1)[0]
    web.sign_in(ground.cast.ines)
    for said, mend in (
        ({"value": "out", "reason": " ", "seen": "candidate"}, "Say why it is out."),
        ({"value": "in", "seen": "candidate"}, "Choose the tier before it is in."),
        ({"value": "perhaps", "seen": "candidate"}, "Choose one of the list."),
    ):
        answer = send_from_table(web, at(entry, "/cells/outcome"), said)
        assert answer.status_code == 422
        assert mend in text(answer)
        assert "data-cell" in answer.text
    assert fresh(ground, entry).outcome is Outcome.CANDIDATE


def test_a_voice_is_given_in_the_row_by_whose_side_it_is(web: Web, ground: Ground) -> None:
    entry = candidates(ground, 1)[0]
    web.sign_in(ground.cast.tomas)
    assert "Save" in text(open_in_table(web, at(entry, "/cells/nomination")))
    for other in ("tier", "ae", "outcome", "assessment"):
        assert open_in_table(web, at(entry, f"/cells/{other}")).status_code == 403
    nothing = send_from_table(web, at(entry, "/nominations"), {"priority": "high", "why": " "})
    assert nothing.status_code == 422
    assert "Say why you want this account." in text(nothing)
    said = send_from_table(web, at(entry, "/nominations"), {"priority": "high", "why": "Tender is out"})
    assert said.status_code == 200
    assert "Tender is out" in text(said)
    assert "Sales 1 of 1 0 without its word Marketing 0 of 1 1 without its word" in text(said)
    web.sign_in(ground.cast.priya)
    said = send_from_table(web, at(entry, "/assessments"), {"readiness": "needs work", "why": "One contact"})
    assert "Marketing 1 of 1 0 without its word" in text(said)


def test_without_script_a_cell_leads_to_the_entry_and_a_form_comes_back_to_filter_and_row(
    web: Web, ground: Ground
) -> None:
    entry = candidates(ground, 1)[0]
    web.sign_in(ground.cast.ines)
    opened = web.get(at(entry, "/cells/tier?outcome=candidate&nonsense=1"))
    assert opened.status_code == 302
    assert opened.location == at(entry, "?outcome=candidate#place")
    placed = {"tier": "2", "ae": "", "motion": "new", "outcome": "candidate", "reason": "", "revision": "1"}
    saved = web.post(at(entry, "/placements?outcome=candidate&q=company"), data=placed)
    assert saved.location == f"{LIST}?q=company&outcome=candidate#entry-{entry.public_id}"
    words = {"priority": "high", "why": "Tender is out"}
    said = web.post(at(entry, "/nominations?missing=sales"), data=words)
    assert said.location == f"{LIST}?missing=sales#entry-{entry.public_id}"


def test_leaving_a_cell_shows_the_row_as_it_stands(web: Web, ground: Ground) -> None:
    entry = candidates(ground, 1)[0]
    web.sign_in(ground.cast.ines)
    closed = open_in_table(web, at(entry, "/cells/ae/closed"))
    assert re.search(r'cells/ae" data-takes-focus', closed.text)
    assert "data-cell" not in closed.text
    assert web.get(at(entry, "/cells/ae/closed")).location == f"{LIST}#entry-{entry.public_id}"
