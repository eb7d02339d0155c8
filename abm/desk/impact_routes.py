"""What a change of the list means for the work under way: before it is proposed, and before it is signed."""

from __future__ import annotations

from flask import abort

from abm.agreement.models import State
from abm.desk.impact import impact_of
from abm.desk.routes import desk
from abm.desk.workload import who_may_be_seen
from abm.kit import clock
from abm.kit.db import session
from abm.kit.web import Answer, page, wants_fragment
from abm.people.access import May, me, needs
from abm.people.current import organisation
from abm.targets.content import Content
from abm.targets.loading import list_or_404
from abm.targets.models import TargetList
from abm.targets.pages import usual_base, versions_of
from abm.targets.queries import content_of


@desk.get("/quarters/<quarter:quarter>/list/versions/<number:number>/impact")
@needs(May.READ)
def version_impact(quarter: str, number: int) -> Answer:
    """What a version would change, or changed, against the one signed before it."""
    target_list = list_or_404(quarter)
    line = versions_of(session(), target_list, clock.now()).numbered(number) or abort(404)
    return _impact_page(target_list, content_of(session(), line.id), number)


@desk.get("/quarters/<quarter:quarter>/list/impact")
@needs(May.READ)
def draft_impact(quarter: str) -> Answer:
    """What the draft would change if it were proposed and signed as it stands."""
    target_list = list_or_404(quarter)
    return _impact_page(target_list, target_list.draft(), None)


def _impact_page(target_list: TargetList, content: Content, number: int | None) -> Answer:
    at = clock.now()
    signed = [line for line in versions_of(session(), target_list, at).lines if line.state is State.SIGNED]
    before = next((line for line in signed if number is None or line.number < number), None)
    base = usual_base(session(), organisation(), target_list, before)
    return page(
        "desk/_impact.html" if wants_fragment() else "desk/impact.html",
        quarter=organisation().quarter(target_list.quarter),
        list=target_list,
        number=number,
        base=base,
        impact=impact_of(
            session(),
            target_list,
            base.content,
            content,
            organisation=organisation(),
            at=at,
            seen=who_may_be_seen(session(), target_list, me(), at),
        ),
    )
