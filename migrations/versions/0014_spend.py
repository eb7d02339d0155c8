"""The ledger of marketing spend."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
TARGETS = {
    "programme_id": "programme.id",
    "campaign_id": "campaign.id",
    "corrects_id": "spend_line.id",
    "entered_by_id": "user.id",
    "voided_by_id": "user.id",
}


def upgrade() -> None:
    op.create_table(
        "spend_line",
        sa.Column("id", BIG, nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("programme_id", BIG, nullable=False),
        sa.Column("kind", _choice(("play", "programme", "tool", "people", "other"), "spend_kind"), nullable=False),
        sa.Column("basis", _choice(("planned", "actual"), "spend_basis"), nullable=False),
        sa.Column("what", sa.String(length=200), nullable=False),
        sa.Column("supplier", sa.String(length=200), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("campaign_id", BIG, nullable=True),
        sa.Column("play", sa.String(length=40), nullable=True),
        sa.Column("external_id", sa.String(length=40), nullable=True),
        sa.Column("corrects_id", BIG, nullable=True),
        sa.Column("entered_by_id", BIG, nullable=False),
        sa.Column("entered_at", MOMENT, nullable=False),
        sa.Column("voided_at", MOMENT, nullable=True),
        sa.Column("voided_by_id", BIG, nullable=True),
        sa.Column("void_reason", sa.Text(), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_spend_line_amount")),
        sa.CheckConstraint("first_day <= last_day", name=op.f("ck_spend_line_days_in_order")),
        sa.CheckConstraint("length(currency) = 3", name=op.f("ck_spend_line_currency")),
        sa.CheckConstraint("kind <> 'play' OR campaign_id IS NOT NULL", name=op.f("ck_spend_line_play_of_a_campaign")),
        sa.CheckConstraint("(voided_at IS NULL) = (voided_by_id IS NULL)", name=op.f("ck_spend_line_voided")),
        *(
            sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_spend_line_{column}"))
            for column, target in TARGETS.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_spend_line")),
        sa.UniqueConstraint("public_id", name=op.f("uq_spend_line_public_id")),
        sa.UniqueConstraint("corrects_id", name=op.f("uq_spend_line_corrects_id")),
    )
    stands = sa.text("external_id IS NOT NULL AND voided_at IS NULL")
    with op.batch_alter_table("spend_line") as batch:
        batch.create_index(batch.f("ix_spend_line_campaign_id"), ["campaign_id"], unique=False)
        batch.create_index("ix_spend_line_days", ["first_day", "last_day"], unique=False)
        batch.create_index(
            "ix_spend_line_external", ["external_id"], unique=True, sqlite_where=stands, postgresql_where=stands
        )


def downgrade() -> None:
    op.drop_table("spend_line")


def _choice(values: tuple[str, ...], name: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)
