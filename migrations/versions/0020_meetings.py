"""Meetings that were booked: their day, who comes, and what became of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
POINTS = {
    "account_id": "account",
    "booked_by_id": "touch",
    "outcome_id": "touch",
    "owner_id": "user",
}


def upgrade() -> None:
    op.create_table(
        "meeting",
        sa.Column("id", BIG, nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("booked_by_id", BIG, nullable=False),
        sa.Column("outcome_id", BIG, nullable=True),
        sa.Column("owner_id", BIG, nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("starts_at", MOMENT, nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("moves", sa.Integer(), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_meeting_{column}"))
            for column, table in POINTS.items()
        ),
        sa.CheckConstraint("minutes BETWEEN 5 AND 1440", name=op.f("ck_meeting_lasts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting")),
        sa.UniqueConstraint("booked_by_id", name=op.f("uq_meeting_booked_by_id")),
        sa.UniqueConstraint("outcome_id", name=op.f("uq_meeting_outcome_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_meeting_public_id")),
    )
    with op.batch_alter_table("meeting") as batch:
        batch.create_index("ix_meeting_owner_starts", ["owner_id", "starts_at"], unique=False)
        batch.create_index("ix_meeting_account_starts", ["account_id", "starts_at"], unique=False)
    op.create_table(
        "meeting_attendee",
        sa.Column("meeting_id", BIG, nullable=False),
        sa.Column("contact_id", BIG, nullable=False),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_meeting_attendee_meeting_id")),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_meeting_attendee_contact_id")),
        sa.PrimaryKeyConstraint("meeting_id", "contact_id", name=op.f("pk_meeting_attendee")),
    )
    with op.batch_alter_table("meeting_attendee") as batch:
        batch.create_index(op.f("ix_meeting_attendee_contact_id"), ["contact_id"], unique=False)


def downgrade() -> None:
    op.drop_table("meeting_attendee")
    op.drop_table("meeting")
