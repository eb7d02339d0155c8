"""How figures, days and money read on a page."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from decimal import Decimal

from babel.dates import format_date, format_datetime
from babel.numbers import (
    format_compact_currency,
    format_compact_decimal,
    format_currency,
    format_decimal,
    get_currency_precision,
)
from flask import Flask, g

from abm.kit import charts, clock
from abm.kit.markdown import markdown
from abm.kit.receipts import FIELD
from abm.kit.web import keep_query
from abm.kit.wording import word_changes

LOCALE = "en_GB"
DASH = "–"


def zone() -> str:
    """The organisation's time zone, or UTC before there is one."""
    return str(g.get("time_zone", "UTC"))


def day(value: date | datetime | None) -> str:
    """`24 Nov 2026`; an instant is shown on the organisation's day."""
    if value is None:
        return DASH
    shown = clock.day_of(value, zone()) if isinstance(value, datetime) else value
    return format_date(shown, "d MMM y", locale=LOCALE)


def weekday(value: date | datetime | None) -> str:
    """`Tue 24 Nov`."""
    if value is None:
        return DASH
    shown = clock.day_of(value, zone()) if isinstance(value, datetime) else value
    return format_date(shown, "EEE d MMM", locale=LOCALE)


def instant(value: datetime | None) -> str:
    """`24 Nov 2026, 18:05`, on the organisation's clock."""
    if value is None:
        return DASH
    return format_datetime(clock.local(value, zone()), "d MMM y, HH:mm", locale=LOCALE)


def moment(value: datetime | None) -> str:
    """`today 14:02`, `Tue 14:02` within a week, else `24 Nov, 14:02`; on the organisation's clock."""
    if value is None:
        return DASH
    local, today = clock.local(value, zone()), clock.day_of(clock.now(), zone())
    if local.date() == today:
        return f"today {local:%H:%M}"
    near = 0 < (today - local.date()).days < 7
    return format_datetime(local, "EEE HH:mm" if near else "d MMM, HH:mm", locale=LOCALE)


def ago(value: datetime | date | None) -> str:
    """`3 minutes ago`, `yesterday`, `12 days ago`; days are the organisation's."""
    if value is None:
        return "never"
    today = clock.day_of(clock.now(), zone())
    if isinstance(value, datetime):
        seconds = (clock.now() - value).total_seconds()
        if 0 <= seconds < 3600:
            minutes = int(seconds // 60)
            return "just now" if minutes == 0 else f"{minutes} minute{'s' * (minutes > 1)} ago"
        value = clock.day_of(value, zone())
    days = (today - value).days
    if days == 0:
        return "today"
    if days < 0:
        return "tomorrow" if days == -1 else f"in {-days} days"
    return "yesterday" if days == 1 else f"{days} days ago"


def money(minor: int | None, currency: str | None, *, short: bool = False) -> str:
    """An amount in minor units as `€1,234.50`, or in whole units where `short`."""
    if minor is None or not currency:
        return DASH
    amount = Decimal(minor).scaleb(-get_currency_precision(currency))
    if short:
        return format_currency(
            amount.quantize(Decimal(1)), currency, locale=LOCALE, format="¤#,##0", currency_digits=False
        )
    return format_currency(amount, currency, locale=LOCALE)


def number(value: float | Decimal | None) -> str:
    """`12,345`."""
    return DASH if value is None else format_decimal(value, locale=LOCALE)


def brief(value: float, currency: str | None = None) -> str:
    """As short as an axis needs it: `9,500`, `12.5K`, `€1.3M`; with a currency from minor units; a minus, no hyphen."""
    size = Decimal(str(abs(value))).scaleb(-get_currency_precision(currency) if currency else 0)
    if size < 10_000:
        text = (
            format_currency(size, currency, format="¤#,##0.##", locale=LOCALE, currency_digits=False)
            if currency
            else number(size)
        )
    elif currency:
        text = format_compact_currency(size, currency, locale=LOCALE, fraction_digits=1)
    else:
        text = format_compact_decimal(size, locale=LOCALE, fraction_digits=1)
    return f"−{text}" if value < 0 else text


def percent(part: int | None, whole: int | None) -> str:
    """A share in whole percent, or a dash where there is nothing to share."""
    if not whole or part is None:
        return DASH
    return f"{round(100 * part / whole)}\u202f%"


def once_key() -> str:
    """A fresh idempotency key for a creating form."""
    return uuid.uuid4().hex


def init_filters(app: Flask) -> None:
    """Teach the templates to write these."""
    for filter_ in (day, weekday, instant, moment, ago, markdown, money, number, brief, percent):
        app.add_template_filter(filter_)
    known = {"once_key": once_key, "once_field": FIELD, "keep_query": keep_query, "percent": percent}
    app.jinja_env.globals.update(known, word_changes=word_changes, geometry=charts)
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
