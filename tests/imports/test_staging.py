"""What a preview says of each row: new, changed, the same, or what is wrong with it."""

from __future__ import annotations

from sqlalchemy.orm import Session, scoped_session

from abm.accounts.models import create_account
from abm.imports.staging import choose_anew
from tests.cast import Cast
from tests.counting import statements
from tests.imports.files import AT, actions, applied, counted, rows, staged

Scoped = scoped_session[Session]
STAGES = {"Won": "won", "Lost": "lost", "Talking": "open", "Offer": "qualified"}


def test_new_rows_are_added_and_known_ones_are_the_same_or_changed(cast: Cast, session: Scoped) -> None:
    applied(cast, session(), "accounts", "name,country,employees\nHalden,Norway,120\nOrbis,Germany,80\n")
    batch = staged(
        cast, session(), "accounts", "name,country,employees\nHalden,Norway,120\nOrbis,Germany,95\nKestrel,,\n"
    )
    assert actions(session(), batch) == ["same", "update", "add"]
    assert rows(session(), batch)[1].changes == {"employees": ["80", "95"]}
    assert batch.counts == {"add": 1, "update": 1, "same": 1, "bad": 0}


def test_rows_keep_their_spreadsheet_numbers_over_blank_lines_and_cells_of_several_lines(
    cast: Cast, session: Scoped
) -> None:
    batch = staged(cast, session(), "accounts", 'name,city\n"Hal\nden",Oslo\n\nOrbis,Bonn\n')
    assert [row.number for row in rows(session(), batch)] == [2, 4]


def test_a_blank_cell_takes_nothing_away(cast: Cast, session: Scoped) -> None:
    applied(cast, session(), "accounts", "name,country,employees,website\nHalden,Norway,120,halden.com\n")
    batch = staged(cast, session(), "accounts", "name,country,employees,website\nHalden,Norway,,\n")
    assert actions(session(), batch) == ["same"]


def test_what_is_less_than_certain_waits_for_a_person(cast: Cast, session: Scoped) -> None:
    applied(cast, session(), "accounts", "name,country,website\nHalden Freight,Norway,halden.com\n")
    batch = staged(cast, session(), "accounts", "name,country,website\nHalden Freight Ltd,Norway,halden-freight.no\n")
    (row,) = rows(session(), batch)
    assert (row.action, row.field) == ("bad", "name")
    assert "may be Halden Freight (Norway): the same name, but another web domain" in row.message


def test_two_rows_about_one_account_do_not_both_come_in(cast: Cast, session: Scoped) -> None:
    batch = staged(cast, session(), "accounts", "name,country\nHalden,Norway\nHalden AS,Norway\n")
    assert actions(session(), batch) == ["add", "bad"]
    assert rows(session(), batch)[1].message == "Row 2 speaks of the same account: keep one of the two."


def test_two_rows_with_one_identifying_domain_do_not_both_come_in(cast: Cast, session: Scoped) -> None:
    batch = staged(cast, session(), "accounts", "name,website\nHalden,halden.com\nOrbis,www.halden.com/orbis\n")
    assert actions(session(), batch) == ["add", "bad"]
    assert "halden.com" in rows(session(), batch)[1].message


def test_thirty_five_companies_on_one_app_store_are_thirty_five_accounts(cast: Cast, session: Scoped) -> None:
    lines = "".join(f"Company {number},https://play.google.com/store/{number}\n" for number in range(35))
    batch = staged(cast, session(), "accounts", "name,website\n" + lines)
    assert batch.counts["add"] == 35


def test_a_domain_of_another_account_keeps_the_row_out(cast: Cast, session: Scoped) -> None:
    applied(cast, session(), "accounts", "id,name,website\nA1,Halden,halden.com\nA2,Orbis,orbis.de\n")
    batch = staged(cast, session(), "accounts", "id,name,website\nA2,Orbis,halden.com\n")
    (row,) = rows(session(), batch)
    assert (row.field, row.message) == ("domain", "halden.com already identifies Halden: take it out of the row.")


def test_a_parent_may_stand_further_down_and_one_that_is_nowhere_is_said(cast: Cast, session: Scoped) -> None:
    batch = staged(cast, session(), "accounts", "name,parent\nOrbis,Halden\nHalden,\nKestrel,Nobody\n")
    assert actions(session(), batch) == ["add", "add", "add"]
    assert rows(session(), batch)[2].message == "There is no account Nobody: it comes in without a parent."


def test_a_family_never_goes_in_circles(cast: Cast, session: Scoped) -> None:
    batch = applied(cast, session(), "accounts", "name,parent\nOrbis,Halden\nHalden,Orbis\nKestrel,Kestrel\n")
    said = [row.message for row in rows(session(), batch)]
    assert said[0] == ""
    assert "cannot be its parent too" in said[1]
    assert "cannot be its parent too" in said[2]


