"""What a file can tell us: the facts of a row, which it must have, and how a system's names for them are kept."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from abm.imports.models import Kind

Names = tuple[str, ...]


class Rows(enum.StrEnum):
    """What one row of a file is: people are contacts at accounts or members of our own team."""

    ACCOUNTS = "accounts"
    OPPORTUNITIES = "opportunities"
    CONTACTS = "contacts"
    TEAM = "team"
    TOUCHES = "touches"


@dataclass(frozen=True)
class Profile:
    """How one system names the columns of one kind of file; the first name that a file has is taken.

    Names are compared without case, blanks and punctuation: `Stage Name`, `StageName`, `stage_name` are one.
    """

    name: str
    kind: Kind
    rows: Rows
    columns: Mapping[str, Names]
    signs: Names = ()  # columns that must all be there
    marks: Names = ()  # columns that we do not read and that tell the system
    units: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    currency: str = ""


# Our fields and what they are called where a person maps columns by hand.
FIELDS: Mapping[Rows, Mapping[str, str]] = {
    Rows.ACCOUNTS: {
        "external_id": "Id in the other system",
        "name": "Account name",
        "domain": "Website or domain",
        "industry": "Industry",
        "segment": "Segment",
        "employees": "Employees",
        "revenue": "Annual revenue",
        "currency": "Currency",
        "country": "Country",
        "city": "City",
        "division": "Division",
        "parent": "Name of the parent account",
        "parent_external_id": "Id of the parent account",
        "owner": "Account owner (AE)",
    },
    Rows.OPPORTUNITIES: {
        "external_id": "Id in the other system",
        "name": "Opportunity name",
        "account": "Account name",
        "account_external_id": "Id of the account",
        "amount": "Amount",
        "currency": "Currency",
        "stage": "Stage",
        "owner": "Opportunity owner",
        "source": "Source",
        "partner": "Partner",
        "type": "Type",
        "product": "Product",
        "created_on": "Created on",
        "qualified_on": "Qualified on",
        "closed_on": "Closed on",
        "closed": "Is closed",
        "won": "Is won",
    },
    Rows.CONTACTS: {
        "external_id": "Id in the other system",
        "name": "Full name",
        "first_name": "First name",
        "last_name": "Last name",
        "title": "Job title",
        "email": "E-mail",
        "email_2": "E-mail where the first is blank",
        "email_3": "E-mail where both are blank",
        "phone": "Phone",
        "phone_2": "Phone where the first is blank",
        "buying_role": "Buying role",
        "account": "Account name",
        "account_external_id": "Id of the account",
        "email_opt_out": "Wants no e-mail",
        "phone_opt_out": "Wants no calls",
    },
    Rows.TEAM: {
        "external_id": "Id in the other system",
        "name": "Full name",
        "first_name": "First name",
        "last_name": "Last name",
        "email": "E-mail",
        "role": "Role",
        "manager": "Manager",
        "team": "Team",
        "region": "Region",
    },
    Rows.TOUCHES: {
        "external_id": "Id in the other system",
        "at": "When it was",
        "at_2": "When it was, where the first is blank",
        "account": "Account name",
        "account_external_id": "Id of the account",
        "contact": "Contact",
        "contact_email": "E-mail of the contact",
        "contact_external_id": "Id of the contact",
        "owner": "Who of us did it",
        "owner_external_id": "Id of who did it",
        "type": "What it was",
        "subtype": "What it was, where the first is blank",
        "outcome": "What came of it",
        "direction": "Who came to whom",
        "status": "Status",
        "call_outcome": "What came of a call",
        "call_direction": "Who called whom",
        "call_status": "Status of a call",
        "meeting_outcome": "What came of a meeting",
        "email_direction": "Who wrote to whom",
        "subject": "Subject",
        "note": "Note",
        "deleted": "Was it deleted there",
        "deleted_2": "Was it deleted there, in another column",
        "archived": "Was it put away there",
    },
}

# Of each of these, a file must have one.
NEEDED: Mapping[Rows, tuple[Names, ...]] = {
    Rows.ACCOUNTS: (("name",),),
    Rows.OPPORTUNITIES: (("stage",), ("name", "external_id")),
    Rows.CONTACTS: (("name", "last_name"), ("account", "account_external_id")),
    Rows.TEAM: (("name", "last_name"), ("manager", "team", "region", "role")),
    Rows.TOUCHES: (
        ("at", "at_2"),
        ("account", "account_external_id", "contact_external_id", "contact_email"),
        ("type", "subtype", "call_outcome", "call_direction", "meeting_outcome", "email_direction", "subject"),
    ),
}
