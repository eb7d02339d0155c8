"""The page of whoever leads a team."""

from __future__ import annotations

from abm.kit import clock
from abm.kit.db import session
from abm.kit.web import Answer, page
from abm.outbound.leading import led_by
from abm.outbound.routes import outbound
from abm.outbound.team_page import team_page
from abm.people.access import May, me, needs
from abm.people.current import organisation


@outbound.get("/team")
@needs(May.LEAD_TEAM)
def team() -> Answer:
    """Each person's pace against the plan, what waits for an answer, and accounts that nobody is in touch with."""
    led = [one for one in led_by(session(), me()) if one.active]
    found = team_page(session(), led, organisation=organisation(), at=clock.now())
    return page("outbound/team.html", found=found)