def test_an_unknown_stage_is_asked_about_and_its_rows_wait(cast: Cast, session: Scoped) -> None:
    content = "id,name,stage,close date\nD1,Cold chain,Won,2026-10-01\n"
    batch = staged(cast, session(), "opportunities", content)
    assert rows(session(), batch)[0].message == "Nobody has said yet what the stage “Won” means."
    answer = {"stages": {"Won": "won"}}
    choices = type(chosen := _choices(batch))(**{**chosen.written(), **answer})  # type: ignore[attr-defined]
    choose_anew(batch, choices, organisation=cast.organisation, by=cast.wen, at=AT)  # type: ignore[arg-type]
    assert actions(session(), batch) == ["add"]
    assert batch.revision == 2


def _choices(batch: object) -> object:
    from abm.imports.choices import Choices  # noqa: PLC0415

    return Choices.read(batch.options["choices"])  # type: ignore[attr-defined]


def test_days_that_can_be_read_in_two_ways_are_asked_about(cast: Cast, session: Scoped) -> None:
    content = "id,name,stage,created\nD1,Cold chain,Talking,03/04/2026\n"
    batch = staged(cast, session(), "opportunities", content, stages=STAGES)
    assert "may have the day or the month first" in rows(session(), batch)[0].message
    answered = staged(cast, session(), "opportunities", content, stages=STAGES, date_order="day first")
    assert actions(session(), answered) == ["add"]


def test_a_deal_of_an_account_that_nobody_knows_comes_in_unmatched(cast: Cast, session: Scoped) -> None:
    batch = staged(
        cast, session(), "opportunities", "id,name,account,stage\nD1,Cold chain,Orbis,Talking\n", stages=STAGES
    )
    (row,) = rows(session(), batch)
    assert (row.action, row.message) == ("add", "There is no account Orbis: the deal comes in unmatched.")


def test_what_no_deal_can_be_stays_out(cast: Cast, session: Scoped) -> None:
    content = (
        "id,name,stage,created,close date,amount\n"
        "D1,No day of closing,Won,2026-01-05,,10\n"
        "D2,Closed before created,Lost,2026-05-01,2026-04-01,10\n"
        "D3,Negative,Talking,2026-01-05,,-10\n"
        "D4,No such day,Talking,2026-02-30,,10\n"
        "D5,Fine,Talking,2026-02-28,2027-01-01,10\n"
    )
    batch = staged(cast, session(), "opportunities", content, stages=STAGES)
    found = [(row.action.value, row.field) for row in rows(session(), batch)]
    assert found == [("bad", "closed_on"), ("bad", "closed_on"), ("bad", "amount"), ("bad", "created_on"), ("add", "")]


def test_a_contact_needs_an_account_that_is_here(cast: Cast, session: Scoped) -> None:
    applied(cast, session(), "accounts", "name\nHalden\n")
    content = "name,email,account,role\nAna Berg,ana@halden.com,Halden,Champion\nBo Dahl,,Orbis,\n,x@y.com,Halden,\n"
    batch = staged(cast, session(), "people", content)
    found = [(row.action.value, row.field) for row in rows(session(), batch)]
    assert found == [("add", ""), ("bad", "account"), ("bad", "name")]


def test_a_file_never_makes_an_administrator_nor_changes_an_address(cast: Cast, session: Scoped) -> None:
    content = "name,email,role,team\nEve,eve@x.example,cro,North\nTomás Ferreira,mallory@x.example,ae,North\n"
    batch = staged(cast, session(), "people", content)
    found = [(row.action.value, row.field) for row in rows(session(), batch)]
    assert found == [("bad", "role"), ("bad", "email")]


def test_staging_writes_no_fact_and_no_event(cast: Cast, session: Scoped) -> None:
    before = counted(session())
    staged(cast, session(), "accounts", "name\nHalden\nOrbis\n")
    after = counted(session())
    assert {name for name in before if before[name] != after[name]} == {"Import", "ImportRow"}


def test_a_plan_of_many_rows_asks_as_often_as_one_of_few(cast: Cast, session: Scoped) -> None:
    create_account(cast.organisation, name="Halden", by=cast.wen, at=AT)
    session.commit()

    def asked(count: int) -> int:
        lines = "".join(f"D{number},Deal {number},Halden,Talking\n" for number in range(count))
        with statements(session.get_bind()) as sent:  # type: ignore[arg-type] # an engine
            staged(cast, session(), "opportunities", "id,name,account,stage\n" + lines, stages=STAGES)
        return len(sent)

    assert asked(1_500) == asked(10)


def test_a_mapping_is_remembered_for_the_next_file_of_the_same_columns(cast: Cast, session: Scoped) -> None:
    mapping = {"name": "Firma", "country": "Land"}
    applied(cast, session(), "accounts", "Firma,Land\nHalden,Norway\n", mapping=mapping)
    batch = staged(cast, session(), "accounts", "Firma,Land\nOrbis,Germany\n")
    assert batch.mapping["columns"] == mapping
