"""A company is recognised by its name without trimmings and by its domain."""

from __future__ import annotations

import time

import pytest

from abm.accounts.identity import can_identify, clean_domain, normal_name
from abm.kit.rules import RuleBroken


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Halden Freight GmbH", "HALDEN FREIGHT"),
        ("Acme Corporation", "Acme Corp."),
        ("The Home Depot, Inc.", "Home Depot (The)"),
        ("Moët & Chandon S.A.", "Moet and Chandon SA"),
        ("Tiffany & Co.", "Tiffany"),
        ("Lowe’s Companies Inc", "Lowe's Companies"),
        ("U.S. Bancorp", "US Bancorp"),
        ("Straße AG", "STRASSE"),
    ],
)
def test_trimmings_do_not_tell_two_names_apart(one: str, other: str) -> None:
    assert normal_name(one) == normal_name(other)


@pytest.mark.parametrize(
    ("one", "other"), [("Halden Freight", "Halden Air"), ("United Oil & Gas, UK", "United Oil & Gas, Singapore")]
)
def test_names_of_different_companies_stay_different(one: str, other: str) -> None:
    assert normal_name(one) != normal_name(other)


def test_a_name_made_of_trimmings_keeps_them() -> None:
    assert normal_name("The Company") == "the company"
    assert normal_name("***") == ""


@pytest.mark.parametrize(
    ("text", "domain"),
    [
        ("https://www.Halden.com/about?x=1", "halden.com"),
        ("http:\\\\halden.com\\", "halden.com"),
        ("http:/www.halden.com", "halden.com"),
        ("halden.com:8080\n", "halden.com"),
        ("sales@halden.co.uk", "halden.co.uk"),
        ("MÜNCHEN.de", "xn--mnchen-3ya.de"),
    ],
)
def test_a_domain_is_found_in_what_people_write(text: str, domain: str) -> None:
    assert clean_domain(text) == domain


def test_a_page_on_a_host_identifies_nobody() -> None:
    assert can_identify("halden.com")
    assert not can_identify("play.google.com")
    assert not can_identify("halden.github.io")


@pytest.mark.parametrize("letter", ["a", ".", "-", "a.", "http:", "/", " ", "é", "\N{ZERO WIDTH JOINER}"])
def test_hostile_text_costs_no_time(letter: str) -> None:
    text = letter * (50_000 // len(letter))
    start = time.perf_counter()
    normal_name(text)
    with pytest.raises(RuleBroken):
        clean_domain(text + "!")
    assert time.perf_counter() - start < 0.05
