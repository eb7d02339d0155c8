"""The campaigns of the demonstration: one live since the quarter began, two in their review, each with its trouble."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from abm.campaigns.creating import create_campaign
from abm.campaigns.drafting import add_play, remove_play
from abm.campaigns.errata import correct_slip
from abm.campaigns.kinds import CommentKind, Section
from abm.campaigns.models import Campaign
from abm.campaigns.plan import Criteria
from abm.campaigns.reviewing import ReviewVerdict, finish, remark
from abm.campaigns.starting import start_campaign
from abm.campaigns.templates import PlayTemplate
from abm.demo.founding import World
from abm.kit.clock import Week
from abm.outbound.launching import derive_commitments
from abm.outbound.models import Commitment
from abm.people.models import User
from abm.touches.kinds import Channel


@dataclass(frozen=True)
class Story:
    """What Marketing wrote into a plan. Plays are (channel, what, days after the start)."""

    name: str
    tiers: tuple[int, ...]
    objective: str
    message: str
    offer: str
    plays: tuple[tuple[Channel, str, int], ...]
    ask: int
    talk_track: str
    budget: int  # whole euros
    measure: str


ON_TIME = Story(
    name="Cold chain, on time",
    tiers=(1,),
    objective="Ten of our twelve one-to-one accounts hold a meeting with quality **and** supply chain this quarter.",
    message="A late temperature alarm costs a load. We see it forty minutes earlier, whoever carries the trailer.",
    offer="A four-week pilot on two lanes, priced per shipment, with their own loss figures as the proof.",
    plays=(
        (Channel.DIRECT_MAIL, "A logger in a box, with last winter's excursion map", 7),
        (Channel.EVENT, "Round table for quality directors", 30),
        (Channel.CONTENT, "Microsite with each account's own lanes", 38),
        (Channel.WEBINAR, "What the pharma auditors will ask this winter", 72),
    ),
    ask=26,
    talk_track="Ask which lane they would not bet a bonus on. Then offer to watch that one.",
    budget=42_000,
    measure="Meetings held with two roles or more, of twelve accounts. We expect ten; last quarter it was six.",
)
WINTER = Story(
    name="Winter service levels",
    tiers=(1,),
    objective="Turn the winter's service-level talks into three rollouts.",
    message="Promise your customers minutes, not days.",
    offer="A service-level clause that our data backs, with a credit when we are wrong.",
    plays=(
        (Channel.EMAIL, "Letter from our CRO, one per account", 4),
        (Channel.DIRECT_MAIL, "The clause, printed, with their name in it", 14),
    ),
    ask=6,
    talk_track="Who signs your service levels, and when were they last broken?",
    budget=18_000,
    measure="Accounts with an open opportunity above €50,000, against last winter's two.",
)
WEBINAR = Story(
    name="Reefer data for operations",
    tiers=(2,),
    objective="Fifteen tier-2 accounts with two people or more at the webinar.",
    message="Your reefers already know. Nobody asked them.",
    offer="Free analysis of one month of their own logger files.",
    plays=(
        (Channel.EMAIL, "Invitation", 5),
        (Channel.WEBINAR, "Live session with a customer's operations lead", 19),
        (Channel.CONTENT, "Recording and the analysis form", 22),
    ),
    ask=2,
    talk_track="Ask who reads the logger files today. It is usually nobody.",
    budget=9_000,
    measure="Accounts with two attendees or more; opened conversations within three weeks.",
)

AUDIT = Story(
    name="Audit season at Kestrel Foods",
    tiers=(1,),
    objective="Kestrel's new quality director knows us before the winter audit.",
    message="Your auditor will ask for the gaps. We show that there are none.",
    offer="A dry run of the audit on one lane, with the report that the auditor will want.",
    plays=(  # days after the Monday of next week
        (Channel.EMAIL, "Letter to the quality director", 0),
        (Channel.DIRECT_MAIL, "The auditor's checklist, printed", 1),
        (Channel.WEBINAR, "What a food audit asks of a cold chain", 2),
        (Channel.CONTENT, "Their own lanes, as an audit report", 3),
    ),
    ask=2,
    talk_track="Ask who prepares the audit, and what went missing last time.",
    budget=3_500,
    measure="A meeting with quality before the audit. One account, so no comparison.",
)


LOSSES = Story(
    name="What a late alarm costs",
    tiers=(2, 3),
    objective="Find out whether the loss benchmark opens doors that a letter does not.",
    message="One load in sixty is lost to an alarm that came too late. Yours?",
    offer="Their own loss figure, from public claims data, on one page.",
    plays=(
        (Channel.EMAIL, "The benchmark, with their own figure", 3),
        (Channel.AD, "Reminder to those who opened it", 10),
    ),
    ask=1,
    talk_track="Ask what the last lost load cost them, and who noticed first.",
    budget=6_000,
    measure="Accounts with a response within six weeks, against those held out.",
)


def plan_and_launch(world: World) -> Campaign:
    """Jonas' tier-1 campaign: reviewed by Ines and live since the quarter began; his microsite is late."""
    jonas, ines = world.people.jonas, world.people.ines
    planned = world.at(world.quarter.first - timedelta(days=3), 15)
    campaign = plan(world, ON_TIME, world.quarter.first, world.quarter.last, by=jonas, at=planned)
    for what, days in (("Reminder: the round table's paper", 1), ("Invitation to the auditors' webinar", 3)):
        day = Week.of(world.today).plus(1).monday + timedelta(days=days)
        add_play(campaign, channel=Channel.EMAIL, what=what, day=day, by=jonas, at=planned)
    version = campaign.submit(organisation=world.organisation, by=jonas, at=planned)
    approve(world, campaign, ines, world.at(world.quarter.first - timedelta(days=1), 11))
    corrected = world.at(world.quarter.first - timedelta(days=1), 15)
    correct_slip(
        campaign, version, section=Section.OFFER, wrong="lanes, priced", reads="lanes priced", by=jonas, at=corrected
    )
    launched = world.at(world.quarter.first, 9)
    launch = campaign.launch(organisation=world.organisation, by=jonas, at=launched)
    derive_commitments(campaign, launch, organisation=world.organisation, at=launched)
    world.session.flush()
    for commitment in world.session.scalars(select(Commitment).where(Commitment.campaign_id == campaign.id)):
        if commitment.person is not None and commitment.person is not world.people.hannah:
            commitment.accept(by=commitment.person, at=launched + timedelta(hours=5))
    if version.number != 1:
        raise RuntimeError("The story begins with version 1.")
    return campaign


