"""An import that waits in the demonstration: a CRM export of accounts with nine rows that stay out."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

from abm.demo.founding import World
from abm.imports.models import Import, Kind
from abm.imports.staging import Upload, stage

HEADER = ("Account Name", "Website", "Industry", "Employees", "Annual Revenue", "Billing Country")
GOOD = (
    ("Aldergate Cold Stores", "aldergate-stores.example", "Logistics", "420", "61000000", "Ireland"),
    ("Fenwick Vaccines", "fenwick-vaccines.example", "Pharma", "1350", "240000000", "Denmark"),
    ("NA Produce", "na-produce.example", "Food", "88", "9400000", "Portugal"),
)
BAD = (
    ("", "nameless.example", "Food", "12", "100000", "Spain"),
    ("Two Words Dairy", "two words.example", "Food", "31", "4100000", "France"),
    ("Minus Foods", "minus-foods.example", "Food", "-5", "1200000", "Spain"),
    ("Refund Pharma", "refund-pharma.example", "Pharma", "70", "-880000", "Germany"),
    ("Round About Freight", "round-about.example", "Logistics", "about 300", "52000000", "Norway"),
    ("Decimal Dairy", "decimal-dairy.example", "Food", "12.5", "3000000", "France"),
    ("Jan Coatings", "jan-coatings.example", "Chemicals", "Jan-50", "2000000", "Poland"),
    ("Much Money Markets", "much-money.example", "Retail", "2100", "a lot", "Portugal"),
    ("Short Row Stores", "short-row.example"),
)


def leave_an_import(world: World) -> Import:
    """Wen uploaded it yesterday and has not confirmed it: rows that add, change, stay the same, and stay out."""
    wen = world.people.wen
    at = world.at(world.today - timedelta(days=1), 16)
    upload = Upload(Kind.ACCOUNTS, io.BytesIO(_export(world)), "crm-accounts.csv")
    return stage(world.organisation, upload, by=wen, at=at)


def _export(world: World) -> bytes:
    """Known companies, one of them grown; new ones; and the bad ones in between."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(HEADER)
    for company in world.companies[:25]:
        grown = company.employees + (40 if company.name == "Kestrel Foods" else 0)
        known = (company.name, company.domain, company.industry, grown, company.revenue, company.country)
        writer.writerow(known)
    writer.writerows([*BAD[:5], *GOOD, *BAD[5:]])
    return text.getvalue().encode()
