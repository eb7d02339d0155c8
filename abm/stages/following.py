"""The changes of stages follow the facts: only accounts of which something was written since are computed anew.

What was written stands in the sealed audit trail, whose links follow each other without a gap: whatever commits late is
sealed late, and nothing is passed over. Lower floors are read and never call here. A window that passes needs no second
look, since the way of an account is computed with the changes to come.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, delete, func, insert, select, union
from sqlalchemy.orm import Session

from abm.accounts.models import Account, Contact, Opportunity, OpportunityRevision
from abm.agreement.models import Version
from abm.audit.models import Event, Seal
from abm.definitions.models import Definition
from abm.definitions.stages import STAGES, StageDefinitions, stage_definitions
from abm.stages.exits import StageExit
from abm.stages.facts import facts_of
from abm.stages.history import Change, changes_of
from abm.stages.models import Stage, StageChange, StageFollowing, Why
from abm.touches.bulk import chunks, hold_accounts
from abm.touches.models import Touch

AT_ONCE: Final = 500  # accounts that are computed together
LINKS_AT_ONCE: Final = 2_000  # of the trail, in one transaction
Kept = tuple[Stage, Stage, Why, str, dict[str, Any], int | None]  # a change without its account and day


def behind(session: Session) -> bool:
    """Whether there is anything to follow. One query."""
    head = select(func.coalesce(func.max(Seal.seq), 0)).scalar_subquery()
    late = (StageFollowing.sealed_upto < head) | StageFollowing.walked_upto.is_not(None)
    return session.scalar(select(StageFollowing.id).where(late)) is not None


def follow_stages(session: Session) -> bool:
    """Bring the changes up to what was sealed by now; hand back whether more is left to do. The caller commits.

    Two who follow at once take turns. Doing it twice changes nothing.
    """
    session.flush()
    state = session.get_one(StageFollowing, 1, with_for_update=True, populate_existing=True)
    head = session.scalar(select(func.max(Seal.seq))) or 0
    if state.walked_upto == 0:
        state.sealed_upto = head  # the walk sees all that was written before
    upto = min(head, state.sealed_upto + LINKS_AT_ONCE)
    since = (Seal.seq > state.sealed_upto) & (Seal.seq <= upto)
    if upto > state.sealed_upto and session.scalar(_of_everybody(since)) is not None:
        state.walked_upto = 0
        return True
    definitions = stage_definitions(session)
    if upto > state.sealed_upto:
        keep_changes(session, sorted(session.scalars(_accounts(since))), definitions)
        state.sealed_upto = upto
    elif state.walked_upto is not None:
        state.walked_upto = _walk(session, state.walked_upto, definitions)
    return upto < head or state.walked_upto is not None


def keep_changes(session: Session, account_ids: Sequence[int], definitions: StageDefinitions) -> None:
    """Compute the ways of these accounts anew, and write what differs.

    Holds each account, the lowest number first, so that two who do so never write the same change.
    """
    for start in range(0, len(account_ids), AT_ONCE):
        chunk = account_ids[start : start + AT_ONCE]
        hold_accounts(session, chunk)
        wanted, stored = _wanted(session, chunk, definitions), _stored(session, chunk)
        gone = [number for key, (number, kept) in stored.items() if wanted.get(key) != kept]
        for some in chunks(gone):
            session.execute(delete(StageChange).where(StageChange.id.in_(some)))
        added = [_row(key, kept) for key, kept in wanted.items() if key not in stored or stored[key][1] != kept]
        if added:
            session.execute(insert(StageChange).execution_options(render_nulls=True), added)


@dataclass(frozen=True)
class Difference:
    """A change that is not kept as the facts have it; None: it is not there."""

    account_id: int
    day: date
    kept: Stage | None
    computed: Stage | None

    def __str__(self) -> str:
        kept, computed = self.kept or "no change", self.computed or "no change"
        what = f"says {kept}, the facts {computed}" if kept != computed else f"says {kept} for another cause"
        return f"account {self.account_id}, {self.day}: {what}"


def differences(session: Session, *, mend: bool = False) -> Iterator[Difference]:
    """Every change that differs from computing it from scratch; `mend` sets those accounts right. The caller commits.

    Accounts of which something was written that nobody has followed yet are not compared.
    """
    definitions = stage_definitions(session)
    state = session.get_one(StageFollowing, 1)
    on_its_way = Seal.seq.is_(None) | (Seal.seq > state.sealed_upto)
    late = set() if mend else set(session.scalars(_accounts(on_its_way, unsealed=True)))
    last = 0
    while ids := _next(session, last):
        wanted, stored = _wanted(session, ids, definitions), _stored(session, ids)
        for key in sorted(wanted.keys() | stored.keys()):
            kept, computed = stored[key][1] if key in stored else None, wanted.get(key)
            if kept != computed and key[0] not in late:
                yield Difference(*key, kept[1] if kept else None, computed[1] if computed else None)
        if mend:
            keep_changes(session, ids, definitions)
        last = ids[-1]


def _walk(session: Session, after: int, definitions: StageDefinitions) -> int | None:
    """Compute the next few accounts; hand back how far that was, None after the last."""
    ids = _next(session, after)
    keep_changes(session, ids, definitions)
    return ids[-1] if len(ids) == AT_ONCE else None


def _next(session: Session, after: int) -> list[int]:
    return list(session.scalars(select(Account.id).where(Account.id > after).order_by(Account.id).limit(AT_ONCE)))


def _of_everybody(since: ColumnElement[bool]) -> Any:
    """An event after which any account may stand elsewhere: another definition, or another meaning of a CRM stage."""
    versions = select(Version.id).join(Definition, Definition.document_id == Version.document_id)
    of_stages = Event.subject_id.in_(versions.where(Definition.slug == STAGES.slug))
    agreed = (Event.subject == "version") & (Event.verb == "came into force") & of_stages
    meaning = (Event.subject == "crm_stage") & (Event.verb == "changed")
    return select(Event.id).join(Seal, Seal.event_id == Event.id).where(since, agreed | meaning).limit(1)


def _accounts(since: ColumnElement[bool], *, unsealed: bool = False) -> Any:
    """The accounts of which events speak that may move them. A deal also speaks of the account that it left."""
    told = select(Event.subject_id).join(Seal, Seal.event_id == Event.id, isouter=unsealed).where(since)
    deals = told.where(Event.subject == "opportunity")
    merged = told.where(Event.subject == "contact", Event.verb.in_(["merged", "split"]))
    return union(
        select(Touch.account_id).where(Touch.id.in_(told.where(Event.subject == "touch"))),
        select(Opportunity.account_id).where(Opportunity.id.in_(deals), Opportunity.account_id.is_not(None)),
        select(OpportunityRevision.account_id).where(
            OpportunityRevision.opportunity_id.in_(deals), OpportunityRevision.account_id.is_not(None)
        ),
        select(Contact.account_id).where(Contact.id.in_(merged)),
        select(StageExit.account_id).where(StageExit.id.in_(told.where(Event.subject == "stage_exit"))),
    )


def _wanted(
    session: Session, account_ids: Sequence[int], definitions: StageDefinitions
) -> dict[tuple[int, date], Kept]:
    facts = facts_of(session, account_ids)
    return {(one, change.day): _kept(change) for one in facts for change in changes_of(facts[one], definitions)}


def _stored(session: Session, account_ids: Sequence[int]) -> dict[tuple[int, date], tuple[int, Kept]]:
    """What is kept: by account and day the row's number and what it says."""
    of = StageChange
    columns = (of.id, of.account_id, of.day, of.stage_before, of.stage, of.why, of.cause, of.facts, of.version)
    rows = session.execute(select(*columns).where(StageChange.account_id.in_(account_ids)))
    return {(account, day): (number, tuple(kept)) for number, account, day, *kept in rows}  # type: ignore[misc]


def _kept(change: Change) -> Kept:
    figures = {name: value for name, value in asdict(change.figures).items() if value}
    facts = {"figures": figures, "came": list(change.came), "went": list(change.went)}
    return change.before, change.after, change.why, change.cause, facts, change.version


def _row(key: tuple[int, date], kept: Kept) -> Mapping[str, object]:
    names = ("stage_before", "stage", "why", "cause", "facts", "version")
    return {"account_id": key[0], "day": key[1], **dict(zip(names, kept, strict=True))}
