"""How the machine acts: the model says whether it may happen, the product does it or refuses, and both are compared."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from sqlalchemy import select

from abm.agreement.models import Version as StoredVersion
from abm.kit.clock import Quarter
from abm.targets.in_force import Place, place_at
from abm.targets.models import open_list
from abm.targets.pages import versions_of
from abm.targets.queries import tiers_at
from tests.engines import Compiled, EngineKind
from tests.targets.machine.calendar import day, midnight, quarter_at, span
from tests.targets.machine.lists import QuarterList
from tests.targets.machine.looking import Look
from tests.targets.machine.model import Company, Reasons
from tests.targets.machine.people import PROGRAMMES, SIDES, People, Seat, seat_name
from tests.targets.machine.system import ACCOUNTS, BEGIN, Action, System

EVERYBODY = ("amara", "renata", "ines", "priya", "tomas", "marcus", "wen", "vera")
SELLERS = frozenset({"ines", "renata", "tomas", "marcus"})  # AEs, sales managers and the CRO answer for accounts

WHICH = st.sampled_from((0, 0, 0, 0, 1, 2))  # lists from the newest back, the newest most of all
PERSON = st.sampled_from(EVERYBODY)
REASON = st.sampled_from(("Because", "Because", "Because", ""))


class Acting(RuleBasedStateMachine):
    """A company with its people, and the list of the coming quarter, just started. Counts what it did in `tally`."""

    def __init__(self, kind: EngineKind, compiled: Compiled, tally: Counter[str]) -> None:
        super().__init__()
        self.system, self.tally = System(kind, compiled), tally
        seats = {seat_name(side, programme): Seat(side, programme) for programme in PROGRAMMES for side in SIDES}
        seats["marketing"].holder, seats["sales"].holder = "amara", "renata"
        self.company = Company(People(set(EVERYBODY), SELLERS, seats), BEGIN, list(ACCOUNTS))
        self.start("2026-q4", "", by="ines")

    def teardown(self) -> None:
        self.system.close()

    def do(self, what: str, reasons: Reasons, action: Action, *, strict: bool = True) -> Any:
        """What was decided by the model happens to the product: refused for these reasons, or else done."""
        refusal, given = self.system.attempt(action, strict=strict)
        self.tally[f"{what}: refused" if refusal else what] += 1
        self.tally["steps"] += 1
        assert refusal is None or reasons, f"{what}: refused without a reason of the model: {refusal}"
        assert refusal is not None or not reasons, f"{what}: done, although {', '.join(reasons)}"
        return given

    @invariant()
    def everything_is_as_the_model_says(self) -> None:
        with self.system.engine.connect() as connection:
            Look(connection, self.system, self.company).check()

    # Which list, which version: always one that is there.

    def which(self, number: int) -> QuarterList:
        lists = list(self.company.lists.values())[::-1]
        return lists[number % len(lists)]

    def stored(self, session: Any, target: QuarterList, number: int) -> StoredVersion:
        document_id = self.system.list(session, target).document_id
        found = select(StoredVersion).where(StoredVersion.document_id == document_id, StoredVersion.number == number)
        version: StoredVersion = session.scalars(found).one()
        return version

    def start(self, quarter: str, programme: str, *, by: str) -> None:
        """Start a list, or try to; its first terms are read from the product."""
        terms: dict[int, dict[str, Any]] = {}
        reasons = self.company.start(quarter, programme, terms)

        def action(session: Any) -> dict[int, dict[str, Any]]:
            year, number = int(quarter[:4]), int(quarter[-1])
            organisation, starter = self.system.organisation(session), self.system.user(session, by)
            theirs = self.system.programme(session, programme) if programme else None
            named = {"by": starter, "at": self.company.now, "programme": theirs}
            target = open_list(organisation, Quarter(year, number), **named)
            return {policy.tier: dict(vars(policy.terms)) for policy in target.policies}

        terms.update(self.do("start a list", reasons, action) or {})


class Passing(Acting):
    """Time goes by, and what held at any time can be asked."""

    @rule(how=st.sampled_from(("hour", "minute", "day", "days", "midnight", "eve", "quarter's eve", "quarter")))
    def time_passes(self, how: str) -> None:
        now = self.company.now
        tomorrow, over = midnight(day(now) + timedelta(days=1)), span(quarter_at(now))[1]
        near = {"minute": timedelta(minutes=1), "hour": timedelta(hours=5), "day": timedelta(days=1)}
        leaps = {
            "days": now + timedelta(days=4, hours=3),
            "midnight": tomorrow,
            "eve": max(now, tomorrow - timedelta(seconds=1)),
            "quarter's eve": max(now, over - timedelta(seconds=1)),
            "quarter": over,
        }
        rare = how.startswith("quarter") and self.tally["time: " + how] * 40 > self.tally["steps"]
        self.company.now = now + timedelta(hours=1) if rare else leaps.get(how) or now + near[how]
        self.tally["time: " + how] += 1
        self.tally["steps"] += 1

    @rule(of=st.integers(0, 3), just_before=st.booleans())
    def time_comes_to_an_edge(self, of: int, just_before: bool) -> None:
        """To the next instant at which something begins or ends by itself, or a second before it."""
        ahead = sorted(edge for edge in self.edges() if edge > self.company.now + timedelta(seconds=1))
        if ahead:
            self.company.now = ahead[of % len(ahead[:2])] - timedelta(seconds=int(just_before))
        self.tally["time: edge"] += 1
        self.tally["steps"] += 1

    def edges(self) -> set[datetime]:
        """When deputies begin and end, and when what is open expires."""
        deputies = [one for seat in self.company.people.seats.values() for one in seat.deputies if not one.ended]
        days = {on for one in deputies for on in (one.first, one.last + timedelta(days=1))}
        return {midnight(on) for on in days} | {one.open.expires_at for one in self.company.lists.values() if one.open}

    @rule(number=WHICH)
    def what_is_overdue_closes_itself(self, number: int) -> None:
        target = self.which(number)
        overdue = target.open is not None and target.open.overdue(self.company.now)

        def action(session: Any) -> int | None:
            closed = self.system.list(session, target).expire(at=self.company.now)
            return closed.number if closed else None

        wanted = target.open.number if target.open and overdue else None
        self.company.expire(target)
        assert self.do("expire" if overdue else "expire nothing", [], action) == wanted

    @rule(ahead=st.sampled_from((-1, 0, 0, 1, 1, 2, 5)), programme=st.sampled_from(PROGRAMMES), by=PERSON)
    def a_list_is_started(self, ahead: int, programme: str, by: str) -> None:
        self.start(quarter_at(self.company.now, ahead), programme, by=by)

    @rule(number=WHICH, days=st.integers(-100, 100))
    def somebody_asks_what_was_in_force(self, number: int, days: int) -> None:
        """The product's own answer, for an instant that may lie in the past or ahead."""
        target, at = self.which(number), self.company.now + timedelta(days=days)
        version = target.in_force(at)

        def action(session: Any) -> tuple[int | None, dict[int, int], Place | None]:
            found = versions_of(session, self.system.list(session, target), at).in_force
            programme = self.system.programmes[target.programme]
            place = place_at(session, self.system.organisation(session), at, programme)
            return (found.number if found else None), tiers_at(session, at), place

        held, tiers, place = self.do("ask", [], action)
        assert held == (version.number if version else None)
        of_programme = [one for one in self.company.lists.values() if one.programme == target.programme]
        here = [(one.quarter, now) for one in of_programme if (now := one.in_force(at))]
        before = [(one.quarter, last) for one in of_programme if (last := self.company.carried(one, at))]
        found = [(str(place.of_quarter), place.number, place.carried_until is not None)] if place else []
        assert found == [*((q, one.number, False) for q, one in here), *((q, one.number, True) for q, one in before)]
        wanted: dict[int, int] = {}  # where an account stands on two lists, the higher tier
        for holding in (one.in_force(at) or self.company.carried(one, at) for one in self.company.lists.values()):
            for name, (tier, *_) in (holding.rows if holding else {}).items():
                number = self.system.accounts[name].id
                wanted[number] = min(int(str(tier)), wanted.get(number, 3))
        assert tiers == wanted
