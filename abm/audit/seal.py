"""Sealing events into the hash chain, and finding out whether anybody touched it since."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session, selectinload

from abm.audit.models import GENESIS, Event, Seal

ADVISORY_LOCK = 4_201_001
BATCH = 1_000


@dataclass(frozen=True)
class Fault:
    """Something that is not as the application left it."""

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


def seal_events(session: Session, *, limit: int | None = None) -> int:
    """Chain committed, unsealed events in order of their number; hand back how many. The caller commits.

    One sealer at a time: an advisory lock on PostgreSQL, the write lock on SQLite. An event whose MAC
    is wrong stays out, so that `verify` can name it.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
    head = session.scalar(select(Seal).order_by(Seal.seq.desc()).limit(1))
    seq, previous = (head.seq, head.hash) if head else (0, GENESIS)
    unsealed = select(Event).outerjoin(Seal, Seal.event_id == Event.id).where(Seal.seq.is_(None)).order_by(Event.id)
    sealed = 0
    for event in session.scalars(unsealed.limit(limit)):
        if event.mac != event.expected_mac():
            continue
        seq += 1
        link = Seal(seq=seq, event_id=event.id, previous=previous, hash=Seal.link(previous, seq, event))
        session.add(link)
        previous = link.hash
        sealed += 1
    session.flush()
    return sealed


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
            missing = f"link {expected_seq}" if seal.seq == expected_seq + 1 else f"links {expected_seq} to {seal.seq - 1}"
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
        for seal, event in rows:
            yield seal, event
        last = rows[-1][0].seq
        session.expunge_all()


def _event_faults(event: Event, where: str) -> Iterator[Fault]:
    if event.mac != event.expected_mac():
        yield Fault(where, "the event was changed")
    if event.personal is not None and event.personal.hash() != event.personal_hash:
        yield Fault(where, "its personal part was changed")


def _strangers(session: Session) -> Iterator[Fault]:
    """Events that the sealer would not take: nobody holding the installation's key wrote them."""
    unsealed = select(Event.id).outerjoin(Seal, Seal.event_id == Event.id).where(Seal.seq.is_(None))
    for event_id in session.scalars(unsealed.order_by(Event.id)):
        yield Fault(f"event {event_id}", "put in behind the application's back")


def _cut_tail(session: Session, seq: int, hash_: str) -> Iterator[Fault]:
    kept = session.get(Seal, seq) if seq else None
    count = session.scalar(select(func.max(Seal.seq))) or 0
    if count < seq:
        yield Fault(f"links {count + 1} to {seq}", "cut from the end of the chain")
    elif kept is not None and kept.hash != hash_:
        yield Fault(f"link {seq}", "is not the one that was noted outside")
