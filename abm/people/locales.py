"""What the first run offers: time zones that people find by their city, currencies in use, months."""

from __future__ import annotations

from functools import cache
from zoneinfo import available_timezones

from babel import Locale
from babel.core import get_global

LOCALE = Locale("en", "GB")
MONTHS = tuple((str(number), LOCALE.months["format"]["wide"][number]) for number in range(1, 13))


@cache
def time_zones() -> tuple[str, ...]:
    """The IANA zones that name a place, in order."""
    areas = ("Africa/", "America/", "Antarctica/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/", "Pacific/")
    return (*sorted(zone for zone in available_timezones() if zone.startswith(areas)), "UTC")


def zone_named(typed: str) -> str | None:
    """The zone that somebody means by `Europe/Berlin`, `europe/berlin` or `Berlin`; None where it is not one zone."""
    wanted = typed.strip().casefold().replace(" ", "_")
    whole = {zone.casefold(): zone for zone in time_zones()}
    cities = [zone for zone in time_zones() if zone.casefold().rpartition("/")[2] == wanted]
    return whole.get(wanted) or (cities[0] if len(cities) == 1 else None)


@cache
def currencies() -> tuple[tuple[str, str], ...]:
    """Every currency that is legal tender somewhere today: its code, and `EUR – Euro`, by code."""
    tender = {
        code
        for entries in get_global("territory_currencies").values()
        for code, _from, until, is_tender in entries
        if is_tender and until is None
    }
    return tuple((code, f"{code} – {LOCALE.currencies.get(code, code)}") for code in sorted(tender))
