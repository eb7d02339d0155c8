"""The pages about plays that happened, about files that tell of them, about tokens and spend."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import InstrumentedAttribute

from abm.campaigns.models import Campaign, LivePlay
from abm.campaigns.play_records import PlayRecord
from abm.imports.play_files import PlayFile
from abm.kit.db import session
from abm.outbound.models import Commitment
from abm.outbound.pauses import Pause, PauseCause
from abm.outbound.ways import AnotherWay
from abm.spend.models import SpendLine
from abm.touches.kinds import Channel

PRIYA, JONAS, TOMAS = "Priya", "Jonas", "Tomás"

NO_PAGE_OF_PLAYS = {
    "play_files.refused": "a file",
    "api.plays": "read by programs",
    "spend.export": "a file",
    "api_description.openapi": "read by programs",
}
PAGES_OF_PLAYS: dict[str, list[tuple[str, str]]] = {
    "results.index": [(JONAS, "/results")],
    "recording.index": [
        (JONAS, "/campaigns/cold-chain-on-time/records"),
        (TOMAS, "/campaigns/lanes-before-the-heat/records"),
        (PRIYA, "/campaigns/partner-letter/records"),
    ],
    "recording.new": [(JONAS, "/campaigns/cold-chain-on-time/plays/{late play}/records/new")],
    "recording.show": [
        (JONAS, "/campaigns/cold-chain-on-time/records/{record}"),
        (TOMAS, "/campaigns/cold-chain-on-time/records/{record}"),
    ],
    "recording.edit": [(JONAS, "/campaigns/cold-chain-on-time/records/{record}/edit")],
    "play_files.new": [
        (PRIYA, "/plays/files/new"),
        (PRIYA, "/plays/files/new?campaign=cold-chain-on-time&play={late play}"),
    ],
    "play_files.show": [(PRIYA, "/plays/files/{file}"), (PRIYA, "/plays/files/{file}?lines=record")],
    "spend.index": [(JONAS, "/spend"), (TOMAS, "/spend?kind=play&voided=1")],
    "spend.new": [(PRIYA, "/spend/new"), (PRIYA, "/spend/new?campaign=cold-chain-on-time")],
    "results.of_campaign": [
        (PRIYA, "/campaigns/cold-chain-on-time/results"),
        (PRIYA, "/campaigns/hours-at-the-border/results"),
        (TOMAS, "/campaigns/partner-letter/results"),
    ],
    "spend.of_campaign": [(JONAS, "/spend/campaigns/cold-chain-on-time"), (TOMAS, "/spend/campaigns/partner-letter")],
    "spend.line": [(JONAS, "/spend/lines/{spend line}")],
    "spend.edit": [(JONAS, "/spend/lines/{spend line}/edit")],
    "spend.new_file": [(PRIYA, "/spend/files/new")],
    "account.tokens": [(PRIYA, "/account/tokens"), (TOMAS, "/account/tokens")],
}


def happened() -> dict[str, str]:
    """A play with who came, one that nobody recorded, a file that told of one; and what was answered to promises."""
    late = select(LivePlay.play).join(LivePlay.campaign).where(Campaign.slug == "cold-chain-on-time")
    came = select(PlayRecord.public_id).where(PlayRecord.responses > 0)
    return {
        "late play": session.scalars(late.where(LivePlay.channel == Channel.CONTENT)).one(),
        "record": session.scalars(came).one(),
        "spend line": session.scalars(select(SpendLine.public_id).where(SpendLine.currency == "USD")).one(),
        "waiting": session.scalars(_promise(Pause.commitment_id, Pause.cause == PauseCause.WAITING)).one(),
        "otherwise": session.scalars(_promise(AnotherWay.commitment_id, AnotherWay.answered_at.is_(None))).one(),
        "file": session.scalars(select(PlayFile.public_id)).one(),
    }


def _promise(by: InstrumentedAttribute[int], where: ColumnElement[bool]) -> Select[str]:
    """The commitment that something of its own says so of."""
    return select(Commitment.public_id).where(Commitment.id.in_(select(by).where(where)))
