"""What people call the columns of files that they made by hand, and the Maven sample: in data only."""

from __future__ import annotations

from abm.imports.fields import Profile, Rows
from abm.imports.models import Kind

MILLION = 1_000_000

PLAIN = (
    Profile(
        "plain",
        Kind.ACCOUNTS,
        Rows.ACCOUNTS,
        {
            "external_id": ("external id", "id", "crm id"),
            "name": ("name", "account name", "account", "company", "company name", "organisation", "organization"),
            "domain": ("domain", "domains", "website", "web site", "url", "homepage", "website url"),
            "industry": ("industry", "sector", "company category"),
            "segment": ("segment", "market segment"),
            "employees": ("employees", "num. of employees", "number of employees", "full time employees", "headcount"),
            "revenue": ("revenue", "annual revenue", "turnover"),
            "currency": ("currency", "revenue currency"),
            "country": ("country", "billing country"),
            "city": ("city", "town"),
            "division": ("division", "business unit"),
            "parent": ("parent", "parent account", "parent company", "subsidiary of"),
            "parent_external_id": ("parent external id", "parent id"),
            "owner": ("owner", "account owner", "ae", "account executive"),
        },
    ),
    Profile(
        "plain",
        Kind.OPPORTUNITIES,
        Rows.OPPORTUNITIES,
        {
            "external_id": ("external id", "id", "opportunity id", "deal id"),
            "name": ("name", "opportunity", "opportunity name", "deal", "deal name"),
            "account": ("account", "account name", "company", "company name"),
            "account_external_id": ("account external id", "account id", "company id"),
            "amount": ("amount", "value", "close value", "deal value"),
            "currency": ("currency", "amount currency"),
            "stage": ("stage", "deal stage", "status"),
            "owner": ("owner", "sales agent", "ae", "account executive"),
            "source": ("source", "lead source"),
            "partner": ("partner",),
            "type": ("type", "deal type", "motion"),
            "product": ("product",),
            "created_on": ("created on", "created", "created date", "create date", "opened"),
            "qualified_on": ("qualified on", "qualified"),
            "closed_on": ("closed on", "close date", "closed date"),
            "closed": ("is closed",),
            "won": ("is won", "won"),
        },
    ),
    Profile(
        "plain",
        Kind.PEOPLE,
        Rows.CONTACTS,
        {
            "external_id": ("external id", "id", "contact id"),
            "name": ("name", "full name", "contact", "contact name"),
            "first_name": ("first name", "given name"),
            "last_name": ("last name", "surname", "family name"),
            "title": ("title", "job title", "position"),
            "email": ("email", "e-mail", "email address", "email work"),
            "email_2": ("email 2", "email home"),
            "email_3": ("email 3", "email other"),
            "phone": ("phone", "phone number", "telephone", "phone work"),
            "phone_2": ("phone 2", "mobile", "mobile phone", "phone home"),
            "buying_role": ("buying role", "role"),
            "account": ("account", "account name", "company", "company name"),
            "account_external_id": ("account external id", "account id", "company id"),
            "email_opt_out": ("email opt out", "wants no e-mail", "unsubscribed"),
            "phone_opt_out": ("phone opt out", "wants no calls", "do not call"),
        },
    ),
    Profile(
        "plain",
        Kind.PEOPLE,
        Rows.TEAM,
        {
            "external_id": ("external id", "id", "user id"),
            "name": ("name", "full name", "sales agent"),
            "first_name": ("first name", "given name"),
            "last_name": ("last name", "surname", "family name"),
            "email": ("email", "e-mail", "email address"),
            "role": ("role", "roles", "function"),
            "manager": ("manager", "manager name", "reports to"),
            "team": ("team", "primary team"),
            "region": ("region", "regional office", "territory"),
        },
    ),
)

# The public CRM sample of Maven Analytics: a computer hardware seller, revenue in millions of dollars.
MAVEN = (
    Profile(
        "maven",
        Kind.ACCOUNTS,
        Rows.ACCOUNTS,
        {
            "name": ("account",),
            "industry": ("sector",),
            "employees": ("employees",),
            "revenue": ("revenue",),
            "country": ("office_location",),
            "parent": ("subsidiary_of",),
        },
        signs=("account", "sector", "office_location", "subsidiary_of"),
        units={"revenue": MILLION},
        currency="USD",
    ),
    Profile(
        "maven",
        Kind.OPPORTUNITIES,
        Rows.OPPORTUNITIES,
        {
            "external_id": ("opportunity_id",),
            "account": ("account",),
            "amount": ("close_value",),
            "stage": ("deal_stage",),
            "owner": ("sales_agent",),
            "product": ("product",),
            "created_on": ("engage_date",),
            "closed_on": ("close_date",),
        },
        signs=("opportunity_id", "sales_agent", "deal_stage", "engage_date"),
        currency="USD",
    ),
    Profile(
        "maven",
        Kind.PEOPLE,
        Rows.TEAM,
        {"name": ("sales_agent",), "manager": ("manager",), "region": ("regional_office",)},
        signs=("sales_agent", "manager", "regional_office"),
    ),
)
