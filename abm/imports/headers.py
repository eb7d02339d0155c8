"""Which column of a file holds which of our facts, told from its header, or by a person."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from abm.imports.crm_profiles import HUBSPOT, SALESFORCE
from abm.imports.fields import FIELDS, NEEDED, Profile, Rows
from abm.imports.filetype import FileRefused
from abm.imports.models import Kind
from abm.imports.money import SIGNS, is_currency
from abm.imports.profiles import MAVEN, PLAIN
from abm.imports.touch_profiles import TOUCHES
from abm.kit.text import shortened

PROFILES = (*PLAIN, *MAVEN, *SALESFORCE, *HUBSPOT, *TOUCHES)
MONEY_FIELDS = frozenset({"revenue", "amount"})
UNITS = (
    dict.fromkeys(("k", "thousand", "thousands", "tsd"), 1_000)
    | dict.fromkeys(("m", "mm", "mn", "mio", "million", "millions"), 1_000_000)
    | dict.fromkeys(("b", "bn", "mrd", "billion", "billions"), 1_000_000_000)
)
# What begins so was added by whatever copied a system into a warehouse.
COPIED = ("_fivetran_", "_airbyte_", "_sdc_", "_dlt_")
SHOWN = 12  # columns that a sentence lists

_SIGN = re.compile(r"[$€£¥]")


@dataclass(frozen=True)
class Recognition:
    """What a header means: our field -> index of its column, and what is missing or left over."""

    kind: Kind
    rows: Rows
    profile: str
    header: tuple[str, ...]
    columns: Mapping[str, int]
    units: Mapping[str, int]  # what one stands for in a money column: 1,000,000 for `Revenue (in M)`
    currencies: Mapping[str, str]  # of money columns whose heading or profile names one

    @property
    def missing(self) -> tuple[tuple[str, ...], ...]:
        """Of each of these fields the file needs one and has none."""
        return tuple(choice for choice in NEEDED[self.rows] if not any(name in self.columns for name in choice))

    @property
    def unmapped(self) -> tuple[str, ...]:
        """The columns that no field takes."""
        taken = set(self.columns.values())
        return tuple(name for index, name in enumerate(self.header) if index not in taken)

    @property
    def copied(self) -> bool:
        """Whether it comes out of a warehouse: its times are those of UTC."""
        return any(name.strip().casefold().startswith(COPIED) for name in self.header)

    @property
    def better_kind(self) -> Kind | None:
        """The kind of file that this one looks like, where it is another than the one asked for."""
        headings = [heading_of(name) for name in self.header]
        _, certain, columns = _best_reading(self.kind, headings).fit
        for other in Kind:
            whole, *fit = _best_reading(other, headings).fit
            if other is not self.kind and whole and fit > [certain, 2 * columns]:
                return other
        return None

    def require_complete(self) -> None:
        """Raise FileRefused where a needed column is missing: what is needed, what was found."""
        if self.missing:
            labels = FIELDS[self.rows]
            needed = " and ".join(" or ".join(f"“{labels[name]}”" for name in choice) for choice in self.missing)
            found = ", ".join(shortened(name, 40) for name in self.header[:SHOWN])
            more = f" and {len(self.header) - SHOWN} more" if len(self.header) > SHOWN else ""
            other = f"; it looks like a file of {self.better_kind}" if self.better_kind else ""
            raise FileRefused(
                f"A file of {self.rows} needs a column for {needed}, and this one has {found}{more}: "
                f"add the column, or say which one it is{other}."
            )


@dataclass(frozen=True)
class Heading:
    """A column's heading, as it is compared."""

    key: str
    base: str  # without the unit in brackets
    unit: int = 1
    currency: str = ""


def recognise(kind: Kind, header: Sequence[str]) -> Recognition:
    """Tell from the header which system a file comes from and what its columns hold. Never fails."""
    headings = [heading_of(name) for name in header]
    reading = _best_reading(kind, headings)
    columns = dict(reading.columns)
    for other in PROFILES:  # a report may carry a column that somebody added under a plain name
        if other.rows is reading.profile.rows and not other.signs:
            free = {name: names for name, names in other.columns.items() if name not in columns}
            columns |= _find(free, headings, taken=set(columns.values()))
    return _recognition(kind, reading.profile, tuple(header), columns)


