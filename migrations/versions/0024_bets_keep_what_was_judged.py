"""How long a decision was given, and the figure that each side judged."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0024"
down_revision = "0023"

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    with op.batch_alter_table("decision") as batch:
        batch.add_column(sa.Column("days", sa.Integer(), nullable=False, server_default="1"))
    _tell_how_long()
    with op.batch_alter_table("decision") as batch:
        batch.alter_column("days", existing_type=sa.Integer(), existing_nullable=False, server_default=None)
        batch.create_check_constraint(op.f("ck_decision_days"), "days > 0")
    with op.batch_alter_table("decision_view") as batch:
        batch.add_column(sa.Column("after", sa.BigInteger(), nullable=True))
        batch.add_column(sa.Column("week", sa.String(length=40), nullable=True))
        batch.add_column(sa.Column("listed", sa.Integer(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("decision_view") as batch:
        for column in ("listed", "week", "after"):
            batch.drop_column(column)
    with op.batch_alter_table("decision") as batch:
        batch.drop_constraint(op.f("ck_decision_days"), type_="check")
        batch.drop_column("days")


def _tell_how_long() -> None:
    """From the day on which it was made to the first day to check, which an extension may have moved since."""
    connection = op.get_bind()
    zone = connection.scalar(sa.text("SELECT time_zone FROM organisation")) or "UTC"
    columns = sa.column("subject_id"), sa.column("at", sa.DateTime(timezone=True)), sa.column("after", JSON)
    event = sa.table("event", *columns, sa.column("subject"), sa.column("verb"))
    made = sa.select(*columns).where(event.c.subject == "decision", event.c.verb == "made").select_from(event)
    decision = sa.table("decision", sa.column("id"), sa.column("days"))
    for number, at, after in connection.execute(made).all():
        days = (date.fromisoformat(after["check_on"]) - _day(at, zone)).days
        connection.execute(sa.update(decision).where(decision.c.id == number).values(days=max(days, 1)))


def _day(at: datetime, zone: str) -> date:
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(ZoneInfo(zone)).date()
