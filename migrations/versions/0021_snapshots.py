"""Weeks that are frozen."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0021"
down_revision = "0020"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "snapshot",
        sa.Column("id", BIG, nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("programme_id", BIG, nullable=False),
        sa.Column("quarter", sa.String(length=40), nullable=False),
        sa.Column("week", sa.String(length=40), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("headlines", sa.JSON().with_variant(JSONB, "postgresql"), nullable=False),
        sa.Column("sealed_upto", sa.Integer(), nullable=False),
        sa.Column("cause", sa.String(length=40), nullable=False),
        sa.Column("frozen_at", MOMENT, nullable=False),
        sa.Column("by_id", BIG, nullable=True),
        sa.CheckConstraint("cause IN ('review', 'time')", name=op.f("ck_snapshot_freeze_cause")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_snapshot_programme_id")),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], name=op.f("fk_snapshot_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_snapshot")),
        sa.UniqueConstraint("public_id", name=op.f("uq_snapshot_public_id")),
        sa.UniqueConstraint("programme_id", "quarter", "week", name=op.f("uq_snapshot_programme_id_quarter_week")),
    )


def downgrade() -> None:
    op.drop_table("snapshot")
