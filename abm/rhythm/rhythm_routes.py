"""When the review takes place: set by whoever runs it, and offered to calendar programs."""

from __future__ import annotations

from flask import url_for
from werkzeug.wrappers import Response

from abm.kit import clock
from abm.kit.db import session
from abm.kit.forms import given
from abm.kit.web import Answer, commit, done, page
from abm.people.access import May, me, needs
from abm.people.current import organisation, programme
from abm.rhythm.meeting_times import rhythm_of, series, set_rhythm
from abm.rhythm.review_forms import RhythmForm
from abm.rhythm.review_routes import rhythm


@rhythm.get("/reviews/rhythm")
@needs(May.RUN_REVIEW)
def when() -> Answer:
    """The form of the day and the hour."""
    stands = rhythm_of(session(), programme().id)
    form = RhythmForm(formdata=None, weekday=stands.weekday, begins=stands.begins, lasts=stands.lasts)
    return page("rhythm/rhythm.html", form=form, rhythm=stands)


@rhythm.post("/reviews/rhythm")
@needs(May.RUN_REVIEW)
def set_when() -> Answer:
    """Say when the review takes place."""
    form = RhythmForm()
    if not form.validate():
        return page("rhythm/rhythm.html", 422, form=form, rhythm=rhythm_of(session(), programme().id))
    weekday, begins, lasts = given(form.weekday), given(form.begins), given(form.lasts)
    set_rhythm(session(), programme(), weekday=weekday, begins=begins, lasts=lasts, by=me(), at=clock.now())
    commit()
    return done(url_for("rhythm.when"), message="Set. Take the series into your calendar anew.")


@rhythm.get("/reviews/series.ics")
@needs(May.READ)
def series_file() -> Answer:
    """The series as a file for calendar programs."""
    content = series(
        rhythm_of(session(), programme().id),
        name="Weekly review" if programme().is_default else f"Weekly review, {programme().name}",
        zone=organisation().time_zone,
        today=organisation().today(),
        link=url_for("rhythm.index", _external=True),
        at=clock.now(),
    )
    headers = {"Content-Disposition": 'attachment; filename="weekly-review.ics"'}
    return Response(content, content_type="text/calendar; charset=utf-8", headers=headers)
