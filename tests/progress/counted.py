"""The figures of a week as pandas counts them in the tables, by none of the product's queries."""

from __future__ import annotations

import json
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import pandas as pd
from sqlalchemy import Connection, text

SIDES = ("marketing", "sales")
PERIODS = {"week": 1, "4 weeks": 4, "quarter": 13}
WINDOWS = {1: 1, 2: 4, 3: 13}
ANSWERS = {  # minutes of whatever somebody did in return
    "call connected": 2,
    "call callback": 2,
    "call not interested": 2,
    "call meeting booked": 2,
    "email replied": 2,
    "email clicked": 1,
    "email meeting booked": 2,
    "email not interested": 2,
    "social connected": 1,
    "social replied": 2,
    "social meeting booked": 2,
    "social not interested": 2,
    "meeting booked": 2,
    "meeting held": 30,
    "meeting dinner": 120,
    "event registered": 1,
    "event attended": 30,
    "event meeting booked": 2,
    "webinar registered": 1,
    "webinar attended": 30,
    "ad clicked": 1,
    "direct mail replied": 2,
    "web visit": 1,
    "web form": 2,
    "web demo request": 2,
    "content viewed": 1,
    "content downloaded": 10,
}
HELD = ["meeting held", "meeting dinner"]
BOOKED = [kind for kind in ANSWERS if kind.endswith(" booked")]
DAY, WEEK = pd.Timedelta(days=1), pd.Timedelta(weeks=1)


@dataclass(frozen=True)
class Span:
    """The days that are looked at, the Monday of their week, and the instant whose list counts."""

    first: pd.Timestamp
    last: pd.Timestamp
    until: pd.Timestamp
    at: pd.Timestamp
    open: bool


class Tables:
    """The tables as frames: days are naive, instants in UTC."""

    def __init__(self, connection: Connection, zone: str) -> None:
        self.connection, self.zone = connection, zone
        self.members = self.read("membership", instants=("starts", "ends"))
        self.members["ends"] = self.members["ends"].fillna(pd.Timestamp("2200-01-01", tz="UTC"))
        self.touches = self.read("touch", days=("day",), instants=("at",))
        self.touches = self.touches[self.touches["voided_at"].isna()]
        self.touches["kind"] = self.touches["channel"] + " " + self.touches["outcome"]
        merged = pd.to_numeric(self.read("contact").set_index("id")["merged_into_id"])
        contact = pd.to_numeric(self.touches["contact_id"])
        self.touches["person"] = contact.map(merged).fillna(contact)
        deals = self.read("opportunity", days=("created_on", "closed_on")).drop(columns="name")
        self.deals = deals.merge(self.read("crm_stage")[["id", "category"]], left_on="stage_id", right_on="id")
        self.commitments = self.read("commitment", days=("first_day", "last_day", "closed_on"))
        ends = self.commitments[["closed_on", "last_day"]].min(axis=1)
        self.commitments["end"] = ends
        self.pauses = self.read("commitment_pause", days=("first_day", "last_day", "by_day"))
        self.credits = self.read("credit").merge(self.touches, left_on="touch_id", right_on="id")
        self.standings = self.read("standing", instants=("starts", "ends")).merge(
            self.read("version")[["id", "content"]], left_on="version_id", right_on="id"
        )

    def read(self, table: str, *, days: tuple[str, ...] = (), instants: tuple[str, ...] = ()) -> pd.DataFrame:
        found = pd.read_sql_query(text(f'SELECT * FROM "{table}"'), self.connection)
        for name in days:
            found[name] = pd.to_datetime(found[name])
        for name in instants:
            found[name] = pd.to_datetime(found[name], utc=True, format="ISO8601")
        return found

    def midnight(self, day: pd.Timestamp) -> pd.Timestamp:
        """The first instant of a day at the company's place."""
        return day.tz_localize(self.zone).tz_convert("UTC")

    def policies(self, at: pd.Timestamp, document: int | None = None) -> dict[int, dict[str, tuple[int, int]]]:
        """By tier and side what the version in force asks for, in how many weeks."""
        held = self.standings[(self.standings["starts"] <= at) & (self.standings["ends"] > at)]
        if document is not None:
            held = held[held["document_id"] == document]
        contents = [json.loads(bytes(content))["content"] for content in held["content"]]
        (written,) = [content["policies"] for content in contents if "policies" in content]
        return {
            one["tier"]: {
                "sales": (one["sales_touches"], PERIODS[one["sales_period"]]),
                "marketing": (one["marketing_plays"], PERIODS[one["marketing_period"]]),
            }
            for one in written
        }


