"""Programmes: lists, seats and campaigns belong to one; what is there belongs to the first."""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    programme = op.create_table(
        "programme",
        sa.Column("id", BIG, nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programme")),
        sa.UniqueConstraint("slug", name=op.f("uq_programme_slug")),
    )
    op.bulk_insert(programme, [{"slug": "main", "name": "Main programme", "created_at": datetime.now(UTC)}])
    for table in ("seat", "target_list", "campaign"):
        with op.batch_alter_table(table) as batch:
            batch.add_column(sa.Column("programme_id", BIG, nullable=False, server_default="1"))
            batch.create_foreign_key(batch.f(f"fk_{table}_programme_id"), "programme", ["programme_id"], ["id"])
        with op.batch_alter_table(table) as batch:
            batch.alter_column("programme_id", existing_type=BIG, existing_nullable=False, server_default=None)
    with op.batch_alter_table("seat") as batch:
        batch.drop_constraint(batch.f("uq_seat_side"), type_="unique")
        batch.drop_constraint(batch.f("uq_seat_holder_id"), type_="unique")
        batch.create_unique_constraint(batch.f("uq_seat_programme_id_side"), ["programme_id", "side"])
        batch.create_unique_constraint(batch.f("uq_seat_programme_id_holder_id"), ["programme_id", "holder_id"])
    with op.batch_alter_table("target_list") as batch:
        batch.drop_constraint(batch.f("uq_target_list_quarter"), type_="unique")
        batch.create_unique_constraint(batch.f("uq_target_list_programme_id_quarter"), ["programme_id", "quarter"])


def downgrade() -> None:
    """The first programme's rows stay; there is no way back for a company with lists of another."""
    others = sa.text("SELECT count(*) FROM programme WHERE id > 1")
    if op.get_bind().execute(others).scalar():
        raise RuntimeError("There is a second programme: without programmes its lists and seats would have no place.")
    with op.batch_alter_table("target_list") as batch:
        batch.drop_constraint(batch.f("uq_target_list_programme_id_quarter"), type_="unique")
        batch.create_unique_constraint(batch.f("uq_target_list_quarter"), ["quarter"])
    with op.batch_alter_table("seat") as batch:
        batch.drop_constraint(batch.f("uq_seat_programme_id_holder_id"), type_="unique")
        batch.drop_constraint(batch.f("uq_seat_programme_id_side"), type_="unique")
        batch.create_unique_constraint(batch.f("uq_seat_side"), ["side"])
        batch.create_unique_constraint(batch.f("uq_seat_holder_id"), ["holder_id"])
    for table in ("campaign", "target_list", "seat"):
        with op.batch_alter_table(table) as batch:
            batch.drop_constraint(batch.f(f"fk_{table}_programme_id"), type_="foreignkey")
            batch.drop_column("programme_id")
    op.drop_table("programme")
