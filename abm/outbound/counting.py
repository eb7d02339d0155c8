"""What counts towards what was promised (domain §7). Pure: the same facts give the same counts in any order."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from abm.people.seats import Side
from abm.touches.models import Channel


@dataclass(frozen=True)
class Window:
    """A commitment as counting sees it: so many touches of a side on an account from one day to another.

    `campaign_id` and `channel` name the play of a marketing commitment; other commitments take any touch of their side.
    """

    id: int
    account_id: int
    side: Side
    wanted: int
    first_day: date
    last_day: date
    campaign_id: int | None = None
    channel: Channel | None = None

    def takes(self, touch: Outreach) -> bool:
        """Whether this touch may count here at all."""
        if touch.side != self.side or not self.first_day <= touch.day <= self.last_day:
            return False
        if self.side is Side.SALES or self.campaign_id is None:
            return True
        return touch.campaign_id == self.campaign_id and self.channel in (None, touch.channel)


@dataclass(frozen=True)
class Outreach:
    """An unvoided outbound touch as counting sees it."""

    id: int
    account_id: int
    side: Side
    channel: Channel
    at: datetime
    day: date
    campaign_id: int | None = None


def credit(windows: Iterable[Window], touches: Iterable[Outreach]) -> dict[int, int]:
    """The commitment that each touch counts for, by touch id; a touch that counts for none is missing.

    Each touch in the order of its moment goes to the first window with room: those that name its campaign, then the
    one that ends earliest, then the lowest id.
    """
    of_account: dict[int, list[Window]] = defaultdict(list)
    for window in windows:
        of_account[window.account_id].append(window)
    found: dict[int, int] = {}
    filled: Counter[int] = Counter()
    for touch in sorted(touches, key=_moment):
        open_windows = (
            window
            for window in of_account[touch.account_id]
            if window.takes(touch) and filled[window.id] < window.wanted
        )
        first = preferred(open_windows, touch)
        if first is not None:
            found[touch.id] = first.id
            filled[first.id] += 1
    return found


def preferred(windows: Iterable[Window], touch: Outreach) -> Window | None:
    """Of windows with room that take a touch, the one that it counts for."""
    return min(windows, key=lambda window: _preference(window, touch), default=None)


def _moment(touch: Outreach) -> tuple[object, ...]:
    """Ties in time are broken by what the touch says before its number, which only tells who was quicker to log."""
    return touch.day, touch.at, touch.campaign_id or 0, touch.channel, touch.id


def _preference(window: Window, touch: Outreach) -> tuple[bool, date, int]:
    other_campaign = touch.campaign_id is None or window.campaign_id != touch.campaign_id
    return other_campaign, window.last_day, window.id