class CountedWeek:
    """One week, or a quarter's share of it."""

    def __init__(self, tables: Tables, span: Span) -> None:
        self.tables, self.span = tables, span
        there = (tables.members["starts"] <= span.at) & (tables.members["ends"] > span.at)
        self.rows = tables.members[there].set_index("account_id")[["tier", "starts"]].copy()
        self.rows["since"] = [self._listed_since(*one) for one in self.rows["starts"].items()]
        self.monday = span.first - pd.Timedelta(days=span.first.weekday())
        self.touches = self._of_list(tables.touches)
        self.touches = self.touches[self.touches["day"] <= span.until]
        policies = tables.policies(span.at)
        for side in SIDES:
            asked = {tier: terms[side] for tier, terms in policies.items()}
            wanted, weeks = (self.rows["tier"].map({tier: one[n] for tier, one in asked.items()}) for n in (0, 1))
            reach = (weeks + int(span.open or span.last < self.monday + 6 * DAY)).clip(upper=13)
            begun = self.rows["since"] <= span.at - weeks.map(lambda n: n * WEEK)
            self.rows[side] = self._touched(side, pd.Series(span.first, self.rows.index)) > 0
            late = self._touched(side, self._since(reach)) == 0
            self.rows[f"{side} late"] = late & begun & (wanted > 0)
            self.rows[f"{side} covered"] = self._touched(side, self._since(self.rows["tier"].map(WINDOWS))) > 0

    def _listed_since(self, account: Any, starts: pd.Timestamp) -> pd.Timestamp:
        """The beginning of its time on the list without a gap: back from one membership to that which ends there."""
        own = self.tables.members[self.tables.members["account_id"] == account]
        own = own[own["ends"] > own["starts"]]
        while len(before := own[(own["starts"] < starts) & (own["ends"] >= starts)]):
            starts = before["starts"].min()
        return starts

    def _of_list(self, facts: pd.DataFrame) -> pd.DataFrame:
        found: pd.DataFrame = facts[facts["account_id"].isin(self.rows.index)]
        return found

    def _since(self, weeks: pd.Series[Any]) -> pd.Series[Any]:
        found: pd.Series[Any] = self.monday - (weeks - 1).map(lambda n: n * WEEK)
        return found

    def _touched(self, side: str, since: pd.Series[Any]) -> pd.Series[Any]:
        ours = self.touches[(self.touches["direction"] == "outbound") & (self.touches["side"] == side)]
        recent = ours[ours["day"] >= ours["account_id"].map(since)]
        return recent.groupby("account_id").size().reindex(self.rows.index, fill_value=0)

    @property
    def joint(self) -> dict[str, int]:
        both, either = self.rows[list(SIDES)].all(axis=1), self.rows[list(SIDES)].any(axis=1)
        past = ~either & self.rows[[f"{side} late" for side in SIDES]].any(axis=1)
        alone = {side: int((self.rows[side] & ~both).sum()) for side in SIDES}
        return {"both": int(both.sum()), **alone, "resting": int((~either & ~past).sum()), "past": int(past.sum())}

    @property
    def coverage(self) -> dict[int, tuple[int, int, int, int]]:
        """By tier: accounts, those that each side touched, and those that both did."""
        found = {}
        for tier in (1, 2, 3):
            covered = self.rows.loc[self.rows["tier"] == tier, [f"{side} covered" for side in SIDES]]
            found[tier] = (len(covered), *map(int, covered.sum()), int(covered.all(axis=1).sum()))
        return found  # type: ignore[return-value]

    @property
    def meetings(self) -> tuple[int, int]:
        """Held and booked."""
        recent = self.touches[self.touches["day"] >= self.span.first]
        return int(recent["kind"].isin(HELD).sum()), int(recent["kind"].isin(BOOKED).sum())

    @property
    def lacking_content(self) -> int:
        """Accounts at engaged or further, but not won, without a touch of that channel in four weeks."""
        content = self.touches[self.touches["channel"] == "content"]
        had = content[content["day"] >= self.monday - 3 * WEEK]["account_id"]
        stages = self._stages(self.span.until)
        return int((stages.isin(["engaged", "mqa", "meeting", "opportunity"]) & ~stages.index.isin(had)).sum())

    @property
    def matrix(self) -> dict[tuple[str, str], int]:
        before, now = self._stages(self.span.first - DAY), self._stages(self.span.until)
        return {place: int(count) for place, count in pd.Series(zip(before, now, strict=True)).value_counts().items()}  # type: ignore[misc]

    def _stages(self, day: pd.Timestamp) -> pd.Series[Any]:
        """Where each account stood at the end of a day: the furthest that matches is written last."""
        touches = self._of_list(self.tables.touches)
        answers = touches[touches["day"].between(day - 89 * DAY, day) & touches["kind"].isin(ANSWERS)]
        minutes = answers["kind"].map(ANSWERS).groupby(answers["account_id"]).sum().reindex(self.rows.index).fillna(0)
        people = answers.groupby("account_id")["person"].nunique().reindex(self.rows.index).fillna(0)
        deals = self._of_list(self.tables.deals)
        deals = deals[deals["created_on"] <= day]
        closed = deals["closed_on"] <= day
        found = pd.Series("target", self.rows.index)
        found[found.index.isin(answers["account_id"])] = "aware"
        found[minutes >= 10] = "engaged"
        found[(minutes >= 100) & (people >= 2)] = "mqa"
        for stage, facts in (
            ("mqa", answers[answers["kind"] == "web demo request"]),
            ("meeting", answers[answers["kind"].isin(HELD)]),
            ("opportunity", deals[~closed]),
            ("customer", deals[closed & (deals["category"] == "won")]),
        ):
            found[found.index.isin(facts["account_id"])] = stage
        return found

    @property
    def pipeline(self) -> dict[str, tuple[int, ...]]:
        """By source: how many are open, new, won and lost, and what each of these is worth."""
        deals = self._of_list(self.tables.deals)
        deals = deals[deals["created_on"] <= self.span.until]
        standing = deals["closed_on"].isna() | (deals["closed_on"] > self.span.until)
        ended = ~standing & (deals["closed_on"] >= self.span.first)
        won = deals["category"] == "won"
        parts = (standing, deals["created_on"] >= self.span.first, ended & won, ended & ~won)
        found = {}
        for source, own in deals[standing | ended].groupby("source"):
            of = [own[part.reindex(own.index)] for part in parts]
            found[str(source)] = (*map(len, of), *(int(one["amount"].fillna(0).sum()) for one in of))
        return found

    @property
    def promises(self) -> dict[str, tuple[int, int, Fraction]]:
        """By side: wanted, done and due of every window that has a day in the week."""
        all_of = self._of_list(self.tables.commitments)
        met = (all_of["first_day"] <= self.span.last) & (all_of["end"] >= self.span.first)
        done = self.tables.credits[self.tables.credits["day"] <= self.span.until].groupby("commitment_id").size()
        found: dict[str, Any] = dict.fromkeys(SIDES, (0, 0, Fraction(0)))
        one: Any
        for one in all_of[met & (all_of["first_day"] <= all_of["end"])].itertuples():
            owed, due = self._clock(one)
            so_far = found[one.side]
            found[one.side] = so_far[0] + owed, so_far[1] + int(done.get(one.id, 0)), so_far[2] + due
        return found

    def _clock(self, one: Any) -> tuple[int, Fraction]:
        """Day by day: on which the clock stood still, and which of these are out of the count."""
        days = pd.date_range(one.first_day, one.last_day)
        still, excused = pd.Series(data=False, index=days), pd.Series(data=False, index=days)
        until = self.span.until
        for pause in self.tables.pauses[self.tables.pauses["commitment_id"] == one.id].itertuples():
            if pause.first_day > until and pause.cause != "absence":
                continue
            goes_on = max(pause.by_day, until) if pause.cause == "waiting" else one.last_day
            last = goes_on if pd.isna(pause.last_day) else pause.last_day
            still |= (days >= pause.first_day) & (days <= last)
            late = pause.cause != "waiting" or days > pause.by_day
            known = min(last, until) if pause.cause == "waiting" and pd.isna(pause.last_day) else last
            excused |= (days >= pause.first_day) & (days <= known) & late
        owed = round(Fraction(one.wanted * int((~excused).sum()), len(days)))
        running, upto = days[~still], min(until, one.end)
        if not len(running):
            return owed, Fraction(owed if upto >= one.last_day else 0)
        return owed, Fraction(owed * int((running <= upto).sum()), len(running))
