"""Play templates, where a campaign began, campaigns that ran before, and a closing note in two parts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
BEFORE = ("draft", "live", "paused", "completed", "cancelled")


def upgrade() -> None:
    with op.batch_alter_table("campaign") as batch:
        batch.add_column(sa.Column("keep_note", sa.Text(), nullable=False, server_default=""))
        batch.add_column(sa.Column("retire_note", sa.Text(), nullable=False, server_default=""))
        batch.add_column(sa.Column("adopted_at", sa.DateTime(timezone=True), nullable=True))
        _states(batch, (*BEFORE, "adopted"))
        batch.create_check_constraint(batch.f("ck_campaign_adopted"), "state <> 'adopted' OR adopted_at IS NOT NULL")
    with op.batch_alter_table("audience_member") as batch:
        batch.alter_column("version_id", existing_type=BIG, nullable=True)
    with op.batch_alter_table("play") as batch:
        batch.add_column(sa.Column("notes", sa.Text(), nullable=False, server_default=""))
        batch.add_column(sa.Column("owner_id", BIG, nullable=True))
        batch.create_foreign_key(batch.f("fk_play_owner_id"), "user", ["owner_id"], ["id"])

    op.create_table(
        "play_template",
        sa.Column("id", BIG, nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("tiers", JSON, nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("objective", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("offer", sa.Text(), nullable=False),
        sa.Column("plays", JSON, nullable=False),
        sa.Column("ask_touches", sa.Integer(), nullable=False),
        sa.Column("ask_day", sa.Integer(), nullable=True),
        sa.Column("talk_track", sa.Text(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("standard", sa.String(length=40), nullable=True),
        sa.Column("grown_from_id", BIG, nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", BIG, nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_id", BIG, nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("archived_by_id", BIG, nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.CheckConstraint("days >= 1", name=op.f("ck_play_template_days")),
        sa.CheckConstraint("ask_touches >= 0", name=op.f("ck_play_template_ask")),
        sa.CheckConstraint(
            "ask_day IS NULL OR ask_day BETWEEN 0 AND days - 1", name=op.f("ck_play_template_ask_within_days")
        ),
        sa.ForeignKeyConstraint(["archived_by_id"], ["user.id"], name=op.f("fk_play_template_archived_by_id")),
        sa.ForeignKeyConstraint(["changed_by_id"], ["user.id"], name=op.f("fk_play_template_changed_by_id")),
        sa.ForeignKeyConstraint(["created_by_id"], ["user.id"], name=op.f("fk_play_template_created_by_id")),
        sa.ForeignKeyConstraint(["grown_from_id"], ["campaign.id"], name=op.f("fk_play_template_grown_from_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_play_template")),
        sa.UniqueConstraint("public_id", name=op.f("uq_play_template_public_id")),
        sa.UniqueConstraint("standard", name=op.f("uq_play_template_standard")),
        sa.UniqueConstraint("grown_from_id", name=op.f("uq_play_template_grown_from_id")),
    )
    op.create_table(
        "campaign_origin",
        sa.Column("id", BIG, nullable=False),
        sa.Column("campaign_id", BIG, nullable=False),
        sa.Column("template_id", BIG, nullable=True),
        sa.Column("earlier_id", BIG, nullable=True),
        sa.Column("moved", JSON, nullable=False),
        sa.Column("by_id", BIG, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(template_id IS NULL) <> (earlier_id IS NULL)", name=op.f("ck_campaign_origin_one")),
        sa.CheckConstraint("earlier_id <> campaign_id", name=op.f("ck_campaign_origin_another")),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], name=op.f("fk_campaign_origin_by_id")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_campaign_origin_campaign_id")),
        sa.ForeignKeyConstraint(["earlier_id"], ["campaign.id"], name=op.f("fk_campaign_origin_earlier_id")),
        sa.ForeignKeyConstraint(["template_id"], ["play_template.id"], name=op.f("fk_campaign_origin_template_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_origin")),
        sa.UniqueConstraint("campaign_id", name=op.f("uq_campaign_origin_campaign_id")),
    )
    with op.batch_alter_table("campaign_origin") as batch:
        batch.create_index(batch.f("ix_campaign_origin_template_id"), ["template_id"], unique=False)


def downgrade() -> None:
    """What ran before is a draft again, so that nothing launches without its review; notes come together."""
    op.drop_table("campaign_origin")
    op.drop_table("play_template")
    with op.batch_alter_table("play") as batch:
        batch.drop_constraint(batch.f("fk_play_owner_id"), type_="foreignkey")
        batch.drop_column("owner_id")
        batch.drop_column("notes")
    op.execute("DELETE FROM audience_member WHERE version_id IS NULL")
    with op.batch_alter_table("audience_member") as batch:
        batch.alter_column("version_id", existing_type=BIG, nullable=False)
    op.execute(
        "UPDATE campaign SET closing_note = 'Keep: ' || keep_note || ' Retire: ' || retire_note "
        "WHERE closing_note = '' AND keep_note <> ''"
    )
    op.execute("UPDATE campaign SET state = 'draft' WHERE state = 'adopted'")
    with op.batch_alter_table("campaign") as batch:
        batch.drop_constraint(batch.f("ck_campaign_adopted"), type_="check")
        _states(batch, BEFORE)
        batch.drop_column("adopted_at")
        batch.drop_column("retire_note")
        batch.drop_column("keep_note")


def _states(batch: object, states: tuple[str, ...]) -> None:
    """Let a campaign stand in these states, and in no other."""
    name = batch.f("ck_campaign_campaign_state")
    batch.drop_constraint(name, type_="check")
    batch.create_check_constraint(name, "state IN (" + ", ".join(f"'{state}'" for state in states) + ")")
