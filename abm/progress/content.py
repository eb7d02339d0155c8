"""What a snapshot writes down of a week, and how it is read again. Pure: the same content gives the same figures.

Accounts, AEs and deals go by public id. The names of people are not written down: who reads it looks them up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from functools import lru_cache
from sys import intern
from typing import Any, Final

from abm.accounts.deals import Source
from abm.definitions.stages import CoverageWanted, Held
from abm.kit.clock import Quarter
from abm.people.seats import Side
from abm.progress.pipeline import Deal, DealState
from abm.progress.weekly import AccountWeek, Promise, side_week, sides_of
from abm.stages.models import Stage

# The cells of an account and of a deal, in their order; a content says them, so that more may follow.
ACCOUNT: Final = (
    *("id", "name", "slug", "tier", "ae", "team", "segment", "campaigns", "marketing", "sales"),
    *("meetings held", "meetings booked", "stage", "stage before", "cause", "people"),
    *("days in stage", "stalled", "deals", "verdicts", "content"),
)
SIDE: Final = ("this week", "in rhythm", "in window", "wanted", "begun", "promised", "kept", "due")
DEAL: Final = ("id", "name", "source", "step", "state", "worth", "created", "new")


@dataclass(frozen=True)
class ListShown:
    """The version of the list that a week is measured on."""

    of_quarter: Quarter
    number: int
    digest: str
    since: datetime
    carried_until: datetime | None = None

    @property
    def words(self) -> str:
        """`2026-q4, version 7`."""
        return f"{self.of_quarter}, version {self.number}"

    def written(self) -> dict[str, object]:
        until = self.carried_until
        return {
            "quarter": str(self.of_quarter),
            "version": self.number,
            "digest": self.digest,
            "since": self.since.isoformat(),
            "carried until": until.isoformat() if until else None,
        }

    @classmethod
    def read(cls, written: Mapping[str, Any], fiscal_start_month: int) -> ListShown:
        until = written["carried until"]
        return cls(
            of_quarter=Quarter.parse(written["quarter"], fiscal_start_month),
            number=written["version"],
            digest=written["digest"],
            since=datetime.fromisoformat(written["since"]),
            carried_until=datetime.fromisoformat(until) if until else None,
        )


@dataclass(frozen=True)
class StagesShown:
    """The definition of stages and coverage that a week goes by; `number` is None of the default."""

    number: int | None
    words: str
    coverage: Mapping[int, CoverageWanted]

    @classmethod
    def of(cls, held: Held) -> StagesShown:
        return cls(held.number, held.words, held.says.coverage_by_tier)

    def written(self) -> dict[str, object]:
        coverage = {str(tier): [wanted.percent, wanted.weeks] for tier, wanted in self.coverage.items()}
        return {"version": self.number, "words": self.words, "coverage": coverage}

    @classmethod
    def read(cls, written: Mapping[str, Any]) -> StagesShown:
        coverage = {int(tier): CoverageWanted(*wanted) for tier, wanted in sorted(written["coverage"].items())}
        return cls(written["version"], written["words"], coverage)


def write_accounts(rows: Sequence[AccountWeek]) -> dict[str, object]:
    """Every account of a week, with what its cells are called."""
    columns = {"account": ACCOUNT, "side": SIDE, "deal": DEAL}
    return {"columns": columns, "accounts": [_account(row) for row in rows]}


def _account(row: AccountWeek) -> list[object]:
    return [
        *(row.public_id, row.name, row.slug, row.tier, row.ae_id, row.team),
        *(row.segment, list(row.campaigns)),
        *(_side(row, side) for side in (Side.MARKETING, Side.SALES)),
        *(row.meetings_held, row.meetings_booked, row.stage.value, row.stage_before.value, row.cause, row.people),
        *(row.days, row.stalled),
        [_deal(deal) for deal in row.deals],
        {side.value: verdict for side, verdict in row.verdicts.items()},
        row.content,
    ]


def _side(row: AccountWeek, side: Side) -> list[object]:
    week, promise = row.side(side), row.promises.get(side, Promise())
    return [
        *(week.this_week, week.in_rhythm, week.in_window, week.wanted, week.begun),
        *(promise.wanted, promise.done, str(promise.due)),
    ]


def _deal(deal: Deal) -> list[object]:
    return [
        *(deal.public_id, deal.name, deal.source.value, deal.step, deal.state.value, deal.worth),
        *(deal.created_on.isoformat(), deal.new),
    ]


def read_accounts(content: Mapping[str, Any], names: Mapping[str, str]) -> list[AccountWeek]:
    """The accounts of a content; `names` are those of the AEs by public id, where they are known."""
    columns = content["columns"]["account"]  # those that it was written with: later ones have more
    return [_read_account(dict(zip(columns, cells, strict=True)), names) for cells in content["accounts"]]


def aes_in(content: Mapping[str, Any]) -> set[str]:
    """The public ids of the AEs that a content speaks of."""
    place = content["columns"]["account"].index("ae")
    return {cells[place] for cells in content["accounts"] if cells[place]}


def _read_account(of: Mapping[str, Any], names: Mapping[str, str]) -> AccountWeek:
    cells = {Side.MARKETING: of["marketing"], Side.SALES: of["sales"]}
    return AccountWeek(
        public_id=of["id"],
        name=of["name"],
        slug=of["slug"],
        tier=of["tier"],
        ae_id=intern(of["ae"]),
        ae=names.get(of["ae"], ""),
        team=intern(of["team"]),
        segment=intern(of["segment"]),
        campaigns=tuple(of["campaigns"]),
        sides=sides_of(*(side_week(*written[:5]) for written in cells.values())),
        meetings_held=of["meetings held"],
        meetings_booked=of["meetings booked"],
        content=of.get("content"),  # which snapshots did not say at first
        stage=Stage(of["stage"]),
        stage_before=Stage(of["stage before"]),
        cause=intern(of["cause"]),
        people=of["people"],
        days=of["days in stage"],
        stalled=of["stalled"],
        deals=tuple(_read_deal(*written) for written in of["deals"]),
        verdicts={Side(side): verdict for side, verdict in of["verdicts"].items()},
        promises={side: _promise(*written[5:8]) for side, written in cells.items()},
    )


@lru_cache(maxsize=4096)
def _promise(wanted: int, done: int, due: str) -> Promise:
    return Promise(wanted, done, Fraction(due))


def _read_deal(  # noqa: PLR0917 the cells of `DEAL`
    public_id: str, name: str, source: str, step: str, state: str, worth: int | None, created: str, new: bool
) -> Deal:
    day = date.fromisoformat(created)
    return Deal(public_id, name, Source(source), step, DealState(state), worth, day, new)
