"""Whose week an event may change: nobody's, that of some accounts, or everybody's.

What is not named here may change everybody's: a new kind of event is slow until somebody says whom it concerns, and
never wrong.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Select, select, union
from sqlalchemy.orm import Session

from abm.accounts.models import Contact, Opportunity, OpportunityRevision, TeamMember
from abm.audit.models import Event, Seal
from abm.campaigns.models import AudienceMember
from abm.outbound.models import Commitment
from abm.stages.exits import StageExit
from abm.touches.models import Touch

LOOKED_AT: Final = 500  # events, or accounts: with more of them, reading everybody anew is no slower


class Told(NamedTuple):
    """What an event says of whom."""

    subject: str
    verb: str
    number: int
    after: Mapping[str, Any]


Numbers = Sequence[int]
Asked = Callable[[Numbers], Select[Any]]

# How the accounts of events are found, by subject. A deal also speaks of the account that it left, a campaign of all
# that it ever took on, and of what was promised for it: an adopted one works other accounts with every change.
OF_ACCOUNTS: Final[Mapping[str, Sequence[Asked]]] = {
    "touch": [lambda ids: select(Touch.account_id).where(Touch.id.in_(ids))],
    "opportunity": [
        lambda ids: select(Opportunity.account_id).where(Opportunity.id.in_(ids)),
        lambda ids: select(OpportunityRevision.account_id).where(OpportunityRevision.opportunity_id.in_(ids)),
    ],
    "contact": [lambda ids: select(Contact.account_id).where(Contact.id.in_(ids))],
    "stage_exit": [lambda ids: select(StageExit.account_id).where(StageExit.id.in_(ids))],
    "team_member": [lambda ids: select(TeamMember.account_id).where(TeamMember.id.in_(ids))],
    "commitment": [lambda ids: select(Commitment.account_id).where(Commitment.id.in_(ids))],
    "campaign": [
        lambda ids: select(AudienceMember.account_id).where(AudienceMember.campaign_id.in_(ids)),
        lambda ids: select(Commitment.account_id).where(Commitment.campaign_id.in_(ids)),
    ],
}
# Of these no event says anything that a week counts: what it brought about has events of its own.
OF_NOBODY: Final = frozenset(
    {
        *("action", "decision", "review", "review_rhythm", "snapshot"),
        *("absence", "deputy", "seat", "mail_server", "saved_view"),
        *("entry", "nomination", "assessment", "entry_comment", "tier_policy", "waiver", "definition"),
        *("play_template", "play_record", "spend_line", "import", "play_file", "meeting"),
    }
)
# And of these not what is named here.
PASSED_OVER: Final[Mapping[str, frozenset[str]]] = {
    "account": frozenset({"snoozed", "brought back", "domains changed", "left alone", "opened again"}),
    "contact": frozenset({"added", "changed", "archived", "restored", "opted in", "opted out"}),
    "user": frozenset({"signed in", "signed out", "chose a password", "invited", "roles changed"}),
    "version": frozenset({"proposed", "signed", "declined", "signature withdrawn"}),
    "campaign": frozenset(
        {
            *("created", "submitted", "approved", "withdrawn", "reviewed", "reminded", "moved a play"),
            *("commented", "change requested", "suggested", "answered", "applied", "put aside", "reopened", "settled"),
            *("erratum", "erratum struck"),
        }
    ),
}


def told(session: Session, *, after: int, followed: tuple[int, int]) -> list[Told] | None:
    """What events say that came in after number `after`, and those that stages have followed between two links of the
    audit chain; None where they are more than are looked at.
    """
    first, last = followed
    found: list[Told] = []
    for which in _which(after, first, last):
        columns = Event.subject, Event.verb, Event.subject_id, Event.after
        rows = session.execute(select(*columns).where(which).order_by(Event.id).limit(LOOKED_AT)).all()
        found += [Told(*row) for row in rows]
    return found if len(found) < LOOKED_AT else None


def _which(after: int, first: int, last: int) -> Iterable[ColumnElement[bool]]:
    yield Event.id > after
    if last > first:
        yield Event.id.in_(select(Seal.event_id).where(Seal.seq > first, Seal.seq <= last))


def accounts_concerned(session: Session, events: Iterable[Told]) -> set[int] | None:
    """The accounts whose week these events may change, by number; None where it may be everybody's."""
    by_subject: dict[str, set[int]] = defaultdict(set)
    for one in events:
        if one.subject not in OF_NOBODY and one.verb not in PASSED_OVER.get(one.subject, ()):
            by_subject[one.subject].add(one.number)
    found = by_subject.pop("account", set())
    if by_subject.keys() - OF_ACCOUNTS.keys():
        return None
    asked = [of(sorted(ids)) for subject, ids in by_subject.items() for of in OF_ACCOUNTS[subject]]
    if asked:
        found |= {number for number in session.scalars(union(*asked)) if number is not None}
    return found if len(found) <= LOOKED_AT else None
