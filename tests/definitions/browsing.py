"""What tests of definitions on the web ask for, and what they read."""

from __future__ import annotations

import re
from typing import Any

from werkzeug.test import TestResponse

from abm.definitions.models import definition_of
from tests.definitions.conftest import Desk

FIT = "/definitions/fit"


def words(answer: TestResponse) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


def draft(desk: Desk, slug: str) -> Any:
    desk.session.rollback()
    desk.session.expire_all()
    found = definition_of(desk.session, slug)
    return found.draft if found else None
