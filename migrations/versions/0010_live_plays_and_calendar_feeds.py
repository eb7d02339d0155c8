"""The plays of live campaigns as rows, and the secret addresses of calendar feeds."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
CHANNELS = ("call", "email", "social", "meeting", "event", "webinar", "ad", "direct mail", "web", "content")


def upgrade() -> None:
    op.create_table(
        "live_play",
        sa.Column("id", BIG, nullable=False),
        sa.Column("campaign_id", BIG, nullable=False),
        sa.Column("play", sa.String(length=40), nullable=False),
        sa.Column(
            "channel",
            sa.Enum(*CHANNELS, name="live_play_channel", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("what", sa.String(length=200), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("moves", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("moves >= 0", name=op.f("ck_live_play_moves")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_live_play_campaign_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_live_play")),
        sa.UniqueConstraint("campaign_id", "play", name=op.f("uq_live_play_campaign_id_play")),
    )
    with op.batch_alter_table("live_play") as batch:
        batch.create_index(batch.f("ix_live_play_day"), ["day"], unique=False)
        batch.create_index(batch.f("ix_live_play_play"), ["play"], unique=False)

    op.create_table(
        "calendar_feed",
        sa.Column("id", BIG, nullable=False),
        sa.Column("user_id", BIG, nullable=False),
        sa.Column(
            "kind",
            sa.Enum("mine", "all", name="feed_kind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_calendar_feed_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_feed")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_calendar_feed_token_hash")),
    )
    still_open = sa.text("ended_at IS NULL")
    with op.batch_alter_table("calendar_feed") as batch:
        batch.create_index(batch.f("ix_calendar_feed_user_id"), ["user_id"], unique=False)
        batch.create_index(
            "ix_calendar_feed_open",
            ["user_id", "kind"],
            unique=True,
            sqlite_where=still_open,
            postgresql_where=still_open,
        )

    _take_over()


def downgrade() -> None:
    op.drop_table("calendar_feed")
    op.drop_table("live_play")


def _take_over() -> None:
    """The plays of each campaign as the version says that it was launched on last."""
    connection = op.get_bind()
    zone = connection.scalar(sa.text("SELECT time_zone FROM organisation"))
    launches = connection.execute(
        sa.text(
            "SELECT l.campaign_id, l.at, v.content FROM launch l JOIN version v ON v.id = l.version_id"
            " WHERE l.id = (SELECT max(o.id) FROM launch o WHERE o.campaign_id = l.campaign_id)"
        ).columns(at=sa.DateTime(timezone=True), content=sa.LargeBinary())
    ).all()
    table = sa.table(
        "live_play",
        *(sa.column(name) for name in ("campaign_id", "play", "channel", "what", "moves")),
        sa.column("day", sa.Date()),
        *(sa.column(name, sa.DateTime(timezone=True)) for name in ("until", "changed_at")),
    )
    for campaign_id, at, content in launches:
        for play in json.loads(content)["content"]["plays"]:
            day = date.fromisoformat(play["day"])
            row = {name: play[name] for name in ("play", "channel", "what")}
            row |= {"campaign_id": campaign_id, "day": day, "until": _end_of(day, zone), "moves": 0, "changed_at": at}
            connection.execute(table.insert().values(**row))


def _end_of(day: date, zone: str) -> datetime:
    midnight = datetime.combine(day + timedelta(days=1), time(), tzinfo=ZoneInfo(zone))
    return midnight.astimezone(UTC)
