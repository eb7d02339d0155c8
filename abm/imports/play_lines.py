"""What each line of a file about plays would do: a touch, a response, nothing new, or why it stays out."""

from __future__ import annotations

import enum
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from abm.campaigns.kinds import CampaignState
from abm.campaigns.models import Campaign
from abm.campaigns.naming import Directory
from abm.campaigns.play_records import reaction_key, touch_key
from abm.campaigns.reactions import Reaction, check_reactions, is_response, our_outcomes, read_kind, usual_outcome
from abm.campaigns.recordable import Playable, playable, refusals, require_day
from abm.campaigns.recording import standing_keys
from abm.imports import dates, values
from abm.imports.dates import date_order
from abm.imports.play_columns import DAYS, columns_of
from abm.imports.play_files import PlayFile
from abm.imports.values import CellFault
from abm.kit.rules import RuleBroken, require
from abm.kit.text import shortened
from abm.people.models import Organisation

Group = tuple[int, str, date, str]  # campaign, play, day and what we did: what one record says


class LineAction(enum.StrEnum):
    """What becomes of a line."""

    RECORD = "record"
    SAME = "same"
    REFUSED = "refused"

    @property
    def label(self) -> str:
        return {"record": "Recorded", "same": "Recorded before", "refused": "Stay out"}[self.value]


@dataclass
class PlayLine:
    """One line and what it says, once it can be read."""

    number: int
    cells: Mapping[str, str]  # by our field
    action: LineAction = LineAction.RECORD
    field: str = ""
    message: str = ""  # why it stays out, or what of it is left out
    words: str = ""  # what it would do
    campaign: Campaign | None = None
    play: Playable | None = None
    account_id: int = 0
    day: date = date.min
    outcome: str = ""
    note: str = ""
    reaction: Reaction | None = None

    def refuse(self, refusal: RuleBroken | CellFault) -> None:
        self.action, self.field, self.message, self.words = LineAction.REFUSED, refusal.field or "", refusal.message, ""

    @property
    def group(self) -> Group:
        if self.campaign is None or self.play is None:
            raise RuntimeError("The line says nothing.")
        return self.campaign.id, self.play.play, self.day, self.outcome


@dataclass
class PlayPlan:
    """All lines of a file, and those that record something by what one record says."""

    lines: list[PlayLine]
    groups: dict[Group, list[PlayLine]] = field(default_factory=dict)

    @property
    def counts(self) -> dict[str, int]:
        counted = Counter(line.action for line in self.lines)
        return {action.value: counted[action] for action in LineAction}

    def told(self) -> list[list[object]]:
        """What is kept of it once it is applied, and compared with what somebody saw before."""
        return [[one.number, one.action.value, one.field, one.message, one.words] for one in self.lines]


def plan_lines(session: Session, file: PlayFile, *, organisation: Organisation, at: datetime) -> PlayPlan:
    """Plan every line against what is known now; nothing is written."""
    columns = columns_of(file.names, play_is_known=bool(file.play))
    reader = _Reader(session, file, columns, organisation.today(at))
    lines = []
    for number, cells, fault in file.lines["lines"]:
        line = PlayLine(number, {name: cells.get(str(place), "") for name, place in columns.items()})
        lines.append(line)
        try:
            require(not fault, fault)
            reader.read(line)
        except (RuleBroken, CellFault) as refusal:
            line.refuse(refusal)
    _refuse_by_day(session, lines, at=at)
    _refuse_responses(session, lines, today=organisation.today(at))
    _tell_new_from_known(session, lines)
    plan = PlayPlan(lines)
    for line in _standing(lines):
        if line.action is LineAction.RECORD:
            plan.groups.setdefault(line.group, []).append(line)
    return plan


