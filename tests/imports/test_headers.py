"""The headers that people have are told without mapping; what is missing is said; a person may map by hand."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from abm.imports.fields import FIELDS, NEEDED, Rows
from abm.imports.filetype import FileRefused
from abm.imports.headers import PROFILES, Recognition, heading_of, recognise, remapped
from abm.imports.models import Kind
from abm.imports.reader import read_table


def split(header: str) -> list[str]:
    return [name.strip() for name in header.split(",")]


def named(found: Recognition) -> dict[str, str]:
    return {name: found.header[index] for name, index in found.columns.items()}


SALESFORCE_ACCOUNT = """Account Name, Account Owner, Account ID, Parent Account, Parent Account ID, Type, Industry,
    Annual Revenue, Employees, Website, Billing State/Province, Billing Country, Account Source, Rating,
    Last Activity, Created Date"""
SALESFORCE_OPPORTUNITY = """Opportunity Name, Opportunity ID, Account Name, Account ID, Opportunity Owner, Stage,
    Amount, Amount (converted), Probability (%), Close Date, Created Date, Last Stage Change Date, Stage Duration,
    Lead Source, Primary Campaign Source, Fiscal Period, Next Step, Closed, Won"""
HUBSPOT_COMPANY = """Record ID, Company name, Company Domain Name, Website URL, Company owner, Industry,
    Number of Employees, Annual Revenue, Country/Region, Lifecycle Stage, Ideal Customer Profile Tier, Target Account,
    Target Account (2), Last Engagement Date, Create Date"""
HUBSPOT_DEAL = """Record ID, Deal Name, Pipeline, Deal Stage, Amount, Amount in company currency, Close Date,
    Create Date, Deal owner, Deal Type, Is Closed Won, Is Deal Closed?, Original Source Type, Associated Company,
    Associated Company IDs (Primary), Associated Contact IDs, Date entered "Stage (Pipeline)\""""
HUBSPOT_CONTACT = """Record ID, First Name, Last Name, Email, Job Title, Company Name,
    Associated Company IDs (Primary), Lifecycle Stage, Lead Status, Contact owner, Buying Role, Last Activity Date"""


@pytest.mark.parametrize(
    ("kind", "header", "profile", "unmapped"),
    [
        (Kind.ACCOUNTS, SALESFORCE_ACCOUNT, "salesforce", 6),
        (Kind.OPPORTUNITIES, SALESFORCE_OPPORTUNITY, "salesforce", 7),
        (Kind.ACCOUNTS, HUBSPOT_COMPANY, "hubspot", 7),
        (Kind.OPPORTUNITIES, HUBSPOT_DEAL, "hubspot", 4),
        (Kind.PEOPLE, HUBSPOT_CONTACT, "hubspot", 4),
    ],
)
def test_exports_are_told_by_their_labels(kind: Kind, header: str, profile: str, unmapped: int) -> None:
    found = recognise(kind, split(header))
    assert (found.profile, found.missing, len(found.unmapped)) == (profile, (), unmapped)
    assert named(recognise(kind, split(header.upper()))) == {k: v.upper() for k, v in named(found).items()}


def test_labels_go_to_their_fields() -> None:
    assert named(recognise(Kind.OPPORTUNITIES, split(HUBSPOT_DEAL))) == {
        "external_id": "Record ID",
        "name": "Deal Name",
        "account": "Associated Company",
        "account_external_id": "Associated Company IDs (Primary)",
        "amount": "Amount",
        "stage": "Deal Stage",
        "owner": "Deal owner",
        "source": "Original Source Type",
        "type": "Deal Type",
        "created_on": "Create Date",
        "closed_on": "Close Date",
        "closed": "Is Deal Closed?",
        "won": "Is Closed Won",
    }
    account = named(recognise(Kind.ACCOUNTS, split(SALESFORCE_ACCOUNT)))
    assert (account["parent"], account["parent_external_id"]) == ("Parent Account", "Parent Account ID")
    assert (account["external_id"], account["domain"]) == ("Account ID", "Website")


