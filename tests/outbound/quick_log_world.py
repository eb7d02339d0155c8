"""The accounts and the moment against which the lines of `quick_log_lines.tsv` are read, and how the file is written.

Each line stands with the reading that a colleague would give it: account, channel, outcome and direction, how many
days from today (0 where nothing is said) and the time of day where it is said, contact, and what is left as the note.
`ask` names what has to be asked, in the order account, what, contact, when; `account=A, B` says between whom, by name.
What is asked has no value in its column; where what happened is asked, the channel stands there if it is not in doubt.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

LINES = Path(__file__).with_name("quick_log_lines.tsv")
NOW = datetime(2026, 11, 24, 11, 0)  # noqa: DTZ001 a Tuesday, as the organisation's clock shows it

# Each account with its web domain and the people there.
ACCOUNTS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "Halden Freight": ("halden.com", ("Ana Reyes", "Paul Brandt")),
    "Orbis Pharma": ("orbis-pharma.com", ("Claire Dubois", "Jonas Weber")),
    "Kestrel Foods": ("kestrelfoods.com", ("Anna Lindqvist", "Anna Petrov", "Oliver Grant")),
    "Kestrel Dairy": ("kestrel-dairy.dk", ("Lars Holm",)),
    "Müller & Söhne GmbH": ("mueller-soehne.de", ("Jürgen Müller", "Katja Braun")),
    "Norrland Shipping": ("norrland.no", ("Ingrid Åsberg",)),
    "Brightwater Labs": ("brightwater.io", ("Priya Shah",)),
    "Café Délice": ("cafedelice.fr", ("Hélène Moreau",)),
    "Ardent Cold Chain": ("ardent-cc.com", ("Mark Stone",)),
    "Vestra Clinics": ("vestra.health", ("Will Foster", "May Chen")),
    "Sunday Kitchens": ("sundaykitchens.co.uk", ("Rosa Marsh",)),
    "Zephyr": ("zephyr.com", ("Dan Cole",)),
    "Zephyr Hospitals": ("zephyr-hospitals.org", ("Nina Falk",)),
    "Lindgren Shipping": ("lindgren.se", ("Åsa Lindgren",)),
    "St. Mary's Hospital": ("stmarys.org", ("Joan Ellis",)),
    "Next Stores": ("nextstores.com", ("Ben Ortiz",)),
    "The Home Grocers": ("homegrocers.com", ("Gina Rossi",)),
    "O'Brien Haulage": ("obrienhaulage.ie", ("Sean O'Brien",)),
    "A.B. Larsen AS": ("ablarsen.no", ("Berit Larsen",)),
    "4Front Polymers": ("4front.com", ("Omar Aziz",)),
    "Silverton": ("silverton.com", ("Eve Park",)),
}


@dataclass(frozen=True)
class Expected:
    """One line of the file, each part as it is written there."""

    line: str
    account: str
    channel: str
    outcome: str
    direction: str
    days: str
    time: str
    contact: str
    note: str
    ask: str


def expected_lines() -> list[Expected]:
    """Every line of the file with its reading."""
    with LINES.open(encoding="utf-8", newline="") as file:
        return [Expected(**row) for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)]
