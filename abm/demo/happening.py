"""What of the live campaign's plays happened: one told by a file, one with who came, and one that nobody recorded."""

from __future__ import annotations

import io
from datetime import timedelta

from abm.campaigns.live_plays import LivePlay
from abm.campaigns.models import Campaign
from abm.campaigns.reactions import Reaction
from abm.campaigns.recordable import recordable
from abm.campaigns.recording import Telling
from abm.demo.founding import World
from abm.imports.play_applying import Upload, apply_file, seen_as, take_in
from abm.imports.play_lines import plan_lines
from abm.outbound.recording import record_and_count
from abm.people.tokens import TokenScope, make_token
from abm.touches.kinds import Channel

CAME = 5  # of the accounts at the round table
RETURNED = 2  # boxes that came back


def record_plays(world: World, live: Campaign) -> None:
    """The boxes went out and the round table was held. The microsite is late, so nobody could record it."""
    boxes, table = (_play(live, channel) for channel in (Channel.DIRECT_MAIL, Channel.EVENT))
    if boxes.day < world.today:
        _boxes(world, live, boxes)
    if table.day < world.today:
        _round_table(world, live, table)
    made = world.at(world.today - timedelta(days=20), 10)
    make_token(world.people.priya, name="Webinar tool", scope=TokenScope.RECORD, days=365, at=made)


def _boxes(world: World, live: Campaign, play: LivePlay) -> None:
    """Priya brings the list of the shipping house: two boxes came back, and one company is not in the campaign."""
    priya, at = world.people.priya, world.at(play.day + timedelta(days=1), 10)
    accounts = recordable(world.session, live, play.day)
    came_back = {one.account_id for one in accounts[-RETURNED:]}
    lines = ["Account;Day;Response;Note"]
    for one in accounts:
        word = "Came back" if one.account_id in came_back else "Sent"
        lines.append(f"{one.name};{play.day.isoformat()};{word};")
    lines.append(f"Nordlicht Logistik;{play.day.isoformat()};Sent;")
    upload = Upload(io.BytesIO("\n".join(lines).encode()), "boxes-shipped.csv")
    file = take_in(world.session, upload, campaign=live, play=play.play, by=priya, at=at)
    seen = seen_as(plan_lines(world.session, file, organisation=world.organisation, at=at))
    apply_file(file, seen=seen, organisation=world.organisation, by=priya, at=at)


def _round_table(world: World, live: Campaign, play: LivePlay) -> None:
    """Jonas tells who came, the day after."""
    accounts = recordable(world.session, live, play.day)
    people = {account.id: account.contacts for account in world.accounts if account.contacts}
    came = [
        Reaction(one.account_id, Channel.EVENT, "attended", play.day, people[one.account_id][0].id)
        for one in accounts
        if one.account_id in people
    ]
    telling = Telling(
        play=play.play,
        day=play.day,
        accounts=[one.account_id for one in accounts],
        reactions=came[:CAME],
        note="Two asked for the excursion map of their own lanes.",
    )
    at = world.at(play.day + timedelta(days=1), 16)
    record_and_count(live, telling, organisation=world.organisation, by=world.people.jonas, at=at)


def _play(live: Campaign, channel: Channel) -> LivePlay:
    return next(play for play in live.live_plays if play.channel is channel)
