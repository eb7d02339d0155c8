"""A company that brings the public CRM sample in as its users would: upload, answer what is asked, confirm."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from abm.imports.models import Import
from abm.kit.db import writing
from abm.people.models import Organisation, User
from tests.cast import assemble, sign_in
from tests.imports.files import confirm, send

FILES = {"accounts": "accounts.csv", "people": "sales_teams.csv", "opportunities": "sales_pipeline.csv"}
MEANINGS = {"Prospecting": "open", "Engaging": "qualified", "Won": "won", "Lost": "lost"}


@dataclass(frozen=True)
class Sheets:
    """The files as anybody with pandas reads them."""

    folder: Path

    def read(self, kind: str) -> pd.DataFrame:
        days = ["engage_date", "close_date"] if kind == "opportunities" else []
        return pd.read_csv(self.folder / FILES[kind], parse_dates=days)

    def content(self, name: str) -> bytes:
        return (self.folder / name).read_bytes()


class Maven:
    """The company after its import, with what the previews said on the way. RevOps does it in a browser."""

    def __init__(self, app: Flask, sheets: Sheets) -> None:
        self.app, self.sheets = app, sheets
        with self.session() as session:
            cast = assemble(session)
            cast.organisation.currency = "USD"  # the file's own, so that no rate stands between
            session.commit()
            session.expunge_all()
        self.wen: FlaskClient = sign_in(app.test_client(), cast.wen)
        self.before: dict[str, Mapping[str, int]] = {}  # what each preview counted when it was uploaded
        self.asked: dict[str, dict[str, int]] = {}  # the stages that it asked about, with their rows
        for kind, name in FILES.items():
            self._bring(kind, name)

    @contextmanager
    def session(self) -> Iterator[Session]:
        """The database, to look into or to write."""
        with self.app.app_context(), writing() as session:
            yield session()

    def upload(self, kind: str, name: str) -> str:
        """Bring a file to its preview; hand back the preview's address."""
        answer = send(self.wen, kind, self.sheets.content(name), name)
        assert answer.status_code == 303, answer.text
        return str(answer.location)

    def counts(self, address: str) -> Mapping[str, int]:
        """How many rows a preview would add, update and so on."""
        with self.session() as session:
            return dict(session.get_one(Import, int(address.rpartition("/")[2])).counts)

    def page(self, address: str) -> str:
        answer = self.wen.get(address)
        assert answer.status_code == 200
        return answer.text

    def _bring(self, kind: str, name: str) -> None:
        address = self.upload(kind, name)
        self.before[kind] = self.counts(address)
        self.asked[kind] = {}
        said = {}
        for field, stage, rows in stages_asked(self.page(address)):
            self.asked[kind][stage] = rows
            said[field] = MEANINGS[stage]
        if said:
            assert self.wen.post(f"{address}/choices", data={**said, "currency": "USD"}).status_code == 303
        assert confirm(self.wen, address).status_code == 303


def stages_asked(page: str) -> list[tuple[str, str, int]]:
    """Each select that asks for a stage: its name, the stage, how many rows have it."""
    found = re.findall(r'<label for="(stage-\d+)">(.*?) <span class="optional">([\d,]+) rows', page)
    return [(field, stage, int(rows.replace(",", ""))) for field, stage, rows in found]


def organisation_of(session: Session) -> Organisation:
    return session.get_one(Organisation, 1)


def person(session: Session, name: str) -> User:
    """Somebody by the name that the file or the cast gives them."""
    return session.scalars(select(User).where(User.name == name)).one()
