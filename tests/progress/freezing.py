"""Short ways to freeze a week of the ground and to see it."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy.orm import Session

from abm.accounts.crm_stages import StageCategory, add_stage
from abm.accounts.deals import Source, create_opportunity
from abm.audit.seal import seal_events
from abm.kit.clock import Week
from abm.kit.web import in_one_state
from abm.people.models import Organisation
from abm.people.programmes import DEFAULT_PROGRAMME, Programme
from abm.progress.lately import shown_week
from abm.progress.moments import Moment, moment_of
from abm.progress.reading import ShownWeek
from abm.progress.snapshots import FreezeCause, Snapshot, take_snapshot
from abm.stages.following import follow_stages
from abm.touches.kinds import Channel, Direction, TouchSide
from tests.progress.ground import MONDAY, NOW, WEEK, Ground

LAST = WEEK.plus(-1)
IN_LAST = MONDAY - timedelta(days=5)


def of(ground: Ground, week: Week = LAST) -> Moment:
    moment = moment_of(ground.cast.organisation, week)
    assert moment is not None
    return moment


def freeze(ground: Ground, week: Week = LAST) -> Snapshot:
    taken = in_one_state(ground.session, lambda: take(ground.session, of(ground, week)))
    assert taken is not None
    return taken


def take(session: Session, moment: Moment) -> Snapshot | None:
    organisation, programme = session.get_one(Organisation, 1), session.get_one(Programme, DEFAULT_PROGRAMME)
    return take_snapshot(session, organisation, programme, moment, cause=FreezeCause.TIME, by=None, at=NOW)


def seen(ground: Ground, week: Week = LAST) -> ShownWeek:
    found = shown_week(ground.session, ground.cast.organisation, of(ground, week), DEFAULT_PROGRAMME)
    assert found is not None
    return found


def a_lively_week(ground: Ground) -> None:
    """Touches of both sides, a meeting, an answer, a deal that is open and one that was won."""
    ground.log(1, TouchSide.SALES, IN_LAST)
    ground.log(1, TouchSide.MARKETING, IN_LAST)
    ground.log(2, TouchSide.SALES, IN_LAST, (Channel.MEETING, "held"))
    ground.log(3, TouchSide.MARKETING, IN_LAST, (Channel.EMAIL, "replied"), Direction.INBOUND)
    session, cast = ground.session, ground.cast
    begun = add_stage(
        cast.organisation, name="Engaging", category=StageCategory.OPEN, qualified=True, by=cast.wen, at=NOW
    )
    won = add_stage(cast.organisation, name="Won", category=StageCategory.WON, qualified=True, by=cast.wen, at=NOW)
    deals = (
        ("Fleet of reefers", begun, 90_000_00, None, Source.MARKETING),
        ("Depot alarms", won, 12_000_00, date(2026, 11, 18), Source.SALES),
    )
    for name, stage, amount, closed, source in deals:
        create_opportunity(
            cast.organisation,
            account=ground.accounts[0],
            name=name,
            stage=stage,
            by=cast.wen,
            at=NOW,
            amount=amount,
            source=source,
            created_on=date(2026, 11, 17),
            closed_on=closed,
        )
    session.commit()


def follow_all(session: Session) -> None:
    while follow_stages(session):
        session.flush()


def sealed_and_followed(ground: Ground) -> None:
    """What a worker does every minute."""
    seal_events(ground.session)
    follow_all(ground.session)
    ground.session.commit()
