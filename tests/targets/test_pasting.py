"""A pasted or uploaded list: what each line means, what is asked about, and what comes into the draft."""

from __future__ import annotations

import io

import pytest
from flask import Flask
from sqlalchemy import select

from abm.accounts.models import Account, create_account, create_accounts
from abm.kit.db import db
from abm.kit.rules import RuleBroken
from abm.targets.entries import Entry
from abm.targets.kinds import Motion
from abm.targets.pasting import Line, lines_of, recognise, text_of_file
from tests.counting import statements
from tests.targets.browsing import LIST, text
from tests.targets.conftest import BEFORE, NOW, Ground, Web

PASTE, PASTED = f"{LIST}/entries/paste", f"{LIST}/entries/pasted"


@pytest.mark.parametrize(
    ("pasted", "lines"),
    [
        ("halden.com\n\n  Orbis  Pharma \n", [(1, "halden.com"), (3, "Orbis Pharma")]),
        ("Domain\nhalden.com", [(2, "halden.com")]),
        ("Halden\tGermany\r\nOrbis\tUS", [(1, "Halden"), (2, "Orbis")]),
        (" \n\n", []),
    ],
)
def test_lines_keep_their_numbers_and_lose_blanks_heads_and_further_columns(
    pasted: str, lines: list[tuple[int, str]]
) -> None:
    assert lines_of(pasted) == [Line(*one) for one in lines]


def test_more_than_two_thousand_lines_are_refused() -> None:
    assert len(lines_of("a\n" * 2000)) == 2000
    with pytest.raises(RuleBroken, match="These are 2,001 lines"):
        lines_of("a\n" * 2001)


@pytest.mark.parametrize(
    ("body", "name", "said"),
    [
        (b"\xef\xbb\xbfHalden\nOrbis", "list.txt", "Halden\nOrbis"),
        ("Müller".encode("windows-1252"), "list.txt", "Müller"),
        (b'"Acme, Inc.",DE\nOrbis,US', "list.csv", "Acme, Inc.\nOrbis"),
        (b"Halden;DE\nOrbis;US", "LIST.CSV", "Halden\nOrbis"),
    ],
)
def test_a_small_file_is_read_by_its_first_column(body: bytes, name: str, said: str) -> None:
    assert text_of_file(body, name) == said


@pytest.mark.parametrize(
    ("body", "refusal"),
    [(b"PK\x03\x04rest", "is no text"), (b"a\0b", "is no text"), (b"a" * 500_001, "larger than 500 kB")],
)
def test_a_file_that_is_no_text_is_refused_with_its_mend(body: bytes, refusal: str) -> None:
    with pytest.raises(RuleBroken, match=refusal):
        text_of_file(body, "list.xlsx")


@pytest.fixture
def known(ground: Ground) -> dict[str, Account]:
    """Halden with a domain, two called Orbis, two divisions on one domain, one archived."""
    by, organisation = ground.cast.wen, ground.cast.organisation
    names = ("Halden Freight GmbH", "Orbis", "Orbis", "Kestrel North", "Kestrel South", "Gone Ltd")
    facts = [
        {"name": name, "country": country} for name, country in zip(names, ("DE", "DE", "US", "", "", ""), strict=True)
    ]
    made = create_accounts(organisation, facts, by=by, at=BEFORE)
    made[0].set_domains(["halden.com"], by=by, at=BEFORE)
    for one in made[3:5]:
        one.set_domains([], shared=["kestrel.com"], by=by, at=BEFORE)
    made[5].archive(by=by, at=BEFORE)
    ground.target_list.enter(ground.accounts[0], by=ground.cast.ines, at=NOW)
    ground.session.commit()
    return dict(zip(("halden", "orbis de", "orbis us", "north", "south", "gone"), made, strict=True))


def test_each_line_means_one_account_is_asked_about_or_is_not_known(ground: Ground, known: dict[str, Account]) -> None:
    pasted = ["https://www.halden.com/about", "Halden Freight", "orbis", "kestrel.com", "Company 0000"]
    pasted += ["nobody.example", "Gone Ltd", "Company 0001"]
    found = recognise(ground.session, ground.target_list.id, lines_of("\n".join(pasted)))
    assert [(line.number, one.name) for line, one in found.new] == [(1, "Halden Freight GmbH"), (8, "Company 0001")]
    assert [(line.number, one.name) for line, one in found.present] == [(5, "Company 0000")]
    asked = {line.number: [one.public_id for one in accounts] for line, accounts, _ in found.unsure}
    assert asked == {
        2: [known["halden"].public_id],  # a similar name, no more
        3: [known["orbis de"].public_id, known["orbis us"].public_id],
        4: [known["north"].public_id, known["south"].public_id],
    }
    assert [(line.number, why) for line, why in found.unknown] == [
        (6, "no account has this web domain"),
        (7, "Gone Ltd is archived: restore it first"),
    ]
    assert found.left == "nobody.example\nGone Ltd"


