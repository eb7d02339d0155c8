"""A website becomes the domain that a company registered; hosts that many share identify nobody."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from abm.imports.reader import read_table
from abm.imports.values import CellFault
from abm.imports.websites import Website, website, websites


@pytest.mark.parametrize(
    ("cell", "domain"),
    [
        *(("http://3RoundStones.com", "3roundstones.com"), ("web.4dmapper.com", "4dmapper.com")),
        *(
            ("http:\\\\bulimbacreek.org.au", "bulimbacreek.org.au"),
            ("http:/www.cribandmatco.com.au", "cribandmatco.com.au"),
        ),
        *(("www.airblack.com\n", "airblack.com"), ("www.amia.com.mx/", "amia.com.mx"), ("//halden.com", "halden.com")),
        *(("https://user:secret@shop.Halden.com:8443/a?b#c", "halden.com"), ("halden.com:80", "halden.com")),
        *(("https://www.stock.walmart.com", "walmart.com"), ("https://investors.bestbuy.com/x.aspx", "bestbuy.com")),
        *(("münchen.de", "xn--mnchen-3ya.de"), ("HALDEN.CO.UK.", "halden.co.uk")),
    ],
)
def test_an_address_is_reduced_to_the_registered_domain(cell: str, domain: str) -> None:
    assert website("domain", cell) == Website(domain, identifies=True)


@pytest.mark.parametrize(
    ("cell", "domain"),
    [
        ("https://play.google.com/store/apps/details?id=tour.korea", "play.google.com"),
        ("https://itunes.apple.com/us/app/x/id465262611", "itunes.apple.com"),
        ("http://winwinsteel.wix.com/home", "winwinsteel.wix.com"),
        ("https://www.halden.github.io", "halden.github.io"),
        ("halden.wixsite.com", "halden.wixsite.com"),
        ("https://www.linkedin.com/company/halden", "linkedin.com"),
        ("facebook.com/halden", "facebook.com"),
    ],
)
def test_shared_hosts_are_kept_whole_and_identify_nobody(cell: str, domain: str) -> None:
    assert website("domain", cell) == Website(domain, identifies=False)


@pytest.mark.parametrize("cell", ["", " ", "-", "NA", "n/a", "none"])
def test_a_cell_may_say_nothing(cell: str) -> None:
    assert website("domain", cell) is None


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("halden freight.com", "it has a space in it"),
        ("wen@halden.com", "it is an e-mail address"),
        ("www.gongzone.rekr", "no web domain ends in .rekr"),
        ("co.uk", "it has no name before its ending"),
        *(
            (cell, "letters, digits, dashes and at least one dot")
            for cell in ("halden", "http://H^8>F8.6{.kr/", "192.168.0.1")
        ),
        *(
            (cell, "letters, digits, dashes and at least one dot")
            for cell in ("javascript:alert(1)", "=cmd", "a" * 300 + ".com")
        ),
    ],
)
def test_what_is_no_domain_says_why(cell: str, why: str) -> None:
    with pytest.raises(CellFault, match=r"write one like halden\.com, or leave it blank") as fault:
        website("domain", cell)
    assert why in fault.value.message


def test_a_cell_may_list_several() -> None:
    assert [one.domain for one in websites("domain", "halden.com, halden.se;www.halden.com")] == [
        "halden.com",
        "halden.se",
    ]
    assert [one.domain for one in websites("domain", "http://halden.com/a,b;c")] == ["halden.com"]


def test_the_korean_companies_do_not_merge_in_an_app_shop(shared_data: Path) -> None:
    table = read_table(io.BytesIO((shared_data / "opendata500/kr_companies.csv").read_bytes()))
    found, faults = [], []
    for cell in table.column(table.header.index("url")):
        try:
            found.append(website("domain", cell))
        except CellFault as fault:
            faults.append(fault.value)
    assert sum(one == Website("play.google.com", identifies=False) for one in found) == 35
    assert found.count(None) == 30
    assert faults == ["http://www.:qEu?#.com", "www.gongzone.rekr", "http://H^8UDCC3>F8.6{.kr/"]


def test_the_endings_that_nobody_owns_serve_trials_and_demonstrations() -> None:
    assert website("domain", "https://www.halden-freight.example/about") == Website("halden-freight.example", True)
    assert website("domain", "orbis.test") == Website("orbis.test", True)
