"""Views that somebody keeps of the draft: the present filter under a name of their own."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import abort, url_for
from sqlalchemy import select

from abm.kit import clock
from abm.kit.db import session
from abm.kit.forms import show_refusal
from abm.kit.rules import RuleBroken
from abm.kit.web import Answer, commit, done
from abm.people.access import May, me, needs
from abm.people.saved_views import SavedView, save_view
from abm.targets.addresses import back_to, place_kept
from abm.targets.builder import VIEWED
from abm.targets.builder_forms import ViewForm
from abm.targets.loading import list_or_404
from abm.targets.narrowing import FILTERS
from abm.targets.routes import draft_page, targets


@targets.post("/quarters/<quarter:quarter>/list/views")
@needs(May.READ)
def keep_view(quarter: str) -> Answer:
    """Keep the filter of this address under a name."""
    target_list, form = list_or_404(quarter), ViewForm()
    if not form.validate_on_submit():
        return draft_page(target_list, 422, view=form)
    query = urlencode({name: value for name, value in place_kept().items() if name in FILTERS})
    try:
        view = save_view(me(), VIEWED, form.name.data or "", query, at=clock.now())
    except RuleBroken as refusal:
        show_refusal(form, refusal)
        return draft_page(target_list, 422, view=form)
    message = f"The view “{view.name}” is kept. Its address shows the same to everybody."
    commit()
    return done(back_to(target_list), message=message)


@targets.post("/quarters/<quarter:quarter>/list/views/<public:public_id>/removals")
@needs(May.READ)
def remove_view(quarter: str, public_id: str) -> Answer:
    """Forget a view of one's own; nobody else's is here."""
    target_list = list_or_404(quarter)
    query = select(SavedView).where(SavedView.public_id == public_id, SavedView.user_id == me().id)
    view = session.scalar(query) or abort(404)
    name = view.name
    view.remove(by=me(), at=clock.now())
    commit()
    return done(url_for("targets.show", **target_list.address), message=f"The view “{name}” is removed.")
