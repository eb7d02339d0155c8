"""What people write into a plan and say in its review; shape only, the rules are the models'."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, IntegerField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import AnyOf, DataRequired, InputRequired, Length, NumberRange, Optional, Regexp

from abm.accounts.fields import Choice, DayField, WholeNumber, text
from abm.accounts.money import written_amount
from abm.campaigns.audience import Candidate, chosen
from abm.campaigns.drafting import FACTS
from abm.campaigns.holdout import MOST, SMALLEST_ARM
from abm.campaigns.kinds import CampaignState, CommentKind, Mark, Section
from abm.campaigns.models import Campaign
from abm.campaigns.plan import Criteria
from abm.kit.forms import Checkboxes, choices, clean, name_field
from abm.people.programmes import Programme
from abm.stages.models import Stage
from abm.touches.kinds import Channel

LONG = Length(max=10_000, message="Write no more than %(max)d characters.")


def long_field(label: str, description: str = "", **options: Any) -> TextAreaField:
    """Some paragraphs; Markdown is understood."""
    return TextAreaField(label, [LONG], filters=[text], description=description, render_kw={"rows": 6}, **options)


class Marked(FlaskForm):
    """A form that carries what the section said when it was opened."""

    mark = HiddenField("Mark", [Length(max=64)])


class NewForm(FlaskForm):
    """A new campaign; `template` or `earlier` name what it begins from, if anything."""

    template = HiddenField("Template", [Length(max=16)])
    earlier = HiddenField("Earlier campaign", [Length(max=80)])

    name = name_field("Name", "Write the campaign's name.")
    starts_on = DayField("First day", [InputRequired("Write the first day.")])
    ends_on = DayField("Last day", [InputRequired("Write the last day.")])
    programme = Choice("Programme", description="Its accounts come from this programme's list.")

    def offer(self, programmes: Sequence[Programme]) -> None:
        """The programmes to choose from, the default first; a company with one is not asked."""
        self.programme.choices = {one.slug: one.name for one in programmes}
        if len(programmes) < 2:
            del self.programme  # not asked, not shown

    @property
    def facts(self) -> dict[str, Any]:
        """What was written, once it validates."""
        return {"name": self.name.data, "starts_on": self.starts_on.data, "ends_on": self.ends_on.data}


class AdoptForm(NewForm):
    """A campaign that ran before the company used Accountable."""

    tiers = Checkboxes("Tiers", choices=choices((str(tier), f"Tier {tier}") for tier in (1, 2, 3)))
    objective = long_field("Objective", "What it is for. The other sections can wait.")

    @property
    def facts(self) -> dict[str, Any]:
        criteria = Criteria(tuple(int(tier) for tier in self.tiers.data or ()))
        return {**super().facts, "criteria": criteria}


class ObjectiveForm(Marked):
    """What for, when, and who answers for it."""

    name = name_field("Name", "Write the campaign's name.")
    starts_on = DayField("First day", [InputRequired("Write the first day.")])
    ends_on = DayField("Last day", [InputRequired("Write the last day.")])
    owner = Choice("Owner", description="Answers for its plays. Handing it over costs no approval.")
    objective = long_field("Objective", "What should be different afterwards, and by when.")


class AudienceForm(Marked):
    """Which accounts of the list: nothing ticked of a kind means all of it."""

    tiers = Checkboxes("Tiers", choices=choices((str(tier), f"Tier {tier}") for tier in (1, 2, 3)))
    segments = Checkboxes("Segments", validate_choice=False, description="None ticked means all.")
    industries = Checkboxes("Industries", validate_choice=False, description="None ticked means all.")
    aes = Checkboxes("AEs", validate_choice=False, description="None ticked means all.")
    stages = Checkboxes("Stages", validate_choice=False, description="None ticked means all.")
    without = Checkboxes("Leave out all that are marked", choices=choices((mark.value, mark.label) for mark in Mark))
    picked = Checkboxes("Take in one by one", validate_choice=False, description="Whatever else is ticked.")
    left_out = Checkboxes("Leave out one by one", validate_choice=False, description="Whatever else is ticked.")

    @property
    def criteria(self) -> Criteria:
        """What was ticked, once it validates."""
        ticked = {name: field.data or () for name, field in self._fields.items() if isinstance(field, Checkboxes)}
        return Criteria.read(ticked | {"tiers": [int(tier) for tier in self.tiers.data or ()]})

    def offer(self, found: Sequence[Candidate], criteria: Criteria) -> None:
        """What can be ticked: what the list has, with its count, and what the draft has ticked already."""
        tiers = Counter(one.tier for one in found)
        self.tiers.choices = choices((str(tier), f"Tier {tier} ({tiers[tier]})") for tier in (1, 2, 3))
        self.segments.choices = _counted([one.segment for one in found], criteria.segments)
        self.industries.choices = _counted([one.industry for one in found], criteria.industries)
        stages = Counter(one.stage for one in found)
        self.stages.choices = choices((stage.value, f"{stage.label} ({stages[stage]})") for stage in Stage)
        marks = Counter(mark for one in found for mark in one.marks)
        self.without.choices = choices((mark.value, f"{mark.label} ({marks[mark]})") for mark in Mark)
        aes = {one.ae: one.ae_name for one in found if one.ae and one.ae_name}
        aes = {**dict.fromkeys(criteria.aes, "An AE without accounts on the list"), **aes}
        self.aes.choices = choices(sorted(aes.items(), key=lambda pair: pair[1]))
        given = {one.public_id for one in chosen(found, replace(criteria, picked=(), left_out=()))}
        self.picked.choices = choices((one.public_id, _named(one)) for one in found if one.public_id not in given)
        self.left_out.choices = choices((one.public_id, _named(one)) for one in found if one.public_id in given)


class MessageForm(Marked):
    message = long_field("Message", "What both sides say, in the customer's words.")


class OfferForm(Marked):
    offer = long_field("Offer and proof", "What they get, and why they should believe it.")


class AskForm(Marked):
    """What Sales is asked for."""

    ask_touches = WholeNumber("Touches per account", [InputRequired("Write how many."), NumberRange(0, 100)])
    ask_by = DayField("By")
    talk_track = long_field("Talk track", "What an AE says, asks and sends.")


class BudgetForm(Marked):
    budget = StringField("Budget", [Length(max=40)], filters=[clean])


class MeasureForm(Marked):
    """What tells whether it worked, and against whom."""

    measure = long_field("Measure", "What will be measured, and what is expected.")
    holdout_percent = WholeNumber(
        "Hold-out, in percent",
        [
            InputRequired("Write a share; 0 means none."),
            NumberRange(0, MOST, "Hold out from 0 to %(max)d."),
        ],
        description=f"Kept out at random, at least {SMALLEST_ARM} accounts, to compare with. 0 means none.",
    )
    holdout_tier_1 = BooleanField("Hold accounts of tier 1 out as well")


class PlayForm(Marked):
    """One play."""

    channel = Choice("Channel", choices={channel.value: channel.label for channel in Channel})
    what = name_field("What", "Say what the play is.")
    day = DayField("Day", [InputRequired("Write the day.")])
    owner = Choice("Who does it", default="", description="Handing it over costs no approval.")
    notes = long_field("Content and notes", "What it says or shows, who helps, what has to be there first.")


class CommentForm(FlaskForm):
    """A comment, or a change that is asked for, anchored to a section."""

    section = HiddenField("Section", [AnyOf([section.slug for section in Section])])
    kind = Choice("Kind", choices={kind.value: kind.label for kind in CommentKind})
    body = TextAreaField("What you say", [DataRequired("Write what you want to say."), LONG], filters=[text])


class AnswerForm(FlaskForm):
    answer = TextAreaField("Answer", [DataRequired("Write an answer."), LONG], filters=[text])


class ApproveForm(FlaskForm):
    """Approval of exactly what the page showed."""

    digest = HiddenField("Digest", [Regexp(r"[0-9a-f]{64}\Z", message="Open the review again, then approve.")])


class Narrowing(FlaskForm):
    """What the list of campaigns is narrowed to, from the address."""

    class Meta:
        csrf = False

    state = StringField("State", [Optional(), AnyOf([state.value for state in CampaignState])])
    tier = IntegerField("Tier", [Optional(), NumberRange(1, 3)])
    owner = StringField("Owner", [Optional(), Length(max=16)])


SECTION_FORMS: dict[Section, type[Marked]] = {
    Section.OBJECTIVE: ObjectiveForm,
    Section.AUDIENCE: AudienceForm,
    Section.MESSAGE: MessageForm,
    Section.OFFER: OfferForm,
    Section.SALES_ASK: AskForm,
    Section.BUDGET: BudgetForm,
    Section.MEASURE: MeasureForm,
}


def _counted(values: Sequence[str], ticked: Sequence[str]) -> list[SelectChoice]:
    """Each value that there is with its count, and those that are ticked though nothing has them now."""
    counts = Counter(value for value in values if value)
    return choices((value, f"{value} ({counts[value]})") for value in sorted(counts.keys() | set(ticked)))


def _named(one: Candidate) -> str:
    marks = ", ".join(mark.label for mark in one.marks)
    return f"{one.name}, tier {one.tier}" + (f" ({marks})" if marks else "")


def shown(campaign: Campaign, section: Section) -> dict[str, object]:
    """What a section's form begins with."""
    mark = {"mark": campaign.draft().mark(section)}
    if section is Section.AUDIENCE:
        criteria = vars(Criteria.read(campaign.criteria))
        return {**mark, **criteria, "tiers": [str(tier) for tier in criteria["tiers"]]}
    if section is Section.BUDGET:
        return {**mark, "budget": written_amount(campaign.budget, campaign.currency)}
    facts = {name: getattr(campaign, name) for name in FACTS[section] - {"owner_id"}}
    return {**mark, **facts, "owner": campaign.owner.public_id}