def test_api_names_are_told_like_labels() -> None:
    header = split(
        "Id, AccountId, Name, StageName, Amount, CloseDate, LeadSource, IsClosed, IsWon, CreatedDate, OwnerId"
    )
    found = recognise(Kind.OPPORTUNITIES, header)
    assert found.profile == "salesforce"
    assert named(found)["stage"] == "StageName"
    assert found.unmapped == ("OwnerId",)
    assert "stage" not in recognise(Kind.OPPORTUNITIES, ["Id", "StageName (groups)"]).columns


def test_plain_files_need_no_system() -> None:
    header = split("name, domain, industry, segment, employees, revenue, country, city, parent, external id, owner")
    found = recognise(Kind.ACCOUNTS, header)
    assert (found.profile, found.unmapped, len(found.columns)) == ("plain", (), 11)
    contacts = recognise(Kind.PEOPLE, split("Full name, E-mail, Job title, Buying role, Account"))
    assert (contacts.rows, contacts.profile, contacts.missing) == (Rows.CONTACTS, "plain", ())
    team = recognise(Kind.PEOPLE, split("Name, Email, Role, Manager, Team, Region"))
    assert (team.rows, team.profile, team.missing) == (Rows.TEAM, "plain", ())


def test_a_report_with_a_plain_column_added_is_read_whole() -> None:
    found = recognise(Kind.ACCOUNTS, split("Account ID, Account Name, Account Owner, Rating, Domain, Division"))
    assert found.profile == "salesforce"
    assert named(found)["domain"] == "Domain"


def test_a_heading_may_say_its_unit_and_currency() -> None:
    found = recognise(Kind.ACCOUNTS, split("Company, Revenue (in € M), Employees (K)"))
    assert (found.units, found.currencies) == ({"revenue": 1_000_000}, {"revenue": "EUR"})
    assert found.unmapped == ("Employees (K)",)  # a count in thousands is not guessed
    assert heading_of("Annual Revenue (USD)").currency == "USD"
    assert heading_of("Revenue ($bn)").unit == 1_000_000_000
    assert heading_of("Amount (converted)").base == "amountconverted"


def test_a_missing_column_is_one_sentence_with_what_was_found() -> None:
    found = recognise(Kind.OPPORTUNITIES, split("Deal, Value"))
    with pytest.raises(FileRefused, match="needs a column for “Stage”, and this one has Deal, Value: add the column"):
        found.require_complete()
    wide = recognise(Kind.ACCOUNTS, [f"column {number}" for number in range(40)])
    with pytest.raises(FileRefused, match="column 11 and 28 more"):
        wide.require_complete()


def test_a_file_of_another_kind_is_said() -> None:
    deals = split("opportunity_id, sales_agent, product, account, deal_stage, engage_date, close_date, close_value")
    assert recognise(Kind.ACCOUNTS, deals).better_kind is Kind.OPPORTUNITIES
    assert recognise(Kind.OPPORTUNITIES, deals).better_kind is None
    accounts = recognise(Kind.OPPORTUNITIES, split("account, sector, office_location, subsidiary_of, revenue"))
    with pytest.raises(FileRefused, match="it looks like a file of accounts"):
        accounts.require_complete()


def test_a_person_maps_columns_by_their_names() -> None:
    found = recognise(Kind.ACCOUNTS, split("Firma, Branche, Umsatz (Mio), Land"))
    assert found.missing == (("name",),)
    chosen = remapped(found, {"name": "firma", "industry": "Branche", "revenue": "Umsatz (Mio)"})
    assert (chosen.missing, chosen.unmapped, chosen.units) == ((), ("Land",), {"revenue": 1_000_000})
    assert remapped(found, {"name": "Firma", "region": "Land"}, Rows.TEAM).rows is Rows.TEAM
    for wrong in ({"name": "Stadt"}, {"colour": "Firma"}):
        with pytest.raises(FileRefused, match="does not fit this file"):
            remapped(found, wrong)


