"""The vocabulary of every table: one declarative base, column types and constraint names. No Flask in here."""

from __future__ import annotations

import enum
import secrets
from datetime import UTC, date, datetime
from typing import Annotated, Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Date,
    DateTime,
    Dialect,
    Enum,
    Integer,
    MetaData,
    String,
    Text,
    TypeDecorator,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Session, mapped_column, object_session

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

PUBLIC_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: aware in Python, UTC in the database (SQLite would hand back naive values)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("An instant needs a time zone.")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


BigId = BigInteger().with_variant(Integer, "sqlite")  # SQLite autoincrements only INTEGER keys
Json = JSON().with_variant(JSONB, "postgresql")


def public_id() -> str:
    """A random name for an object outside the database: 16 letters and digits, 79 bits."""
    return "".join(secrets.choice(PUBLIC_ALPHABET) for _ in range(16))


Key = Annotated[int, mapped_column(BigId, primary_key=True)]
PublicId = Annotated[str, mapped_column(String(16), unique=True, default=public_id)]
Slug = Annotated[str, mapped_column(String(80), unique=True)]
Name = Annotated[str, mapped_column(String(200))]
Word = Annotated[str, mapped_column(String(40))]
Email = Annotated[str, mapped_column(String(254))]
Digest = Annotated[str, mapped_column(String(64))]
LongText = Annotated[str, mapped_column(Text)]
Instant = Annotated[datetime, mapped_column(UtcDateTime)]
Day = Annotated[date, mapped_column(Date)]
Minor = Annotated[int, mapped_column(BigInteger)]  # money in minor units of its currency
Currency = Annotated[str, mapped_column(String(3))]
Facts = Annotated[dict[str, Any], mapped_column(Json)]


class Base(DeclarativeBase):
    """The one base of all models."""

    metadata = MetaData(naming_convention=NAMES)


def choice(kind: type[enum.StrEnum], name: str) -> Enum:
    """A column that holds one of an enum's values, kept by a named CHECK in the database as well."""
    return Enum(
        kind,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=40,
        validate_strings=True,
        values_callable=lambda members: [member.value for member in members],
    )


def check(sql: str, name: str) -> CheckConstraint:
    """A named rule of a table."""
    return CheckConstraint(sql, name=name)


def session_of(row: Base) -> Session:
    """The session that a row lives in: models reach the database through the rows they are given."""
    session = object_session(row)
    if session is None:
        raise RuntimeError(f"{type(row).__name__} belongs to no session.")
    return session
