"""Both seats agree on other stages: for tests of whatever is computed by them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from abm.agreement.models import Verdict, Version
from abm.definitions.models import begin_definition
from abm.definitions.stages import DEFAULT_STAGES, STAGES
from abm.people.seats import Side, seats
from tests.cast import Cast


def agree_on_stages(session: Session, cast: Cast, at: datetime, **figures: int) -> Version:
    """The default but for these figures, in force from `at` on."""
    facts = {**STAGES.written(DEFAULT_STAGES), **figures}
    definition = begin_definition(session, STAGES, facts, by=cast.wen, at=at)
    definition.change(STAGES, facts, by=cast.wen, at=at)
    version = definition.propose(STAGES, starts_on=cast.organisation.today(at), by=cast.wen, at=at)
    for side, person in ((Side.SALES, cast.renata), (Side.MARKETING, cast.amara)):
        seat, digest = seats(session)[side], version.digest
        definition.sign(version, seat=seat, by=person, at=at, digest=digest, verdict=Verdict.APPROVE)
    session.flush()
    return version
