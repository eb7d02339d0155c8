"""Weekly reviews: their notes, decisions and actions, and when they take place."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
POINTS = ("moved", "stuck", "pipeline", "campaigns", "decide", "actions")
LEVERS = ("targeting", "offer", "enablement content", "routing", "process")
CHOICES = ("keep", "stop", "extend")
SIDES = ("marketing", "sales")


def upgrade() -> None:
    op.create_table(
        "review",
        sa.Column("id", BIG, nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("programme_id", BIG, nullable=False),
        sa.Column("snapshot_id", BIG, nullable=False),
        sa.Column("opened_by_id", BIG, nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("point", _choice(POINTS, "review_point"), nullable=False),
        sa.Column("point_since", MOMENT, nullable=False),
        sa.Column("changes", sa.Integer(), nullable=False),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.Column("closed_by_id", BIG, nullable=True),
        sa.Column("minutes", sa.LargeBinary(), nullable=True),
        sa.Column("minutes_digest", sa.String(length=64), nullable=True),
        *_keys("review", programme_id="programme", snapshot_id="snapshot", opened_by_id="user", closed_by_id="user"),
        sa.UniqueConstraint("snapshot_id", name=op.f("uq_review_snapshot_id")),
    )
    op.create_table(
        "review_note",
        sa.Column("id", BIG, nullable=False),
        sa.Column("review_id", BIG, nullable=False),
        sa.Column("point", _choice(POINTS, "review_note_point"), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("by_id", BIG, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        *_keys("review_note", public=False, review_id="review", by_id="user"),
        sa.UniqueConstraint("review_id", "point", name=op.f("uq_review_note_review_id_point")),
    )
    op.create_table(
        "decision",
        sa.Column("id", BIG, nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("review_id", BIG, nullable=False),
        sa.Column("what", sa.String(length=200), nullable=False),
        sa.Column("lever", _choice(LEVERS, "lever"), nullable=False),
        sa.Column("scope", sa.String(length=40), nullable=False),
        sa.Column("figure", sa.String(length=40), nullable=False),
        sa.Column("before", sa.BigInteger(), nullable=False),
        sa.Column("expected", sa.BigInteger(), nullable=False),
        sa.Column("check_on", sa.Date(), nullable=False),
        sa.Column("made_by_id", BIG, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("dropped_at", MOMENT, nullable=True),
        sa.Column("settled", _choice(CHOICES, "decision_settled"), nullable=True),
        sa.Column("settled_at", MOMENT, nullable=True),
        *_keys("decision", review_id="review", made_by_id="user"),
    )
    op.create_table(
        "decision_account",
        sa.Column("decision_id", BIG, nullable=False),
        sa.Column("account_id", BIG, nullable=False),
        sa.ForeignKeyConstraint(["decision_id"], ["decision.id"], name=op.f("fk_decision_account_decision_id")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_decision_account_account_id")),
        sa.PrimaryKeyConstraint("decision_id", "account_id", name=op.f("pk_decision_account")),
    )
    op.create_table(
        "decision_view",
        sa.Column("id", BIG, nullable=False),
        sa.Column("decision_id", BIG, nullable=False),
        sa.Column("side", _choice(SIDES, "decision_side"), nullable=False),
        sa.Column("said", _choice(CHOICES, "decision_choice"), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("by_id", BIG, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        *_keys("decision_view", public=False, decision_id="decision", by_id="user"),
        sa.UniqueConstraint("decision_id", "side", "at", name=op.f("uq_decision_view_decision_id_side_at")),
    )
    op.create_table(
        "action",
        sa.Column("id", BIG, nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("review_id", BIG, nullable=False),
        sa.Column("programme_id", BIG, nullable=False),
        sa.Column("what", sa.String(length=200), nullable=False),
        sa.Column("owner_id", BIG, nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("made_by_id", BIG, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("done_at", MOMENT, nullable=True),
        sa.Column("done_by_id", BIG, nullable=True),
        sa.Column("outcome", sa.String(length=200), nullable=False),
        sa.Column("dropped", sa.Boolean(), nullable=False),
        *_keys(
            "action",
            review_id="review",
            programme_id="programme",
            owner_id="user",
            made_by_id="user",
            done_by_id="user",
        ),
        sa.CheckConstraint("(done_at IS NULL) = (done_by_id IS NULL)", name=op.f("ck_action_done")),
    )
    op.create_table(
        "review_rhythm",
        sa.Column("programme_id", BIG, nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("minute", sa.Integer(), nullable=False),
        sa.Column("lasts", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_review_rhythm_programme_id")),
        sa.PrimaryKeyConstraint("programme_id", name=op.f("pk_review_rhythm")),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("ck_review_rhythm_weekday")),
        sa.CheckConstraint("minute BETWEEN 0 AND 1439", name=op.f("ck_review_rhythm_minute")),
        sa.CheckConstraint("lasts BETWEEN 15 AND 180", name=op.f("ck_review_rhythm_lasts")),
    )
    for table, column in INDEXED:
        with op.batch_alter_table(table) as batch:
            batch.create_index(op.f(f"ix_{table}_{column}"), [column], unique=False)


INDEXED = (
    ("review", "programme_id"),
    ("decision", "review_id"),
    ("decision_account", "account_id"),
    ("action", "review_id"),
    ("action", "programme_id"),
    ("action", "owner_id"),
)


def downgrade() -> None:
    for table in (
        "review_rhythm",
        "action",
        "decision_view",
        "decision_account",
        "decision",
        "review_note",
        "review",
    ):
        op.drop_table(table)


def _keys(table: str, *, public: bool = True, **points: str) -> list[sa.Constraint]:
    """The keys of a table: its own, its public id, and what it points at."""
    named = [sa.UniqueConstraint("public_id", name=op.f(f"uq_{table}_public_id"))] if public else []
    return [
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        *named,
        *(
            sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))
            for column, target in points.items()
        ),
    ]


def _choice(values: tuple[str, ...], name: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)
