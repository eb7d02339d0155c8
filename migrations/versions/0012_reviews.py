"""Reviews that are finished, remarks that are kept until then, suggested wordings, errata, AEs asked, reminders."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
SECTIONS = ("objective", "audience", "message", "offer", "plays", "sales ask", "budget", "measure")
KINDS = ("comment", "requested change", "suggested wording")


def upgrade() -> None:
    with op.batch_alter_table("review_comment") as batch:
        batch.add_column(sa.Column("suggestion", sa.Text(), nullable=False, server_default=""))
        batch.add_column(sa.Column("put_aside_at", MOMENT, nullable=True))
        _kinds(batch, KINDS)
    op.create_table(
        "pending_remark",
        sa.Column("id", BIG, nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("campaign_id", BIG, nullable=False),
        sa.Column("version_id", BIG, nullable=False),
        sa.Column("section", _choice(SECTIONS, "pending_section"), nullable=False),
        sa.Column("kind", _choice(KINDS, "pending_kind"), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("suggestion", sa.Text(), nullable=False),
        sa.Column("by_id", BIG, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        *_keys("pending_remark", campaign_id="campaign", version_id="version", by_id="user"),
        sa.UniqueConstraint("public_id", name=op.f("uq_pending_remark_public_id")),
    )
    op.create_table(
        "plan_review",
        sa.Column("id", BIG, nullable=False),
        sa.Column("version_id", BIG, nullable=False),
        sa.Column("verdict", _choice(("approve", "request changes", "comment"), "review_verdict"), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("remarks", sa.Integer(), nullable=False),
        sa.Column("by_id", BIG, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.CheckConstraint("remarks >= 0", name=op.f("ck_plan_review_remarks")),
        *_keys("plan_review", version_id="version", by_id="user"),
    )
    op.create_table(
        "review_ask",
        sa.Column("id", BIG, nullable=False),
        sa.Column("version_id", BIG, nullable=False),
        sa.Column("user_id", BIG, nullable=False),
        sa.Column("accounts", sa.Integer(), nullable=False),
        sa.CheckConstraint("accounts > 0", name=op.f("ck_review_ask_accounts")),
        *_keys("review_ask", version_id="version", user_id="user"),
        sa.UniqueConstraint("version_id", "user_id", name=op.f("uq_review_ask_version_id_user_id")),
    )
    op.create_table(
        "review_reminder",
        sa.Column("id", BIG, nullable=False),
        sa.Column("version_id", BIG, nullable=False),
        sa.Column("user_id", BIG, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("cause", _choice(("due", "overdue", "asked"), "review_reminder_cause"), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        *_keys("review_reminder", version_id="version", user_id="user"),
        sa.UniqueConstraint("version_id", "user_id", "day", name=op.f("uq_review_reminder_version_id_user_id_day")),
    )
    op.create_table(
        "erratum",
        sa.Column("id", BIG, nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("campaign_id", BIG, nullable=False),
        sa.Column("version_id", BIG, nullable=False),
        sa.Column("section", _choice(SECTIONS, "erratum_section"), nullable=False),
        sa.Column("wrong", sa.String(length=200), nullable=False),
        sa.Column("reads", sa.String(length=200), nullable=False),
        sa.Column("by_id", BIG, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("struck_at", MOMENT, nullable=True),
        sa.Column("struck_by_id", BIG, nullable=True),
        *_keys("erratum", campaign_id="campaign", version_id="version", by_id="user", struck_by_id="user"),
        sa.UniqueConstraint("public_id", name=op.f("uq_erratum_public_id")),
    )
    for table, columns in {
        "pending_remark": ("version_id", "by_id"),
        "plan_review": ("version_id",),
        "review_ask": ("user_id",),
        "review_reminder": ("user_id",),
        "erratum": ("campaign_id",),
    }.items():
        with op.batch_alter_table(table) as batch:
            for column in columns:
                batch.create_index(batch.f(f"ix_{table}_{column}"), [column], unique=False)


def downgrade() -> None:
    """A suggested wording becomes a comment that quotes it."""
    for table in ("erratum", "review_reminder", "review_ask", "plan_review", "pending_remark"):
        op.drop_table(table)
    op.execute(
        "UPDATE review_comment SET kind = 'comment', body = trim(body || ' Suggested wording: ' || suggestion) "
        "WHERE kind = 'suggested wording'"
    )
    with op.batch_alter_table("review_comment") as batch:
        _kinds(batch, KINDS[:2])
        batch.drop_column("put_aside_at")
        batch.drop_column("suggestion")


def _choice(values: tuple[str, ...], name: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def _keys(table: str, **targets: str) -> list[sa.schema.SchemaItem]:
    keys = [
        sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))
        for column, target in targets.items()
    ]
    return [*keys, sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}"))]


def _kinds(batch: object, kinds: tuple[str, ...]) -> None:
    """Let a comment be of these kinds, and of no other."""
    name = batch.f("ck_review_comment_comment_kind")
    batch.drop_constraint(name, type_="check")
    batch.create_check_constraint(name, "kind IN (" + ", ".join(f"'{kind}'" for kind in kinds) + ")")