def test_every_profile_speaks_of_known_fields_and_can_be_complete() -> None:
    for profile in PROFILES:
        assert profile.columns.keys() <= FIELDS[profile.rows].keys()
        assert all(any(name in profile.columns for name in choice) for choice in NEEDED[profile.rows])
        header = [names[0] for names in profile.columns.values()] + list(profile.marks)
        found = recognise(profile.kind, dict.fromkeys(header))  # type: ignore[arg-type]
        assert (found.rows, found.missing) == (profile.rows, ())


@pytest.mark.parametrize(
    ("kind", "name", "rows", "profile"),
    [
        (Kind.ACCOUNTS, "maven_crm/accounts.csv", Rows.ACCOUNTS, "maven"),
        (Kind.OPPORTUNITIES, "maven_crm/sales_pipeline.csv", Rows.OPPORTUNITIES, "maven"),
        (Kind.OPPORTUNITIES, "maven_crm/sales_pipeline_us_dates.csv", Rows.OPPORTUNITIES, "maven"),
        (Kind.PEOPLE, "maven_crm/sales_teams.csv", Rows.TEAM, "maven"),
        (Kind.ACCOUNTS, "salesforce_export/Account.csv", Rows.ACCOUNTS, "salesforce"),
        (Kind.PEOPLE, "salesforce_export/Contact.csv", Rows.CONTACTS, "salesforce"),
        (Kind.OPPORTUNITIES, "salesforce_export/Opportunity.csv", Rows.OPPORTUNITIES, "salesforce"),
        (Kind.ACCOUNTS, "salesforce_warehouse/sf_account_data.csv", Rows.ACCOUNTS, "salesforce"),
        (Kind.OPPORTUNITIES, "salesforce_warehouse/sf_opportunity_data.csv", Rows.OPPORTUNITIES, "salesforce"),
        (Kind.ACCOUNTS, "hubspot_warehouse/company_data.csv", Rows.ACCOUNTS, "hubspot"),
        (Kind.PEOPLE, "hubspot_warehouse/contact_data.csv", Rows.CONTACTS, "hubspot"),
        (Kind.PEOPLE, "atomic_crm/contacts.csv", Rows.CONTACTS, "plain"),
        (Kind.ACCOUNTS, "fortune1000/Fortune_1000.csv", Rows.ACCOUNTS, "plain"),
        (Kind.ACCOUNTS, "opendata500/us_companies.csv", Rows.ACCOUNTS, "plain"),
    ],
)
def test_real_files_are_told(shared_data: Path, kind: Kind, name: str, rows: Rows, profile: str) -> None:
    found = recognise(kind, read_table(io.BytesIO((shared_data / name).read_bytes())).header)
    assert (found.rows, found.profile, found.missing) == (rows, profile, ())


def test_the_maven_accounts_bring_revenue_in_millions_of_dollars(shared_data: Path) -> None:
    found = recognise(
        Kind.ACCOUNTS, read_table(io.BytesIO((shared_data / "maven_crm/accounts.csv").read_bytes())).header
    )
    assert (found.units, found.currencies) == ({"revenue": 1_000_000}, {"revenue": "USD"})
    assert named(found)["parent"] == "subsidiary_of"
    assert found.unmapped == ("year_established",)


@given(st.lists(st.text(max_size=30), max_size=30), st.sampled_from(Kind))
def test_any_header_is_told_or_missing(header: list[str], kind: Kind) -> None:
    found = recognise(kind, header)
    assert set(found.columns.values()) <= set(range(len(header)))
    assert len(set(found.columns.values())) == len(found.columns)


@pytest.mark.parametrize("piece", ["(", "(m", "name ", "$", ")(", "é"])
def test_a_hostile_heading_is_a_heading_without_a_currency(piece: str) -> None:
    heading = heading_of(piece * (50_000 // len(piece)))  # would not end with a pattern that goes back and forth
    assert heading.currency == ""
