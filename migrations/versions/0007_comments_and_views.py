"""Comments on entries of a list with whom they ask, and views that a person keeps of a page."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "entry_comment",
        sa.Column("id", BIG, nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("entry_id", BIG, nullable=False),
        sa.Column("by_id", BIG, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("corrected_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_entry_comment_entry_id")),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], name=op.f("fk_entry_comment_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry_comment")),
        sa.UniqueConstraint("public_id", name=op.f("uq_entry_comment_public_id")),
    )
    with op.batch_alter_table("entry_comment") as batch:
        batch.create_index(batch.f("ix_entry_comment_entry_id"), ["entry_id"], unique=False)

    op.create_table(
        "comment_mention",
        sa.Column("id", BIG, nullable=False),
        sa.Column("comment_id", BIG, nullable=False),
        sa.Column("user_id", BIG, nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["comment_id"], ["entry_comment.id"], name=op.f("fk_comment_mention_comment_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_comment_mention_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment_mention")),
        sa.UniqueConstraint("comment_id", "user_id", name=op.f("uq_comment_mention_comment_id_user_id")),
    )
    with op.batch_alter_table("comment_mention") as batch:
        batch.create_index("ix_comment_mention_open", ["user_id", "answered_at"], unique=False)

    op.create_table(
        "saved_view",
        sa.Column("id", BIG, nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("user_id", BIG, nullable=False),
        sa.Column("page", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_saved_view_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
        sa.UniqueConstraint("public_id", name=op.f("uq_saved_view_public_id")),
        sa.UniqueConstraint("user_id", "page", "name", name=op.f("uq_saved_view_user_id_page_name")),
    )


def downgrade() -> None:
    op.drop_table("saved_view")
    op.drop_table("comment_mention")
    op.drop_table("entry_comment")