def wear_out(world: World) -> None:
    """Priya works Kestrel in the week in which Jonas does too: together it is more than an account can take."""
    priya, tomas = world.people.priya, world.people.tomas
    monday, planned = Week.of(world.today).plus(1).monday, world.at(world.today - timedelta(days=9), 10)
    campaign = plan(world, AUDIT, monday, monday + timedelta(days=18), by=priya, at=planned)
    only = Criteria(tiers=AUDIT.tiers, industries=("Food",), aes=(tomas.public_id,))
    campaign.change(Section.AUDIENCE, by=priya, at=planned, criteria=only.facts())
    campaign.submit(organisation=world.organisation, by=priya, at=planned)
    approve(world, campaign, world.people.ines, world.at(world.today - timedelta(days=7), 11))
    launched = world.at(world.today - timedelta(days=6), 9)
    launch = campaign.launch(organisation=world.organisation, by=priya, at=launched)
    derive_commitments(campaign, launch, organisation=world.organisation, at=launched)
    world.session.flush()
    for commitment in world.session.scalars(select(Commitment).where(Commitment.campaign_id == campaign.id)):
        if commitment.person is not None:
            commitment.accept(by=commitment.person, at=launched + timedelta(hours=5))


def plan_for_review(world: World) -> None:
    """Two plans in review, one with requested changes, one edited after its approval; and a draft with a hold-out."""
    _winter(world)
    _webinar(world)
    _losses(world)