def remapped(recognition: Recognition, chosen: Mapping[str, str], rows: Rows | None = None) -> Recognition:
    """The same file as a person maps it: our field -> name of its column. Raises FileRefused for another's name."""
    rows = rows or recognition.rows
    places = {name.casefold(): index for index, name in enumerate(recognition.header)}
    for name, column in chosen.items():
        if name not in FIELDS[rows] or column.casefold() not in places:
            raise FileRefused(f"The mapping of “{shortened(column)}” does not fit this file: choose its columns anew.")
    columns = {name: places[column.casefold()] for name, column in chosen.items()}
    known = (one for one in PROFILES if (one.name, one.rows) == (recognition.profile, rows))
    profile = next(known, Profile(recognition.profile, recognition.kind, rows, {}))
    return _recognition(recognition.kind, profile, recognition.header, columns)


def heading_of(name: str) -> Heading:
    """`Annual Revenue (in € M)` as its name, a unit of a million and EUR."""
    before, bracket, behind = name.strip().rpartition("(")
    unit, currency = _unit_and_currency(behind.removesuffix(")")) if bracket else (0, "")
    if not unit:
        return Heading(_key(name), _key(name))
    return Heading(_key(name), _key(before), unit, currency)


def _key(name: str) -> str:
    """Letters and digits in small form, without the `property_` of a HubSpot warehouse."""
    folded = unicodedata.normalize("NFKC", name).casefold().strip().removeprefix("property_")
    return "".join(character for character in folded if character.isalnum())


def _unit_and_currency(words: str) -> tuple[int, str]:
    """What stands in the brackets; a unit of 0 where it is something else."""
    unit, currency = 1, ""
    for word in words.casefold().replace("/", " ").removeprefix("in ").split():
        for sign in _SIGN.findall(word):
            currency = SIGNS[sign][0] if len(SIGNS[sign]) == 1 else currency
        bare = _SIGN.sub("", word)
        if bare in UNITS:
            unit = UNITS[bare]
        elif is_currency(bare.upper()):
            currency = bare.upper()
        elif bare:
            return 0, ""
    return unit, currency


@dataclass(frozen=True)
class _Reading:
    """A file as one profile reads it."""

    profile: Profile
    columns: Mapping[str, int]
    marks: int = 0

    @property
    def fit(self) -> tuple[bool, bool, int]:
        """Whole before part, certain before likely, more columns before fewer."""
        whole = all(any(name in self.columns for name in choice) for choice in NEEDED[self.profile.rows])
        return whole, whole and bool(self.profile.signs), len(self.columns) + self.marks


def _best_reading(kind: Kind, headings: list[Heading]) -> _Reading:
    readings = (_read(profile, headings) for profile in PROFILES if profile.kind is kind)
    return max(readings, key=lambda reading: reading.fit)


def _read(profile: Profile, headings: list[Heading]) -> _Reading:
    keys = {heading.key for heading in headings}
    if not keys.issuperset(map(_key, profile.signs)):
        return _Reading(profile, {})
    return _Reading(profile, _find(profile.columns, headings), len(keys.intersection(map(_key, profile.marks))))


def _find(
    fields: Mapping[str, tuple[str, ...]], headings: list[Heading], taken: Collection[int] = ()
) -> dict[str, int]:
    """The first column of each field that bears one of its names."""
    free = [index for index in range(len(headings)) if index not in taken]
    found: dict[str, int] = {}
    for name, names in fields.items():
        for alias in map(_key, names):
            match = [i for i in free if alias == (headings[i].base if name in MONEY_FIELDS else headings[i].key)]
            if match:
                found[name] = match[0]
                free.remove(match[0])
                break
    return found


def _recognition(kind: Kind, profile: Profile, header: tuple[str, ...], columns: dict[str, int]) -> Recognition:
    money = {name: heading_of(header[columns[name]]) for name in MONEY_FIELDS & columns.keys()}
    units = {name: max(heading.unit, profile.units.get(name, 1)) for name, heading in money.items()}
    named = {name: heading.currency or profile.currency for name, heading in money.items()}
    currencies = {name: code for name, code in named.items() if code}
    return Recognition(kind, profile.rows, profile.name, header, columns, units, currencies)
