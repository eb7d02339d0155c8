"""Many touches at once, with their rollups and events, in a number of statements that does not grow with them."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from abm.accounts.models import Account
from abm.audit.models import Change, record_many
from abm.kit.base import public_id
from abm.kit.rules import require
from abm.people.models import Organisation, User
from abm.touches.kinds import Channel, Direction, TouchSide
from abm.touches.models import Touch
from abm.touches.outcomes import rule_of
from abm.touches.rollups import KEY, Kind, Rollup

AT_ONCE = 5_000  # values that one statement names: SQLite takes 32,766
ROLLUP: Any = Rollup.__table__


@dataclass(frozen=True)
class Draft:
    """One touch before it is written. `client_key` is never used twice by whose touch it is."""

    account_id: int
    side: TouchSide
    logged_by_id: int
    client_key: str
    direction: Direction
    channel: Channel
    outcome: str
    at: datetime
    day: date
    contact_id: int | None = None
    campaign_id: int | None = None
    note: str = ""


def hold_accounts(session: Session, account_ids: Iterable[int]) -> None:
    """Let writers on these accounts follow each other: always the lowest number first, so that two never wait both."""
    for chunk in chunks(sorted(set(account_ids))):
        held = select(Account.id).where(Account.id.in_(chunk)).order_by(Account.id)
        session.execute(held.with_for_update(key_share=True))


def log_many(
    session: Session,
    drafts: Sequence[Draft],
    *,
    organisation: Organisation,
    by: User,
    at: datetime,
) -> dict[str, int]:
    """Write touches on accounts that are held, in the name of `by`; hand back the id of each by its key."""
    for draft in drafts:
        rule = rule_of(draft.channel, draft.outcome)
        require(draft.direction in rule.directions, f"“{draft.channel.label}: {rule.label}” goes the other way.")
    rows = [_row(draft, at) for draft in drafts]
    found: dict[str, int] = {}
    for chunk in chunks(rows):
        written = session.execute(insert(Touch).returning(Touch.id, Touch.client_key), chunk)
        found |= {key: number for number, key in written}
    touches = [Touch(**row, id=found[str(row["client_key"])]) for row in rows]
    _count(session, touches, organisation, sign=1)
    record_many(session, [_logged(touch) for touch in touches], by=by, at=at)
    return found


def void_many(
    session: Session,
    touch_ids: Sequence[int],
    *,
    reason: str,
    told_with: str,
    organisation: Organisation,
    by: User,
    at: datetime,
) -> list[int]:
    """Take touches on accounts that are held out of every count; hand back those that counted.

    `reason` stands on each touch; `told_with` names, in its event, what was taken back as a whole.
    """
    standing: list[Touch] = []
    for chunk in chunks(sorted(touch_ids)):
        asked = select(Touch).where(Touch.id.in_(chunk), Touch.voided_at.is_(None)).order_by(Touch.id)
        standing += session.scalars(asked.execution_options(populate_existing=True))
    _count(session, standing, organisation, sign=-1)
    values = {"voided_at": at, "voided_by_id": by.id, "void_reason": reason, "revision": Touch.revision + 1}
    voided = [touch.id for touch in standing]
    for chunk in chunks(voided):
        statement = update(Touch).where(Touch.id.in_(chunk)).values(values)
        session.execute(statement.execution_options(synchronize_session=False))
    for touch in standing:
        session.expire(touch)
    changes = [Change(Touch(id=number), "voided", after={"with": told_with}) for number in voided]
    record_many(session, changes, by=by, at=at)
    return voided


def chunks(values: Sequence[Any]) -> Iterable[Sequence[Any]]:
    """A few thousand at a time."""
    return (values[start : start + AT_ONCE] for start in range(0, len(values), AT_ONCE))


def _row(draft: Draft, at: datetime) -> dict[str, Any]:
    facts = {name: getattr(draft, name) for name in Draft.__dataclass_fields__}
    return {
        **facts,
        "public_id": public_id(),
        "logged_at": at,
        "fingerprint": hashlib.sha256(repr(astuple(draft)).encode()).hexdigest(),
        "revision": 1,
    }


def _logged(touch: Touch) -> Change:
    """The event; a note that names the play is no personal matter, and the play's own event keeps what was written."""
    said = {name: getattr(touch, name) for name in sorted(touch.FACTS - {"note"})}
    return Change(touch, "logged", after={"account": touch.account_id} | said)


def _count(session: Session, touches: Iterable[Touch], organisation: Organisation, *, sign: int) -> None:
    """Count touches in (1) or out (-1) on the lines of the rollup, each line once."""
    lines: dict[Kind, list[int]] = defaultdict(lambda: [0, 0])
    for touch in touches:
        line = lines[touch.kind(organisation)]
        line[0] += 1
        line[1] += touch.rule.minutes
    rows = [
        {f"k_{name}": value for name, value in zip(KEY, astuple(kind), strict=True)} | {"n": count, "m": minutes}
        for kind, (count, minutes) in sorted(lines.items(), key=lambda item: astuple(item[0]))
    ]
    if rows:
        session.connection().execute(_more(session) if sign > 0 else _less(), rows)


def _more(session: Session) -> Any:
    """One line, or that much more on the line that is there."""
    make = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    fresh = make(ROLLUP).values(
        {**{name: bindparam(f"k_{name}") for name in KEY}, "touches": bindparam("n"), "minutes": bindparam("m")}
    )
    more = {
        "touches": ROLLUP.c.touches + fresh.excluded.touches,
        "minutes": ROLLUP.c.minutes + fresh.excluded.minutes,
    }
    return fresh.on_conflict_do_update(index_elements=KEY, set_=more)


def _less() -> Any:
    line = (ROLLUP.c[name] == bindparam(f"k_{name}") for name in KEY)
    less = {"touches": ROLLUP.c.touches - bindparam("n"), "minutes": ROLLUP.c.minutes - bindparam("m")}
    return update(ROLLUP).where(*line).values(less)
