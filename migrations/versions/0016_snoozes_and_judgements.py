"""What somebody puts aside in Today, and how each side judges an account week by week."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "snooze",
        sa.Column("user_id", BIG, nullable=False),
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_snooze_user_id")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_snooze_account_id")),
        sa.PrimaryKeyConstraint("user_id", "account_id", name=op.f("pk_snooze")),
    )
    op.create_table(
        "judgement",
        sa.Column("id", BIG, nullable=False),
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("side", _choice(("marketing", "sales"), "judgement_side"), nullable=False),
        sa.Column("week", sa.String(length=40), nullable=False),
        sa.Column("verdict", _choice(("on track", "at risk", "blocked"), "verdict"), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("by_id", BIG, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_judgement_account_id")),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], name=op.f("fk_judgement_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_judgement")),
    )
    with op.batch_alter_table("judgement") as batch:
        batch.create_index("ix_judgement_account_week", ["account_id", "week", "side"], unique=False)


def downgrade() -> None:
    op.drop_table("judgement")
    op.drop_table("snooze")


def _choice(values: tuple[str, ...], name: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)
