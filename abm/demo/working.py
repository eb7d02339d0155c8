"""Nine weeks of work on the list by both sides, with what came back: repeatable chance, and the story's own turns."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, timedelta

from abm.accounts.models import Account
from abm.campaigns.models import Campaign
from abm.demo.agreeing import tier_of
from abm.demo.founding import World
from abm.kit.clock import Week
from abm.outbound.recounting import recount
from abm.people.models import User
from abm.touches.kinds import Channel, Direction, TouchSide
from abm.touches.logging import log_touch

WEEKS = 9
ATTEMPTS = (
    (Channel.CALL, "voicemail", 5),
    (Channel.CALL, "no answer", 4),
    (Channel.CALL, "connected", 3),
    (Channel.EMAIL, "sent", 9),
    (Channel.SOCIAL, "sent", 4),
    (Channel.MEETING, "held", 1),
)
PLAYS = (
    (Channel.EMAIL, "sent", 6),
    (Channel.AD, "impression", 4),
    (Channel.WEBINAR, "invited", 3),
    (Channel.DIRECT_MAIL, "sent", 1),
)
RESPONSES = (
    (Channel.EMAIL, "replied", 5),
    (Channel.EMAIL, "clicked", 6),
    (Channel.WEBINAR, "attended", 3),
    (Channel.CONTENT, "downloaded", 4),
    (Channel.WEB, "visit", 8),
    (Channel.WEB, "demo request", 1),
)
NOTES = (
    "Asked for the reefer door sensor sheet",
    "Wants the pilot lanes priced per shipment",
    "Quality audit in three weeks, call after it",
    "",
    "",
    "",
)


@dataclass
class Weeks:
    """The telling: the world, the running campaign, and chance that is the same every time."""

    world: World
    live: Campaign
    draw: random.Random = field(default_factory=lambda: random.Random(23))  # noqa: S311 repeatable chance
    told: int = 0

    def log(
        self, account: Account, side: TouchSide, kind: tuple[Channel, str], *, by: User, on: date, ours: bool
    ) -> None:
        """One touch on a working day that has come; a meeting or a call names the person it was with."""
        if on > self.world.today or on.weekday() > 4:
            return
        self.told += 1
        people = account.contacts
        at = self.world.at(on, self.draw.randrange(8, 18), self.draw.randrange(60))
        log_touch(
            account,
            organisation=self.world.organisation,
            by=by,
            at=at,
            client_key=f"story-{self.told}",
            imported=True,
            side=side,
            direction=Direction.OUTBOUND if ours else Direction.INBOUND,
            channel=kind[0],
            outcome=kind[1],
            when=at,
            contact=self.draw.choice(people) if people and kind[0] not in {Channel.AD, Channel.WEB} else None,
            campaign=self.live if tier_of(self.world.accounts.index(account)) == 1 else None,
            note=self.draw.choice(NOTES) if side is TouchSide.SALES and ours else "",
        )

    def one_of(self, kinds: tuple[tuple[Channel, str, int], ...]) -> tuple[Channel, str]:
        """A kind of touch, by weight."""
        channel, outcome, _ = self.draw.choices(kinds, weights=[weight for *_, weight in kinds])[0]
        return channel, outcome


@dataclass(frozen=True)
class Place:
    """Where the telling stands: the nth account, its tier, a week by its Monday, so many weeks back."""

    number: int
    account: Account
    tier: int
    monday: date
    back: int


def tell_the_weeks(world: World, live: Campaign) -> None:
    """Log what both sides did since nine weeks ago, and count it towards what was promised."""
    weeks = Weeks(world, live)
    this_week = Week.of(world.today)
    for back in range(WEEKS, -1, -1):
        monday = this_week.plus(-back).monday
        for number, account in enumerate(world.accounts):
            tier = tier_of(number)
            if tier is not None:
                place = Place(number, account, tier, monday, back)
                _sales(weeks, place)
                _marketing(weeks, place)
                _responses(weeks, place)
    _plays(weeks)
    recount(world.session, [account.id for account in world.accounts])


def _sales(weeks: Weeks, place: Place) -> None:
    """Two touches a week in tier 1, one in tier 2, one in four weeks in tier 3; Tomás fell behind three weeks ago."""
    ae = place.account.ae_on(weeks.world.today)
    if ae is None:
        return
    behind = ae is weeks.world.people.tomas
    if place.tier == 1:
        touches = 0 if behind and place.back < 4 else 2
    elif place.tier == 2:
        touches = int(weeks.draw.random() < (0.6 if behind else 0.93))
    else:
        touches = int(place.number // 4 % 4 == place.back % 4 and weeks.draw.random() < 0.93)
    for _ in range(touches):
        day = place.monday + timedelta(days=weeks.draw.randrange(5))
        weeks.log(place.account, TouchSide.SALES, weeks.one_of(ATTEMPTS), by=ae, on=day, ours=True)


def _marketing(weeks: Weeks, place: Place) -> None:
    """One play a week in tier 1, every other week in tier 2, one in four weeks in tier 3."""
    every = {1: 1, 2: 2, 3: 4}[place.tier]
    if (place.number + place.back) % every or weeks.draw.random() > 0.94:
        return
    by = weeks.world.people.jonas if place.tier == 1 else weeks.world.people.priya
    day = place.monday + timedelta(days=weeks.draw.randrange(4))
    weeks.log(place.account, TouchSide.MARKETING, weeks.one_of(PLAYS), by=by, on=day, ours=True)


def _plays(weeks: Weeks) -> None:
    """What the live campaign had planned until today was done on its accounts, but for the microsite, which is late."""
    done = {Channel.DIRECT_MAIL: "sent", Channel.EVENT: "invited"}
    for play in weeks.live.plays:
        day = play.day - timedelta(days=max(0, play.day.weekday() - 4))
        for number, account in enumerate(weeks.world.accounts):
            if tier_of(number) == 1 and play.channel in done:
                kind = (play.channel, done[play.channel])
                weeks.log(account, TouchSide.MARKETING, kind, by=weeks.world.people.jonas, on=day, ours=True)


def _responses(weeks: Weeks, place: Place) -> None:
    """Some answer: more in the upper tiers, and each company more or less warmly."""
    warmth = (place.account.employees or 0) % 7 / 7
    if weeks.draw.random() < {1: 0.5, 2: 0.25, 3: 0.08}[place.tier] * (0.4 + warmth):
        day = place.monday + timedelta(days=weeks.draw.randrange(5))
        by = weeks.world.people.priya
        weeks.log(place.account, TouchSide.MARKETING, weeks.one_of(RESPONSES), by=by, on=day, ours=False)
