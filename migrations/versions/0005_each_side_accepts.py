"""Each side says its own word on what a list exceeds: both seats accept what it asks of a person."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    with op.batch_alter_table("waiver") as batch_op:
        batch_op.drop_constraint("uq_waiver_list_id_what_figure", type_="unique")
        batch_op.create_unique_constraint("uq_waiver_list_id_what_figure_side", ["list_id", "what", "figure", "side"])


def downgrade() -> None:
    # The older form knows one word per figure: the first one said stays. What people are asked for is unknown to it.
    op.execute("DELETE FROM waiver WHERE what LIKE 'asked:%'")
    waiver = sa.table("waiver", sa.column("id"), sa.column("list_id"), sa.column("what"), sa.column("figure"))
    first = sa.select(sa.func.min(waiver.c.id)).group_by(waiver.c.list_id, waiver.c.what, waiver.c.figure)
    op.execute(sa.delete(waiver).where(waiver.c.id.not_in(first)))
    with op.batch_alter_table("waiver") as batch_op:
        batch_op.drop_constraint("uq_waiver_list_id_what_figure_side", type_="unique")
        batch_op.create_unique_constraint("uq_waiver_list_id_what_figure", ["list_id", "what", "figure"])