class _Reader:
    """Reads lines one after the other, with what names mean loaded once."""

    def __init__(self, session: Session, file: PlayFile, columns: Mapping[str, int], today: date) -> None:
        self.file, self.today, self.directory = file, today, Directory(session)
        loaded = select(Campaign).options(selectinload(Campaign.live_plays), selectinload(Campaign.plays))
        self.campaigns = list(session.scalars(loaded.where(Campaign.state != CampaignState.DRAFT)))
        self.plays = {campaign.id: playable(campaign) for campaign in self.campaigns}
        whole = [cells for _, cells, fault in file.lines["lines"] if not fault]
        self.orders = {
            name: date_order(cells.get(str(columns[name]), "") for cells in whole) for name in DAYS if name in columns
        }

    def read(self, line: PlayLine) -> None:
        line.campaign = self._campaign(line)
        line.play = self._play(line, line.campaign)
        line.day = self._day("day", line) or line.play.day
        names = [values.name(name, line.cells.get(name, "")) for name in ("account_id", "domain", "account")]
        line.account_id = self._account(names)
        line.note = values.free_text(line.cells.get("note", ""))
        self._read_response(line, line.play)
        line.words = self._words(line, line.play)

    def _account(self, names: Sequence[str]) -> int:
        """By the surest of the line's names; where that is an id that only another system knows, by the next."""
        *surer, last = [name for name in names if name] or [""]
        for name in surer:
            with suppress(RuleBroken):
                return self.directory.account(name)
        return self.directory.account(last)

    def _campaign(self, line: PlayLine) -> Campaign:
        number, name = (values.name(key, line.cells.get(key, "")) for key in ("campaign_id", "campaign"))
        by_id = [one for one in self.campaigns if number and number.lower() in {one.public_id, one.slug}]
        named = [one for one in self.campaigns if name and name.casefold() in {one.name.casefold(), one.slug}]
        found = by_id or named
        if not number and not name and self.file.campaign_id is not None:
            found = [one for one in self.campaigns if one.id == self.file.campaign_id]
        told = shortened(name or number)
        require(number or name or found, "Say which campaign.", field="campaign")
        require(found, f"No campaign that was launched is called “{told}”: write its name as here.", field="campaign")
        require(len(found) == 1, f"{len(found)} campaigns are called “{told}”: write its id.", field="campaign")
        return found[0]

    def _play(self, line: PlayLine, campaign: Campaign) -> Playable:
        known, number = self.plays[campaign.id], values.word("play_id", line.cells.get("play_id", "")).lower()
        name = values.name("play", line.cells.get("play", ""))
        if number in known:
            return known[number]
        if not name and not number and self.file.play in known:
            return known[self.file.play]
        found = [one for one in known.values() if name and one.what.casefold() == name.casefold()]
        if len(found) > 1:
            day = self._day("day", line)
            found = [one for one in found if one.day == day] or found
        told = shortened(name or number)
        require(told, "Say which play.", field="play")
        require(found, f"{campaign.name} has no play “{told}”: write its name as in the plan.", field="play")
        require(len(found) == 1, f"{len(found)} plays are called “{told}”: write the play id.", field="play")
        return found[0]

    def _day(self, name: str, line: PlayLine) -> date | None:
        if name not in self.orders:
            return None
        return dates.day(name, line.cells.get(name, ""), self.orders[name])

    def _read_response(self, line: PlayLine, play: Playable) -> None:
        """What we did, and what they did where the line says so."""
        text = values.name("response", line.cells.get("response", ""))
        responded = values.yes_or_no("responded", line.cells.get("responded", ""))
        kind = read_kind(text, play.channel) if text and not values.says_nothing(text) else None
        ours = kind is not None and kind[0] is play.channel and kind[1] in our_outcomes(play.channel)
        theirs = kind is not None and is_response(*kind) and not (ours and responded is False)
        line.outcome = kind[1] if kind and ours and not theirs else usual_outcome(play.channel)
        require(line.outcome, "Say what we did on this channel, such as “held”.", field="response")
        require(not responded or theirs, "The line says that they responded, but not how.", field="response")
        if kind is not None and theirs:
            day = self._day("response_day", line) or max(line.day, min(play.day, line.day))
            line.reaction = Reaction(line.account_id, *kind, day, self._contact(line))

    def _contact(self, line: PlayLine) -> int | None:
        """Who it was; a person that nobody knows here is left out, and the line says so."""
        address = values.email("contact", line.cells.get("contact", "")) or ""
        name = values.name("contact_name", line.cells.get("contact_name", ""))
        for text in filter(None, (address, name)):
            found = self.directory.contact(line.account_id, text)
            if found is not None:
                return found
        if address or name:
            account = self.directory.name_of(line.account_id)
            line.message = f"{account} has nobody like “{shortened(address or name)}”: recorded without a person."
        return None

    def _words(self, line: PlayLine, play: Playable) -> str:
        did = our_outcomes(play.channel)[line.outcome]
        words = f"{play.what}: {did[0].lower()}{did[1:]} on {line.day.day} {line.day:%b %Y}"
        return words + (f"; response “{line.reaction.outcome}”" if line.reaction is not None else "")


def _standing(lines: Sequence[PlayLine]) -> Iterator[PlayLine]:
    return (line for line in lines if line.action is not LineAction.REFUSED)


def _refuse_by_day(session: Session, lines: Sequence[PlayLine], *, at: datetime) -> None:
    """Lines whose account was not worked on their day, or whose day cannot be."""
    of_day: dict[tuple[int, date], list[PlayLine]] = defaultdict(list)
    for line in _standing(lines):
        of_day[line.group[0], line.day].append(line)
    for (_, day), these in of_day.items():
        campaign = these[0].campaign
        if campaign is None:
            continue
        try:
            require_day(campaign, day, at=at, imported=True)
        except RuleBroken as refusal:
            for line in these:
                line.refuse(refusal)
            continue
        told = refusals(session, campaign, day, {line.account_id for line in these})
        for line in these:
            if line.account_id in told:
                line.refuse(RuleBroken(f"The account is {told[line.account_id]}: leave it out.", field="account"))


def _refuse_responses(session: Session, lines: Sequence[PlayLine], *, today: date) -> None:
    for line in _standing(lines):
        if line.reaction is None:
            continue
        try:
            check_reactions(session, [line.reaction], reached={line.account_id}, days=(line.day, today))
        except RuleBroken as refusal:
            line.refuse(refusal)


def _tell_new_from_known(session: Session, lines: Sequence[PlayLine]) -> None:
    """A line of which nothing is new, in the database or above it in the file, is the same."""
    seen: dict[tuple[int, str], set[str]] = {}
    for line in _standing(lines):
        campaign_id, play, day, _ = line.group
        if (campaign_id, play) not in seen:
            seen[campaign_id, play] = standing_keys(session, campaign_id, play)[0]
        keys = {touch_key(campaign_id, play, line.account_id, day)}
        if line.reaction is not None:
            one = line.reaction
            keys.add(reaction_key(campaign_id, play, one.account_id, one.day, kind=one.kind, contact_id=one.contact_id))
        if keys <= seen[campaign_id, play]:
            line.action = LineAction.SAME
        seen[campaign_id, play] |= keys
