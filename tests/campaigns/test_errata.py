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
    ("frozen", "after"),
    [
        ("teh load is late", "the load is late"),
        ("A late alram costs.", "A late alarm costs."),
        ("the alarm, costs", "The alarm costs."),
        ("we see the the load", "we see the load"),
        ("every shiment of it", "every shipment of it"),
        ("the trailler comes", "the trailer comes"),
        ("a pilott on **two** lanes", "a pilot on two lanes"),
    ],
)
def test_a_slip_of_the_pen_is_an_erratum(frozen: str, after: str) -> None:
    assert fault_of(frozen, after, names=["Orbis Pharma"]) == ""


@pytest.mark.parametrize(
    ("frozen", "after", "fault"),
    [
        ("4 lanes", "6 lanes", "It changes a figure"),
        ("by 1.5 %", "by 15 %", "It changes a figure"),
        ("for 5 €", "for 5 $", "It changes a figure"),
        ("two lanes", "ten lanes", "“two” and “ten” are different words"),
        ("a four-week pilot", "a five-week pilot", "“four” and “five”"),
        ("by Friday", "by Monday", "“friday” and “monday”"),
        ("in May", "in March", "“may” and “march”"),
        ("paid in EUR", "paid in USD", "“eur” and “usd”"),
        ("a free month", "a paid month", "“free” and “paid”"),
        ("call them", "mail them", "“call” and “mail”"),
        ("we win", "we lose", "“win” and “lose”"),
        ("not before", "now before", "“not” and “now”"),
        ("it was lost", "it was cost", "“lost” and “cost”"),
        ("a pilot", "a depot", "“pilot” and “depot”"),
        ("Halden pays", "Holden pays", "It changes which account is named"),
        ("is safe", "is not safe", "It says more, or less"),
        ("a load", "a load of fish", "It says more, or less"),
    ],
)
def test_whatever_changes_the_meaning_is_none(frozen: str, after: str, fault: str) -> None:
    assert fault_of(frozen, after, names=["Halden Freight"]).startswith(fault)


def test_slips_never_add_up(world: World) -> None:
    campaign = world.draft()
    campaign.change(Section.MESSAGE, by=world.cast.priya, at=NOW, message="A pilot for all.")
    world.approved(campaign)
    version = campaign.approved
    assert version is not None
    said = {"section": Section.MESSAGE, "by": world.cast.priya, "at": NOW}
    correct_slip(campaign, version, wrong="pilot", reads="pitot", **said)  # type: ignore[arg-type]
    for wrong, reads in (("pitot", "depot"), ("pitot", "pivot")):
        if reads == "pivot":
            correct_slip(campaign, version, wrong=wrong, reads=reads, **said)  # type: ignore[arg-type]
            continue
        with pytest.raises(RuleBroken, match="“pilot” and “depot” are different words"):
            correct_slip(campaign, version, wrong=wrong, reads=reads, **said)  # type: ignore[arg-type]


def test_after_a_correction_there_is_nothing_new_to_submit(world: World, as_: Signed) -> None:
    priya = as_("priya")
    sent = {"section": "message", "wrong": "costs", "reads": "cossts"}
    assert priya.post(f"{ADDRESS}/plan/versions/1/errata", data=sent).status_code == 303
    assert "Submit to Sales" not in priya.get(ADDRESS).text
    again = priya.post(f"{ADDRESS}/submissions")
    assert again.status_code == 409
    assert "Version 1 says exactly this already" in again.text


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
    facts = {"wrong": "load", "reads": "looad", "by": world.cast.priya, "at": NOW}
    erratum = correct_slip(campaign, version, section=Section.MESSAGE, **facts)  # type: ignore[arg-type]
    strike(erratum, by=world.cast.ines, at=NOW)
    world.session.flush()
    undone = "UPDATE erratum SET struck_at = NULL, struck_by_id = NULL"
    for statement in ("UPDATE erratum SET reads = 'lot'", "DELETE FROM erratum", undone):
        with pytest.raises(IntegrityError), world.session.begin_nested():
            world.session.execute(text(statement))


def test_a_slip_is_corrected_and_objected_to_on_the_page(world: World, as_: Signed) -> None:
    priya, ines = as_("priya"), as_("ines")
    sent = {"section": "message", "wrong": "costs a load", "reads": "costs a looad"}
    assert priya.post(f"{ADDRESS}/plan/versions/1/errata", data=sent | {"reads": "costs 5 loads"}).status_code == 422
    assert priya.post(f"{ADDRESS}/plan/versions/1/errata", data=sent).status_code == 303
    page = ines.get(f"{ADDRESS}/review").text
    assert "Erratum: “costs a load” reads “costs a looad”" in page
    (public_id,) = re.findall(rf"{ADDRESS}/errata/([\w-]+)/objections", page)
    assert ines.post(f"{ADDRESS}/errata/{public_id}/objections").status_code == 303
    assert "struck by Ines Calder" in priya.get(f"{ADDRESS}/plan/versions/1").text
