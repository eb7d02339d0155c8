"""Recording a play that happened: one touch per account, the responses, and the record, in one go; and taking it back.

Whoever calls these counts what was promised on the accounts anew (`outbound.recording`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, insert, select, update
from sqlalchemy.orm import Session

from abm.accounts.changes import check_text
from abm.audit.models import record
from abm.campaigns.models import Campaign
from abm.campaigns.play_records import PlayRecord, PlayTouch, RecordSource, reaction_key, touch_key
from abm.campaigns.reactions import Reaction, check_reactions, keep_opt_outs, our_outcomes, usual_outcome
from abm.campaigns.recordable import Playable, playable, require_day, require_recordable
from abm.kit.base import session_of
from abm.kit.rules import refuse, require
from abm.kit.text import paragraphs
from abm.people.models import Organisation, User
from abm.people.tokens import ApiToken
from abm.touches.bulk import Draft, hold_accounts, log_many, void_many
from abm.touches.kinds import Direction, TouchSide
from abm.touches.models import Touch

LONGEST_NOTE = 10_000
NOON = timedelta(hours=12)


@dataclass(frozen=True)
class Telling:
    """What somebody says of a play. `outcome` is what our side did; blank: what is usual on its channel."""

    play: str
    day: date
    accounts: Sequence[int] = ()
    reactions: Sequence[Reaction] = ()
    outcome: str = ""
    note: str = ""
    source: RecordSource = RecordSource.FORM
    token: ApiToken | None = None
    corrects: PlayRecord | None = None


@dataclass(frozen=True)
class Recorded:
    """What came of it: the record, which is an earlier one where all of it was recorded before."""

    record: PlayRecord | None
    accounts: Sequence[int] = ()  # those that got a touch now
    known: int = 0  # those that had theirs already
    reactions: int = 0
    known_reactions: int = 0
    touched: Sequence[int] = field(default=(), repr=False)  # where what was promised is to be counted anew

    @property
    def anything(self) -> bool:
        return bool(self.accounts) or self.reactions > 0


def record_play(
    campaign: Campaign, telling: Telling, *, organisation: Organisation, by: User, at: datetime
) -> Recorded:
    """Record a play for accounts, and who responded. What was recorded before is not written again.

    Raises RuleBroken for a play, a day or an account that cannot be, naming it; then nothing is written.
    """
    session, play = session_of(campaign), play_of(campaign, telling.play)
    outcome, note = _checked(campaign, play, telling, at=at)
    accounts, reactions = sorted(set(telling.accounts)), list(dict.fromkeys(telling.reactions))
    require(accounts or reactions, "Choose the accounts that it reached.", field="accounts")
    hold_accounts(session, [*accounts, *(one.account_id for one in reactions)])
    require_recordable(session, campaign, telling.day, accounts)
    _make_room(session, campaign.id, play.play)
    standing, reached = standing_keys(session, campaign.id, play.play)
    days = (telling.day, organisation.today(at))
    check_reactions(session, reactions, reached=reached | set(accounts), days=days)
    keys = {touch_key(campaign.id, play.play, number, telling.day): number for number in accounts}
    answers = {_reaction_key(campaign, play, one): one for one in reactions}
    fresh = {key: number for key, number in keys.items() if key not in standing}
    new_answers = {key: one for key, one in answers.items() if key not in standing}
    known, known_answers = len(keys) - len(fresh), len(answers) - len(new_answers)
    if not fresh and not new_answers:
        return Recorded(_newest(session, campaign, play, telling.day), (), known, 0, known_answers)
    row = _row(campaign, play, telling, by=by, at=at)
    row.outcome, row.note, row.accounts, row.responses = outcome, note, len(fresh), len(new_answers)
    session.add(row)
    session.flush()
    _write(row, fresh, new_answers, organisation=organisation, by=by, at=at)
    keep_opt_outs(session, new_answers.values(), by=by, at=at)
    touched = sorted({*fresh.values(), *(one.account_id for one in new_answers.values())})
    return Recorded(row, sorted(fresh.values()), known, len(new_answers), known_answers, touched)


def void_record(row: PlayRecord, *, reason: str, organisation: Organisation, by: User, at: datetime) -> list[int]:
    """Take a record and all its touches out of every count, with the reason; hand back the accounts to count anew."""
    require(reason.strip(), "Say why this record does not count.", field="reason")
    check_text(reason, field="reason")
    session, why = session_of(row), paragraphs(reason)
    of_record = select(Touch.id, Touch.account_id).join(PlayTouch, PlayTouch.touch_id == Touch.id)
    touches = session.execute(of_record.where(PlayTouch.record_id == row.id)).all()
    accounts = sorted({account_id for _, account_id in touches})
    hold_accounts(session, accounts)
    session.refresh(row)
    require(row.voided_at is None, "This record is voided already.")
    numbers, whole = [number for number, _ in touches], "the record of its play"
    void_many(session, numbers, reason=why, told_with=whole, organisation=organisation, by=by, at=at)
    still = update(PlayTouch).where(PlayTouch.record_id == row.id, PlayTouch.voided_at.is_(None))
    session.execute(still.values(voided_at=at).execution_options(synchronize_session=False))
    row.voided_at, row.voided_by_id, row.void_reason = at, by.id, why
    after = {"campaign": row.campaign_id, "play": row.play, "touches": len(touches)}
    record(row, "voided", by=by, at=at, after=after, personal={"reason": why})
    return accounts


def play_of(campaign: Campaign, public_id: str) -> Playable:
    """A play that can have happened. Raises RuleBroken for one that the plan that ran does not have."""
    found = playable(campaign).get(public_id)
    if found is None:
        refuse(f"The plan that {campaign.name} ran on has no such play.", field="play")
    return found


def standing_keys(session: Session, campaign_id: int, play: str) -> tuple[set[str], set[int]]:
    """What is recorded of a play and stands: the keys of its touches, and the accounts that it reached."""
    rows = session.execute(
        select(PlayTouch.key, PlayTouch.reaction, Touch.account_id)
        .join(Touch, Touch.id == PlayTouch.touch_id)
        .where(PlayTouch.record_id.in_(_of_play(campaign_id, play)))
        .where(PlayTouch.voided_at.is_(None), Touch.voided_at.is_(None))
    ).all()
    return {row.key for row in rows}, {row.account_id for row in rows if not row.reaction}


def _make_room(session: Session, campaign_id: int, play: str) -> None:
    """A touch that was voided by itself makes room for what was really so."""
    gone = select(Touch.voided_at).where(Touch.id == PlayTouch.touch_id).scalar_subquery()
    lapsed = update(PlayTouch).where(PlayTouch.record_id.in_(_of_play(campaign_id, play)))
    lapsed = lapsed.where(PlayTouch.voided_at.is_(None), gone.is_not(None)).values(voided_at=gone)
    session.execute(lapsed.execution_options(synchronize_session=False))


def _of_play(campaign_id: int, play: str) -> Select[int]:
    return select(PlayRecord.id).where(PlayRecord.campaign_id == campaign_id, PlayRecord.play == play)


def _checked(campaign: Campaign, play: Playable, telling: Telling, *, at: datetime) -> tuple[str, str]:
    """What our side did and the note, once the day, both of them and the campaign's state are found right."""
    require_day(campaign, telling.day, at=at, imported=telling.source is RecordSource.CSV)
    outcome = telling.outcome or usual_outcome(play.channel)
    offered = our_outcomes(play.channel)
    known = " or ".join(f"“{name}”" for name in offered)
    require(outcome in offered, f"Say what we did: {known}.", field="outcome")
    check_text(telling.note, field="note")
    note = paragraphs(telling.note)
    require(len(note) <= LONGEST_NOTE, f"The note is longer than {LONGEST_NOTE:,} characters.", field="note")
    return outcome, note


