"""What tests of the list on the web send, and what they read."""

from __future__ import annotations

import re

from werkzeug.test import TestResponse

from abm.agreement.models import Version
from tests.targets.conftest import Ground

LIST = "/quarters/2026-q4/list"


def text(answer: TestResponse) -> str:
    """What a reader sees, in one line."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))


def sign_fields(digest: str, **fields: str) -> dict[str, str]:
    return {"digest": digest, "verdict": "approve", "comment": "", **fields}


def proposed(ground: Ground, count: int = 2) -> Version:
    """A version with some accounts in tier 1, saved."""
    for account in ground.accounts[:count]:
        ground.put_in(account)
    version = ground.propose()
    ground.session.commit()
    return version


def standing(ground: Ground) -> list[str]:
    """The voices that stand on the newest version, as the database has them."""
    ground.session.rollback()
    ground.session.expire_all()
    return sorted(one.voice for one in ground.target_list.document.versions[-1].valid_signatures())
