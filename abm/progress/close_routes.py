"""How a quarter went, on one page: so far while it runs, and then for good."""

from __future__ import annotations

from flask import abort, request

from abm.kit import clock
from abm.kit.db import session
from abm.kit.web import Answer, page
from abm.people.access import May, needs
from abm.people.current import organisation
from abm.people.seats import Side
from abm.progress.forms import Parted
from abm.progress.quarter_queries import quarter_of_list
from abm.progress.routes import progress
from abm.progress.snapshots import ALL
from abm.progress.week_by_week import week_by_week
from abm.targets.loading import goes_on_with, list_or_404


@progress.get("/quarters/<quarter:quarter>/list/close")
@needs(May.READ)
def quarter_close(quarter: str) -> Answer:
    """What was promised on the list, what was done, and what came of it: week by week, by tier and by team."""
    target_list, at, form = list_or_404(quarter), clock.now(), Parted(request.args)
    if not form.validate():
        abort(404)
    weeks = week_by_week(session(), organisation(), target_list, at, group=form.part.data or ALL)
    return page(
        "progress/quarter_close.html",
        list=target_list,
        quarter=organisation().quarter(target_list.quarter),
        over=goes_on_with(target_list.quarter, at),
        found=quarter_of_list(session(), organisation(), target_list, at),
        weeks=weeks,
        form=form,
        Side=Side,
    )
