"""The list of a quarter that is over is closed. Those of quarters past are closed by the worker's next look."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    with op.batch_alter_table("target_list") as batch_op:
        batch_op.add_column(sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("target_list") as batch_op:
        batch_op.drop_column("closed_at")
