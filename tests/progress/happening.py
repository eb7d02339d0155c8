"""What can happen to a company, its list and its deals: steps that Hypothesis draws in any order."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import time_machine
from hypothesis import strategies as st
from sqlalchemy import select

from abm.accounts.crm_stages import CrmStage
from abm.accounts.deals import Opportunity, Source, create_opportunity
from abm.accounts.merging import merge_contacts
from abm.accounts.models import Account, Contact
from abm.audit.models import record
from abm.audit.seal import seal_events
from abm.kit import clock
from abm.outbound.following import follow
from abm.outbound.judging import Verdict, judge
from abm.outbound.recounting import recount
from abm.people.seats import Side, note_absence
from abm.stages.following import follow_stages
from abm.targets.kinds import Outcome
from abm.targets.models import TargetList
from abm.touches.kinds import Channel, Direction, TouchSide
from abm.touches.models import Touch
from tests.outbound.world import NOW, World

LAST_DAY = NOW + timedelta(days=25)  # within the quarter
NAMES = ("Halden Freight", "Kestrel Foods", "Orrin Cold")
SIDES = (TouchSide.SALES, TouchSide.MARKETING)
OURS, THEIRS = Direction.OUTBOUND, Direction.INBOUND
KINDS = (
    *((Channel.EMAIL, "sent", OURS), (Channel.CALL, "voicemail", OURS), (Channel.CALL, "connected", OURS)),
    *((Channel.CALL, "meeting booked", OURS), (Channel.MEETING, "held", OURS), (Channel.MEETING, "dinner", THEIRS)),
    *((Channel.CONTENT, "downloaded", THEIRS), (Channel.WEB, "demo request", THEIRS)),
)
account, side, kind = st.integers(0, 2), st.sampled_from(SIDES), st.sampled_from(KINDS)
ago, which = st.integers(0, 45), st.integers(0, 3)
log = st.tuples(st.just("log"), account, ago, side, kind, st.integers(0, 2))
steps = st.one_of(
    *(log, log, st.tuples(st.just("correct"), which, ago, side, kind), st.tuples(st.just("void"), which)),
    st.tuples(st.just("sell"), account, ago, st.sampled_from(Source)),
    st.tuples(st.just("close"), which, ago, st.booleans()),
    st.tuples(st.just("reopen"), which, st.booleans()),
    st.tuples(st.just("promise"), account, st.integers(-20, 10), st.integers(1, 30), st.sampled_from(Side)),
    st.tuples(st.just("place"), account, st.sampled_from((1, 2, 3, None))),
    *(st.tuples(st.just("ask"), st.integers(1, 3)), st.tuples(st.just("rename"), account)),
    *(st.tuples(st.just("archive"), account), st.tuples(st.just("ae"), account), st.tuples(st.just("merge"), account)),
    *(st.tuples(st.just("rename_ae")), st.tuples(st.just("away"), st.integers(0, 9))),
    st.tuples(st.just("judge"), account, st.sampled_from(Side), st.sampled_from(Verdict)),
    *(st.tuples(st.just("days"), st.integers(1, 8)), st.tuples(st.just("freeze"), st.integers(1, 4))),
)


@dataclass
class Company:
    """Three accounts on the list, and what happens to them."""

    world: World
    travel: time_machine.Traveller
    stages: tuple[CrmStage, CrmStage, CrmStage, CrmStage]
    accounts: list[Account] = field(default_factory=list)
    contacts: list[list[Contact]] = field(default_factory=list)
    touches: list[Touch] = field(default_factory=list)
    deals: list[Opportunity] = field(default_factory=list)
    renamed: int = 0

    def __post_init__(self) -> None:
        self.session, self.cast = self.world.session, self.world.cast
        self.accounts = [self.world.account(name) for name in NAMES]
        self.contacts = [
            [self.world.contact(one, name) for name in ("Ana Reyes", "Ana M. Reyes")] for one in self.accounts
        ]
        self.world.agree_on({one: tier for tier, one in enumerate(self.accounts, 1)})
        for number in range(3):
            self.log(number, 8, SIDES[number % 2], KINDS[number], 0)
            self.sell(number, 20, Source.SALES)
        self.follow()

    def follow(self) -> None:
        follow(self.session, organisation=self.cast.organisation, at=clock.now())
        seal_events(self.session)
        while follow_stages(self.session):
            self.session.flush()

    def log(self, number: int, ago: int, side: TouchSide, kind: tuple[Any, ...], person: int) -> None:
        contact = None if person == 2 else self.contacts[number][person]
        facts: dict[str, Any] = dict(zip(("channel", "outcome", "direction"), kind, strict=True))
        when = clock.now() - timedelta(days=ago, hours=number)
        self.touches.append(self.world.log(self.accounts[number], when=when, side=side, contact=contact, **facts))

    def correct(self, number: int, ago: int, side: TouchSide, kind: tuple[Any, ...]) -> None:
        facts: dict[str, Any] = dict(zip(("channel", "outcome", "direction"), kind, strict=True))
        touch, at = self.touches[number], clock.now()
        touch.correct(by=self.cast.tomas, at=at, when=at - timedelta(days=ago), side=side, **facts)
        recount(self.session, [touch.account_id])

    def void(self, number: int) -> None:
        self.touches[number].void(by=self.cast.tomas, at=clock.now(), reason="by mistake")
        recount(self.session, [self.touches[number].account_id])

    def sell(self, number: int, ago: int, source: Source) -> None:
        self.deals.append(
            create_opportunity(
                self.cast.organisation,
                account=self.accounts[number],
                name=f"Deal {len(self.deals)}",
                stage=self.stages[0],
                by=self.cast.wen,
                at=clock.now(),
                amount=None if ago % 5 == 0 else 1_000 * (ago + 1),
                source=source,
                created_on=(clock.now() - timedelta(days=ago)).date(),
            )
        )

    def close(self, number: int, ago: int, won: bool) -> None:
        on = (clock.now() - timedelta(days=ago)).date()
        self.deals[number].change(by=self.cast.wen, at=clock.now(), stage=self.stages[3 if won else 2], closed_on=on)

    def reopen(self, number: int, late: bool) -> None:
        self.deals[number].change(by=self.cast.wen, at=clock.now(), stage=self.stages[int(late)], amount=77_000)

    def promise(self, number: int, begins: int, days: int, side: Side) -> None:
        first = self.cast.organisation.today() + timedelta(days=begins)
        days_of = {"first_day": first, "last_day": first + timedelta(days=days)}
        made = self.world.promise(self.accounts[number], side=side, wanted=days, **days_of)
        record(made, "accepted", by=self.cast.tomas, at=clock.now())
        recount(self.session, [self.accounts[number].id])

    def place(self, number: int, tier: int | None) -> None:
        entry = next(one for one in self.target_list.entries if one.account_id == self.accounts[number].id)
        outcome = Outcome.OUT if tier is None else Outcome.IN
        at, why = clock.now(), "As agreed"
        entry.place(tier=tier or 1, ae=self.cast.tomas, outcome=outcome, reason=why, by=self.cast.ines, at=at)
        self.world.sign(self.target_list, at=at)

    def ask(self, touches: int) -> None:
        """Another policy, signed."""
        policy = next(one for one in self.target_list.policies if one.tier == touches)
        policy.change(sales_touches=policy.terms.sales_touches + 1, by=self.cast.ines, at=clock.now())
        self.world.sign(self.target_list, at=clock.now())

    @property
    def target_list(self) -> TargetList:
        return self.session.scalars(select(TargetList)).unique().one()

    def rename(self, number: int) -> None:
        self.renamed += 1
        self.accounts[number].change(by=self.cast.wen, at=clock.now(), name=f"Renamed {self.renamed}")

    def archive(self, number: int) -> None:
        one = self.accounts[number]
        (one.restore if one.archived_at else one.archive)(by=self.cast.wen, at=clock.now())

    def ae(self, number: int) -> None:
        today = self.cast.organisation.today()
        other = self.cast.marcus if self.accounts[number].ae_on(today) is self.cast.tomas else self.cast.tomas
        self.accounts[number].assign(other, first_day=today, by=self.cast.wen, at=clock.now())

    def merge(self, number: int) -> None:
        merge_contacts(*self.contacts[number], by=self.cast.wen, at=clock.now())

    def rename_ae(self) -> None:
        tomas = self.cast.tomas
        self.renamed += 1
        tomas.change(name=f"Tom {self.renamed}", email=tomas.email, team=tomas.team, by=self.cast.wen, at=clock.now())

    def away(self, days: int) -> None:
        first = self.cast.organisation.today()
        note_absence(
            self.cast.tomas, first_day=first, last_day=first + timedelta(days=days), by=self.cast.ines, at=clock.now()
        )

    def judge(self, number: int, side: Side, verdict: Verdict) -> None:
        organisation, by = self.cast.organisation, self.cast.ines
        judge(self.accounts[number], side, verdict, "Why", organisation=organisation, by=by, at=clock.now())

    def days(self, number: int) -> None:
        self.travel.move_to(min(clock.now() + timedelta(days=number), LAST_DAY), tick=False)
        self.follow()
