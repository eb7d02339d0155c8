"""Every change of an account's stage with its cause, how far they follow the facts, and exits by hand."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0023"
down_revision = "0022"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
STAGES = ("target", "aware", "engaged", "mqa", "meeting", "opportunity", "customer", "disqualified", "recycled")
WHY = ("facts", "window passed", "definition", "exit")
REASONS = (
    *("unable to reach", "inaccurate data", "no interest or need", "no budget", "no fit", "bad timing", "duplicate"),
    *("competitor", "existing customer"),
)
STANDING = "ended_at IS NULL"


def upgrade() -> None:
    op.create_table(
        "stage_change",
        sa.Column("id", BIG, nullable=False),
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("stage_before", _one_of("stage_before", STAGES), nullable=False),
        sa.Column("stage", _one_of("stage", STAGES), nullable=False),
        sa.Column("why", _one_of("stage_why", WHY), nullable=False),
        sa.Column("cause", sa.String(length=200), nullable=False),
        sa.Column("facts", JSON, nullable=False),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.CheckConstraint("stage <> stage_before", name=op.f("ck_stage_change_moves")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_stage_change_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stage_change")),
        sa.UniqueConstraint("account_id", "day", name=op.f("uq_stage_change_account_id_day")),
    )
    following = op.create_table(
        "stage_following",
        sa.Column("id", BIG, nullable=False),
        sa.Column("sealed_upto", sa.Integer(), nullable=False),
        sa.Column("walked_upto", sa.Integer(), nullable=True),
        sa.CheckConstraint("id = 1", name=op.f("ck_stage_following_only_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stage_following")),
    )
    op.bulk_insert(following, [{"id": 1, "sealed_upto": 0, "walked_upto": 0}])
    op.create_table(
        "stage_exit",
        sa.Column("id", BIG, nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("kind", _one_of("exit_kind", ("disqualified", "recycled")), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("reason", _one_of("exit_reason", REASONS), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("by_id", BIG, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("ended_by_id", BIG, nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (ended_on IS NULL) AND (ended_at IS NULL) = (ended_by_id IS NULL)",
            name=op.f("ck_stage_exit_ended"),
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_stage_exit_account_id")),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], name=op.f("fk_stage_exit_by_id")),
        sa.ForeignKeyConstraint(["ended_by_id"], ["user.id"], name=op.f("fk_stage_exit_ended_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stage_exit")),
        sa.UniqueConstraint("public_id", name=op.f("uq_stage_exit_public_id")),
    )
    with op.batch_alter_table("stage_exit") as batch:
        batch.create_index("ix_stage_exit_account_day", ["account_id", "day"], unique=False)
        batch.create_index(
            "ix_stage_exit_one_standing",
            ["account_id"],
            unique=True,
            sqlite_where=sa.text(STANDING),
            postgresql_where=sa.text(STANDING),
        )


def downgrade() -> None:
    op.drop_table("stage_exit")
    op.drop_table("stage_following")
    op.drop_table("stage_change")


def _one_of(name: str, values: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)
