"""What the demonstration's campaigns come from: last quarter's, the template that grew from it, one that ran before."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from abm.campaigns.creating import adopt_campaign
from abm.campaigns.kinds import Section
from abm.campaigns.models import Campaign
from abm.campaigns.plan import Criteria
from abm.campaigns.recordable import recordable
from abm.campaigns.recording import Telling
from abm.campaigns.standard_templates import add_standard_templates
from abm.campaigns.templates import grow_template
from abm.demo.campaigning import Story, approve, plan
from abm.demo.founding import World
from abm.outbound.launching import close_commitments, derive_commitments
from abm.outbound.models import Commitment
from abm.outbound.recording import record_and_count
from abm.outbound.recounting import recount
from abm.people.seats import Side
from abm.touches.kinds import Channel, Direction, TouchSide
from abm.touches.logging import log_touch

LANES = Story(
    name="Lanes before the heat",
    tiers=(1,),
    objective="Eight one-to-one accounts name the lane that worries them before summer traffic begins.",
    message="You know which lane will fail first. Tell us, and we watch that one.",
    offer="One lane watched for four weeks, free; the proof is their own alarm log beside ours.",
    plays=(
        (Channel.CONTENT, "A map of last summer's excursions, one per account", 3),
        (Channel.DIRECT_MAIL, "The map, printed, with a note from the AE", 10),
        (Channel.WEBINAR, "What one hot week did to three carriers", 31),
        (Channel.AD, "Banner on two trade sites", 38),
    ),
    ask=2,
    talk_track="Ask for the lane, not for the meeting. Whoever names one takes the meeting.",
    budget=31_000,
    measure="Accounts that named a lane, of twelve. We expected eight.",
)
KEEP = """
The printed map. Seven of twelve accounts had it on the table when Sales came; Marcus still takes it along.

Asking for **one lane** instead of a meeting: six named one within a week.
"""
RETIRE = """
The banner. €9,000, nobody from the twelve accounts clicked, and it was the part that took longest to agree.
"""


def run_last_quarter(world: World) -> Campaign:
    """Jonas' tier-1 campaign of the quarter before: completed with its closing note, and grown into a template."""
    jonas, ines, quarter = world.people.jonas, world.people.ines, world.quarter.plus(-1)
    planned = world.at(quarter.first - timedelta(days=3), 15)
    campaign = plan(world, LANES, quarter.first, quarter.last, by=jonas, at=planned)
    campaign.submit(organisation=world.organisation, by=jonas, at=planned)
    approve(world, campaign, ines, world.at(quarter.first - timedelta(days=2), 10))
    launched = world.at(quarter.first, 9)
    launch = campaign.launch(organisation=world.organisation, by=jonas, at=launched)
    derive_commitments(campaign, launch, organisation=world.organisation, at=launched)
    world.session.flush()
    keep_promises(world, campaign)
    over = world.at(quarter.last, 16)
    campaign.complete(keep=KEEP, retire=RETIRE, by=jonas, at=over)
    world.session.flush()
    close_commitments(campaign, organisation=world.organisation, at=over)
    return campaign


def keep_promises(world: World, campaign: Campaign) -> None:
    """Both sides did what they had promised, on the days of their windows."""
    promised = list(world.session.scalars(select(Commitment).where(Commitment.campaign_id == campaign.id)))
    for commitment in promised:
        if commitment.person is None or commitment.side is Side.MARKETING:
            continue
        for number in range(commitment.wanted):
            at = world.at(commitment.first_day + timedelta(days=min(number, 4)), 10 + number)
            log_touch(
                commitment.account,
                organisation=world.organisation,
                by=commitment.person,
                at=at,
                client_key=f"kept-{commitment.public_id}-{number}",
                imported=True,
                side=TouchSide(commitment.side.value),
                direction=Direction.OUTBOUND,
                channel=Channel.CALL,
                outcome="voicemail",
                when=at,
                campaign=campaign,
            )
    recount(world.session, sorted({commitment.account_id for commitment in promised}))
    for play in campaign.live_plays:
        reached = [one.account_id for one in recordable(world.session, campaign, play.day)]
        at = world.at(play.day + timedelta(days=1), 9)
        telling = Telling(play.play, play.day, reached)
        record_and_count(campaign, telling, organisation=world.organisation, by=campaign.owner, at=at)


def fill_the_library(world: World, completed: Campaign) -> None:
    """The standard templates, and the one that Amara grew from last quarter's campaign."""
    founded = world.organisation.created_at
    add_standard_templates(world.session, by=world.people.amara, at=founded)
    grown = world.at(world.quarter.first + timedelta(days=8), 14)
    template = grow_template(completed, by=world.people.amara, at=grown)
    facts = template.facts()
    kept = [play for play in facts["plays"] if play["channel"] != Channel.AD]
    later = world.at(world.quarter.first + timedelta(days=8), 15)
    facts |= {"name": "Name one lane", "plays": kept}
    template.change(facts, by=world.people.amara, at=later)


def take_in_the_letter(world: World) -> None:
    """Priya's letter to partners ran before anybody heard of Accountable; its review is due in some days."""
    began = world.organisation.today(world.organisation.created_at) - timedelta(days=120)
    priya, at = world.people.priya, world.at(world.today - timedelta(days=6), 11)
    letter = adopt_campaign(
        world.organisation,
        name="Partner letter",
        starts_on=began,
        ends_on=world.quarter.plus(1).last,
        criteria=Criteria(tiers=(3,)),
        by=priya,
        at=at,
    )
    letter.change(Section.OBJECTIVE, by=priya, at=at, objective="Carriers who trust us pass on one page a month.")
