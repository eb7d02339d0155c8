"""What is answered to commitments: another way, waiting on the other side; and when they rest."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
CAUSES = ("waiting", "absence", "late deal", "opted out", "do not approach")
WAIT_IN_FULL = (
    "(cause = 'waiting') = (what IS NOT NULL AND on_id IS NOT NULL AND by_day IS NOT NULL"
    " AND asked_by_id IS NOT NULL AND asked_at IS NOT NULL)"
)


def upgrade() -> None:
    with op.batch_alter_table("commitment") as batch:
        batch.add_column(sa.Column("handed_over_at", MOMENT, nullable=True))
    _pauses()
    _ways()


def downgrade() -> None:
    op.drop_table("another_way")
    op.drop_table("commitment_pause")
    with op.batch_alter_table("commitment") as batch:
        batch.drop_column("handed_over_at")


def _pauses() -> None:
    op.create_table(
        "commitment_pause",
        sa.Column("id", BIG, nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("commitment_id", BIG, nullable=False),
        sa.Column("cause", _choice(CAUSES, "pause_cause"), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("what", sa.String(length=200), nullable=True),
        sa.Column("on_id", BIG, nullable=True),
        sa.Column("by_day", sa.Date(), nullable=True),
        sa.Column("asked_by_id", BIG, nullable=True),
        sa.Column("asked_at", MOMENT, nullable=True),
        sa.Column("ending", _choice(("delivered", "declined", "taken back"), "wait_ending"), nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("ended_by_id", BIG, nullable=True),
        sa.Column("words", sa.Text(), nullable=True),
        sa.CheckConstraint("last_day IS NULL OR first_day <= last_day", name=op.f("ck_commitment_pause_days_in_order")),
        sa.CheckConstraint(WAIT_IN_FULL, name=op.f("ck_commitment_pause_wait_in_full")),
        sa.CheckConstraint("(ending IS NULL) = (ended_at IS NULL)", name=op.f("ck_commitment_pause_ending")),
        *_links("commitment_pause", {"commitment_id": "commitment.id"}, ("on_id", "asked_by_id", "ended_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commitment_pause")),
        sa.UniqueConstraint("public_id", name=op.f("uq_commitment_pause_public_id")),
        sa.UniqueConstraint(
            "commitment_id", "cause", "first_day", name=op.f("uq_commitment_pause_commitment_id_cause_first_day")
        ),
    )
    goes_on = sa.text("last_day IS NULL")
    with op.batch_alter_table("commitment_pause") as batch:
        batch.create_index(batch.f("ix_commitment_pause_commitment_id"), ["commitment_id"], unique=False)
        batch.create_index(batch.f("ix_commitment_pause_on_id"), ["on_id"], unique=False)
        batch.create_index(
            "ix_commitment_pause_open",
            ["commitment_id", "cause"],
            unique=True,
            sqlite_where=goes_on,
            postgresql_where=goes_on,
        )


def _ways() -> None:
    op.create_table(
        "another_way",
        sa.Column("id", BIG, nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("commitment_id", BIG, nullable=False),
        sa.Column("wanted", sa.Integer(), nullable=True),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("person_id", BIG, nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by_id", BIG, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.Column("answered_by_id", BIG, nullable=True),
        sa.Column("confirmed", sa.Boolean(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.CheckConstraint("wanted IS NULL OR wanted > 0", name=op.f("ck_another_way_wanted")),
        sa.CheckConstraint(
            "wanted IS NOT NULL OR last_day IS NOT NULL OR person_id IS NOT NULL", name=op.f("ck_another_way_something")
        ),
        sa.CheckConstraint("(answered_at IS NULL) = (answered_by_id IS NULL)", name=op.f("ck_another_way_answered")),
        sa.CheckConstraint("(answered_at IS NULL) = (confirmed IS NULL)", name=op.f("ck_another_way_confirmed")),
        *_links("another_way", {"commitment_id": "commitment.id"}, ("person_id", "by_id", "answered_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_another_way")),
        sa.UniqueConstraint("public_id", name=op.f("uq_another_way_public_id")),
    )
    waits = sa.text("answered_at IS NULL")
    with op.batch_alter_table("another_way") as batch:
        batch.create_index(batch.f("ix_another_way_commitment_id"), ["commitment_id"], unique=False)
        batch.create_index(
            "ix_another_way_open", ["commitment_id"], unique=True, sqlite_where=waits, postgresql_where=waits
        )


def _links(table: str, targets: dict[str, str], people: tuple[str, ...]) -> list[sa.ForeignKeyConstraint]:
    wanted = targets | dict.fromkeys(people, "user.id")
    return [
        sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{table}_{column}"))
        for column, target in wanted.items()
    ]


def _choice(values: tuple[str, ...], name: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)
