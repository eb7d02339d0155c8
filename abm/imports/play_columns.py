"""What the columns of a file about plays are called: our own names, and those of the tools that people export from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from abm.imports.filetype import FileRefused
from abm.imports.headers import heading_of
from abm.kit.text import shortened

# Our field, its words on the page, and its headings. Those of Salesforce campaign members and of HubSpot are among
# them (practice.md); case, blanks and punctuation do not matter.
COLUMNS: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "campaign": ("Campaign", ("campaign", "campaign name")),
    "campaign_id": ("Campaign id", ("campaign id", "campaign slug")),
    "play": ("Play", ("play", "play name", "what")),
    "play_id": ("Play id", ("play id",)),
    "account": (
        "Account",
        ("account", "account name", "company (account)", "company / account", "company", "company name"),
    ),
    "domain": ("Domain", ("domain", "company domain name", "website", "website url")),
    "account_id": ("Account id", ("account id", "external id", "record id", "company id")),
    "contact": ("Contact e-mail", ("contact e-mail", "email", "email address", "user email", "attendee email")),
    "contact_name": ("Contact", ("contact", "contact name", "full name", "attendee name")),
    "response": ("Response", ("response", "member status", "status", "registration status", "call outcome")),
    "responded": ("Responded", ("responded", "has responded")),
    "day": ("Day", ("day", "date", "activity date", "member first associated date", "sent on")),
    "response_day": ("Response day", ("response day", "first responded date", "responded on")),
    "note": ("Note", ("note", "notes")),
}
DAYS: Final = ("day", "response_day")
NAMES_AN_ACCOUNT: Final = ("account_id", "domain", "account")


def columns_of(header: Sequence[str], *, play_is_known: bool) -> dict[str, int]:
    """Our field -> place of its column. Raises FileRefused where it cannot tell whom or what the lines speak of."""
    keys = [heading_of(name).key for name in header]
    found: dict[str, int] = {}
    for name, (_, aliases) in COLUMNS.items():
        wanted = (heading_of(alias).key for alias in aliases)
        place = next((keys.index(key) for key in wanted if key in keys), None)
        if place is not None and place not in found.values():
            found[name] = place
    missing = []
    if not found.keys() & set(NAMES_AN_ACCOUNT):
        missing.append("“Account”, “Domain” or “Account id”")
    if not play_is_known and not found.keys() & {"play", "play_id"}:
        missing.append("“Play” or “Play id”")
    if missing:
        told = ", ".join(shortened(name, 40) for name in header[:12])
        raise FileRefused(f"The file needs a column {' and one '.join(missing)}, and this one has {told}: add it.")
    return found
