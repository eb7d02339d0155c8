"""Hold-outs: what a plan says of them, and the accounts of an audience that are held out."""

from __future__ import annotations

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Plans that are there have none, so that no approval of theirs covers less than before."""
    with op.batch_alter_table("campaign") as batch:
        batch.add_column(sa.Column("holdout_percent", sa.Integer(), nullable=False, server_default="0"))
        batch.add_column(sa.Column("holdout_tier_1", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch.add_column(sa.Column("holdout_seed", sa.String(length=40), nullable=False, server_default=""))
        batch.create_check_constraint(batch.f("ck_campaign_holdout"), "holdout_percent BETWEEN 0 AND 50")
    with op.batch_alter_table("audience_member") as batch:
        batch.add_column(sa.Column("held_out", sa.Boolean(), nullable=False, server_default=sa.false()))
    campaign = sa.table("campaign", sa.column("id"), sa.column("holdout_seed"))
    connection = op.get_bind()
    for number in connection.scalars(sa.select(campaign.c.id)).all():
        seed = {"holdout_seed": secrets.token_hex(16)}
        connection.execute(campaign.update().where(campaign.c.id == number).values(seed))


def downgrade() -> None:
    """Those held out leave the audience: without the mark they would be worked."""
    op.execute("DELETE FROM audience_member WHERE held_out")
    with op.batch_alter_table("audience_member") as batch:
        batch.drop_column("held_out")
    with op.batch_alter_table("campaign") as batch:
        batch.drop_constraint(batch.f("ck_campaign_holdout"), type_="check")
        batch.drop_column("holdout_seed")
        batch.drop_column("holdout_tier_1")
        batch.drop_column("holdout_percent")
