"""Files on their way in: what was uploaded, what each row would do, and what was applied."""

from __future__ import annotations

import enum

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from abm.kit.base import Base, Digest, Facts, Instant, Key, LongText, Name, Word, choice
from abm.people.models import User


class Kind(enum.StrEnum):
    ACCOUNTS = "accounts"
    OPPORTUNITIES = "opportunities"
    PEOPLE = "people"


class ImportState(enum.StrEnum):
    PREVIEWED = "previewed"
    APPLIED = "applied"
    DISCARDED = "discarded"


class Action(enum.StrEnum):
    """What applying a row would do."""

    ADD = "add"
    UPDATE = "update"
    SAME = "same"
    BAD = "bad"


class Import(Base):
    """One uploaded file and its fate."""

    __tablename__ = "import"

    id: Mapped[Key]
    kind: Mapped[Kind] = mapped_column(choice(Kind, "import_kind"))
    filename: Mapped[Name]
    sha256: Mapped[Digest] = mapped_column(index=True)
    profile: Mapped[Word]  # maven, salesforce, hubspot, plain
    mapping: Mapped[Facts]
    options: Mapped[Facts]  # encoding, date order, currency, what to do with unknown stages
    notes: Mapped[Facts]  # {"notes": [sentences about the file]}
    counts: Mapped[Facts]  # {"add": n, "update": n, "same": n, "bad": n}
    state: Mapped[ImportState] = mapped_column(choice(ImportState, "import_state"))
    uploaded_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    uploaded_at: Mapped[Instant]
    applied_at: Mapped[Instant | None]

    uploaded_by: Mapped[User] = relationship()
    rows: Mapped[list[ImportRow]] = relationship(back_populates="batch", order_by="ImportRow.number")


class ImportRow(Base):
    """One row of the file under its spreadsheet number: its cells, what it would do, or what is wrong with it."""

    __tablename__ = "import_row"
    __table_args__ = (UniqueConstraint("import_id", "number"), Index("ix_import_row_action", "import_id", "action"))

    id: Mapped[Key]
    import_id: Mapped[int] = mapped_column(ForeignKey("import.id"))
    number: Mapped[int]
    cells: Mapped[Facts]
    action: Mapped[Action] = mapped_column(choice(Action, "import_action"))
    target_id: Mapped[int | None]
    field: Mapped[Word] = mapped_column(default="")
    message: Mapped[LongText] = mapped_column(default="")

    batch: Mapped[Import] = relationship(back_populates="rows")
