"""The ledger of the demonstration: what the quarter's campaigns, tools and people cost, as planned and as paid."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from abm.accounts.models import set_rate
from abm.campaigns.models import Campaign
from abm.demo.founding import World
from abm.spend.models import SpendBasis, SpendFacts, SpendKind, enter_spend, plays_of

PLANNED, ACTUAL = SpendBasis.PLANNED, SpendBasis.ACTUAL
LOGGERS, TABLE = "A logger in a box, with last winter's excursion map", "Round table for quality directors"


def keep_the_ledger(world: World) -> None:
    """Plays as planned and as invoiced, tools and people over their days, and an invoice whose currency has no rate."""
    first, last, by = world.quarter.first, world.quarter.last, world.people.jonas
    live = world.session.scalars(select(Campaign).where(Campaign.slug == "cold-chain-on-time")).one()
    boxes, table, year = first + timedelta(days=9), first + timedelta(days=30), first + timedelta(days=364)
    keys = {what: key for key, what in plays_of(live).items()}
    plays: list[tuple[Any, ...]] = [
        (PLANNED, "Loggers in a box, twelve accounts", LOGGERS, boxes, 6_800, "", None),
        (ACTUAL, "Loggers in a box, twelve accounts", LOGGERS, boxes, 7_140, "Paketwerk", "PW-2231"),
        (PLANNED, "Round table for quality directors", TABLE, table, 14_000, "", None),
        (ACTUAL, "Room and dinner of the round table", TABLE, table, 11_920, "Speicherhaus", "SP-0094"),
    ]
    others: list[tuple[Any, ...]] = [
        (SpendKind.TOOL, ACTUAL, "Intent data, one year", first, year, 24_000, "EUR", "Signalhaus", "SH-77"),
        (SpendKind.PEOPLE, PLANNED, "Two marketers on target accounts", first, last, 42_000, "EUR", "", None),
        (SpendKind.PEOPLE, ACTUAL, "Two marketers, until today", first, world.today, 29_400, "EUR", "", None),
        (SpendKind.PROGRAMME, ACTUAL, "Design of the account pages", boxes, boxes, 4_300, "USD", "Halyard", "HS-18"),
        (SpendKind.OTHER, ACTUAL, "Stand at the Oslo fair", table, table, 61_000, "NOK", "Fjordmesse", "F-5512"),
    ]
    lines = [
        SpendFacts(
            SpendKind.PLAY, basis, what, day, day, amount * 100, "EUR", supplier, live, keys.get(play), None, number
        )
        for basis, what, play, day, amount, supplier, number in plays
    ]
    lines += [
        SpendFacts(kind, basis, what, day, until, amount * 100, currency, supplier, external_id=number)
        for kind, basis, what, day, until, amount, currency, supplier, number in others
    ]
    for facts in lines:
        enter_spend(world.session, facts, by=by, at=world.at(min(facts.first_day, world.today), 17))
    rate, wen = Decimal("0.92"), world.people.wen
    set_rate(world.organisation, currency="USD", day=first, rate=rate, by=wen, at=world.at(first, 8))