def _winter(world: World) -> None:
    jonas, ines, tomas = world.people.jonas, world.people.ines, world.people.tomas
    starts = world.today + timedelta(days=10)
    submitted = world.at(world.today - timedelta(days=4), 10)
    lane = grown(world)
    campaign = plan(world, WINTER, starts, starts + timedelta(days=40), by=jonas, at=submitted, source=lane)
    version = campaign.submit(organisation=world.organisation, by=jonas, at=submitted)
    remarks = (
        (Section.OFFER, CommentKind.REQUEST, "Legal has not seen a credit clause. What happens above 5 %?", ines, 3),
        (Section.SALES_ASK, CommentKind.REQUEST, "Six touches before Christmas is too many for Elif; four.", ines, 3),
        (Section.MESSAGE, CommentKind.COMMENT, "Minutes, not days: my accounts use exactly these words.", tomas, 2),
    )
    for section, kind, body, by, days in remarks:
        at = world.at(world.today - timedelta(days=days), 16)
        remark(campaign, version, section=section, kind=kind, body=body, by=by, at=at)
    suggestion = "Minutes, not days: promise your customers what our data can prove."
    at = world.at(world.today - timedelta(days=3), 16)
    words: dict[str, Any] = {"body": "Their words first.", "suggestion": suggestion, "by": ines, "at": at}
    remark(campaign, version, section=Section.MESSAGE, kind=CommentKind.SUGGESTION, **words)
    finish(campaign, version, ReviewVerdict.REQUEST, summary="Close. Two things before I can sign.", by=ines, at=at)
    finish(campaign, version, ReviewVerdict.COMMENT, by=tomas, at=world.at(world.today - timedelta(days=2), 16))
    world.session.flush()
    ask = next(one for one in campaign.comments if one.kind is CommentKind.REQUEST and one.section is Section.SALES_ASK)
    answer = "Four it is; the other two move to January."
    ask.reply(answer, by=jonas, at=world.at(world.today - timedelta(days=1), 9))


def _webinar(world: World) -> None:
    priya, ines = world.people.priya, world.people.ines
    starts = world.today + timedelta(days=7)
    submitted = world.at(world.today - timedelta(days=6), 9)
    table = standard(world, "industry-table")
    campaign = plan(world, WEBINAR, starts, starts + timedelta(days=35), by=priya, at=submitted, source=table)
    campaign.submit(organisation=world.organisation, by=priya, at=submitted)
    approve(world, campaign, ines, world.at(world.today - timedelta(days=3), 12))
    edited = world.at(world.today - timedelta(days=1), 17)
    offer = "Free analysis of **three** months of their own logger files, back within a week."
    campaign.change(Section.OFFER, by=priya, at=edited, offer=offer)


def _losses(world: World) -> None:
    """Wide enough for a hold-out: its draft says how many accounts would be held out."""
    starts = world.today + timedelta(days=17)
    plan(world, LOSSES, starts, starts + timedelta(days=42), by=world.people.priya, at=world.at(world.today, 8))


def plan(
    world: World,
    story: Story,
    starts: date,
    ends: date,
    *,
    by: User,
    at: datetime,
    source: PlayTemplate | None = None,
) -> Campaign:
    """Write a plan; one that began from a template keeps none of its words, only where it came from."""
    first: dict[str, Any] = {"name": story.name, "starts_on": starts, "ends_on": ends, "by": by, "at": at}
    if source is None:
        campaign = create_campaign(world.organisation, **first)
    else:
        campaign = start_campaign(world.organisation, source, **first)
    for play in list(campaign.plays):
        remove_play(play, by=by, at=at)
    campaign.change(Section.OBJECTIVE, by=by, at=at, objective=story.objective)
    campaign.change(Section.AUDIENCE, by=by, at=at, criteria=Criteria(tiers=story.tiers).facts())
    campaign.change(Section.MESSAGE, by=by, at=at, message=story.message)
    campaign.change(Section.OFFER, by=by, at=at, offer=story.offer)
    for channel, what, days in story.plays:
        add_play(campaign, channel=channel, what=what, day=starts + timedelta(days=days), by=by, at=at)
    track = story.talk_track
    campaign.change(Section.SALES_ASK, by=by, at=at, ask_touches=story.ask, ask_by=ends, talk_track=track)
    campaign.change(Section.BUDGET, by=by, at=at, budget=story.budget * 100)
    campaign.change(Section.MEASURE, by=by, at=at, measure=story.measure)
    world.session.flush()
    return campaign


def grown(world: World) -> PlayTemplate:
    """The template that grew from last quarter's campaign."""
    return world.session.scalars(select(PlayTemplate).where(PlayTemplate.grown_from_id.is_not(None))).one()


def standard(world: World, key: str) -> PlayTemplate:
    """One of the standard templates."""
    return world.session.scalars(select(PlayTemplate).where(PlayTemplate.standard == key)).one()


def approve(world: World, campaign: Campaign, by: User, at: datetime) -> None:
    """Let a sales manager approve the version that was submitted last."""
    version = campaign.newest
    if version is None:
        raise RuntimeError(f"The story forgot to submit {campaign.name}.")
    finish(campaign, version, ReviewVerdict.APPROVE, by=by, at=at)
    campaign.approve(version, digest=version.digest, seat=None, organisation=world.organisation, by=by, at=at)
