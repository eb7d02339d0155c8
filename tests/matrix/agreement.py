"""The list of this quarter, signed and with a change that waits, and a campaign on it in its review."""

from __future__ import annotations

import io
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from abm.accounts.models import Account
from abm.agreement.models import Verdict
from abm.campaigns.creating import create_campaign
from abm.campaigns.drafting import add_play
from abm.campaigns.kinds import CommentKind, Section
from abm.campaigns.plan import Criteria
from abm.campaigns.reviews import say
from abm.campaigns.standard_templates import add_standard_templates
from abm.definitions.fit import FIT
from abm.definitions.models import begin_definition
from abm.imports.models import Kind
from abm.imports.staging import Upload, stage
from abm.kit import clock
from abm.kit.base import session_of
from abm.outbound.meetings import Appointment, Meeting, book
from abm.outbound.models import Commitment, CommitmentSource
from abm.people.seats import Side, seats
from abm.stages.exits import ExitReason, leave
from abm.stages.models import ExitKind
from abm.targets.comments import comment_on
from abm.targets.models import Outcome, open_list
from abm.touches.logging import log_touch
from abm.touches.models import Channel, Direction, TouchSide
from tests.cast import Cast


def agreement_of(session: Session, cast: Cast, account: Account) -> dict[str, str]:
    """Put both in place; hand back what stands in their addresses."""
    return {**_list(session, cast, account), **_campaign(cast), **_definition(session, cast)}


def promised_and_filed(session: Session, cast: Cast, account: Account) -> dict[str, str]:
    """A commitment of Tomás, and a file that waits to be confirmed."""
    at = clock.now()
    today = cast.organisation.today(at)
    commitment = Commitment(
        source=CommitmentSource.SALES_ASK,
        source_id="0123456789abcdef",
        account_id=account.id,
        side=Side.SALES,
        person_id=cast.tomas.id,
        wanted=3,
        first_day=today,
        last_day=today + timedelta(days=20),
        why="Sales ask",
        made_at=at,
    )
    session.add(commitment)
    upload = Upload(Kind.ACCOUNTS, io.BytesIO(b"name,employees\nAcme,10\nBad,-3\n"), "accounts.csv")
    batch = stage(cast.organisation, upload, by=cast.wen, at=at)
    session.flush()
    meeting = _meeting(cast, account, at)
    left = leave(account, ExitKind.RECYCLED, ExitReason.BAD_TIMING, "", by=cast.tomas, at=at)
    session.flush()
    named = {"commitment": commitment.public_id, "meeting": meeting.public_id, "exit": left.public_id}
    return {"import": str(batch.id), **named}


def _meeting(cast: Cast, account: Account, at: datetime) -> Meeting:
    """Booked by Tomás on the phone, for tomorrow."""
    booking = log_touch(
        account,
        organisation=cast.organisation,
        by=cast.tomas,
        at=at,
        client_key="booking",
        side=TouchSide.SALES,
        direction=Direction.OUTBOUND,
        channel=Channel.CALL,
        outcome="meeting booked",
        when=at,
    )
    told = Appointment("First call", at + timedelta(days=1), 30)
    return book(booking, told, owner=cast.tomas, by=cast.tomas, at=at)


def _list(session: Session, cast: Cast, account: Account) -> dict[str, str]:
    at, organisation = clock.now(), cast.organisation
    quarter = organisation.current_quarter()
    targets = open_list(organisation, quarter, by=cast.ines, at=at)
    entry = targets.enter(account, by=cast.ines, at=at)
    entry.place(tier=1, ae=cast.tomas, outcome=Outcome.IN, by=cast.ines, at=at)
    version = targets.propose(organisation=organisation, by=cast.ines, at=at)
    for side, person in ((Side.SALES, cast.renata), (Side.MARKETING, cast.amara)):
        seat = seats(session)[side]
        said = {"digest": version.digest, "verdict": Verdict.APPROVE}
        targets.sign(version, seat=seat, by=person, at=at, organisation=organisation, **said)  # type: ignore[arg-type]
    entry.place(tier=2, ae=cast.tomas, outcome=Outcome.IN, by=cast.ines, at=at)
    changed = targets.propose(organisation=organisation, by=cast.ines, at=at)
    comment = comment_on(entry, "Who knows their quality director?", by=cast.priya, at=at)
    session.flush()
    return {
        "comment": comment.public_id,
        "cell": "tier",
        "quarter": str(quarter),
        "next quarter": str(quarter.plus(1)),
        "quarter without a list": str(quarter.plus(2)),
        "entry": entry.public_id,
        "version": str(changed.number),
    }


def _definition(session: Session, cast: Cast) -> dict[str, str]:
    """A fit definition that waits for both seats."""
    at = clock.now()
    criteria = [{"field": "industry", "operator": "is one of", "values": ["Pharma"], "weight": 10}]
    fit = begin_definition(session, FIT, {"criteria": criteria}, by=cast.ines, at=at)
    version = fit.propose(FIT, starts_on=cast.organisation.today(at), by=cast.ines, at=at)
    return {"definition": FIT.slug, "definition version": str(version.number)}


def _campaign(cast: Cast) -> dict[str, str]:
    at, organisation = clock.now(), cast.organisation
    today = organisation.today(at)
    last = min(today + timedelta(days=20), organisation.current_quarter().last)
    campaign = create_campaign(organisation, name="Cold lanes", starts_on=today, ends_on=last, by=cast.priya, at=at)
    written = {
        Section.OBJECTIVE: {"objective": "Meetings"},
        Section.AUDIENCE: {"criteria": Criteria(tiers=(1,)).facts()},
        Section.MESSAGE: {"message": "Minutes"},
        Section.OFFER: {"offer": "A pilot"},
        Section.SALES_ASK: {"ask_touches": 2, "ask_by": last, "talk_track": "Ask"},
        Section.BUDGET: {"budget": 0},
        Section.MEASURE: {"measure": "Meetings held"},
    }
    for section, facts in written.items():
        campaign.change(section, by=cast.priya, at=at, **facts)  # type: ignore[arg-type]
    play = add_play(campaign, channel=Channel.EMAIL, what="Letter", day=today, by=cast.priya, at=at)
    version = campaign.submit(organisation=organisation, by=cast.priya, at=at)
    asked = say(
        campaign,
        version,
        section=Section.OFFER,
        kind=CommentKind.REQUEST,
        body="Say which lanes",
        by=cast.ines,
        at=at,
    )
    (template, *_) = add_standard_templates(session_of(organisation), by=cast.priya, at=at)
    return {
        "campaign": campaign.slug,
        "play": play.public_id,
        "template": template.public_id,
        "no such template": "0" * 16,
        "no such campaign": "never-heard-of",
        "section": Section.OBJECTIVE.slug,
        "file kind": "csv",
        "plan version": str(version.number),
        "requested change": asked.public_id,
    }
