"""What may stand in an address: bounded and typed, so that nonsense is a 404 and never a fault."""

from __future__ import annotations

from flask import Flask
from werkzeug.routing import BaseConverter, ValidationError

from abm.kit.clock import QUARTER, Week

LARGEST = 2_147_483_647


class Number(BaseConverter):
    """A whole number from 1 that every database takes."""

    regex = r"[1-9]\d{0,9}"

    def to_python(self, value: str) -> int:
        number = int(value)
        if number > LARGEST:
            raise ValidationError
        return number


class Slug(BaseConverter):
    """A readable name in lower case."""

    regex = r"[a-z0-9][a-z0-9-]{0,79}"


class PublicIdText(BaseConverter):
    """A random public id."""

    regex = r"[a-z0-9]{16}"


class TokenText(BaseConverter):
    """256 random bits of a one-time link."""

    regex = r"[A-Za-z0-9_-]{43}"


class WeekText(BaseConverter):
    """An ISO week, `2026-w47`; a week 53 that the year lacks is not found."""

    regex = r"\d{4}-w\d{2}"

    def to_python(self, value: str) -> Week:
        try:
            return Week.parse(value)
        except ValueError as error:
            raise ValidationError from error

    def to_url(self, value: Week) -> str:
        return str(value)


class QuarterText(BaseConverter):
    """A fiscal quarter, `2026-q4`, as text: which days it has depends on the organisation."""

    regex = r"(?:19|2\d)\d{2}-q[1-4]"

    def to_python(self, value: str) -> str:
        if QUARTER.fullmatch(value) is None:
            raise ValidationError
        return value

    def to_url(self, value: object) -> str:
        return str(value)


def init_converters(app: Flask) -> None:
    """Make `<number:id>`, `<slug:slug>`, `<public:id>`, `<token:t>`, `<week:week>` and `<quarter:q>` known."""
    app.url_map.converters.update(
        number=Number, slug=Slug, public=PublicIdText, token=TokenText, week=WeekText, quarter=QuarterText
    )
