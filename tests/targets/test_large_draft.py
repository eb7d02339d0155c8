"""A draft of 2,000 entries: the page, its filter and an edit ask few questions and send little; views are kept."""

from __future__ import annotations

import gzip

import pytest
from flask import Flask
from sqlalchemy import func, select

from abm.kit.db import db
from abm.kit.rules import RuleBroken
from abm.people.saved_views import MOST, SavedView, save_view
from abm.targets.kinds import Priority
from abm.targets.models import Entry
from abm.targets.together import nominate_all
from tests.counting import statements
from tests.targets.browsing import LIST, text
from tests.targets.building import IN_TABLE, at, fresh, large_draft
from tests.targets.conftest import NOW, Ground, MakeAccounts, Web


def test_page_filter_and_edit_of_two_thousand_entries_ask_at_most_twelve_questions(
    app: Flask, web: Web, ground: Ground, companies: MakeAccounts
) -> None:
    entries = large_draft(ground, companies, 2000)
    nominate_all(entries[:75], Priority.HIGH, "Tender for reefer tracking is out", by=ground.cast.tomas, at=NOW)
    ground.target_list.policies[2].change(max_accounts=5000, max_per_ae=5000, by=ground.cast.ines, at=NOW)
    ground.agree()
    ground.session.commit()
    web.sign_in(ground.cast.ines)
    with app.app_context():
        engine = db.engine
    marcus, tomas = ground.cast.marcus.public_id, ground.cast.tomas.public_id
    asked: dict[str, tuple[str, dict[str, str], dict[str, str] | None]] = {
        "page": (LIST, {}, None),
        "next page": (f"{LIST}?after={entries[149].public_id}&missing=mine&changed=yes", {}, None),
        "filter": (f"{LIST}?q=company&tier=3&missing=mine", {**IN_TABLE, "HX-Target": "grid"}, None),
        "open": (f"{at(entries[7])}/cells/ae", IN_TABLE, None),
        "edit": (f"{at(entries[7])}/cells/tier", IN_TABLE, {"value": "2", "seen": "3"}),
        "edit AE": (f"{at(entries[7])}/cells/ae", IN_TABLE, {"value": marcus, "seen": tomas}),
        "entry": (at(entries[7]), {}, None),
    }
    counted, sizes = {}, {}
    web.get("/")
    for name, (address, headers, data) in asked.items():
        with statements(engine) as sent:
            answer = web.client.open(address, method="POST" if data else "GET", data=data, headers=headers)
        assert answer.status_code == 200, name
        counted[name], sizes[name] = len(sent), len(gzip.compress(answer.data))
    assert max(counted.values()) <= 12, counted
    assert sizes["page"] <= 20_000, sizes
    assert sizes["edit"] <= 3_000, sizes
    assert fresh(ground, entries[7]).tier == 2


def test_two_thousand_are_decided_and_nominated_together_in_a_few_statements(
    app: Flask, web: Web, ground: Ground, companies: MakeAccounts
) -> None:
    large_draft(ground, companies, 2000)
    web.sign_in(ground.cast.ines)
    with app.app_context():
        engine = db.engine
    everything = {"everything": "y", "set_tier": "2"}
    with statements(engine) as sent:
        assert web.post(f"{LIST}/decisions?tier=3", data=everything).status_code == 303
    assert len([one for one in sent if one.startswith("SELECT")]) <= 12
    assert ground.session.scalar(select(func.count(Entry.id)).where(Entry.tier == 2)) == 2000
    ground.session.rollback()
    words = {"everything": "y", "priority": "low", "why": "All of them are in the region"}
    with statements(engine) as sent:
        assert web.post(f"{LIST}/nominations", data=words).status_code == 303
    assert len([one for one in sent if one.startswith("SELECT")]) <= 12


def test_a_view_is_kept_under_a_name_shown_to_its_owner_alone_and_removed(web: Web, ground: Ground) -> None:
    cast = ground.cast
    web.sign_in(cast.priya)
    address = f"{LIST}?tier=1&missing=marketing&after=&nonsense=x"
    kept = web.post(f"{LIST}/views?tier=1&missing=marketing&after={'a' * 16}", data={"name": "My tier 1"})
    assert kept.status_code == 303
    view = ground.session.scalars(select(SavedView)).one()
    assert (view.name, view.query, view.page) == ("My tier 1", "tier=1&missing=marketing", "target list")
    public_id = view.public_id
    page = web.get(LIST).text
    assert f'href="{LIST}?tier=1&amp;missing=marketing">My tier 1</a>' in page
    assert web.get(address).status_code == 302
    web.post(f"{LIST}/views?tier=2", data={"name": "My tier 1"})
    ground.session.rollback()
    assert [one.query for one in ground.session.scalars(select(SavedView))] == ["tier=2"]
    for name, query, mend in (("", "?tier=1", "Write a name"), ("Everything", "", "choose a filter first")):
        refused = web.post(f"{LIST}/views{query}", data={"name": name})
        assert (refused.status_code, mend in text(refused)) == (422, True)
    web.sign_in(cast.ines)
    assert "My tier 1" not in web.get(LIST).text
    assert web.post(f"{LIST}/views/{public_id}/removals").status_code == 404
    web.sign_in(cast.priya)
    assert web.post(f"{LIST}/views/{public_id}/removals").status_code == 303
    assert ground.session.scalars(select(SavedView)).all() == []


def test_nobody_keeps_more_views_than_one_chooses_from(ground: Ground) -> None:
    for number in range(MOST):
        save_view(ground.cast.priya, "target list", f"View {number}", "tier=1", at=NOW)
    with pytest.raises(RuleBroken, match="You keep 20 views here already"):
        save_view(ground.cast.priya, "target list", "One more", "tier=1", at=NOW)
    save_view(ground.cast.priya, "target list", "View 3", "tier=2", at=NOW)
    view = ground.session.scalars(select(SavedView).where(SavedView.name == "View 3")).one()
    with pytest.raises(RuleBroken, match="Only whose view it is"):
        view.remove(by=ground.cast.ines, at=NOW)
