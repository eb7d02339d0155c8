"""What a list asks of people, as the reader may see it: persons for seats, managers and oneself, else sums of teams."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from sqlalchemy.orm import Session

from abm.outbound.leading import led_by
from abm.people.models import User
from abm.people.seats import Side
from abm.targets.models import TargetList
from abm.targets.workload import TOGETHER, UNITS_MANY, Asked, Workload, said, whole

HANDED_TO = 2  # names at most in a suggestion


@dataclass(frozen=True)
class Summed:
    """People of one team, together: their own figures are for them and for who leads them."""

    side: Side
    name: str
    people: Sequence[Asked]

    @property
    def asked(self) -> int:
        return whole(sum((one.per_week for one in self.people), Fraction(0)))

    @property
    def median(self) -> Fraction:
        """The medians of those who have one, added up."""
        return sum((one.done.median for one in self.people if one.done.median is not None), Fraction(0))

    @property
    def sentence(self) -> str:
        """`asks North, 4 people, for 120 touches a week; their medians over eight weeks add up to 96`."""
        asks = f"asks {self.name}, {len(self.people)} people, for {self.asked} {UNITS_MANY[self.side]} a week"
        without = sum(one.done.median is None for one in self.people)
        if without == len(self.people):
            return f"{asks}; no eight weeks yet"
        partly = f", {without} of them without eight weeks yet" if without else ""
        return f"{asks}; their medians over eight weeks add up to {said(self.median)}{partly}"


@dataclass(frozen=True)
class Shown:
    """A workload as one reader sees it. `hidden`: people who are no sum, since a sum of one is that one's figure."""

    workload: Workload
    people: Sequence[Asked]
    sums: Sequence[Summed]
    hidden: int

    @property
    def gaps(self) -> list[Asked]:
        return [one for one in self.people if one.over]

    @property
    def rest(self) -> list[Asked]:
        """Those who are asked for something, and for no more than they did."""
        return [one for one in self.people if not one.over and one.touches]

    def could_give(self, gap: Asked) -> str:
        """`3 tier-1 accounts fewer, a slower rhythm, or hand some to Marcus Bell (room for 6 a week)`."""
        found = []
        fewer = gap.fewer()
        if fewer is not None:
            count, tier = fewer
            found.append(f"{count} tier-{tier} account{'s' * (count > 1)} fewer")
        found.append("a slower rhythm")
        if gap.for_campaigns >= 1:
            found.append("a smaller ask by campaigns")
        seen = [one for one in self.workload.roomy(gap.side) if one in self.people and one.who != gap.who]
        names = [f"{one.name} (room for {one.room} a week)" for one in seen[:HANDED_TO]]
        if names:
            found.append(f"hand some to {' or '.join(names)}")
        return f"{', '.join(found[:-1])}{',' * (len(found) > 2)} or {found[-1]}" if len(found) > 1 else found[0]


def who_may_be_seen(session: Session, target_list: TargetList, reader: User, at: datetime) -> frozenset[str] | None:
    """The people whose own figures a reader sees, by public id; None: everybody's, for whoever signs the list."""
    if target_list.seat_of(reader, at) is not None:
        return None
    return frozenset({reader.public_id, *(one.public_id for one in led_by(session, reader))})


def shown(workload: Workload, seen: Collection[str] | None) -> Shown:
    """Persons where the reader may see them, everybody else as the sum of a team, or of a side, of two at least."""
    open_to = [one for one in workload.asked if seen is None or one.who in seen or one.who == TOGETHER]
    hidden = [one for one in workload.asked if one not in open_to and one.touches]
    teams: dict[tuple[Side, str], list[Asked]] = defaultdict(list)
    for one in hidden:
        teams[one.side, one.team].append(one)
    others: dict[Side, list[Asked]] = defaultdict(list)
    sums = []
    for (side, team), people in sorted(teams.items()):
        if team and len(people) > 1:
            sums.append(Summed(side, team, people))
        else:
            others[side] += people
    sums += [Summed(side, f"others in {side.label}", people) for side, people in others.items() if len(people) > 1]
    return Shown(workload, open_to, sums, len(hidden) - sum(len(one.people) for one in sums))
