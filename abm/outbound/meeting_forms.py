"""What is said of a meeting: how it was booked, when and with whom it is, and what became of it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Final
from zoneinfo import ZoneInfo

from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, SelectField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from abm.accounts.fields import text
from abm.accounts.models import Account, Contact
from abm.kit.forms import Checkboxes, choices, name_field
from abm.outbound.forms import ChoiceField, MomentField
from abm.outbound.meetings import OUTCOMES_OF, Appointment, Meeting
from abm.people.models import User
from abm.touches.kinds import Channel

BOOKED_BY: Final = {
    "call": (Channel.CALL, "meeting booked", "By phone"),
    "email": (Channel.EMAIL, "meeting booked", "By e-mail"),
    "social": (Channel.SOCIAL, "meeting booked", "On a social network"),
    "event": (Channel.EVENT, "meeting booked", "At an event"),
    "meeting": (Channel.MEETING, "booked", "In person"),
}
HOURS: Final = {
    "15": "15 minutes",
    "30": "30 minutes",
    "45": "45 minutes",
    "60": "1 hour",
    "90": "1½ hours",
    "120": "2 hours",
    "240": "Half a day",
    "480": "A day",
}


class MeetingForm(FlaskForm):
    """When it is, how long, what about, and who of theirs comes."""

    subject = name_field("What it is about", "Say what the meeting is about.")
    starts_at = MomentField("When it is", [InputRequired("Say when it is.")])
    minutes = SelectField("How long", coerce=int, choices=choices(HOURS.items()), default=30)
    owner = ChoiceField("Who of us goes", otherwise="Choose one of the people on the list.")
    attendees = Checkboxes("Who of theirs comes", [Optional()])
    revision = HiddenField()

    def offer(self, account: Account, people: Sequence[User], also: Sequence[Contact] = ()) -> None:
        """Our people; the contacts who are there, and who is coming already."""
        self.owner.choices = choices((one.public_id, one.name) for one in people)
        here = [one for one in account.contacts if one.archived_at is None or one in also]
        self.attendees.choices = choices(
            (one.public_id, f"{one.name}, {one.title}" if one.title else one.name) for one in here
        )

    def appointment(self, account: Account, zone: str) -> Appointment:
        """What the form says, once it has been validated."""
        starts_at = self.starts_at.data
        if starts_at is None:
            raise TypeError("The form was not validated.")
        starts_at = starts_at if starts_at.tzinfo else starts_at.replace(tzinfo=ZoneInfo(zone))
        chosen = set(self.attendees.data or ())
        people = [one for one in account.contacts if one.public_id in chosen]
        return Appointment(self.subject.data or "", starts_at, self.minutes.data, people)


class BookingForm(MeetingForm):
    """A new meeting. `touch` is what booked it, where that was logged before; else its key makes it be logged once."""

    how = ChoiceField(
        "How it was booked",
        choices=choices((name, words) for name, (_, _, words) in BOOKED_BY.items()),
        otherwise="Choose how it was booked.",
    )
    touch = HiddenField(validators=[Length(max=16)])
    client_key = HiddenField(default=lambda: uuid.uuid4().hex, validators=[Length(max=40)])


class OutcomeForm(FlaskForm):
    """What became of a meeting."""

    outcome = RadioField(
        "What became of it",
        [InputRequired("Choose what became of it.")],
        choices=choices((name, rule.label) for name, rule in OUTCOMES_OF.items()),
    )
    note = TextAreaField("Note", [Length(max=2000, message="A note has at most 2,000 characters.")], filters=[text])


def showing(meeting: Meeting, people: Sequence[User], zone: str) -> MeetingForm:
    """The form of a meeting as it stands."""
    shown = {
        "subject": meeting.subject,
        "starts_at": meeting.starts_at.astimezone(ZoneInfo(zone)).replace(tzinfo=None),
        "minutes": meeting.minutes,
        "owner": meeting.owner.public_id,
        "attendees": [one.public_id for one in meeting.attendees],
        "revision": str(meeting.revision),
    }
    form = MeetingForm(formdata=None, data=shown)
    form.offer(meeting.account, people, meeting.attendees)
    return form
