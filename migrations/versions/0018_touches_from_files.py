"""Files of touches, and taking back what such a file added."""

from __future__ import annotations

from alembic import op

revision = "0018"
down_revision = "0017"

KINDS = ("accounts", "opportunities", "people")
STATES = ("previewed", "applied", "discarded")


def upgrade() -> None:
    _allow("kind", "import_kind", (*KINDS, "touches"))
    _allow("state", "import_state", (*STATES, "taken back"))


def downgrade() -> None:
    """Files of touches are forgotten; the touches that they brought stay."""
    op.execute("DELETE FROM import_row WHERE import_id IN (SELECT id FROM import WHERE kind = 'touches')")
    op.execute("DELETE FROM import WHERE kind = 'touches'")
    _allow("kind", "import_kind", KINDS)
    _allow("state", "import_state", STATES)


def _allow(column: str, name: str, values: tuple[str, ...]) -> None:
    listed = ", ".join(f"'{value}'" for value in values)
    with op.batch_alter_table("import") as batch:
        batch.drop_constraint(op.f(f"ck_import_{name}"), type_="check")
        batch.create_check_constraint(op.f(f"ck_import_{name}"), f"{column} IN ({listed})")
