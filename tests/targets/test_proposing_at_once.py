"""Somebody decides while a draft is being proposed: what is weighed is the very content that is frozen."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import update

from abm.kit.db import db
from abm.kit.rules import RuleBroken
from abm.targets import models
from abm.targets.content import Content
from abm.targets.models import Entry, Outcome
from tests.targets.conftest import NOW, Ground


@pytest.fixture
def on_postgresql(ground: Ground) -> Ground:
    """Where a statement sees what was committed since the one before it. SQLite has one writer at a time."""
    if db.engine.dialect.name == "sqlite":
        pytest.skip("One writer at a time.")
    return ground


def decided_after_reading(monkeypatch: pytest.MonkeyPatch, entry: int, **decision: Any) -> None:
    """Have somebody decide an entry, and commit, as soon as the draft was read."""
    read = models.draft_content

    def read_and_decide(*asked: Any) -> Content:
        content = read(*asked)
        with db.engine.begin() as other:
            other.execute(update(Entry).where(Entry.id == entry).values(**decision))
        return content

    monkeypatch.setattr(models, "draft_content", read_and_decide)


def test_an_account_that_comes_in_too_late_does_not_let_an_empty_list_pass(
    on_postgresql: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    ground, tomas = on_postgresql, on_postgresql.cast.tomas
    entry = ground.target_list.enter(ground.accounts[0], by=ground.cast.ines, at=NOW, tier=1, ae=tomas)
    ground.session.commit()
    decided_after_reading(monkeypatch, entry.id, outcome=Outcome.IN)
    with pytest.raises(RuleBroken, match="No account is in yet"):
        ground.propose()


def test_an_account_that_goes_out_too_late_does_not_hide_that_a_tier_is_too_full(
    on_postgresql: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    ground = on_postgresql
    first = ground.put_in(ground.accounts[0], tier=1)
    ground.put_in(ground.accounts[1], tier=1)
    ground.target_list.policies[0].change(max_accounts=1, max_per_ae=5, by=ground.cast.ines, at=NOW)
    ground.session.commit()
    decided_after_reading(monkeypatch, first.id, outcome=Outcome.OUT, reason="Bought by a rival")
    with pytest.raises(RuleBroken, match="Tier 1 has 2 accounts where 1 fit"):
        ground.propose()
