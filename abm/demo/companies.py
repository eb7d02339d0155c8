"""The companies of the demonstration: invented, each with an industry, a place, a size and people. Pure data.

Names are put together from invented family and place names and the words of an industry; the draw is
seeded, so that the demonstration is the same on every machine.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

STEMS = [
    "Halden",
    "Orbis",
    "Kestrel",
    "Norrland",
    "Brightwater",
    "Calder",
    "Ardent",
    "Vestra",
    "Solano",
    "Merrow",
    "Tindall",
    "Ostara",
    "Quayle",
    "Fennick",
    "Lindgren",
    "Marlowe",
    "Aster",
    "Bexley",
    "Corvane",
    "Dunmore",
    "Eastry",
    "Fjordane",
    "Glenrock",
    "Havisham",
    "Inverloch",
    "Jessop",
    "Kirkwall",
    "Larkspur",
    "Montrose",
    "Nereus",
    "Oakhurst",
    "Penhale",
    "Ravensby",
    "Silverton",
    "Thornbury",
    "Ullswater",
    "Varden",
    "Westmark",
    "Yarrow",
    "Zephyr",
]
TRADES = {
    "Logistics": ("Freight", "Logistics", "Cold Chain", "Haulage", "Shipping"),
    "Pharma": ("Pharma", "Therapeutics", "Biologics", "Vaccines", "Labs"),
    "Food": ("Foods", "Dairy", "Fisheries", "Produce", "Kitchens"),
    "Retail": ("Markets", "Grocers", "Stores"),
    "Chemicals": ("Chemicals", "Polymers", "Coatings"),
    "Hospitals": ("Health", "Clinics", "Hospitals"),
}
PLACES = (
    ("Germany", "Hamburg"),
    ("Germany", "Munich"),
    ("Netherlands", "Rotterdam"),
    ("United Kingdom", "Leeds"),
    ("United Kingdom", "Felixstowe"),
    ("Norway", "Bergen"),
    ("Denmark", "Aarhus"),
    ("France", "Lyon"),
    ("Spain", "Valencia"),
    ("Portugal", "Porto"),
    ("Poland", "Gdańsk"),
    ("Ireland", "Cork"),
)
FIRST_NAMES = [
    "Anna",
    "Bruno",
    "Clara",
    "David",
    "Elena",
    "Felix",
    "Greta",
    "Henrik",
    "Irene",
    "Jakob",
    "Karin",
    "Luca",
    "Marta",
    "Nils",
    "Olga",
    "Paul",
    "Rosa",
    "Stefan",
    "Teresa",
    "Viktor",
    "Wanda",
    "Yusuf",
    "Zoe",
    "Mei",
    "Kofi",
    "Aisha",
    "Ravi",
    "Lena",
    "Omar",
    "Ingrid",
]
LAST_NAMES = [
    "Abel",
    "Berger",
    "Costa",
    "Duarte",
    "Ekström",
    "Fischer",
    "Garcia",
    "Holm",
    "Ivanova",
    "Jansen",
    "Kowal",
    "Larsen",
    "Moreau",
    "Novak",
    "Olsen",
    "Petrov",
    "Quinn",
    "Rossi",
    "Silva",
    "Tanaka",
    "Ueda",
    "Vidal",
    "Weber",
    "Xu",
    "Young",
    "Zimmer",
    "Okafor",
    "Haddad",
    "Nakamura",
    "Lindholm",
]
JOBS = (
    ("Head of Supply Chain", "economic buyer"),
    ("Director of Quality", "champion"),
    ("Cold-chain Manager", "user"),
    ("IT Architect", "technical buyer"),
    ("Procurement Lead", "influencer"),
    ("Logistics Coordinator", "unknown"),
)
FIRST_THREE = (("Halden Freight", "Logistics"), ("Orbis Pharma", "Pharma"), ("Kestrel Foods", "Food"))


@dataclass(frozen=True)
class Person:
    """Somebody at a company."""

    name: str
    title: str
    buying_role: str
    email: str


@dataclass(frozen=True)
class Company:
    """One invented company."""

    name: str
    domain: str
    industry: str
    segment: str
    employees: int
    revenue: int  # a year, in whole euros
    country: str
    city: str
    people: tuple[Person, ...]


def companies(count: int, seed: int = 7) -> list[Company]:
    """So many companies, always the same for the same seed; Halden, Orbis and Kestrel come first."""
    draw = random.Random(seed)  # noqa: S311 a demonstration needs repeatable chance, not secrets
    names = list(_names(draw))
    return [_company(name, trade, draw) for name, trade in names[:count]]


def _names(draw: random.Random) -> Iterator[tuple[str, str]]:
    yield from FIRST_THREE
    taken = {name for name, _ in FIRST_THREE}
    rest = [(f"{stem} {word}", trade) for trade, words in TRADES.items() for word in words for stem in STEMS]
    draw.shuffle(rest)
    yield from ((name, trade) for name, trade in rest if name not in taken)


def _company(name: str, trade: str, draw: random.Random) -> Company:
    employees = int(draw.lognormvariate(6.6, 1.1)) + 20
    country, city = draw.choice(PLACES)
    domain = name.lower().replace(" ", "-") + ".example"
    return Company(
        name=name,
        domain=domain,
        industry=trade,
        segment="Enterprise" if employees >= 1000 else "Mid-market",
        employees=employees,
        revenue=employees * draw.randrange(120_000, 320_000, 10_000),
        country=country,
        city=city,
        people=tuple(_people(domain, draw)),
    )


def _people(domain: str, draw: random.Random) -> Iterator[Person]:
    for title, role in draw.sample(JOBS, draw.choice((2, 3, 3, 4))):
        first, last = draw.choice(FIRST_NAMES), draw.choice(LAST_NAMES)
        yield Person(f"{first} {last}", title, role, f"{first}.{last}@{domain}".lower().replace("ö", "o"))
