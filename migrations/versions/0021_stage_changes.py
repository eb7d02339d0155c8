"""Every change of an account's stage with its cause, and how far they follow the facts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0021"
down_revision = "0020"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
STAGES = ("target", "aware", "engaged", "mqa", "meeting", "opportunity", "customer")
WHY = ("facts", "window passed", "definition")


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


def downgrade() -> None:
    op.drop_table("stage_following")
    op.drop_table("stage_change")


def _one_of(name: str, values: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)
