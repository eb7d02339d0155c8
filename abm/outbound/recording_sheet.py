"""The form about a play on its way: what it offers, what was sent, and what that tells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from abm.campaigns.models import Campaign
from abm.campaigns.naming import Directory
from abm.campaigns.play_records import PlayRecord
from abm.campaigns.reactions import Reaction, usual_outcome
from abm.campaigns.recordable import Playable, Reachable, recordable
from abm.campaigns.recorded import reached_by, replaced_by, touches_of
from abm.campaigns.recording import Telling
from abm.kit.db import session as current
from abm.kit.rules import RuleBroken, refuse
from abm.kit.web import Answer, page
from abm.outbound.recording_forms import CorrectionForm, ReactionLine, ReactionsForm, RecordForm
from abm.touches.kinds import Channel

LISTED = 200


@dataclass
class Sheet:
    """A form with the accounts that it offers on its day. `row`: the record that it corrects or adds to."""

    campaign: Campaign
    play: Playable
    form: ReactionsForm
    offered: Sequence[Reachable] = ()
    reached: Mapping[int, date] = field(default_factory=dict)  # recorded for the day already
    row: PlayRecord | None = None
    looked: bool = False  # whether it is only shown again

    @classmethod
    def sent(
        cls, session: Session, campaign: Campaign, play: Playable, form: RecordForm, row: PlayRecord | None = None
    ) -> Sheet:
        form.offer(play)
        sheet = cls(campaign, play, form, row=row)
        sheet.look_up(session, form.day.data)
        return sheet

    @classmethod
    def of_record(cls, row: PlayRecord, form: ReactionsForm) -> Sheet:
        """To say who responded: of all whom the play reached."""
        play = Playable(row.play, row.channel, row.what, row.day)
        form.offer_reactions(play)
        return cls(row.campaign, play, form, row=row)

    def look_up(self, session: Session, day: date | None) -> None:
        if day is not None:
            self.offered = recordable(session, self.campaign, day)
            self.reached = reached_by(session, self.campaign.id, self.play.play, day)

    def to_save(self, sent: Mapping[str, Any]) -> bool:
        """Whether it is to be saved and can be: not where a button only asks for a search or for more lines."""
        if "lines" in sent:
            self.form.more_lines()
            self._offer_again()
        self.looked = "look" in sent or "lines" in sent
        if self.looked:
            return False
        valid = self.form.validate_on_submit()
        return self.form.complete() and valid

    def _offer_again(self) -> None:
        self.form.offer_reactions(self.play)

    @property
    def shown(self) -> list[Reachable]:
        """The accounts that stand there to be ticked."""
        return self.form.shown(self.offered) if isinstance(self.form, RecordForm) else []


def new_sheet(session: Session, campaign: Campaign, play: Playable, *, today: date) -> Sheet:
    """An empty form: on the day of the play, or today where that is still to come."""
    form = RecordForm(formdata=None, day=min(play.day, today), outcome=usual_outcome(play.channel))
    form.offer(play)
    sheet = Sheet(campaign, play, form)
    sheet.look_up(session, form.day.data)
    return sheet


def correction_sheet(session: Session, row: PlayRecord) -> Sheet:
    """The form with what a record says."""
    touches = touches_of(session, row)
    lines = [
        {"account": name, "what": f"{touch.channel}/{touch.outcome}", "contact": contact or "", "day": touch.day}
        for touch, name, _, contact, reaction in touches
        if reaction and touch.voided_at is None
    ]
    reached = {touch.account_id for touch, *_, reaction in touches if not reaction and touch.voided_at is None}
    offered = recordable(session, row.campaign, row.day)
    ticked = [one.public_id for one in offered if one.account_id in reached]
    whole = len(ticked) == len(offered)
    facts = {"day": row.day, "outcome": row.outcome, "note": row.note, "whom": "all" if whole else "some"}
    form = CorrectionForm(formdata=None, **facts, accounts=[] if whole else ticked, reactions=lines)
    play = Playable(row.play, row.channel, row.what, row.day)
    form.offer(play)
    return Sheet(row.campaign, play, form, offered, row=row)


def told_by(session: Session, sheet: Sheet) -> Telling:
    """What a form that validates tells. Raises RuleBroken for an account or a person that nobody is."""
    form = sheet.form
    if not isinstance(form, RecordForm):
        since = sheet.row.day if sheet.row is not None else sheet.play.day
        return Telling(sheet.play.play, since, reactions=_reactions(session, form.lines(), since))
    day = form.day.data
    if day is None:
        refuse("Write the day.", field="day")
    return Telling(
        play=sheet.play.play,
        day=day,
        accounts=[one.account_id for one in form.chosen(sheet.offered)],
        reactions=_reactions(session, form.lines(), day),
        outcome=form.outcome.data or "",
        note=form.note.data or "",
    )


def _reactions(session: Session, lines: Sequence[ReactionLine], day: date) -> list[Reaction]:
    """The lines as facts; what is wrong with one is said beside its field."""
    if not lines:
        return []
    directory, found = Directory(session), []
    for line in lines:
        try:
            number = directory.account(line.account.data or "")
            contact = directory.contact(number, line.contact.data or "")
            if contact is None and line.contact.data:
                refuse(f"{directory.name_of(number)} has nobody of that name: leave it empty.", field="contact")
        except RuleBroken as broken:
            line[broken.field or "account"].errors = [broken.message]
            raise
        channel, _, outcome = (line.what.data or "").partition("/")
        found.append(Reaction(number, Channel(channel), outcome, line.day.data or day, contact))
    return found


def say(sheet: Sheet, broken: RuleBroken) -> None:
    """Put the sentence beside its field where it is not there yet, else on top of the form."""
    form = sheet.form
    if any(broken.message in one.errors for line in form.lines() for one in line):
        form.reactions.errors = [broken.message]
    elif broken.field in form:
        form[broken.field].errors = [*form[broken.field].errors, broken.message]
    else:
        form.form_errors.append(broken.message)


def record_page(row: PlayRecord, void: Any, sheet: Sheet | None, status: int = 200) -> Answer:
    """One record; `sheet`: the responses as they were sent, to be mended."""
    session = current()
    touches = touches_of(session, row)
    responses = sheet or Sheet.of_record(row, ReactionsForm(formdata=None))
    return page(
        "records/show.html",
        status,
        record=row,
        campaign=row.campaign,
        play=responses.play,
        sheet=responses,
        form=responses.form,
        void=void,
        reached=[one for one in touches if not one.reaction][:LISTED],
        reactions=[one for one in touches if one.reaction],
        replaced_by=replaced_by(session, row),
    )
