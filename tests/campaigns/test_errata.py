"""Slips of the pen are corrected beside a version, whose bytes and approval stay."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from abm.campaigns.errata import correct_slip, fault_of, meant, strike
from abm.campaigns.kinds import Section
from abm.kit.rules import RuleBroken
from tests.campaigns.world import ADDRESS, NOW, Signed, World


def test_a_slip_is_corrected_beside_the_version_whose_bytes_and_approval_stay(world: World) -> None:
    campaign = world.draft()
    campaign.change(Section.MESSAGE, by=world.cast.priya, at=NOW, message="A late alram costs a load.")
    world.approved(campaign)
    version = campaign.approved
    assert version is not None
    content, digest = version.content, version.digest
    erratum = correct_slip(
        campaign, version, section=Section.MESSAGE, wrong="alram", reads="alarm", by=world.cast.priya, at=NOW
    )
    world.session.flush()
    assert (version.content, version.digest) == (content, digest)
    assert campaign.message == "A late alarm costs a load."
    assert meant(campaign, version).message == campaign.message
    assert campaign.left_behind() == [], "the approval covers it still"
    world.launch(campaign)
    strike(erratum, by=world.cast.ines, at=NOW)
    assert campaign.left_behind() == [Section.MESSAGE]
    with pytest.raises(RuleBroken, match="objected to this correction already"):
        strike(erratum, by=world.cast.ines, at=NOW)


@pytest.mark.parametrize(
    ("wrong", "reads", "fault"),
    [
        ("teh load", "the load", ""),
        ("alarm, costs", "alarm costs", ""),
        ("4 lanes", "6 lanes", "It changes a figure"),
        ("5 %", "5 €", "It changes a figure"),
        ("Halden", "Halden", "Write the words as they should read"),
        ("is safe", "is not safe", "It turns a sentence round"),
        ("Orbis", "Tarns", "It changes which account is named"),
        ("we promise", "we guarantee", "More than 4 letters differ"),
        ("a load", "a load of fish and meat", "It says more, or less"),
        ("x" * 121, "y" * 121, "A slip is short"),
    ],
)
def test_only_a_slip_of_the_pen_is_an_erratum(wrong: str, reads: str, fault: str) -> None:
    found = fault_of(wrong, reads, names=["Orbis"])
    assert found.startswith(fault) if fault else found == ""


@pytest.mark.parametrize(
    ("section", "wrong", "sentence"),
    [
        (Section.MESSAGE, "no such words", "do not stand in the message of this version"),
        (Section.MESSAGE, "a", "write some more around them"),
        (Section.BUDGET, "1", "The budget is no text"),
    ],
)
def test_the_words_of_a_slip_stand_in_the_version(world: World, section: Section, wrong: str, sentence: str) -> None:
    campaign, version = world.submitted()
    with pytest.raises(RuleBroken, match=sentence):
        correct_slip(campaign, version, section=section, wrong=wrong, reads="b", by=world.cast.priya, at=NOW)


def test_what_an_erratum_says_never_changes(world: World) -> None:
    campaign, version = world.submitted()
    facts = {"wrong": "load", "reads": "lode", "by": world.cast.priya, "at": NOW}
    correct_slip(campaign, version, section=Section.MESSAGE, **facts)  # type: ignore[arg-type]
    world.session.flush()
    for statement in ("UPDATE erratum SET reads = 'lot'", "DELETE FROM erratum"):
        with pytest.raises(IntegrityError), world.session.begin_nested():
            world.session.execute(text(statement))


def test_a_slip_is_corrected_and_objected_to_on_the_page(world: World, as_: Signed) -> None:
    priya, ines = as_("priya"), as_("ines")
    sent = {"section": "message", "wrong": "costs a load", "reads": "costs a lode"}
    assert priya.post(f"{ADDRESS}/plan/versions/1/errata", data=sent | {"reads": "costs 5 loads"}).status_code == 422
    assert priya.post(f"{ADDRESS}/plan/versions/1/errata", data=sent).status_code == 303
    page = ines.get(f"{ADDRESS}/review").text
    assert "Erratum: “costs a load” reads “costs a lode”" in page
    (public_id,) = re.findall(rf"{ADDRESS}/errata/([\w-]+)/objections", page)
    assert ines.post(f"{ADDRESS}/errata/{public_id}/objections").status_code == 303
    assert "struck by Ines Calder" in priya.get(f"{ADDRESS}/plan/versions/1").text