def test_two_thousand_lines_are_matched_with_as_many_queries_as_one(
    app: Flask, ground: Ground, known: dict[str, Account]
) -> None:
    with app.app_context():
        engine = db.engine
    lines = [Line(number, f"company-{number}.example") for number in range(1, 1999)]
    with statements(engine) as sent:
        recognise(ground.session, ground.target_list.id, [*lines, Line(1999, "halden.com"), Line(2000, "Orbis")])
    assert len(sent) == 6


def test_lines_are_looked_at_mended_and_added(web: Web, ground: Ground, known: dict[str, Account]) -> None:
    web.sign_in(ground.cast.priya)
    assert "One company a line" in text(web.get(PASTE))
    look = web.post(PASTE, data={"lines": "halden.com\nOrbis\nnobody.example\nCompany 0000", "motion": "new"})
    page = text(look)
    assert "Line 3: nobody.example no account has this web domain" in page
    assert "1 in the draft already" in page
    assert ">nobody.example</textarea>" in look.text.replace("\r\n", "")
    assert ground.session.scalars(select(Entry.id)).all() != []
    halden, orbis = known["halden"].public_id, known["orbis us"].public_id
    again = {"accounts": [halden], "unsure": ["Orbis"], "pick": [""], "lines": "Company 0002", "motion": "new"}
    mended = web.post(PASTE, data=again)
    assert f'value="{halden}" id="a-{halden}" checked' in mended.text
    assert f'value="{ground.accounts[2].public_id}"' in mended.text
    assert "Line 2: Orbis" in text(mended)  # nobody chose yet: still asked
    final = {
        "accounts": [halden, ground.accounts[2].public_id],
        "unsure": ["Orbis"],
        "pick": [orbis],
        "lines": "nobody.example",
        "tier": "2",
        "ae": ground.cast.marcus.public_id,
        "motion": "expansion",
    }
    answer = web.post(PASTED, data=final)
    assert answer.location == LIST
    assert "3 candidates added. 1 line named nobody whom we know." in text(web.get(LIST))
    ground.session.rollback()
    added = ground.session.scalars(select(Entry).where(Entry.tier == 2)).all()
    assert {(one.account.public_id, one.motion, one.ae) for one in added} == {
        (public_id, Motion.EXPANSION, ground.cast.marcus) for public_id in (halden, orbis, ground.accounts[2].public_id)
    }


def test_a_file_is_looked_at_like_what_was_typed(web: Web, ground: Ground) -> None:
    web.sign_in(ground.cast.ines)
    sent = {"lines": "", "motion": "new", "file": (io.BytesIO(b"Name\nCompany 0003\n"), "list.csv")}
    assert "Company 0003" in text(web.post(PASTE, data=sent))
    other = {"lines": "Company 0001", "motion": "new", "file": (io.BytesIO(b"PK\x03\x04"), "list.xlsx")}
    refused = web.post(PASTE, data=other)
    assert refused.status_code == 422
    assert "list.xlsx is no text" in text(refused)
    assert "Company 0001</textarea>" in refused.text


def test_nothing_to_look_at_and_nothing_to_add_are_said(web: Web, ground: Ground) -> None:
    web.sign_in(ground.cast.ines)
    nothing = web.post(PASTE, data={"lines": " ", "motion": "new"})
    assert (nothing.status_code, "Paste at least one line" in text(nothing)) == (422, True)
    none = web.post(PASTED, data={"lines": "nobody.example", "motion": "new"})
    assert (none.status_code, "there is nothing to add" in text(none)) == (422, True)
    assert "nobody.example</textarea>" in none.text
    long = web.post(PASTE, data={"lines": "a\n" * 2001, "motion": "new"})
    assert "bring at most 2,000 at once" in text(long)
    web.sign_in(ground.cast.tomas)
    assert web.get(PASTE).status_code == 403


def test_an_account_by_its_id_elsewhere(ground: Ground) -> None:
    from abm.accounts.models import ExternalId  # noqa: PLC0415 one test

    one = create_account(ground.cast.organisation, name="Zeta", by=ground.cast.wen, at=BEFORE)
    ground.session.flush()
    ground.session.add(ExternalId(system="salesforce", kind="account", value="001A", row_id=one.id))
    ground.session.flush()
    found = recognise(ground.session, ground.target_list.id, lines_of("001A"))
    assert [account.name for _, account in found.new] == ["Zeta"]
