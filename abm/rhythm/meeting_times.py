"""When the weekly review takes place, and the series of it for calendar programs."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event
from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from abm.audit.models import record
from abm.kit.base import Base, check
from abm.kit.rules import require
from abm.people.models import User
from abm.people.programmes import Programme

WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
ICS_DAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
KNOWN_YEARS: Final = 10  # of daylight saving that the file says
USUAL: Final = (0, 10 * 60, 45)  # Mondays at ten, 45 minutes


class ReviewRhythm(Base):
    """The weekday (0 is Monday), the minute of the day and how many minutes, for one programme."""

    __tablename__ = "review_rhythm"
    __table_args__ = (
        check("weekday BETWEEN 0 AND 6", "weekday"),
        check("minute BETWEEN 0 AND 1439", "minute"),
        check("lasts BETWEEN 15 AND 180", "lasts"),
    )

    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"), primary_key=True)
    weekday: Mapped[int]
    minute: Mapped[int]
    lasts: Mapped[int]

    @property
    def id(self) -> int:
        """What its events are about."""
        return self.programme_id

    @property
    def begins(self) -> time:
        return time(self.minute // 60, self.minute % 60)

    @property
    def words(self) -> str:
        """`Mondays at 10:00, 45 minutes`."""
        return f"{WEEKDAYS[self.weekday]}s at {self.begins:%H:%M}, {self.lasts} minutes"

    def first_from(self, day: date) -> date:
        """The first day of it from a day on."""
        return day + timedelta(days=(self.weekday - day.weekday()) % 7)


def rhythm_of(session: Session, programme_id: int) -> ReviewRhythm:
    """When a programme meets: as it is set, else on Mondays at ten for 45 minutes."""
    weekday, minute, lasts = USUAL
    standing = session.get(ReviewRhythm, programme_id)
    return standing or ReviewRhythm(programme_id=programme_id, weekday=weekday, minute=minute, lasts=lasts)


def set_rhythm(
    session: Session, programme: Programme, *, weekday: int, begins: time, lasts: int, by: User, at: datetime
) -> ReviewRhythm:
    """Say when a programme meets."""
    require(0 <= weekday <= 6, "Choose a day of the week.", field="weekday")
    require(15 <= lasts <= 180, "A review takes between 15 minutes and 3 hours.", field="lasts")
    turn = select(Programme.id).where(Programme.id == programme.id)
    session.execute(turn.with_for_update(key_share=True))  # two may set it at once
    rhythm = rhythm_of(session, programme.id)
    before = {"when": rhythm.words}
    rhythm.weekday, rhythm.minute, rhythm.lasts = weekday, begins.hour * 60 + begins.minute, lasts
    session.add(rhythm)
    record(rhythm, "set", by=by, at=at, before=before, after={"when": rhythm.words})
    return rhythm


def series(rhythm: ReviewRhythm, *, name: str, zone: str, today: date, link: str, at: datetime) -> bytes:
    """The meeting each week as one repeating event (RFC 5545), in the company's zone so that it keeps its hour."""
    begins = datetime.combine(rhythm.first_from(today), rhythm.begins, tzinfo=ZoneInfo(zone))
    event = Event()
    event.add("uid", f"weekly-review-{rhythm.programme_id}@accountable")
    event.add("summary", name)
    event.add("dtstamp", at)
    event.add("dtstart", begins)
    event.add("duration", timedelta(minutes=rhythm.lasts))
    event.add("rrule", {"freq": "weekly", "byday": ICS_DAYS[rhythm.weekday]})
    event.add("description", f"Both sides look at the same frozen week.\n{link}")
    event.add("url", link)
    calendar = Calendar()
    calendar.add("prodid", "-//Accountable//EN")
    calendar.add("version", "2.0")
    calendar.add_component(event)
    calendar.add_missing_timezones(first_date=today, last_date=today.replace(day=1, year=today.year + KNOWN_YEARS))
    return bytes(calendar.to_ical())
