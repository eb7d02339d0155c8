"""Writing the draft of a plan, section by section: nobody's words are buried, and what an edit costs is kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, NoReturn

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from abm.accounts.changes import Change, check_text, difference, set_facts
from abm.audit.models import record
from abm.campaigns.adopted import work_from_now_on
from abm.campaigns.kinds import CampaignState, Section
from abm.campaigns.plan import PlannedPlay, mark_of
from abm.kit.base import Base, Day, Key, LongText, Name, PublicId, choice, public_id, session_of
from abm.kit.rules import Conflict, require
from abm.kit.text import one_line
from abm.people.models import User
from abm.touches.kinds import Channel

if TYPE_CHECKING:
    from abm.campaigns.models import Campaign

FACTS = {
    Section.OBJECTIVE: frozenset({"name", "starts_on", "ends_on", "objective", "owner_id"}),
    Section.AUDIENCE: frozenset({"criteria"}),
    Section.MESSAGE: frozenset({"message"}),
    Section.OFFER: frozenset({"offer"}),
    Section.SALES_ASK: frozenset({"ask_touches", "ask_by", "talk_track"}),
    Section.BUDGET: frozenset({"budget"}),
    Section.MEASURE: frozenset({"measure", "holdout_percent", "holdout_tier_1"}),
}
WORKED = frozenset({Section.OBJECTIVE, Section.AUDIENCE, Section.PLAYS})  # what an adopted campaign follows at once
PLAY_FACTS = frozenset({"channel", "what", "day", "notes", "owner_id"})


class Play(Base):
    """One thing that Marketing does in a campaign, on a day, on every account of the audience."""

    __tablename__ = "play"

    id: Mapped[Key]
    public_id: Mapped[PublicId] = mapped_column(default=public_id)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), index=True)
    channel: Mapped[Channel] = mapped_column(choice(Channel, "play_channel"))
    what: Mapped[Name]
    day: Mapped[Day]
    notes: Mapped[LongText] = mapped_column(default="")  # what it says or shows, and how
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))  # who does it; None: the campaign's owner

    campaign: Mapped[Campaign] = relationship(back_populates="plays")
    owner: Mapped[User | None] = relationship()

    def planned(self) -> PlannedPlay:
        """As a version keeps it. Who does it is not part of that: handing a play over costs no approval."""
        return PlannedPlay(self.public_id, self.channel, self.what, self.day, self.notes)

    def facts(self) -> dict[str, object]:
        said = {"notes": self.notes} if self.notes else {}
        return {"channel": self.channel.value, "what": self.what, "day": self.day.isoformat(), **said}

    @property
    def mark(self) -> str:
        """What a form carries, so that saving never buries somebody else's change."""
        return mark_of({**self.facts(), "owner": self.owner_id})


def change_section(
    campaign: Campaign, section: Section, facts: Mapping[str, object], *, mark: str | None, by: User, at: datetime
) -> Change:
    """Save one section. `mark` is what the section said when its form was opened (None: whatever it says now).

    Raises Conflict, with both values, where somebody else changed the section since.
    """
    covered = begin_edit(campaign)
    clash = difference(campaign, facts, allowed=FACTS[section])
    if clash and mark not in (None, campaign.draft().mark(section)):
        _refuse_stale(campaign, section, clash)
    _check(campaign, facts)
    change = set_facts(campaign, facts, allowed=FACTS[section])
    if change:
        end_edit(campaign, section, change, covered, by=by, at=at)
    return change


def add_play(
    campaign: Campaign,
    *,
    channel: Channel,
    what: str,
    day: date,
    notes: str = "",
    owner_id: int | None = None,
    by: User,
    at: datetime,
) -> Play:
    """One play more. Without an owner it is the campaign's owner who does it."""
    covered = begin_edit(campaign)
    _check(campaign, {"what": what, "notes": notes})
    play = Play(public_id=public_id(), channel=channel, what=one_line(what), day=day, notes=notes, owner_id=owner_id)
    campaign.plays.append(play)
    end_edit(campaign, Section.PLAYS, Change({}, {"added": play.facts()}), covered, by=by, at=at)
    return play


def change_play(play: Play, facts: Mapping[str, object], *, mark: str | None, by: User, at: datetime) -> Change:
    """Change channel, what, day, notes or owner of a play. `mark` as for `change_section`."""
    covered = begin_edit(play.campaign)
    clash = difference(play, facts, allowed=PLAY_FACTS)
    if clash and mark not in (None, play.mark):
        _refuse_stale(play.campaign, Section.PLAYS, clash)
    _check(play.campaign, facts)
    change = set_facts(play, facts, allowed=PLAY_FACTS)
    if change:
        end_edit(play.campaign, Section.PLAYS, change, covered, by=by, at=at)
    return change


def remove_play(play: Play, *, by: User, at: datetime) -> None:
    """Take a play out of the draft. Versions that have it keep it."""
    campaign = play.campaign
    covered = begin_edit(campaign)
    change = Change({"removed": play.facts()}, {})
    campaign.plays.remove(play)
    end_edit(campaign, Section.PLAYS, change, covered, by=by, at=at)


def begin_edit(campaign: Campaign) -> int | None:
    """Wait for this campaign's turn; hand back the number of the approved version that the draft still equals."""
    campaign.document.lock()
    require(not campaign.state.ended, f"{campaign.name} is {campaign.state}: its plan stays as it is.")
    approved = campaign.approved
    return approved.number if approved is not None and not campaign.left_behind() else None


def end_edit(
    campaign: Campaign, section: Section, change: Change, covered: int | None, *, by: User, at: datetime
) -> None:
    """Note who changed what, and the approval that no longer covers it."""
    campaign.changed_at, campaign.changed_by_id = at, by.id
    lost = {"costs_approval_of": covered} if covered is not None and campaign.left_behind() else {}
    after = {"section": section.value, **lost, **change.after}
    record(campaign, "changed", by=by, at=at, before=change.before, after=after)
    if campaign.state is CampaignState.ADOPTED and section in WORKED:
        work_from_now_on(campaign, at)


def _check(campaign: Campaign, facts: Mapping[str, object]) -> None:
    """The rules that a single section can break; what is only missing is said when the plan is submitted."""
    words = {"name": "Write the campaign's name.", "what": "Say what the play is."}
    for name, sentence in words.items():
        require(name not in facts or one_line(str(facts[name])), sentence, field=name)
    for name, value in facts.items():
        if isinstance(value, str):
            check_text(value, field=name)
    starts_on, ends_on = facts.get("starts_on", campaign.starts_on), facts.get("ends_on", campaign.ends_on)
    in_order = isinstance(starts_on, date) and isinstance(ends_on, date) and starts_on <= ends_on
    require(in_order, "The last day lies before the first.", field="ends_on")
    touches = facts.get("ask_touches", 0)
    require(isinstance(touches, int) and 0 <= touches <= 100, "Ask for at most 100 touches.", field="ask_touches")


def _refuse_stale(campaign: Campaign, section: Section, clash: Change) -> NoReturn:
    message = (
        f"Somebody else changed the {section.label.lower()} while you were writing. Nothing of yours is saved yet."
    )
    raise Conflict(message, theirs=_named(campaign, clash.before), yours=_named(campaign, clash.after))


def _named(campaign: Campaign, facts: Mapping[str, object]) -> dict[str, object]:
    """The facts as people read them: an owner by name."""
    rest = {name: value for name, value in facts.items() if name != "owner_id"}
    if "owner_id" not in facts:
        return rest
    owner = session_of(campaign).get(User, facts["owner_id"] or campaign.owner_id)
    return {**rest, "owner": owner.name if owner else ""}
