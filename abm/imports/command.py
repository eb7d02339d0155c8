"""`abm import`: the same as an upload and its confirmation, for whoever works in a shell or a nightly job."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from abm.imports.applying import apply_import
from abm.imports.choices import Choices, StageMeaning
from abm.imports.models import Import, Kind
from abm.imports.queries import bad_rows, remarks_of, unknown_stages
from abm.imports.staging import Upload, stage
from abm.kit import clock
from abm.kit.config import Config
from abm.kit.db import writing
from abm.kit.rules import refuse, require
from abm.people.access import May, may, who_may
from abm.people.models import Organisation, User


def import_file(kind: str, path: Path, *, email: str, dry_run: bool, stages: Sequence[str]) -> list[str]:
    """Bring a file in and hand back what to print. Raises FileRefused or RuleBroken with a sentence.

    `stages` are NAME=MEANING. Where nothing changes, or with `dry_run`, nothing is written at all.
    """
    config: Config = current_app.config["ABM"]
    choices = Choices(stages=dict(map(_meaning, stages)))
    with writing() as scoped, path.open("rb") as stream:
        session = scoped()
        organisation = session.get(Organisation, 1)
        if organisation is None:
            refuse("There is no organisation yet: start `abm serve` and set it up in a browser first.")
        user, at = _person(session, email), clock.now()
        upload = Upload(Kind(kind), stream, path.name, largest=config.upload_limit)
        batch = stage(organisation, upload, by=user, at=at, choices=choices)
        lines = list(_told(session, batch))
        if dry_run or not batch.to_apply:
            return [*lines, "Nothing is written." if dry_run else "There is nothing to apply: nothing is written."]
        apply_import(batch, revision=batch.revision, organisation=organisation, by=user, at=at)
        session.commit()
        return [*lines, f"Applied {batch.to_apply:,} rows as import {batch.id}."]


def _person(session: Session, email: str) -> User:
    """In whose name it is done: somebody who is here and may import."""
    user = session.scalar(select(User).where(User.email == email.strip().lower()))
    if user is None or not user.active:
        refuse(f"Nobody who is active here has the e-mail address {email}.")
    roles = ", ".join(who_may(May.IMPORT))
    require(may(user, May.IMPORT), f"{user.name} may not import files. These roles may: {roles}.")
    return user


def _meaning(text: str) -> tuple[str, str]:
    """`Engaging=qualified` as a name and a StageMeaning."""
    name, _, word = text.rpartition("=")
    meanings = [meaning.value for meaning in StageMeaning]
    known = bool(name.strip()) and word.strip() in meanings
    require(known, f"--stage is written NAME=MEANING, with one of {', '.join(meanings)}; not {text[:60]}.")
    return name.strip(), word.strip()


def _told(session: Session, batch: Import) -> Iterator[str]:
    """The file in words: what it is, what it would do, and each row that stays out."""
    counts = batch.counts
    yield (
        f"{batch.filename}: {counts['add']:,} new, {counts['update']:,} changed, {counts['same']:,} the same, "
        f"{counts['bad']:,} stay out."
    )
    yield from batch.notes["notes"]
    for row in remarks_of(session, batch):
        yield f"Row {row.number}: {row.message}"
    unknown = unknown_stages(session, batch)
    asked = {name for name, _ in unknown if Choices.read(batch.options["choices"]).meaning_of(name) is None}
    for name, count in unknown:
        if name in asked:
            option = f"--stage '{name}={'|'.join(StageMeaning)}'"
            yield f"{count:,} rows have the stage “{name}”: say what it means, with {option}."
    for row in bad_rows(session, batch):
        if not (asked and row.field == "stage"):
            yield f"Row {row.number}: {row.message}"
