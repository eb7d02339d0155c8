"""Moving a play to another day, with a reason that the campaign's history keeps."""

from __future__ import annotations

from datetime import date, datetime

from abm.accounts.changes import Change, check_text
from abm.audit.models import record
from abm.campaigns.drafting import Play, change_play
from abm.kit.rules import require
from abm.kit.text import one_line
from abm.people.models import User


def move_play(play: Play, day: date, *, reason: str, mark: str | None, by: User, at: datetime) -> Change:
    """Change the day of a play in the draft, as `change_play` does. What is live stays until a new version is launched.

    Raises Conflict where somebody else changed the play since `mark`.
    """
    reason = one_line(reason)
    require(reason, "Say why it moves; the history shows it.", field="reason")
    check_text(reason, field="reason")
    campaign = play.campaign
    inside = campaign.starts_on <= day <= campaign.ends_on
    days = f"{campaign.starts_on.isoformat()} to {campaign.ends_on.isoformat()}"
    require(inside, f"The campaign runs from {days}: choose a day within.", field="day")
    change = change_play(play, {"day": day}, mark=mark, by=by, at=at)
    if change:
        after = {"what": play.what, "day": day.isoformat(), "reason": reason}
        record(campaign, "moved a play", by=by, at=at, before=change.before, after=after)
    return change
