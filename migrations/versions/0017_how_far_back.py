"""How far back people log: a setting of the organisation."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

RULE = "backdating_days BETWEEN 0 AND 730"


def upgrade() -> None:
    with op.batch_alter_table("organisation") as batch:
        batch.add_column(sa.Column("backdating_days", sa.Integer(), nullable=False, server_default="90"))
        batch.create_check_constraint(op.f("ck_organisation_backdating"), RULE)
    with op.batch_alter_table("organisation") as batch:
        batch.alter_column("backdating_days", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("organisation") as batch:
        batch.drop_constraint(op.f("ck_organisation_backdating"), type_="check")
        batch.drop_column("backdating_days")
