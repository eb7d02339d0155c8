"""The figures of a quarter as pandas counts them in the tables, day by day, by none of the product's queries."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import pandas as pd

from tests.progress.counted import DAY, HELD, SIDES, Tables


@dataclass
class CountedQuarter:
    """A quarter of one list, by tier, and in all under 0."""

    tables: Tables
    list_id: int
    document: int
    first: pd.Timestamp
    until: pd.Timestamp
    now: pd.Timestamp

    def figures(self) -> dict[int, dict[str, Any]]:
        """What each tier and all of them add up to."""
        rows = self._rows()
        groups = {tier: rows[rows["tier"] == tier] for tier in (1, 2, 3)} | {0: rows}
        return {tier: self._line(own) for tier, own in groups.items()}

    def _rows(self) -> pd.DataFrame:
        """Each account that was on the list for a day's end, or longer."""
        stays, asked, tiers = self._day_by_day()
        members = self.tables.members
        held = members[(members["list_id"] == self.list_id) & (members["carried"] == 0)]
        held = held[(held["ends"] > held["starts"]) & (held["starts"] <= self.now)]
        pairs = self.tables.touches.merge(held[["account_id", "starts", "ends"]], on="account_id")
        there = pairs[(pairs["at"] >= pairs["starts"]) & (pairs["at"] < pairs["ends"])]
        rows = pd.DataFrame({"tier": pd.Series(tiers)})
        for side in SIDES:
            ours = there[(there["direction"] == "outbound") & (there["side"] == side)]
            rows[f"{side} done"] = ours.groupby("account_id").size().reindex(rows.index, fill_value=0)
            rows[f"{side} asked"] = pd.Series({account: asked[account, side] for account in rows.index}, dtype=object)
        met = there[there["kind"].isin(HELD)]
        rows["meetings"] = met.groupby("account_id").size().reindex(rows.index, fill_value=0)
        for side in SIDES:
            rows[f"{side} promised"] = [self._promised(side, account, stays[account], there) for account in rows.index]
        rows["left"] = [self.until not in stays[account] for account in rows.index]
        return self._with_deals(rows, stays)

    def _day_by_day(self) -> tuple[dict[int, set[Any]], dict[tuple[int, str], Fraction], dict[int, int]]:
        """The days at whose end an account was on the list, what was asked for on them, and its last tier."""
        stays, asked, tiers = defaultdict[int, set[Any]](set), defaultdict[Any, Fraction](Fraction), dict[int, int]()
        members = self.tables.members[self.tables.members["list_id"] == self.list_id]
        for day in pd.date_range(self.first, self.until):
            end = min(self.tables.midnight(day + DAY) - pd.Timedelta(microseconds=1), self.now)
            there = members[(members["starts"] <= end) & (members["ends"] > end) & (members["carried"] == 0)]
            policies = self.tables.policies(end, self.document) if len(there) else {}
            for account, tier in zip(there["account_id"], there["tier"], strict=True):
                stays[account].add(day)
                tiers[account] = tier
                for side, (touches, weeks) in policies[tier].items():
                    asked[account, side] += Fraction(touches, 7 * weeks)
        return stays, asked, tiers

    def _promised(self, side: str, account: int, stay: set[Any], there: pd.DataFrame) -> tuple[int, int]:
        """What campaigns asked of a side on these days, and how much of it was done."""
        all_of = self.tables.commitments
        own = all_of[(all_of["account_id"] == account) & (all_of["side"] == side) & (all_of["source"] != "policy")]
        own = own[(own["first_day"] <= self.until) & (own["end"] >= self.first)]
        credited = self.tables.credits[self.tables.credits["touch_id"].isin(there["id"])]
        wanted = 0
        for one in own.itertuples():
            upto, before = (self._share(one, day) for day in (max(stay), min(stay) - DAY))
            wanted += max(0, upto - before)
        return wanted, int(credited["commitment_id"].isin(own["id"]).sum())

    @staticmethod
    def _share(one: Any, day: pd.Timestamp) -> int:
        window = pd.date_range(one.first_day, one.last_day)
        return round(Fraction(one.wanted * int((window <= min(day, one.end)).sum()), len(window)))

    def _with_deals(self, rows: pd.DataFrame, stays: dict[int, set[Any]]) -> pd.DataFrame:
        deals = self.tables.deals[self.tables.deals["account_id"].isin(rows.index)]
        deals = deals[deals["created_on"] <= self.until]
        listed: list[Any] = list(deals.itertuples())
        opened = [d.created_on in stays[d.account_id] for d in listed]
        won = [d.category == "won" and d.closed_on in stays[d.account_id] for d in listed]
        standing = (deals["closed_on"].isna() | (deals["closed_on"] > self.until)) & ~deals["account_id"].map(
            rows["left"]
        )
        for name, which in (("opened", opened), ("won", won), ("open", standing)):
            own = deals[which].groupby("account_id")["amount"]
            rows[name] = own.size().reindex(rows.index, fill_value=0)
            rows[f"{name} worth"] = own.sum().reindex(rows.index, fill_value=0)
        return rows

    def _line(self, own: pd.DataFrame) -> dict[str, Any]:
        found: dict[str, Any] = {"accounts": len(own), "left": int(own["left"].sum())}
        for side in SIDES:
            done, asked = own[f"{side} done"], own[f"{side} asked"]
            kept = sum(d >= math.floor(a) for d, a in zip(done, asked, strict=True))
            total = math.floor(sum(asked, Fraction(0)) + Fraction(1, 2))
            promised = tuple(sum(pair[place] for pair in own[f"{side} promised"]) for place in (0, 1))
            found[side] = (total, int(done.sum()), kept, int((done > 0).sum()), *promised)
        found["both"] = int(((own["sales done"] > 0) & (own["marketing done"] > 0)).sum())
        found["meetings"] = (int(own["meetings"].sum()), int((own["meetings"] > 0).sum()))
        for name in ("opened", "won"):
            found[name] = (int(own[name].sum()), int(own[f"{name} worth"].sum()))
        found["open worth"] = int(own["open worth"].sum())
        return found
