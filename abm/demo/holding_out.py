"""The one campaign of the demonstration that held accounts out, so that its results can be told from chance."""

from __future__ import annotations

import random
from datetime import timedelta

from abm.accounts.models import Account
from abm.campaigns.kinds import Section
from abm.campaigns.models import Campaign
from abm.demo.campaigning import Story, approve, plan
from abm.demo.earlier import keep_promises
from abm.demo.founding import World
from abm.outbound.launching import close_commitments, derive_commitments
from abm.touches.kinds import Channel, Direction, TouchSide
from abm.touches.logging import log_touch

LASTED = timedelta(days=34)
HELD_OUT = 25  # percent
BORDERS = Story(
    name="Hours at the border",
    tiers=(2, 3),
    objective="Find out whether a page about their own border brings answers that would not have come anyhow.",
    message="Your reefers wait four hours where your competitor's wait two. Here is which border, and why.",
    offer="One page on the border that they cross most, from public waiting times.",
    plays=(
        (Channel.EMAIL, "The page, with their own border", 3),
        (Channel.DIRECT_MAIL, "The page, printed, to whoever plans the lanes", 14),
    ),
    ask=1,
    talk_track="Ask which border costs them most. Whoever answers has a lane for us.",
    budget=7_500,
    measure="Accounts with a response, against a quarter of them that we leave alone.",
)
KEEP = "The page by e-mail: whoever answered named the border first."
RETIRE = "The printed page: it came back from every fifth address."
ANYHOW = {1: 0.0, 2: 0.3, 3: 0.15}  # how many of a tier answer somebody of us in these weeks
MORE = 0.5  # how many answer the page, of those who got it


def hold_some_out(world: World) -> None:
    """Priya's campaign of the first five weeks of the quarter before, completed; a quarter of its accounts held out."""
    priya, quarter = world.people.priya, world.quarter.plus(-1)
    planned, ends = world.at(quarter.first - timedelta(days=3), 9), quarter.first + LASTED
    campaign = plan(world, BORDERS, quarter.first, ends, by=priya, at=planned)
    campaign.change(Section.MEASURE, by=priya, at=planned, holdout_percent=HELD_OUT)
    campaign.submit(organisation=world.organisation, by=priya, at=planned)
    approve(world, campaign, world.people.ines, world.at(quarter.first - timedelta(days=2), 11))
    launched = world.at(quarter.first, 9)
    launch = campaign.launch(organisation=world.organisation, by=priya, at=launched)
    derive_commitments(campaign, launch, organisation=world.organisation, at=launched)
    world.session.flush()
    keep_promises(world, campaign)
    _answer(world, campaign)
    over = world.at(ends, 16)
    campaign.complete(keep=KEEP, retire=RETIRE, by=priya, at=over)
    world.session.flush()
    close_commitments(campaign, organisation=world.organisation, at=over)


def _answer(world: World, campaign: Campaign) -> None:
    """Some of each tier answer anyhow, held out or not; some of those who got the page answer that."""
    draw = random.Random(31)  # noqa: S311 repeatable chance
    members = {member.account_id: member for member in campaign.audience}
    for account in world.accounts:
        member = members.get(account.id)
        if member is None:
            continue
        if draw.random() < ANYHOW[member.tier]:
            _response(world, account, draw, (Channel.WEB, "visit"), None)
        if draw.random() < MORE and not member.held_out:
            _response(world, account, draw, (Channel.EMAIL, "replied"), campaign)


def _response(
    world: World, account: Account, draw: random.Random, kind: tuple[Channel, str], campaign: Campaign | None
) -> None:
    """One of them on a working day of the first weeks after the page."""
    when = world.at(world.quarter.plus(-1).first + timedelta(weeks=1 + draw.randrange(3)), 9 + draw.randrange(8))
    log_touch(
        account,
        organisation=world.organisation,
        by=world.people.priya,
        at=when,
        client_key=f"borders-{account.public_id}-{kind[0]}",
        imported=True,
        side=TouchSide.MARKETING,
        direction=Direction.INBOUND,
        channel=kind[0],
        outcome=kind[1],
        when=when,
        campaign=campaign,
    )
