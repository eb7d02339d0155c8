"""The fit of the demonstration: which companies buy cold-chain visibility, as both sides signed it last quarter."""

from __future__ import annotations

from datetime import timedelta

from abm.agreement.models import Verdict
from abm.definitions.fit import FIT
from abm.definitions.models import Definition, begin_definition
from abm.demo.founding import World
from abm.people.seats import Side, seats

CRITERIA = (
    {
        "field": "industry",
        "operator": "is one of",
        "values": ["Pharma", "Food", "Hospitals", "Logistics"],
        "weight": 30,
        "words": "Makes or moves what spoils",
    },
    {
        "field": "industry",
        "operator": "is one of",
        "values": ["Pharma", "Hospitals"],
        "weight": 25,
        "words": "A warm load is a matter for the board",
    },
    {"field": "employees", "operator": "is between", "least": 250, "most": 5000, "weight": 25},
    {"field": "revenue", "operator": "is between", "least": 50_000_000, "currency": "EUR", "weight": 10},
    {
        "field": "country",
        "operator": "is one of",
        "values": ["Germany", "Netherlands", "Denmark", "Norway", "United Kingdom", "Ireland"],
        "weight": 10,
        "words": "Where our installers are",
    },
)


def define_fit(world: World) -> Definition:
    """Written by Wen, signed by both seats in the week before the list of last quarter was drafted."""
    wen, amara, renata = world.people.wen, world.people.amara, world.people.renata
    drafted = world.quarter.plus(-1).first - timedelta(days=14)
    proposed = drafted - timedelta(days=6)
    fit = begin_definition(world.session, FIT, {"criteria": CRITERIA}, by=wen, at=world.at(proposed, 9))
    version = fit.propose(FIT, starts_on=proposed, by=wen, at=world.at(proposed))
    for side, person, days in ((Side.MARKETING, amara, 5), (Side.SALES, renata, 4)):
        fit.sign(
            version,
            seat=seats(world.session)[side],
            by=person,
            at=world.at(drafted - timedelta(days=days)),
            digest=version.digest,
            verdict=Verdict.APPROVE,
        )
    return fit
