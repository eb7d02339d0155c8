"""Building the demonstration: Fathom Freightware, nine weeks of history, moved to today."""

from __future__ import annotations

from flask import Flask

from abm.audit.seal import seal_events
from abm.demo.agreeing import agree, change_mid_quarter, draft_next_quarter
from abm.demo.campaigning import plan_and_launch, plan_for_review, wear_out
from abm.demo.defining import define_fit
from abm.demo.earlier import fill_the_library, run_last_quarter, take_in_the_letter
from abm.demo.filing import leave_an_import
from abm.demo.founding import ZONE, found
from abm.demo.freezing import freeze_the_weeks
from abm.demo.happening import record_plays
from abm.demo.holding_out import hold_some_out
from abm.demo.keeping import begins_on, forget, keep_beginning
from abm.demo.meeting import book_meetings
from abm.demo.promising import answer_promises, promise_by_policy, see_it_differently
from abm.demo.reviewing import hold_the_reviews
from abm.demo.spending import keep_the_ledger
from abm.demo.working import tell_the_weeks
from abm.kit import clock
from abm.kit.db import db, writing
from abm.kit.migrate import upgrade
from abm.stages.following import follow_stages


def build_demonstration(app: Flask, *, anew: bool = False) -> bool:
    """Build it unless it is there and tells of today; hand back whether it was built."""
    url = app.config["ABM"].database_url
    if not anew and begins_on(url, clock.day_of(clock.now(), ZONE)):
        return False
    forget(url)
    upgrade(url)
    with app.app_context():
        with writing() as session:
            world = found(session())
            define_fit(world)
            current = agree(world)
            fill_the_library(world, run_last_quarter(world))
            hold_some_out(world)
            live = plan_and_launch(world)
            wear_out(world)
            promise_by_policy(world)
            tell_the_weeks(world, live)
            record_plays(world, live)
            keep_the_ledger(world)
            plan_for_review(world)
            take_in_the_letter(world)
            draft_next_quarter(world)
            change_mid_quarter(world, current)
            book_meetings(world)
            answer_promises(world)
            see_it_differently(world)
            leave_an_import(world)
            seal_events(session())
            while follow_stages(session()):
                session.flush()
            freeze_the_weeks(world)
            hold_the_reviews(world)
            seal_events(session())
            session.commit()
        db.engine.dispose()
    keep_beginning(url)
    return True
