"""The expected answers where one quarter's list becomes the next, of how a quarter went, and of all that is past."""

from __future__ import annotations

from tests.matrix.calendar import CALENDAR
from tests.matrix.expectations import EVERYONE, LISTING, Case, case
from tests.matrix.looking_back import LOOKING_BACK

QUARTER_NAMES = ("quarter", "next quarter", "quarter without a list")

OVER_TIME: dict[str, list[Case]] = (
    LOOKING_BACK
    | CALENDAR
    | {
        "targets.roll_over": [case(EVERYONE, quarter=name) for name in QUARTER_NAMES],
        "targets.accept_roll_over": [
            case(LISTING, 422, quarter="next quarter"),
            case(LISTING, 409, quarter="quarter without a list"),
        ],
        "progress.quarter_close": [case(EVERYONE, quarter="quarter")],
    }
)
