"""The rules about what campaigns live through: launches, pauses and ends, and lists that are signed below them."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from abm.targets.models import Outcome
from tests.campaigns.machine.model import GOING
from tests.campaigns.machine.walking import LISTED, WHICH, Walking
from tests.campaigns.world import World
from tests.targets.machine.calendar import day


class Living(Walking):
    """Everything together."""

    @precondition(Walking.any_campaign)
    @rule(number=WHICH)
    def it_is_launched(self, number: int) -> None:
        slug, model = self.some(number)
        reasons = model.launch(self.listed, self.now)
        self.do("launch", reasons, lambda world: world.launch(self.campaign(world, slug), self.now))

    @precondition(Walking.any_campaign)
    @rule(number=WHICH, step=st.sampled_from(("pause", "pause", "resume", "resume", "complete", "cancel")))
    def it_goes_on(self, number: int, step: str) -> None:
        slug, model = self.some(number)
        said = {"complete": {"keep": "The pilot.", "retire": "The banner."}, "cancel": {"reason": "The budget went."}}

        def action(world: World) -> None:
            getattr(self.campaign(world, slug), step)(**said.get(step, {}), by=world.cast.priya, at=self.now)

        self.do(step, model.step(step), action)

    @precondition(Walking.any_campaign)
    @rule(number=WHICH)
    def it_is_submitted_approved_and_launched(self, number: int) -> None:
        """What luck alone would hardly bring about."""
        self.it_is_submitted(number)
        slug, model = self.some(number)
        for place in range(len(model.requests)):
            if not model.requests[place].settled:
                self.settle(slug, model, place, "renata")
        if model.open is not None:
            number = [one for one, each in self.campaigns.items() if each.versions][::-1].index(slug)
            self.somebody_approves(number, 1, "ines", "its own")
        self.it_is_launched(list(self.campaigns)[::-1].index(slug))

    @rule(name=st.sampled_from(tuple(LISTED)), tier=st.sampled_from((None, 1, 2)))
    def both_sides_sign_another_list(self, name: str, tier: int | None) -> None:
        """An account leaves, comes back, or moves to another tier; the list never empties."""
        if tier == self.listed.get(name) or (tier is None and len(self.listed) == 1):
            return

        def action(world: World) -> None:
            outcome = Outcome.OUT if tier is None else Outcome.IN
            world.place(name, outcome, tier=tier or 1, at=self.now)
            world.agree(self.now)

        self.do("sign a list", [], action)
        self.listed = {one: at for one, at in self.listed.items() if one != name} | ({name: tier} if tier else {})
        for model in self.campaigns.values():
            model.list_signed(self.listed, self.now)

    @rule(hours=st.sampled_from((1, 5, 24, 24, 96, 240)))
    def time_passes(self, hours: int) -> None:
        if day(self.now + timedelta(hours=hours)) <= date(2026, 12, 29):  # the quarter of the list
            self.now += timedelta(hours=hours)
        self.tally["time"] += 1
        self.tally["steps"] += 1
        assert all(model.state in {*GOING, "completed", "cancelled"} for model in self.campaigns.values())
