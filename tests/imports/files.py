"""Bringing files in as tests do: at once, or as a person with a browser."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from datetime import UTC, datetime

from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from abm.accounts.models import Account, Contact, ExternalId, Opportunity
from abm.audit.models import Event
from abm.imports.applying import apply_import
from abm.imports.choices import Choices
from abm.imports.models import Import, ImportRow, Kind
from abm.imports.staging import Upload, stage
from abm.people.models import User
from tests.cast import Cast

AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
FACTS = (Account, Contact, Event, ExternalId, Import, ImportRow, Opportunity, User)


def staged(cast: Cast, session: Session, kind: str, content: str | bytes, **choices: object) -> Import:
    """A preview of a file, in the name of RevOps."""
    data = content if isinstance(content, bytes) else content.encode()
    upload = Upload(Kind(kind), io.BytesIO(data), f"{kind}.csv")
    chosen = Choices(**choices)  # type: ignore[arg-type] # by the names of its fields
    batch = stage(session.merge(cast.organisation), upload, by=session.merge(cast.wen), at=AT, choices=chosen)
    session.commit()
    return batch


def applied(cast: Cast, session: Session, kind: str, content: str | bytes, **choices: object) -> Import:
    """The same, confirmed."""
    batch = staged(cast, session, kind, content, **choices)
    apply_import(batch, revision=batch.revision, organisation=cast.organisation, by=cast.wen, at=AT)
    session.commit()
    return batch


def actions(session: Session, batch: Import) -> list[str]:
    """What each row would do, in the order of the file."""
    return [row.action.value for row in rows(session, batch)]


def rows(session: Session, batch: Import) -> Sequence[ImportRow]:
    query = select(ImportRow).where(ImportRow.import_id == batch.id).order_by(ImportRow.number)
    return session.scalars(query.execution_options(populate_existing=True)).all()


def counted(session: Session, *tables: type) -> dict[str, int]:
    """How many rows these tables have: equal before and after where nothing was written."""
    return {table.__name__: session.scalar(select(func.count()).select_from(table)) or 0 for table in tables or FACTS}


def send(client: FlaskClient, kind: str, content: str | bytes, name: str = "file.csv", **fields: str) -> TestResponse:
    """Upload a file as the form does."""
    data = content if isinstance(content, bytes) else content.encode()
    form = {"kind": kind, "encoding": "", "file": (io.BytesIO(data), name), **fields}
    answer = client.post("/imports", data=form, content_type="multipart/form-data")
    answer.request.environ["wsgi.input"].close()  # the client keeps a large body on disk, and open
    return answer


def revision_of(page: str) -> str:
    """What the button that applies carries: which preview was seen."""
    found = re.search(r'name="revision" value="(\d+)"', page)
    assert found is not None, "the page offers nothing to apply"
    return found[1]


def confirm(client: FlaskClient, address: str) -> TestResponse:
    """Look at the preview and apply it."""
    seen = revision_of(client.get(address).text)
    return client.post(f"{address}/applications", data={"revision": seen})