def _reaction_key(campaign: Campaign, play: Playable, one: Reaction) -> str:
    return reaction_key(campaign.id, play.play, one.account_id, one.day, kind=one.kind, contact_id=one.contact_id)


def _newest(session: Session, campaign: Campaign, play: Playable, day: date) -> PlayRecord | None:
    standing = select(PlayRecord).where(PlayRecord.campaign_id == campaign.id, PlayRecord.play == play.play)
    standing = standing.where(PlayRecord.voided_at.is_(None)).order_by((PlayRecord.day == day).desc(), PlayRecord.id)
    return session.scalars(standing.limit(1)).first()


def _row(campaign: Campaign, play: Playable, telling: Telling, *, by: User, at: datetime) -> PlayRecord:
    return PlayRecord(
        campaign=campaign,
        play=play.play,
        channel=play.channel,
        what=play.what,
        day=telling.day,
        source=telling.source,
        token=telling.token,
        corrects=telling.corrects,
        recorded_by=by,
        recorded_at=at,
    )


def _write(
    row: PlayRecord,
    accounts: Mapping[str, int],
    reactions: Mapping[str, Reaction],
    *,
    organisation: Organisation,
    by: User,
    at: datetime,
) -> None:
    """The touches with their rollups and events, which of them are this record's, and its own event."""
    session, name = session_of(row), row.public_id
    ours = {f"{name}-{number}": (key, _ours(row, number, organisation, at)) for key, number in accounts.items()}
    numbered = enumerate(reactions.items(), 1)
    theirs = {f"{name}-r{place}": (key, _theirs(row, one, organisation, at)) for place, (key, one) in numbered}
    whose: dict[str, Any] = {"side": TouchSide.MARKETING, "campaign_id": row.campaign_id, "logged_by_id": by.id}
    drafts = [Draft(client_key=key, **whose, **facts) for key, (_, facts) in (ours | theirs).items()]
    written = log_many(session, drafts, organisation=organisation, by=by, at=at)
    rows = [
        {"touch_id": written[name], "record_id": row.id, "key": key, "reaction": name in theirs}
        for name, (key, _) in (ours | theirs).items()
    ]
    session.execute(insert(PlayTouch), rows)
    said = {"campaign": row.campaign_id, "play": row.play, "day": row.day, "accounts": row.accounts}
    said |= {"responses": row.responses, "source": row.source, "corrects": row.corrects and row.corrects.public_id}
    token = {"token": row.token.name, "token_id": row.token.public_id} if row.token is not None else {}
    record(row, "recorded", by=by, at=at, after=said | token, personal={"note": row.note} if row.note else None)


def _ours(row: PlayRecord, account_id: int, organisation: Organisation, at: datetime) -> dict[str, Any]:
    when = {"at": _moment(row.day, organisation, at), "day": row.day}
    kind = {"direction": Direction.OUTBOUND, "channel": row.channel, "outcome": row.outcome}
    return {"account_id": account_id, "note": row.what, **kind, **when}


def _theirs(row: PlayRecord, one: Reaction, organisation: Organisation, at: datetime) -> dict[str, Any]:
    when = {"at": _moment(one.day, organisation, at), "day": one.day}
    kind = {"direction": Direction.INBOUND, "channel": one.channel, "outcome": one.outcome}
    said = {"contact_id": one.contact_id, "note": f"To “{row.what}”"}
    return {"account_id": one.account_id, **kind, **said, **when}


def _moment(day: date, organisation: Organisation, at: datetime) -> datetime:
    """When it is told to have been: now for today, else at noon."""
    return at if day == organisation.today(at) else organisation.start_of(day) + NOON
