"""Plays that happened, the files that tell of them, and personal API tokens."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
AT = sa.DateTime(timezone=True)
CHANNELS = ("call", "email", "social", "meeting", "event", "webinar", "ad", "direct mail", "web", "content")


def _one_of(*values: str, name: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    _tokens()
    _records()
    _files()


def downgrade() -> None:
    for table in ("play_file", "play_touch", "play_record", "api_answer", "api_token"):
        op.drop_table(table)


def _tokens() -> None:
    op.create_table(
        "api_token",
        sa.Column("id", BIG, nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("user_id", BIG, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("scope", _one_of("read", "record", name="token_scope"), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("made_at", AT, nullable=False),
        sa.Column("expires_at", AT, nullable=False),
        sa.Column("used_at", AT, nullable=True),
        sa.Column("ended_at", AT, nullable=True),
        sa.CheckConstraint("made_at < expires_at", name=op.f("ck_api_token_span")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_api_token_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("public_id", name=op.f("uq_api_token_public_id")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_token_token_hash")),
    )
    op.create_index(op.f("ix_api_token_user_id"), "api_token", ["user_id"], unique=False)
    op.create_table(
        "api_answer",
        sa.Column("id", BIG, nullable=False),
        sa.Column("user_id", BIG, nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("body", JSON, nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_api_answer_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_answer")),
        sa.UniqueConstraint("user_id", "key", name=op.f("uq_api_answer_user_id_key")),
    )
    op.create_index(op.f("ix_api_answer_at"), "api_answer", ["at"], unique=False)


def _records() -> None:
    op.create_table(
        "play_record",
        sa.Column("id", BIG, nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("campaign_id", BIG, nullable=False),
        sa.Column("play", sa.String(length=40), nullable=False),
        sa.Column("channel", _one_of(*CHANNELS, name="play_record_channel"), nullable=False),
        sa.Column("what", sa.String(length=200), nullable=False),
        sa.Column("outcome", sa.String(length=40), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("source", _one_of("form", "csv", "api", name="record_source"), nullable=False),
        sa.Column("token_id", BIG, nullable=True),
        sa.Column("corrects_id", BIG, nullable=True),
        sa.Column("accounts", sa.Integer(), nullable=False),
        sa.Column("responses", sa.Integer(), nullable=False),
        sa.Column("recorded_by_id", BIG, nullable=False),
        sa.Column("recorded_at", AT, nullable=False),
        sa.Column("voided_at", AT, nullable=True),
        sa.Column("voided_by_id", BIG, nullable=True),
        sa.Column("void_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "accounts >= 0 AND responses >= 0 AND accounts + responses > 0",
            name=op.f("ck_play_record_says_something"),
        ),
        sa.CheckConstraint("(voided_at IS NULL) = (voided_by_id IS NULL)", name=op.f("ck_play_record_voided_by")),
        sa.CheckConstraint("voided_at IS NULL OR void_reason <> ''", name=op.f("ck_play_record_void_reason")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_play_record_campaign_id")),
        sa.ForeignKeyConstraint(["token_id"], ["api_token.id"], name=op.f("fk_play_record_token_id")),
        sa.ForeignKeyConstraint(["corrects_id"], ["play_record.id"], name=op.f("fk_play_record_corrects_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["user.id"], name=op.f("fk_play_record_recorded_by_id")),
        sa.ForeignKeyConstraint(["voided_by_id"], ["user.id"], name=op.f("fk_play_record_voided_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_play_record")),
        sa.UniqueConstraint("public_id", name=op.f("uq_play_record_public_id")),
        sa.UniqueConstraint("corrects_id", name=op.f("uq_play_record_corrects_id")),
    )
    op.create_index("ix_play_record_campaign", "play_record", ["campaign_id", "play", "day"], unique=False)
    op.create_table(
        "play_touch",
        sa.Column("touch_id", BIG, autoincrement=False, nullable=False),
        sa.Column("record_id", BIG, nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("reaction", sa.Boolean(), nullable=False),
        sa.Column("voided_at", AT, nullable=True),
        sa.ForeignKeyConstraint(["touch_id"], ["touch.id"], name=op.f("fk_play_touch_touch_id")),
        sa.ForeignKeyConstraint(["record_id"], ["play_record.id"], name=op.f("fk_play_touch_record_id")),
        sa.PrimaryKeyConstraint("touch_id", name=op.f("pk_play_touch")),
    )
    standing = sa.text("voided_at IS NULL")
    op.create_index(op.f("ix_play_touch_record_id"), "play_touch", ["record_id"], unique=False)
    op.create_index(
        "ix_play_touch_once", "play_touch", ["key"], unique=True, sqlite_where=standing, postgresql_where=standing
    )


def _files() -> None:
    op.create_table(
        "play_file",
        sa.Column("id", BIG, nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("filename", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("campaign_id", BIG, nullable=True),
        sa.Column("play", sa.String(length=40), nullable=False),
        sa.Column("header", JSON, nullable=False),
        sa.Column("lines", JSON, nullable=False),
        sa.Column("notes", JSON, nullable=False),
        sa.Column("result", JSON, nullable=False),
        sa.Column("uploaded_by_id", BIG, nullable=False),
        sa.Column("uploaded_at", AT, nullable=False),
        sa.Column("applied_at", AT, nullable=True),
        sa.Column("discarded_at", AT, nullable=True),
        sa.CheckConstraint("applied_at IS NULL OR discarded_at IS NULL", name=op.f("ck_play_file_one_end")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_play_file_campaign_id")),
        sa.ForeignKeyConstraint(["uploaded_by_id"], ["user.id"], name=op.f("fk_play_file_uploaded_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_play_file")),
        sa.UniqueConstraint("public_id", name=op.f("uq_play_file_public_id")),
    )
