"""Approving, and approving again: exactly what was read, and by whom it is asked."""

from __future__ import annotations

import re

from sqlalchemy import select

from abm.campaigns.reviews import ReviewComment, manager_voice
from tests.campaigns.world import ADDRESS, Signed, World

REMARKS = f"{ADDRESS}/plan/versions/1/remarks"


def test_approving_a_version_that_was_superseded_shows_what_changed(world: World, as_: Signed) -> None:
    ines, priya = as_("ines"), as_("priya")
    digest = re.search(r'name="digest" value="([0-9a-f]{64})"', ines.get(f"{ADDRESS}/review").text)
    assert digest
    priya.post(f"{ADDRESS}/sections/offer", data={"offer": "Something else."})
    priya.post(f"{ADDRESS}/submissions")
    stale = ines.post(f"{ADDRESS}/plan/versions/1/approvals", data={"digest": digest[1]})
    assert stale.status_code == 409
    assert "Something else." in stale.text
    world.session.rollback()
    assert world.session.scalars(select(ReviewComment)).all() == []


def test_who_never_approved_reads_the_whole_plan(world: World, as_: Signed) -> None:
    ines, priya = as_("ines"), as_("priya")
    digest = re.search(r'name="digest" value="([0-9a-f]{64})"', ines.get(f"{ADDRESS}/review").text)
    assert digest
    ines.post(f"{ADDRESS}/plan/versions/1/approvals", data={"digest": digest[1]})
    priya.post(f"{ADDRESS}/sections/offer", data={"offer": "Something else."})
    priya.post(f"{ADDRESS}/submissions")
    page = as_("renata").get(f"{ADDRESS}/review").text
    assert "Since version 1, approved by Ines Calder" in page
    assert "As in version 1" not in page
    assert "Approve version 2 again" not in page


def test_for_an_ae_without_a_manager_the_sales_seat_is_asked_too(world: World) -> None:
    world.cast.marcus.team = None
    world.session.flush()
    campaign, version = world.submitted()
    assert {voice.voice for voice in version.voices} == {manager_voice(world.cast.ines.public_id), "sales"}
    assert not world.approve(campaign, version), "Ines approves for hers alone"
    assert world.approve(campaign, version, world.cast.renata, seat=world.sales_seat)


def test_a_wording_on_an_approved_plan_says_what_it_costs(world: World, as_: Signed) -> None:
    ines, priya = as_("ines"), as_("priya")
    ines.post(REMARKS, data={"section": "message", "kind": "suggested wording", "suggestion": "Sooner is cheaper."})
    digest = re.search(r'name="digest" value="([0-9a-f]{64})"', ines.get(f"{ADDRESS}/review").text)
    assert digest
    ines.post(f"{ADDRESS}/plan/versions/1/approvals", data={"digest": digest[1]})
    assert "Applying it costs the approval of version 1." in priya.get(f"{ADDRESS}/review").text
