"""A membership may be carried over into the next quarter. Lists signed before this migration carry nothing over."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    with op.batch_alter_table("membership") as batch:
        batch.add_column(sa.Column("carried", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("membership") as batch:
        batch.alter_column("carried", existing_type=sa.Boolean(), existing_nullable=False, server_default=None)
        batch.drop_constraint(batch.f("uq_membership_version_id_account_id"), type_="unique")
        batch.create_unique_constraint(
            batch.f("uq_membership_version_id_account_id_carried"), ["version_id", "account_id", "carried"]
        )


def downgrade() -> None:
    """What was carried over goes: the next version of a list that is signed writes it anew for all of its accounts."""
    op.execute(sa.text("DELETE FROM membership WHERE carried"))
    with op.batch_alter_table("membership") as batch:
        batch.drop_constraint(batch.f("uq_membership_version_id_account_id_carried"), type_="unique")
        batch.create_unique_constraint(batch.f("uq_membership_version_id_account_id"), ["version_id", "account_id"])
        batch.drop_column("carried")
