"""The chain of events: what is changed, removed, put in, moved or cut off behind the app's back is found, and where."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, scoped_session

from abm.audit.models import Event, Seal, record
from abm.audit.seal import head, seal_events, verify
from tests.audit.intruding import behind_the_back
from tests.cast import Cast

AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
COPIED = "public_id, at, actor_id, subject, subject_id, verb, before, after, request, personal_hash, mac"
Scoped = scoped_session[Session]


@pytest.fixture
def sealed(cast: Cast, session: Scoped) -> dict[int, int]:
    """Six events about Tomás, each with a personal part, sealed: number of the link by number of the event."""
    for number in range(6):
        record(cast.tomas, "greeted", by=cast.ines, at=AT, after={"number": number}, personal={"phone": str(number)})
    session.commit()
    seal_events(session())
    session.commit()
    links = session.execute(
        select(Seal.event_id, Seal.seq).join(Event).where(Event.verb == "greeted").order_by(Seal.seq)
    )
    found = {row.event_id: row.seq for row in links}
    session.rollback()
    return found


def faults(session: Scoped, *, expected_head: tuple[int, str] | None = None) -> list[str]:
    session.rollback()
    session.expire_all()
    return [str(fault) for fault in verify(session(), expected_head=expected_head)]


def test_what_nobody_touched_is_whole(session: Scoped, sealed: dict[int, int]) -> None:
    assert len(sealed) == 6
    assert faults(session, expected_head=head(session())) == []


@pytest.mark.parametrize(
    "change",
    ["verb = 'approved'", "subject_id = subject_id + 1", "at = '2026-01-01 00:00:00+00:00'", "actor_id = NULL"],
)
def test_a_changed_event_is_named(session: Scoped, database_url: str, sealed: dict[int, int], change: str) -> None:
    event, link = list(sealed.items())[2]
    session.rollback()
    behind_the_back(database_url, f"UPDATE event SET {change} WHERE id = {event}")
    found = faults(session)
    assert f"event {event} (link {link}): the event was changed" in found
    assert all(f"event {event} " in one for one in found)


def test_a_changed_personal_part_is_named_and_an_erased_one_is_no_fault(
    session: Scoped, database_url: str, sealed: dict[int, int]
) -> None:
    changed, erased = list(sealed)[1], list(sealed)[4]
    session.rollback()
    behind_the_back(
        database_url,
        f"UPDATE event_personal SET salt = 'another' WHERE event_id = {changed}",
        f"DELETE FROM event_personal WHERE event_id = {erased}",
    )
    assert faults(session) == [f"event {changed} (link {sealed[changed]}): its personal part was changed"]


def test_a_removed_event_is_named_even_where_its_link_went_too(
    session: Scoped, database_url: str, sealed: dict[int, int]
) -> None:
    alone, with_link = list(sealed)[1], list(sealed)[3]
    session.rollback()
    behind_the_back(
        database_url,
        f"DELETE FROM event_personal WHERE event_id IN ({alone}, {with_link})",
        f"DELETE FROM event WHERE id IN ({alone}, {with_link})",
        f"DELETE FROM seal WHERE event_id = {with_link}",
    )
    assert faults(session) == [
        f"event {alone} (link {sealed[alone]}): the event was removed",
        f"link {sealed[with_link]}: removed from the chain",
    ]


def test_an_event_that_was_put_in_is_named(session: Scoped, database_url: str, sealed: dict[int, int]) -> None:
    copied = next(iter(sealed))
    values = COPIED.replace("public_id", "'put in'").replace("verb", "'approved'")
    session.rollback()
    behind_the_back(
        database_url, f"INSERT INTO event (id, {COPIED}) SELECT 900000, {values} FROM event WHERE id = {copied}"
    )
    assert faults(session) == ["event 900000: put in behind the application's back"]


def test_two_links_that_changed_places_are_named(session: Scoped, database_url: str, sealed: dict[int, int]) -> None:
    (first, one), (second, other) = list(sealed.items())[1:3]
    session.rollback()
    behind_the_back(
        database_url,
        f"UPDATE seal SET event_id = -1 WHERE seq = {one}",
        f"UPDATE seal SET event_id = {first} WHERE seq = {other}",
        f"UPDATE seal SET event_id = {second} WHERE seq = {one}",
    )
    changed = "the event or its link was changed after it was sealed"
    assert faults(session) == [f"event {second} (link {one}): {changed}", f"event {first} (link {other}): {changed}"]


def test_a_tail_that_was_cut_off_shows_against_a_head_that_was_noted_outside(
    session: Scoped, database_url: str, sealed: dict[int, int]
) -> None:
    noted = head(session())
    events = ", ".join(map(str, list(sealed)[4:]))
    session.rollback()
    behind_the_back(
        database_url,
        f"DELETE FROM event_personal WHERE event_id IN ({events})",
        f"DELETE FROM seal WHERE event_id IN ({events})",
        f"DELETE FROM event WHERE id IN ({events})",
    )
    assert faults(session) == []
    cut = faults(session, expected_head=noted)
    assert cut == [f"links {noted[0] - 1} to {noted[0]}: cut from the end of the chain"]


@pytest.mark.parametrize("attack", ["UPDATE event SET verb = 'x'", "DELETE FROM seal", "UPDATE seal SET seq = seq + 1"])
def test_the_database_refuses_it_while_its_guards_stand(session: Scoped, sealed: dict[int, int], attack: str) -> None:
    assert sealed
    with pytest.raises(DBAPIError, match="never change"):
        session.execute(text(attack))
    session.rollback()
