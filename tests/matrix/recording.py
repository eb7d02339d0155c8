"""The expected answers of plays that happened, of the files that tell of them, of tokens and of the API."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from abm.campaigns.creating import adopt_campaign
from abm.campaigns.drafting import add_play
from abm.campaigns.plan import Criteria
from abm.campaigns.recordable import recordable
from abm.campaigns.recording import Telling
from abm.imports.play_applying import Upload, take_in
from abm.kit import clock
from abm.outbound.recording import record_and_count
from abm.people.models import User
from abm.people.tokens import TokenScope, make_token
from abm.touches.kinds import Channel
from tests.cast import Cast
from tests.matrix.expectations import ANONYMOUS, ANYBODY, CMO, EVERYONE, MARKETER, NOBODY, REVOPS, Case, case

RECORDING = frozenset({CMO, MARKETER, REVOPS})
PLAY: Any = {"slug": "running campaign", "public_id": "running play"}
RECORD: Any = {"slug": "running campaign", "record_id": "record"}
FILE: Any = {"file_id": "file of plays"}
NO_TOKEN = {ANONYMOUS: 401}  # a session opens nothing here, so nobody is asked to sign in

HAPPENED: dict[str, list[Case]] = {
    "recording.index": [case(EVERYONE, slug="running campaign"), case(EVERYONE, slug="campaign")],
    "recording.new": [case(RECORDING, **PLAY)],
    "recording.create": [
        case(RECORDING, 422, **PLAY),
        case(RECORDING, 200, sent={"look": "day"}, **PLAY),
    ],
    "recording.show": [case(EVERYONE, **RECORD)],
    "recording.add_responses": [case(RECORDING, 409, **RECORD)],
    "recording.edit": [case(RECORDING, **RECORD)],
    "recording.correct": [case(RECORDING, 422, **RECORD)],
    "recording.void": [case(RECORDING, 422, **RECORD), case(RECORDING, 303, sent={"reason": "No"}, **RECORD)],
    "play_files.new": [case(RECORDING)],
    "play_files.create": [case(RECORDING, 422)],
    "play_files.show": [case(RECORDING, **FILE)],
    "play_files.apply": [case(RECORDING, 303, **FILE)],
    "play_files.discard": [case(RECORDING, 303, **FILE)],
    "play_files.refused": [case(RECORDING, **FILE)],
    "account.tokens": [case(EVERYONE)],
    "account.make": [case(EVERYONE, 422)],
    "account.renew": [
        case(EVERYONE, 303, token_id="own token"),
        case(NOBODY, refused=404, token_id="token of somebody else"),
    ],
    "account.revoke": [
        case(EVERYONE, 303, token_id="own token"),
        case(NOBODY, refused=404, token_id="token of somebody else"),
    ],
    "api.plays": [case(NOBODY, refused=401, but=NO_TOKEN, slug="running campaign")],
    "api.record": [case(NOBODY, refused=401, but=NO_TOKEN, play="running play")],
    "api_description.openapi": [case(ANYBODY)],
}


def happened_of(session: Session, cast: Cast) -> dict[str, str]:
    """A campaign that ran before, with a play of today that is recorded, and a file that waits."""
    at, organisation = clock.now(), cast.organisation
    today = organisation.today(at)
    first = organisation.today(organisation.created_at) - timedelta(days=30)
    campaign = adopt_campaign(
        organisation,
        name="Warm lanes",
        starts_on=first,
        ends_on=organisation.current_quarter().last,
        criteria=Criteria(tiers=(1,)),
        by=cast.priya,
        at=at,
    )
    play = add_play(campaign, channel=Channel.EMAIL, what="Page", day=today, by=cast.priya, at=at)
    session.flush()
    session.refresh(campaign)
    accounts = [one.account_id for one in recordable(session, campaign, today)]
    telling = Telling(play.public_id, today, accounts)
    got = record_and_count(campaign, telling, organisation=organisation, by=cast.priya, at=at)
    upload = Upload(io.BytesIO(b"Campaign,Play,Account\nWarm lanes,Page,Nobody\n"), "plays.csv")
    file = take_in(session, upload, by=cast.priya, at=at)
    assert got.record is not None
    return {
        "running campaign": campaign.slug,
        "running play": play.public_id,
        "record": got.record.public_id,
        "file of plays": file.public_id,
    }


def tokens_of_all(session: Session, people: Mapping[str, User], other: User) -> dict[tuple[str, str], str]:
    """A token for everybody, and one of somebody who has no role of the table to themselves."""
    at, found = clock.now(), {}
    for role, user in people.items():
        token, _ = make_token(user, name="Tool", scope=TokenScope.READ, days=30, at=at)
        session.flush()
        found["own token", role] = token.public_id
    stranger, _ = make_token(other, name="Tool", scope=TokenScope.READ, days=30, at=at)
    session.flush()
    found |= {("token of somebody else", role): stranger.public_id for role in (*people, ANONYMOUS)}
    return found | {("own token", ANONYMOUS): stranger.public_id}
