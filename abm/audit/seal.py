"""Sealing events into the hash chain, and finding out whether anybody touched it since."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Select, func, select, text
from sqlalchemy.orm import Session, selectinload

from abm.audit.models import GENESIS, Event, Seal

ADVISORY_LOCK = 4_201_001
BATCH = 1_000
RECENT = 20_000  # events at the end of the history: what commits late lies within


@dataclass(frozen=True)
class Fault:
    """Something that is not as the application left it."""

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


def seal_events(session: Session, *, limit: int | None = None, whole: bool = True) -> int:
    """Chain committed, unsealed events in order of their number; hand back how many. The caller commits.

    One sealer at a time: an advisory lock on PostgreSQL, the write lock on SQLite. An event whose MAC is wrong
    stays out, so that `verify` can name it. `limit` stops after about so many; without `whole` only the
    end of the history is looked through, which misses what a very long transaction wrote.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
    seq, previous = head(session)
    sealed, after = 0, 0
    while limit is None or sealed < limit:
        events = session.scalars(_unsealed(whole=whole).where(Event.id > after).order_by(Event.id).limit(BATCH)).all()
        for event in events:
            after = event.id
            if event.mac == event.expected_mac():
                seq, sealed = seq + 1, sealed + 1
                link = Seal(seq=seq, event_id=event.id, previous=previous, hash=Seal.link(previous, seq, event))
                session.add(link)
                previous = link.hash
        session.flush()
        if len(events) < BATCH:
            break
    return sealed


def unsealed(session: Session, *, whole: bool = True) -> bool:
    """Whether an event waits for its place in the chain."""
    return session.scalar(_unsealed(whole=whole).limit(1)) is not None


def _unsealed(*, whole: bool) -> Select[Event]:
    """Events without a link. The whole history takes long to look through; its end does not."""
    statement = select(Event).outerjoin(Seal, Seal.event_id == Event.id).where(Seal.seq.is_(None))
    if whole:
        return statement
    newest = select(func.coalesce(func.max(Seal.event_id), 0)).scalar_subquery()
    return statement.where(Event.id > newest - RECENT)


def head(session: Session) -> tuple[int, str]:
    """Position and hash of the last link. Kept outside, it shows later whether the tail was cut."""
    last = session.scalar(select(Seal).order_by(Seal.seq.desc()).limit(1))
    return (last.seq, last.hash) if last else (0, GENESIS)


def verify(session: Session, *, expected_head: tuple[int, str] | None = None) -> list[Fault]:
    """Seal what is left, walk the whole chain and list every row changed, removed, put in or moved."""
    seal_events(session)
    faults = [*_broken_links(session), *_strangers(session)]
    if expected_head is not None:
        faults.extend(_cut_tail(session, *expected_head))
    return faults


def _broken_links(session: Session) -> Iterator[Fault]:
    expected_seq, previous = 1, GENESIS
    for seal, event in _links(session):
        where = f"event {seal.event_id} (link {seal.seq})"
        if seal.seq != expected_seq:
            missing = (
                f"link {expected_seq}" if seal.seq == expected_seq + 1 else f"links {expected_seq} to {seal.seq - 1}"
            )
            yield Fault(missing, "removed from the chain")
        elif seal.previous != previous:
            yield Fault(f"link {seal.seq}", "does not follow the link before it")
        if event is None:
            yield Fault(where, "the event was removed")
        else:
            yield from _event_faults(event, where)
            if seal.hash != Seal.link(seal.previous, seal.seq, event):
                yield Fault(where, "the event or its link was changed after it was sealed")
        expected_seq, previous = seal.seq + 1, seal.hash


def _links(session: Session) -> Iterator[tuple[Seal, Event | None]]:
    last = 0
    while True:
        rows = session.execute(
            select(Seal, Event)
            .outerjoin(Event, Event.id == Seal.event_id)
            .options(selectinload(Event.personal))
            .where(Seal.seq > last)
            .order_by(Seal.seq)
            .limit(BATCH)
        ).all()
        if not rows:
            return
        yield from ((seal, event) for seal, event in rows)
        last = rows[-1][0].seq
        session.expunge_all()


def _event_faults(event: Event, where: str) -> Iterator[Fault]:
    if event.mac != event.expected_mac():
        yield Fault(where, "the event was changed")
    if event.personal is not None and event.personal.hash() != event.personal_hash:
        yield Fault(where, "its personal part was changed")


def _strangers(session: Session) -> Iterator[Fault]:
    """Events that the sealer would not take: nobody holding the installation's key wrote them."""
    strangers = session.scalars(_unsealed(whole=True).order_by(Event.id))
    yield from (Fault(f"event {event.id}", "put in behind the application's back") for event in strangers)


def _cut_tail(session: Session, seq: int, hash_: str) -> Iterator[Fault]:
    kept = session.get(Seal, seq) if seq else None
    count = session.scalar(select(func.max(Seal.seq))) or 0
    if count < seq:
        yield Fault(f"links {count + 1} to {seq}", "cut from the end of the chain")
    elif kept is not None and kept.hash != hash_:
        yield Fault(f"link {seq}", "is not the one that was noted outside")
