"""Files on their way in: what was uploaded, what each row would do, and what was applied."""

from __future__ import annotations

import enum
import hashlib
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from abm.audit.models import record
from abm.kit.base import Base, Digest, Facts, Instant, Key, LongText, Name, Word, choice
from abm.kit.rules import Conflict, require
from abm.people.models import User


class Kind(enum.StrEnum):
    ACCOUNTS = "accounts"
    OPPORTUNITIES = "opportunities"
    PEOPLE = "people"
    TOUCHES = "touches"

    @property
    def label(self) -> str:
        return self.value.capitalize()


class ImportState(enum.StrEnum):
    PREVIEWED = "previewed"
    APPLIED = "applied"
    DISCARDED = "discarded"
    TAKEN_BACK = "taken back"

    @property
    def label(self) -> str:
        return "Waits to be confirmed" if self is ImportState.PREVIEWED else self.value.capitalize()


class Action(enum.StrEnum):
    """What applying a row would do."""

    ADD = "add"
    UPDATE = "update"
    SAME = "same"
    BAD = "bad"


class Import(Base):
    """One uploaded file and its fate: previewed, then applied as a whole or discarded."""

    __tablename__ = "import"

    id: Mapped[Key]
    kind: Mapped[Kind] = mapped_column(choice(Kind, "import_kind"))
    filename: Mapped[Name]
    sha256: Mapped[Digest] = mapped_column(index=True)
    header_sha256: Mapped[Digest] = mapped_column(index=True)  # a mapping is remembered for the next such header
    profile: Mapped[Word]  # maven, salesforce, hubspot, plain
    mapping: Mapped[Facts]  # {"header": [names], "columns": {field: name}, "rows": what a row is}
    options: Mapped[Facts]  # encoding, what the columns show, and what a person chose
    notes: Mapped[Facts]  # {"notes": [sentences about the file]}
    counts: Mapped[Facts]  # {"add": n, "update": n, "same": n, "bad": n}
    state: Mapped[ImportState] = mapped_column(choice(ImportState, "import_state"))
    uploaded_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    uploaded_at: Mapped[Instant]
    applied_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    applied_at: Mapped[Instant | None]
    revision: Mapped[int] = mapped_column(default=1)  # of the preview: what is confirmed is what was seen

    uploaded_by: Mapped[User] = relationship(foreign_keys=[uploaded_by_id])
    applied_by: Mapped[User | None] = relationship(foreign_keys=[applied_by_id])
    rows: Mapped[list[ImportRow]] = relationship(back_populates="batch", order_by="ImportRow.number")

    @property
    def header(self) -> list[str]:
        return list(self.mapping["header"])

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def to_apply(self) -> int:
        """How many rows would change something."""
        return int(self.counts["add"] + self.counts["update"])

    def require_open(self, *, revision: int | None = None) -> None:
        """Refuse what is applied or discarded already, and a preview that has changed since it was seen."""
        require(self.state is not ImportState.APPLIED, f"{self.filename} has been applied already.")
        require(self.state is ImportState.PREVIEWED, f"{self.filename} was {self.state}: upload it again.")
        if revision is not None and revision != self.revision:
            raise Conflict(
                "The preview has changed since you saw it. Nothing is applied yet: look at it again, then confirm.",
                theirs=self.revision,
                yours=revision,
            )

    def close(self, *, by: User, at: datetime) -> None:
        """Note that its rows were applied; the caller wrote them in this transaction."""
        self.require_open()
        self.state, self.applied_by_id, self.applied_at = ImportState.APPLIED, by.id, at
        record(self, "applied", by=by, at=at, after={"kind": self.kind, "file": self.filename, **self.counts})

    def take_back(self, *, reason: str, touches: int, by: User, at: datetime) -> None:
        """Note that what it added counts no more; the caller voids it in this transaction."""
        require(self.state is ImportState.APPLIED, f"{self.filename} is not applied: there is nothing to take back.")
        self.state = ImportState.TAKEN_BACK
        facts = {"kind": self.kind, "file": self.filename, "touches": touches}
        record(self, "taken back", by=by, at=at, after=facts, personal={"reason": reason})

    def discard(self, *, by: User, at: datetime) -> None:
        """Let it be: nothing of it is applied."""
        self.require_open()
        self.state = ImportState.DISCARDED
        record(self, "discarded", by=by, at=at, after={"kind": self.kind, "file": self.filename})


class ImportRow(Base):
    """One row of the file under its spreadsheet number: its cells, what it would do, or what is wrong with it."""

    __tablename__ = "import_row"
    __table_args__ = (UniqueConstraint("import_id", "number"), Index("ix_import_row_action", "import_id", "action"))

    id: Mapped[Key]
    import_id: Mapped[int] = mapped_column(ForeignKey("import.id"))
    number: Mapped[int]
    cells: Mapped[Facts]  # place of the column -> text as the file has it; blanks are left out
    fault: Mapped[LongText] = mapped_column(default="")  # why the row does not fit the header
    action: Mapped[Action] = mapped_column(choice(Action, "import_action"))
    target_id: Mapped[int | None]
    field: Mapped[Word] = mapped_column(default="")
    message: Mapped[LongText] = mapped_column(default="")  # what is wrong with it, or what was left out
    changes: Mapped[Facts] = mapped_column(default=dict)  # our field -> [as it is, as it will be], in words

    batch: Mapped[Import] = relationship(back_populates="rows")


def header_digest(kind: Kind, header: Sequence[str]) -> str:
    """By which a mapping is found again for the next file of the same shape."""
    return hashlib.sha256("\n".join([kind, *(name.casefold() for name in header)]).encode()).hexdigest()
