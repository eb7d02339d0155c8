"""Play templates: what a plan can begin from. They are edited and archived, never deleted; each change is an event."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from abm.accounts.changes import Change, check_text, refuse_stale, set_facts
from abm.audit.models import record
from abm.campaigns.kinds import CampaignState
from abm.campaigns.models import Campaign
from abm.campaigns.plan import Plan
from abm.kit.base import Base, Instant, Json, Key, LongText, Name, PublicId, Word, check, session_of
from abm.kit.rules import require
from abm.kit.text import one_line, paragraphs
from abm.people.models import User
from abm.touches.kinds import Channel

LONGEST: Final = 366  # days
MOST_PLAYS: Final = 40
WORDS = {
    "name": "Name",
    "tiers": "Tiers",
    "description": "Description",
    "days": "Days",
    "objective": "Objective",
    "message": "Message",
    "offer": "Offer and proof",
    "plays": "Plays",
    "ask_touches": "Touches per account",
    "ask_day": "Asked by day",
    "talk_track": "Talk track",
    "measure": "Measure",
}
FACTS = frozenset(WORDS)


@dataclass(frozen=True)
class TemplatePlay:
    """A play of a template, so many days after the first day of the campaign."""

    day: int
    channel: Channel
    what: str
    notes: str = ""

    @classmethod
    def read(cls, facts: Mapping[str, Any]) -> TemplatePlay:
        return cls(facts["day"], Channel(facts["channel"]), facts["what"], facts.get("notes", ""))

    def facts(self) -> dict[str, object]:
        return {"day": self.day, "channel": self.channel.value, "what": self.what, "notes": self.notes}


class PlayTemplate(Base):
    """The texts, plays and ask that a campaign for some tiers can begin with; days are counted from its first."""

    __tablename__ = "play_template"
    __table_args__ = (
        check("days >= 1", "days"),
        check("ask_touches >= 0", "ask"),
        check("ask_day IS NULL OR ask_day BETWEEN 0 AND days - 1", "ask_within_days"),
    )

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    name: Mapped[Name]
    tiers: Mapped[list[int]] = mapped_column(Json)  # that it is meant for
    description: Mapped[LongText]
    days: Mapped[int]  # that a campaign from it usually lasts
    objective: Mapped[LongText]
    message: Mapped[LongText]
    offer: Mapped[LongText]
    plays: Mapped[list[dict[str, Any]]] = mapped_column(Json)  # as TemplatePlay.facts has them, in order of their days
    ask_touches: Mapped[int]
    ask_day: Mapped[int | None]  # by when Sales is asked, in days after the first
    talk_track: Mapped[LongText]
    measure: Mapped[LongText]
    standard: Mapped[Word | None] = mapped_column(unique=True)  # which of those that come with the product it was
    grown_from_id: Mapped[int | None] = mapped_column(ForeignKey("campaign.id"), unique=True)
    created_at: Mapped[Instant]
    created_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    changed_at: Mapped[Instant]
    changed_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    archived_at: Mapped[Instant | None]
    archived_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    revision: Mapped[int] = mapped_column(default=1)

    created_by: Mapped[User] = relationship(foreign_keys=[created_by_id])
    changed_by: Mapped[User] = relationship(foreign_keys=[changed_by_id])
    archived_by: Mapped[User | None] = relationship(foreign_keys=[archived_by_id])
    grown_from: Mapped[Campaign | None] = relationship()

    __mapper_args__ = {"version_id_col": revision}

    @property
    def planned(self) -> list[TemplatePlay]:
        return [TemplatePlay.read(play) for play in self.plays]

    def change(self, facts: Mapping[str, Any], *, seen: int | None = None, by: User, at: datetime) -> Change:
        """Change what it says. `seen` is the revision that the form was made from.

        Raises Conflict, with both values, where somebody else changed it since.
        """
        tidy = _tidy(facts)
        refuse_stale(self, tidy, seen=seen, allowed=FACTS)
        _check({**self.facts(), **tidy})
        change = set_facts(self, tidy, allowed=FACTS)
        if change:
            self.changed_at, self.changed_by = at, by
            record(self, "changed", by=by, at=at, before=change.before, after=change.after)
        return change

    def archive(self, *, by: User, at: datetime) -> None:
        """Offer it no longer. What began from it stays as it is."""
        require(self.archived_at is None, f"{self.name} is archived already.")
        self.archived_at, self.archived_by = at, by
        record(self, "archived", by=by, at=at)

    def restore(self, *, by: User, at: datetime) -> None:
        """Offer it again."""
        require(self.archived_at is not None, f"{self.name} is not archived.")
        self.archived_at = self.archived_by = None
        record(self, "restored", by=by, at=at)

    def facts(self) -> dict[str, Any]:
        """Everything that it says."""
        return {name: getattr(self, name) for name in FACTS}


def create_template(
    session: Session,
    facts: Mapping[str, Any],
    *,
    by: User,
    at: datetime,
    standard: str | None = None,
    grown_from: Campaign | None = None,
) -> PlayTemplate:
    """A new template that says this; what is left out stays empty."""
    empty: dict[str, Any] = dict.fromkeys(("description", "objective", "message", "offer", "talk_track", "measure"), "")
    said = {**empty, "tiers": [], "plays": [], "days": 30, "ask_touches": 0, "ask_day": None, **_tidy(facts)}
    _check(said)
    template = PlayTemplate(
        **said, standard=standard, grown_from=grown_from, created_at=at, created_by=by, changed_at=at, changed_by=by
    )
    session.add(template)
    origin = {"standard": standard} if standard else {"grown_from": grown_from.slug} if grown_from else {}
    record(template, "created", by=by, at=at, after={**said, **origin})
    return template


def grow_template(campaign: Campaign, *, by: User, at: datetime) -> PlayTemplate:
    """Make a template of a completed campaign: what it ran on, with days counted from its first, and what to keep."""
    campaign.document.lock()
    completed = campaign.state is CampaignState.COMPLETED
    require(completed, f"{campaign.name} is {campaign.state}: a template grows from a completed campaign.")
    session = session_of(campaign)
    already = session.scalar(select(PlayTemplate.name).where(PlayTemplate.grown_from_id == campaign.id))
    require(already is None, f"“{already}” grew from {campaign.name} already: change that one.")
    plan = ran_on(campaign)
    noted = campaign.keep_note or campaign.closing_note
    facts = {
        "name": plan.name,
        "tiers": list(plan.criteria.tiers),
        "description": f"What to keep of {plan.name}:\n\n{noted}" if noted else f"Grown from {plan.name}.",
        "days": min((plan.ends_on - plan.starts_on).days + 1, LONGEST),
        **{name: getattr(plan, name) for name in ("objective", "message", "offer", "talk_track", "measure")},
        "plays": plays_from(plan, plan.starts_on),
        "ask_touches": plan.ask_touches,
        "ask_day": offset(plan.ask_by, plan) if plan.ask_by else None,
    }
    template = create_template(session, facts, by=by, at=at, grown_from=campaign)
    record(campaign, "grew", by=by, at=at, after={"template": template.public_id})
    return template


def ran_on(campaign: Campaign) -> Plan:
    """The plan that a campaign was launched on last; of one that never was, its draft."""
    return Plan.read(campaign.launches[-1].version.read()) if campaign.launches else campaign.draft()


def plays_from(plan: Plan, first: date) -> list[dict[str, object]]:
    """The plays of a plan, their days counted from a first day; none lies before it or beyond a year."""
    plays = sorted(plan.plays, key=lambda play: play.day)
    return [
        TemplatePlay(min(max((play.day - first).days, 0), LONGEST - 1), play.channel, play.what, play.notes).facts()
        for play in plays
    ][:MOST_PLAYS]


def offset(day: date, plan: Plan) -> int:
    """A day of a plan, counted from its first and kept within its days."""
    last = min((plan.ends_on - plan.starts_on).days, LONGEST - 1)
    return min(max((day - plan.starts_on).days, 0), last)


def last_day(starts_on: date, days: int) -> date:
    """The last day of a campaign that lasts so many days."""
    return starts_on + timedelta(days=days - 1)


def _tidy(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Texts as people mean them, tiers and plays in order, so that what is the same compares as the same."""
    tidy = {name: paragraphs(value) if isinstance(value, str) else value for name, value in facts.items()}
    if "name" in tidy:
        tidy["name"] = one_line(tidy["name"])
    if "tiers" in tidy:
        tidy["tiers"] = sorted(set(tidy["tiers"]))
    if "plays" in tidy:
        plays: Iterable[TemplatePlay] = map(TemplatePlay.read, tidy["plays"])
        tidy["plays"] = [play.facts() for play in sorted(plays, key=lambda play: play.day)]
    return tidy


