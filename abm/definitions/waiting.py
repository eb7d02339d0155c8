"""Versions of definitions that wait for a seat's word. One query, and none for whoever holds no seat."""

from __future__ import annotations

from typing import Any

from flask import url_for
from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from abm.agreement.models import Signature, Standing, StandingSignature, State, Verdict, Version, Withdrawal
from abm.definitions.catalogue import KINDS
from abm.definitions.models import Definition
from abm.people.models import Organisation, User
from abm.people.seats import seat_of
from abm.people.waiting import Waiting

SIGN, LOOK_AGAIN = 95, 85  # weights: just below the lists, which more work hangs on


def waiting_for(session: Session, user: User, organisation: Organisation) -> list[Waiting]:
    """Versions to sign, for the acting holder of a seat; again where an approval went with the version before."""
    seat = seat_of(session, user, organisation.today())
    if seat is None:
        return []
    signed = select(StandingSignature.id).where(
        StandingSignature.version_id == Version.id, StandingSignature.voice == seat.side.value
    )
    rows = session.execute(
        select(
            Definition.slug,
            Version.number,
            Version.proposed_at,
            User.name.label("proposed_by"),
            _approved_before(user).label("seen"),
        )
        .join(Version, Version.document_id == Definition.document_id)
        .join(Standing, Standing.version_id == Version.id)
        .join(User, User.id == Version.proposed_by_id)
        .where(Standing.state == State.OPEN, ~signed.exists())
        .order_by(Definition.id)
    )
    return [_to_sign(row) for row in rows if row.slug in KINDS]


def _approved_before(user: User) -> Any:
    """The newest superseded version of the same document that this person's approval was lost with."""
    earlier, withdrawn = aliased(Version), select(Withdrawal.id).where(Withdrawal.signature_id == Signature.id)
    return (
        select(func.max(earlier.number))
        .join(Signature, Signature.version_id == earlier.id)
        .join(Standing, Standing.version_id == earlier.id)
        .where(
            earlier.document_id == Version.document_id,
            Standing.state == State.SUPERSEDED,
            Signature.person_id == user.id,
            Signature.verdict == Verdict.APPROVE,
            ~withdrawn.exists(),
        )
        .correlate(Version)
        .scalar_subquery()
    )


def _to_sign(row: Any) -> Waiting:
    href = url_for("definitions.version", slug=row.slug, number=row.number)
    what = f"the definition “{KINDS[row.slug].title}”, version {row.number}"
    if row.seen is None:
        why = f"{row.proposed_by} proposed it"
        return Waiting("Sign", what, why, row.proposed_at, href, "Review and sign", SIGN)
    why = f"you signed version {row.seen}; {row.proposed_by} proposed another"
    return Waiting("Look again at", what, why, row.proposed_at, href, "Review and sign", LOOK_AGAIN)
