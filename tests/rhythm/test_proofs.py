"""Frozen weeks and minutes are compared with their digests and the audit trail."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from abm.kit.guards import install_guards, remove_guards
from abm.rhythm.minutes import close_review
from abm.rhythm.proofs import altered
from tests.progress.ground import NOW
from tests.rhythm.conftest import LAST, Meeting


@pytest.fixture
def closed(meeting: Meeting) -> Meeting:
    close_review(meeting.open(), by=meeting.cast.amara, at=NOW)
    meeting.session.commit()
    return meeting


def test_what_nobody_touched_is_as_it_was(closed: Meeting) -> None:
    assert list(altered(closed.session)) == []


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("UPDATE snapshot SET content = replace_me", f"The snapshot of {LAST} of 2026-q4 is not what was frozen."),
        ("UPDATE snapshot SET digest = 'forged'", f"The snapshot of {LAST} of 2026-q4 is not what was frozen."),
        ("UPDATE review SET minutes = replace_me", f"The minutes of the review of {LAST} are not what was closed."),
    ],
)
def test_what_was_altered_behind_the_guards_is_named(closed: Meeting, change: str, sentence: str) -> None:
    session = closed.session
    remove_guards(session.connection())
    session.execute(text(change.replace("replace_me", ":bytes")), {"bytes": b"{}"} if "replace_me" in change else {})
    install_guards(session.connection())
    session.expire_all()
    assert list(altered(session)) == [sentence]
