"""The rules about drafts and their reviews, and what must hold after each step."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable
from datetime import date
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import select
from sqlalchemy.orm import Session

from abm.campaigns.drafting import add_play, remove_play
from abm.campaigns.kinds import CommentKind, Section
from abm.campaigns.models import Campaign
from abm.campaigns.plan import Criteria
from abm.campaigns.reviews import ReviewComment, say
from abm.people.seats import Side, seats
from abm.touches.kinds import Channel
from tests.campaigns.machine.looking import check
from tests.campaigns.machine.model import Model, Written
from tests.campaigns.world import ASK_BY, ENDS, NOW, RAN_SINCE, STARTS, World
from tests.cast import assemble, assembled
from tests.engines import Compiled, EngineKind
from tests.targets.machine.calendar import day
from tests.targets.machine.system import System

LISTED = {"Halden Freight": 1, "Kestrel Foods": 1, "Orbis Pharma": 1, "Tarn Dairies": 2, "Vale Chemicals": 2}
FIRST = (("Invitation", date(2026, 11, 27)), ("Live session", date(2026, 12, 9)))  # what `World.written` plans
PLAYS = st.sampled_from(((*FIRST[:1],), FIRST, (*FIRST, ("A late letter", date(2026, 12, 19)))))  # the last after ENDS
TIERS = st.sampled_from((frozenset({1}), frozenset({2}), frozenset({1, 2}), frozenset()))
WHICH = st.integers(0, 2)
REVIEWER = st.sampled_from(("ines", "ines", "renata", "priya", "amara", "tomas"))


def a_signed_list(url: str) -> None:
    """The world of five companies, its list signed by both, saved."""
    with System.opened(url) as session:
        World(session, assemble(session))
        session.commit()


class Walking(RuleBasedStateMachine):
    """Campaigns of one company. What it did is counted in `tally`."""

    def __init__(self, kind: EngineKind, compiled: Compiled, tally: Counter[str]) -> None:
        super().__init__()
        self.system, self.tally = System(kind, compiled, a_signed_list), tally
        self.now, self.listed = NOW, dict(LISTED)
        self.campaigns: dict[str, Model] = {}  # by slug
        self.frozen: dict[tuple[str, int], str] = {}  # SHA-256 of what each version holds

    def teardown(self) -> None:
        self.system.close()

    @property
    def today(self) -> date:
        return day(self.now)

    def do(self, what: str, reasons: list[str], action: Callable[[World], Any]) -> Any:
        """What the model decided happens to the product: refused for these reasons, or else done."""
        refusal, given = self.system.attempt(lambda session: action(World(session, assembled(session))), strict=False)
        self.tally[f"{what}: refused" if refusal else what] += 1
        self.tally["steps"] += 1
        assert refusal is None or reasons, f"{what}: refused without a reason of the model: {refusal}"
        assert refusal is not None or not reasons, f"{what}: done, although {', '.join(reasons)}"
        return given

    @invariant()
    def everything_is_as_the_model_says(self) -> None:
        with Session(self.system.engine) as session:
            check(session, self)

    # Which campaign, and which version of it: always one that is there.

    def some(self, number: int) -> tuple[str, Model]:
        found = list(self.campaigns.items())[::-1]
        return found[number % len(found)]

    def reviewed(self, number: int) -> tuple[str, Model]:
        """One with versions."""
        found = [(slug, model) for slug, model in self.campaigns.items() if model.versions][::-1]
        return found[number % len(found)]

    def any_campaign(self) -> bool:
        return bool(self.campaigns)

    def any_version(self) -> bool:
        return any(model.versions for model in self.campaigns.values())

    def any_request(self) -> bool:
        return any(model.requests for model in self.campaigns.values())

    # Beginnings

    @initialize(adopted=st.booleans())
    def one_is_there(self, adopted: bool) -> None:
        self.one_is_taken_in(tiers=frozenset({2})) if adopted else self.one_is_planned(tiers=frozenset({1}))

    @precondition(lambda self: len(self.campaigns) < 3)
    @rule(tiers=TIERS)
    def one_is_planned(self, tiers: frozenset[int]) -> None:
        name = f"Campaign {len(self.campaigns)}"
        slug = self.do("plan", [], lambda world: world.draft(name, tuple(tiers), self.now).slug)
        written = Written("A late alarm costs a load.", tiers, frozenset(FIRST))
        self.campaigns[slug] = Model("priya", STARTS, ENDS, ASK_BY, "draft", written)

    @precondition(lambda self: len(self.campaigns) < 3)
    @rule(tiers=TIERS)
    def one_is_taken_in(self, tiers: frozenset[int]) -> None:
        name = f"Campaign {len(self.campaigns)}"
        reasons = ["it is over"] if self.today > ENDS else []

        def action(world: World) -> str:
            return world.written(world.adopted(name, tuple(tiers), at=self.now), self.now).slug

        slug = self.do("adopt", reasons, action)
        if slug:
            written = Written("A late alarm costs a load.", tiers, frozenset(FIRST))
            model = Model("priya", RAN_SINCE, ENDS, ASK_BY, "adopted", written, live_plays=written.plays)
            model.take_on(model.would_work(self.listed), self.now)
            self.campaigns[slug] = model

    # The draft and its versions

    def campaign(self, world: World, slug: str) -> Campaign:
        return world.session.scalars(select(Campaign).where(Campaign.slug == slug)).one()

    @precondition(any_campaign)
    @rule(number=WHICH, message=st.sampled_from(("Minutes, not days.", "A late alarm costs a load.")))
    def its_message_changes(self, number: int, message: str) -> None:
        slug, model = self.some(number)
        facts = {"by": "priya", "at": self.now, "message": message}

        def action(world: World) -> None:
            self.campaign(world, slug).change(Section.MESSAGE, **(facts | {"by": world.cast.priya}))

        self.do("edit the message", model.edit(self.listed, self.now, message=message), action)

    @precondition(any_campaign)
    @rule(number=WHICH, tiers=TIERS)
    def it_aims_elsewhere(self, number: int, tiers: frozenset[int]) -> None:
        slug, model = self.some(number)

        def action(world: World) -> None:
            criteria = Criteria(tiers=tuple(sorted(tiers))).facts()
            campaign = self.campaign(world, slug)
            campaign.change(Section.AUDIENCE, by=world.cast.priya, at=self.now, criteria=criteria)

        self.do("edit the audience", model.edit(self.listed, self.now, tiers=tiers), action)

    @precondition(any_campaign)
    @rule(number=WHICH, plays=PLAYS)
    def its_plays_change(self, number: int, plays: tuple[tuple[str, date], ...]) -> None:
        slug, model = self.some(number)
        if frozenset(plays) == model.draft.plays:
            return
        gone, come = model.draft.plays - frozenset(plays), frozenset(plays) - model.draft.plays

        def action(world: World) -> None:
            campaign, priya = self.campaign(world, slug), world.cast.priya
            for play in [play for play in campaign.plays if (play.what, play.day) in gone]:
                remove_play(play, by=priya, at=self.now)
            for what, on in sorted(come):
                add_play(campaign, channel=Channel.EMAIL, what=what, day=on, by=priya, at=self.now)

        self.do("edit the plays", model.edit(self.listed, self.now, plays=frozenset(plays)), action)

    @precondition(any_campaign)
    @rule(number=WHICH)
    def it_is_submitted(self, number: int) -> None:
        slug, model = self.some(number)

        def action(world: World) -> bytes:
            _, version = world.submitted(self.campaign(world, slug), self.now)
            world.session.flush()
            return version.content

        content = self.do("submit", model.submit(self.listed, self.today), action)
        if content:
            self.frozen[slug, len(model.versions)] = hashlib.sha256(content).hexdigest()

    @precondition(any_version)
    @rule(
        number=WHICH,
        back=st.sampled_from((1, 1, 1, 2)),
        by=REVIEWER,
        shown=st.sampled_from(("its own",) * 4 + ("a guess",)),
    )
    def somebody_approves(self, number: int, back: int, by: str, shown: str) -> None:
        slug, model = self.reviewed(number)
        version = model.versions[-((back - 1) % len(model.versions) + 1)]

        def action(world: World) -> bool:
            campaign = self.campaign(world, slug)
            stored = campaign.document.versions[version.number - 1]
            return campaign.approve(
                stored,
                digest=stored.digest if shown == "its own" else "0" * 64,
                seat=seats(world.session)[Side.SALES] if by == "renata" else None,
                organisation=world.cast.organisation,
                by=world.cast.everyone[by],
                at=self.now,
            )

        self.do("approve", model.approve(version, by=by, digest=shown), action)

    @precondition(any_version)
    @rule(number=WHICH, by=st.sampled_from(("ines", "renata")))
    def a_change_is_asked_for(self, number: int, by: str) -> None:
        slug, model = self.reviewed(number)

        def action(world: World) -> None:
            campaign, who = self.campaign(world, slug), world.cast.everyone[by]
            facts = {"section": Section.OFFER, "kind": CommentKind.REQUEST, "body": "Legal has not seen this."}
            say(campaign, campaign.document.versions[-1], by=who, at=self.now, **facts)

        self.do("request a change", model.request(model.versions[-1], by=by), action)

    @precondition(any_request)
    @rule(number=WHICH, of=WHICH, by=st.sampled_from(("ines", "ines", "renata", "tomas")))
    def a_change_is_settled(self, number: int, of: int, by: str) -> None:
        found = [(slug, model) for slug, model in self.campaigns.items() if model.requests][::-1]
        slug, model = found[number % len(found)]
        self.settle(slug, model, of % len(model.requests), by)

    def settle(self, slug: str, model: Model, place: int, by: str) -> None:
        def action(world: World) -> None:
            comments = select(ReviewComment).where(ReviewComment.campaign_id == self.campaign(world, slug).id)
            comment = world.session.scalars(comments.order_by(ReviewComment.id)).all()[place]
            seat = seats(world.session)[Side.SALES] if by == "renata" else None
            comment.settle(seat=seat, day=self.today, by=world.cast.everyone[by], at=self.now)

        self.do("settle", model.settle(model.requests[place], by=by), action)

    @precondition(any_version)
    @rule(number=WHICH, by=st.sampled_from(("priya", "priya", "amara")))
    def it_is_withdrawn(self, number: int, by: str) -> None:
        slug, model = self.reviewed(number)

        def action(world: World) -> None:
            campaign = self.campaign(world, slug)
            campaign.withdraw(campaign.document.versions[-1], by=world.cast.everyone[by], at=self.now)

        self.do("withdraw", model.withdraw(model.versions[-1], by=by), action)
