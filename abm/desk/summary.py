"""What a role looks at first: the state of the list, campaigns in review, and for RevOps what came in badly."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from abm.accounts.models import Opportunity
from abm.agreement.standing import Standing, State
from abm.campaigns.models import Campaign
from abm.imports.models import Import, ImportState

RECENT = 20
SHOWN = 3


def campaigns_in_review(session: Session) -> int:
    """How many campaigns have a version of their plan before Sales."""
    statement = select(func.count()).select_from(Campaign).join(Standing, Standing.document_id == Campaign.document_id)
    return session.scalar(statement.where(Standing.state == State.OPEN)) or 0


def imports_with_bad_rows(session: Session) -> Sequence[Import]:
    """The latest imports of which some rows stayed out."""
    statement = select(Import).where(Import.state != ImportState.DISCARDED).order_by(Import.id.desc()).limit(RECENT)
    return [one for one in session.scalars(statement) if one.counts.get("bad")][:SHOWN]


def unmatched_deals(session: Session) -> int:
    """How many deals lack their account or their day, and so stand outside every figure of the list."""
    unmatched = Opportunity.account_id.is_(None) | Opportunity.created_on.is_(None)
    return session.scalar(select(func.count()).select_from(Opportunity).where(unmatched)) or 0
