"""A week of the list counted by plain reading of the tables: nothing of the product's own queries is used.

It knows the cast's company alone: Berlin, euros, the calendar's quarters, the default definitions.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row

from abm.kit.clock import Week
from tests.faults.holding import rows

ZONE = ZoneInfo("Europe/Berlin")
SIDES = ("marketing", "sales")
PERIODS = {"week": 1, "4 weeks": 4, "quarter": 13}
WINDOWS = {1: 1, 2: 4, 3: 13}  # weeks in which each side touches a tier's accounts
MINUTES = {  # of what somebody did in return
    "call/connected": 2,
    "email/replied": 2,
    "content/downloaded": 10,
    "web/demo request": 2,
    "call/meeting booked": 2,
    "meeting/booked": 2,
    "meeting/held": 30,
    "meeting/dinner": 120,
}
HELD, BOOKED = {"meeting/held", "meeting/dinner"}, {"call/meeting booked", "meeting/booked"}
DAY = timedelta(days=1)
Seen = dict[str, Any]


@dataclass(frozen=True)
class Share:
    """The whole of a week, as it is looked at from a day of it or after it."""

    week: Week
    now: datetime

    @property
    def open(self) -> bool:
        return self.now.astimezone(ZONE).date() <= self.week.sunday

    @property
    def until(self) -> date:
        return min(self.week.sunday, self.now.astimezone(ZONE).date())

    @property
    def at(self) -> datetime:
        """The instant whose list counts."""
        ends = datetime.combine(self.week.sunday + DAY, time(), tzinfo=ZONE)
        return min(self.now, ends - timedelta(microseconds=1))

    def since(self, weeks: int) -> date:
        """The first day of so many weeks, of which this is the last."""
        return self.week.monday - timedelta(weeks=weeks - 1)


class Naive:
    """All rows of the tables that a week is counted from."""

    def __init__(self, connection: Connection) -> None:
        self.touches, self.deals = defaultdict[int, list[Any]](list), defaultdict[int, list[Any]](list)
        for touch in rows(connection, "touch"):
            if touch.voided_at is None:
                self.touches[touch.account_id].append(touch)
        for deal in rows(connection, "opportunity"):
            if deal.created_on is not None:
                self.deals[deal.account_id].append(deal)
        self.days = {touch.id: touch.day for touch in rows(connection, "touch")}
        self.accounts = {row.id: row.public_id for row in rows(connection, "account")}
        self.people = {row.id: row.public_id for row in rows(connection, "user")}
        self.contacts = {row.id: row.merged_into_id or row.id for row in rows(connection, "contact")}
        self.categories = {row.id: row.category for row in rows(connection, "crm_stage")}
        self.policies = {row.id: json.loads(row.content)["content"]["policies"] for row in rows(connection, "version")}
        self.tables = {
            name: rows(connection, name)
            for name in ("membership", "standing", "team_member", "judgement", "commitment", "commitment_pause")
        }
        self.credits, self.revisions = rows(connection, "credit"), rows(connection, "opportunity_revision")

    def week(self, share: Share) -> dict[str, Seen]:
        """By public id, what is to be seen of each account of the list."""
        there = [one for one in self.tables["membership"] if one.starts <= share.at < one.ends]
        return {self.accounts[one.account_id]: self._account(one, share) for one in there}

    def _account(self, member: Row[Any], share: Share) -> Seen:
        account, first = member.account_id, share.week.monday
        touches = [one for one in self.touches[account] if one.day <= share.until]
        sides = {side: self._side(member, side, touches, share) for side in SIDES}
        recent = [one for one in touches if one.day >= first]
        return {
            "tier": member.tier,
            "ae": self._ae(member, share.until),
            "sides": sides,
            "held": sum(_what(one) in HELD for one in recent),
            "booked": sum(_what(one) in BOOKED for one in recent),
            "content": sum(one.channel == "content" and one.day >= share.since(4) for one in touches),
            "joint": _joint(sides),
            "stage": self._stage(account, share.until),
            "stage before": self._stage(account, first - DAY),
            "deals": sorted(self._deal(one, share) for one in self.deals[account] if _in_week(one, share)),
            "verdicts": {
                one.side: one.verdict
                for one in self.tables["judgement"]
                if one.account_id == account and one.week == str(share.week) and one.at <= share.at
            },
            "promises": {side: self._promises(account, side, share) for side in SIDES},
        }

    def _ae(self, member: Row[Any], day: date) -> str:
        working = [
            one.user_id
            for one in self.tables["team_member"]
            if one.account_id == member.account_id
            and one.function == "ae"
            and one.first_day <= day <= (one.last_day or day)
        ]
        assert len(working) <= 1
        return str(self.people[working[0] if working else member.ae_id])

    def _side(self, member: Row[Any], side: str, touches: list[Any], share: Share) -> tuple[int, int, int, int, bool]:
        """Touches of this week, of the rhythm, of the window, what the rhythm asks for, and whether it had begun."""
        ours = [one.day for one in touches if one.side == side and one.direction == "outbound"]
        wanted, weeks = self._rhythm(member.tier, side, share.at)
        reach = min(13, weeks + share.open)
        spans = share.week.monday, share.since(reach), share.since(WINDOWS[member.tier])
        this_week, in_rhythm, in_window = (sum(day >= first for day in ours) for first in spans)
        begun = self._listed_since(member) <= share.at - timedelta(weeks=weeks)
        return this_week, in_rhythm, in_window, wanted, begun

    def _listed_since(self, member: Row[Any]) -> datetime:
        """The beginning of its time on the list without a gap."""
        since: datetime = member.starts
        own = [one for one in self.tables["membership"] if one.account_id == member.account_id]
        own = [one for one in own if one.ends > one.starts]
        while before := [one.starts for one in own if one.starts < since <= one.ends]:
            since = min(before)
        return since

    def _rhythm(self, tier: int, side: str, at: datetime) -> tuple[int, int]:
        held = [one for one in self.tables["standing"] if one.starts is not None and one.starts <= at < one.ends]
        assert len(held) == 1
        terms = next(one for one in self.policies[held[0].version_id] if one["tier"] == tier)
        amount, period = (
            ("sales_touches", "sales_period") if side == "sales" else ("marketing_plays", "marketing_period")
        )
        return terms[amount], PERIODS[terms[period]]

    def _stage(self, account: int, day: date) -> str:
        created = [one for one in self.deals[account] if one.created_on <= day]
        closed = [one for one in created if one.closed_on is not None and one.closed_on <= day]
        if any(self.categories[one.stage_id] == "won" for one in closed):
            return "customer"
        if len(created) > len(closed):
            return "opportunity"
        recent = [one for one in self.touches[account] if day - timedelta(days=90) < one.day <= day]
        answers = [one for one in recent if _what(one) in MINUTES]
        people = {self.contacts[one.contact_id] for one in answers if one.contact_id is not None}
        minutes = sum(MINUTES[_what(one)] for one in answers)
        if any(_what(one) in HELD for one in answers):
            return "meeting"
        if any(_what(one) == "web/demo request" for one in answers) or (minutes >= 100 and len(people) >= 2):
            return "mqa"
        return "engaged" if minutes >= 10 else "aware" if answers else "target"

    def _amount_then(self, deal: Row[Any], share: Share) -> Any:
        """What an open deal was said to be worth at the end of the share: by its last revision until then."""
        if deal.updated_at <= share.at:
            return deal.amount
        own = sorted((one for one in self.revisions if one.opportunity_id == deal.id), key=lambda one: one.id)
        until = [one for one in own if one.at <= share.at]
        return until[-1].amount if until else own[0].amount if own else deal.amount

    def _deal(self, deal: Row[Any], share: Share) -> tuple[Any, ...]:
        still_open = deal.closed_on is None or deal.closed_on > share.until
        state = "open" if still_open else "won" if self.categories[deal.stage_id] == "won" else "lost"
        amount = self._amount_then(deal, share) if still_open else deal.amount
        return deal.public_id, deal.source, state, amount, deal.created_on >= share.week.monday

    def _promises(self, account: int, side: str, share: Share) -> tuple[int, int, Fraction]:
        """Wanted, done, and due by the last day looked at, of every window that has a day in the week."""
        wanted, done, due = 0, 0, Fraction(0)
        for one in self.tables["commitment"]:
            end = one.last_day if one.closed_on is None else min(one.last_day, one.closed_on)
            met = max(one.first_day, share.week.monday) <= min(end, share.week.sunday)
            if one.account_id == account and one.side == side and met and one.first_day <= end:
                owed, by_then = self._due(one, end, share.until)
                credited = [self.days[each.touch_id] for each in self.credits if each.commitment_id == one.id]
                wanted, done, due = wanted + owed, done + sum(day <= share.until for day in credited), due + by_then
        return wanted, done, due

    def _due(self, one: Row[Any], end: date, day: date) -> tuple[int, Fraction]:
        """Day by day: what is owed of a window in all, and its share by a day. Rests alone stop a clock here."""
        window = [one.first_day + n * DAY for n in range((one.last_day - one.first_day).days + 1)]
        rests = [
            pause
            for pause in self.tables["commitment_pause"]
            if pause.commitment_id == one.id and (pause.first_day <= day or pause.cause == "absence")
        ]
        runs = [d for d in window if not any(p.first_day <= d <= (p.last_day or d) for p in rests)]
        owed = round(Fraction(one.wanted * len(runs), len(window)))
        passed = sum(d <= min(day, end) for d in runs)
        return owed, Fraction(owed * passed, len(runs)) if runs else Fraction(0)


def _what(touch: Row[Any]) -> str:
    return f"{touch.channel}/{touch.outcome}"


def _in_week(deal: Row[Any], share: Share) -> bool:
    return deal.created_on <= share.until and (deal.closed_on is None or deal.closed_on >= share.week.monday)


def _joint(sides: dict[str, tuple[int, int, int, int, bool]]) -> str:
    active = [side for side in SIDES if sides[side][0]]
    if active:
        return active[0] if len(active) == 1 else "both"
    late = any(wanted and begun and not in_rhythm for _, in_rhythm, _, wanted, begun in sides.values())
    return "past" if late else "resting"
