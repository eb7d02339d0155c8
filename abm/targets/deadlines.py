"""How long a proposal waits before somebody is reminded, before others hear of it, and before it closes itself.

Days are the organisation's calendar days: a reminder is due at the same hour so many days later, and a proposal lasts
to the end of its last day.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from abm.definitions.list_rules import ListRules
from abm.kit import clock
from abm.kit.clock import Quarter
from abm.people.models import Organisation


def last_instant(organisation: Organisation, quarter: Quarter, rules: ListRules, at: datetime) -> datetime:
    """Until when a list proposed now can be signed: the agreed days, and never beyond its quarter."""
    agreed = organisation.end_of(organisation.today(at) + timedelta(days=rules.expires_after_days))
    return min(agreed, organisation.end_of(quarter.last))


def last_day(expires_at: datetime | None, zone: str) -> date | None:
    """The last day on which it can be signed; None for what was proposed before such days were agreed."""
    return clock.day_of(expires_at - timedelta(microseconds=1), zone) if expires_at is not None else None


def days_later(since: datetime, days: int, zone: str) -> datetime:
    """The same hour on the organisation's clock, so many days on."""
    return (clock.local(since, zone) + timedelta(days=days)).astimezone(UTC)


def days_between(since: datetime, at: datetime, zone: str) -> int:
    """How many calendar days something has waited."""
    return (clock.day_of(at, zone) - clock.day_of(since, zone)).days


def turns_reached(since: datetime, at: datetime, days: int, zone: str) -> int:
    """How often so many days have gone by in full: the number of the reminder that is due, 0 for none yet."""
    waited = days_between(since, at, zone)
    return (waited if at >= days_later(since, waited, zone) else waited - 1) // days if days > 0 else 0
