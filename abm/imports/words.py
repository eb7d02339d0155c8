"""What other systems call the source and type of a deal, a buying role and a job: in data only."""

from __future__ import annotations

from typing import TypeVar

from abm.accounts.models import BuyingRole, DealType, Source
from abm.people.models import Role

T = TypeVar("T")

SOURCES: dict[str, Source] = (
    {source.value: source for source in Source}
    | dict.fromkeys(
        (
            *("web", "website", "web site", "webinar", "trade show", "event", "conference", "advertisement"),
            *("advertising", "email", "email marketing", "organic search", "paid search", "organic social"),
            *("paid social", "social media", "direct traffic", "content", "download", "seminar", "campaign"),
            *("other campaigns", "referrals", "public relations", "inbound", "phone inquiry"),
        ),
        Source.MARKETING,
    )
    | dict.fromkeys(
        ("cold call", "outbound", "prospecting", "offline sources", "offline", "purchased list", "sdr", "ae"),
        Source.SALES,
    )
    | dict.fromkeys(("partner referral", "reseller", "external referral", "channel"), Source.PARTNER)
    | dict.fromkeys(
        ("customer referral", "existing customer", "word of mouth", "employee referral", "referral"), Source.CUSTOMER
    )
    | dict.fromkeys(("other", ""), Source.UNKNOWN)
)
TYPES: dict[str, DealType] = (
    {kind.value: kind for kind in DealType}
    | dict.fromkeys(("new business", "newbusiness", "new customer", "new logo"), DealType.NEW)
    | dict.fromkeys(
        (
            *("existing business", "existingbusiness", "upsell", "cross sell", "add on", "upgrade"),
            *("existing customer upgrade", "existing customer replacement", "existing customer downgrade"),
        ),
        DealType.EXPANSION,
    )
    | dict.fromkeys(("existing customer renewal",), DealType.RENEWAL)
)
BUYING_ROLES: dict[str, BuyingRole] = (
    {role.value: role for role in BuyingRole}
    | dict.fromkeys(("decision maker", "economic decision maker", "budget holder"), BuyingRole.ECONOMIC_BUYER)
    | dict.fromkeys(("technical evaluator", "evaluator", "technical decision maker"), BuyingRole.TECHNICAL_BUYER)
    | dict.fromkeys(("business user", "end user"), BuyingRole.USER)
    | dict.fromkeys(("executive sponsor",), BuyingRole.CHAMPION)
    | dict.fromkeys(("other", "not known yet", ""), BuyingRole.UNKNOWN)
)
# What a file may make of somebody. Whoever administers or signs is invited by a person, never by a file.
ROLES: dict[str, Role] = (
    {role.value.replace("_", " "): role for role in (Role.AE, Role.SDR, Role.SALES_MANAGER, Role.MARKETER, Role.VIEWER)}
    | dict.fromkeys(("account executive", "sales agent", "sales", "sales rep", "sales representative"), Role.AE)
    | dict.fromkeys(("sales development representative", "bdr"), Role.SDR)
    | dict.fromkeys(("manager",), Role.SALES_MANAGER)
    | dict.fromkeys(("marketing", "marketing user"), Role.MARKETER)
)


def meant(words: dict[str, T], text: str) -> T | None:
    """What a word stands for, whatever its case and punctuation; None for one that nobody knows."""
    return words.get(folded(text))


def folded(text: str) -> str:
    """A word of another system as ours are written: small letters and digits, one blank between."""
    return " ".join("".join(c if c.isalnum() else " " for c in text.casefold()).split())
