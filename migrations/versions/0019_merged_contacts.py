"""Contacts that are the same person as another one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
RULE = "merged_into_id IS NULL OR (merged_into_id <> id AND archived_at IS NOT NULL)"


def upgrade() -> None:
    with op.batch_alter_table("contact") as batch:
        batch.add_column(sa.Column("merged_into_id", BIG, nullable=True))
        batch.create_foreign_key(op.f("fk_contact_merged_into_id"), "contact", ["merged_into_id"], ["id"])
        batch.create_check_constraint(op.f("ck_contact_merged_is_archived"), RULE)
        batch.create_index(op.f("ix_contact_merged_into_id"), ["merged_into_id"], unique=False)


def downgrade() -> None:
    """Whoever was merged stays archived."""
    with op.batch_alter_table("contact") as batch:
        batch.drop_index(op.f("ix_contact_merged_into_id"))
        batch.drop_constraint(op.f("ck_contact_merged_is_archived"), type_="check")
        batch.drop_constraint(op.f("fk_contact_merged_into_id"), type_="foreignkey")
        batch.drop_column("merged_into_id")