def _check(facts: Mapping[str, Any]) -> None:
    require(facts["name"], "Write the template's name.", field="name")
    for name, value in facts.items():
        if isinstance(value, str):
            check_text(value, field=name)
    require(facts["tiers"], "Choose the tiers that it is meant for.", field="tiers")
    require(set(facts["tiers"]) <= {1, 2, 3}, "There are the tiers 1, 2 and 3.", field="tiers")
    days = facts["days"]
    require(1 <= days <= LONGEST, f"A campaign lasts from 1 to {LONGEST} days.", field="days")
    within = facts["ask_day"] is None or 0 <= facts["ask_day"] < days
    require(within, "The day by which Sales is asked lies after the last day.", field="ask_day")
    require(0 <= facts["ask_touches"] <= 100, "Ask for at most 100 touches.", field="ask_touches")
    _check_plays(facts["plays"], days)


def _check_plays(plays: Sequence[Mapping[str, Any]], days: int) -> None:
    require(len(plays) <= MOST_PLAYS, f"A template has at most {MOST_PLAYS} plays.", field="plays")
    for play in map(TemplatePlay.read, plays):
        require(one_line(play.what), "Say what the play is.", field="plays")
        require(len(play.what) <= 200, "Say what the play is in at most 200 characters.", field="plays")
        check_text(play.what + play.notes, field="plays")
        outside = f"“{play.what}” lies outside the {days} days that a campaign from it lasts."
        require(0 <= play.day < days, outside, field="plays")
