"""What people type about a target list; shape only, the rules are the models'."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, Field, Form, FormField, HiddenField, StringField, TextAreaField
from wtforms.validators import AnyOf, InputRequired, Length, NumberRange, Optional, Regexp, ValidationError
from wtforms.widgets import ListWidget

from abm.accounts.fields import Choice, Seen, WholeNumber, text
from abm.agreement.models import Verdict
from abm.kit.forms import clean
from abm.people.seats import Side
from abm.targets.entries import Entry
from abm.targets.kinds import TIERS, Motion, Outcome, Period, Priority, Readiness
from abm.targets.narrowing import FILTERS, MINE, Narrowed
from abm.targets.policies import LARGEST, Terms, TierPolicy, fingerprint
from abm.targets.queries import Colleague

LONGEST_SEARCH = 80
MOST_AT_ONCE = 2000
TOO_LONG = "Write no more than %(max)d characters."
PUBLIC_ID = r"[a-z0-9]{16}\Z"
TIER_NAMES = {str(tier): f"Tier {tier}" for tier in TIERS}
TIER_CHOICES = {"": "No tier yet", **TIER_NAMES}
OUTCOME_CHOICES = {outcome.value: outcome.label for outcome in Outcome}
PERIOD_CHOICES = {period.value: period.value for period in Period}


def reason_field(label: str, description: str = "", **options: Any) -> TextAreaField:
    """A person's reason, in one or a few lines. `id` tells apart two of them on one page."""
    rules = [Length(max=2000, message=TOO_LONG)]
    return TextAreaField(label, rules, filters=[text], description=description, render_kw={"rows": 2}, **options)


def tier_or_none(written: str | None) -> int | None:
    return int(written) if written else None


class Filters(FlaskForm):
    """What narrows the draft; each may be left out."""

    q = StringField("Search", [Length(max=LONGEST_SEARCH)], filters=[clean])
    tier = StringField("Tier", [Optional(), AnyOf(["1", "2", "3", "none"])])
    outcome = StringField("Outcome", [Optional(), AnyOf([*Outcome, "all"])])
    ae = StringField("AE", [Optional(), Regexp(PUBLIC_ID)])
    motion = StringField("Motion", [Optional(), AnyOf(list(Motion))])
    missing = StringField("Missing", [Optional(), AnyOf([*Side, MINE])])
    changed = StringField("Changed", [Optional(), AnyOf(["yes"])])
    after = StringField("After", [Optional(), Regexp(PUBLIC_ID)])

    @property
    def narrowed(self) -> Narrowed:
        words: dict[str, Any] = {name: self[name].data or "" for name in FILTERS}
        return Narrowed(**words)


class Narrowing(Filters):
    """Filters from the address."""

    class Meta:
        csrf = False


class PlaceForm(FlaskForm):
    """Where an entry is placed: tier, AE, outcome, and what is wanted of the account."""

    tier = Choice("Tier", choices=TIER_CHOICES, validators=[Optional()])
    ae = Choice("Planned AE", validators=[Optional()])
    motion = Choice("Motion", choices={motion.value: motion.label for motion in Motion})
    with_children = BooleanField("Together with the companies below it")
    outcome = Choice("Outcome", choices=OUTCOME_CHOICES)
    reason = reason_field("Why", "Needed when it is out; both seats read it.")
    revision = Seen()

    def __init__(self, *args: Any, aes: list[Colleague], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ae.choices = {"": "Nobody yet", **{one.public_id: one.name for one in aes}}

    @classmethod
    def showing(cls, entry: Entry, *, aes: list[Colleague]) -> PlaceForm:
        """The form with an entry as it stands."""
        names = ("tier", "motion", "outcome", "reason", "with_children", "revision")
        facts = {name: getattr(entry, name) for name in names}
        shown = {"tier": str(entry.tier or ""), "ae": entry.ae.public_id if entry.ae else ""}
        return cls(formdata=None, data={**facts, **shown}, aes=aes)


class NominationForm(FlaskForm):
    """Sales' word on an account."""

    priority = Choice("Priority", choices={priority.value: priority.label for priority in Priority})
    why = reason_field("Why Sales wants it", id="nomination-why")


class AssessmentForm(FlaskForm):
    """Marketing's word on an account."""

    readiness = Choice("Can we reach it?", choices={readiness.value: readiness.label for readiness in Readiness})
    why = reason_field("What helps or is missing", "Needed unless it is ready.", id="assessment-why")


class PublicIds(Field):
    """Several things by public id, ticked on the page; whether they are there is asked of the database."""

    widget = ListWidget()
    data: list[str]

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = [str(value) for value in valuelist]

    def pre_validate(self, form: object) -> None:  # noqa: ARG002 WTForms hands over the form
        self.data = self.data or []
        if len(self.data) > MOST_AT_ONCE:
            raise ValidationError(f"Tick at most {MOST_AT_ONCE:,} at once.")


class Ticked(Filters):
    """Several entries: the ticked ones, or everything that the filter shows."""

    entries = PublicIds("Accounts")
    everything = BooleanField("Everything that the filter shows")

    def validate_everything(self, field: BooleanField) -> None:
        if not field.data and not self.entries.data:
            raise ValidationError("Tick the accounts that this is about.")


class DecideForm(Ticked):
    """One decision for several entries."""

    set_tier = Choice("Tier", choices={"": "Tier as it is", **TIER_NAMES}, validators=[Optional()])
    set_ae = Choice("AE", validators=[Optional()])
    set_outcome = Choice("Outcome", choices={"": "Outcome as it is", **OUTCOME_CHOICES}, validators=[Optional()])
    set_reason = StringField("Why it is out", [Length(max=500, message=TOO_LONG)], filters=[clean])

    def __init__(self, *args: Any, aes: list[Colleague], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.set_ae.choices = {"": "AE as it is", **{one.public_id: one.name for one in aes}}

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether it says which entries, and what to change about them."""
        holds = super().validate(extra_validators)
        if self.set_outcome.data or self.set_tier.data or self.set_ae.data:
            return bool(holds)
        self.form_errors.append("Choose what to change: tier, AE or outcome.")
        return False


class EnterForm(FlaskForm):
    """Accounts that become candidates: the ticked ones, or everything that the search finds."""

    q = StringField("Search", [Length(max=LONGEST_SEARCH)], filters=[clean])
    accounts = PublicIds("Accounts")
    everything = BooleanField("Everything that the search finds")
    tier = Choice("Tier", choices=TIER_CHOICES, validators=[Optional()])

    def validate_everything(self, field: BooleanField) -> None:
        if not field.data and not self.accounts.data:
            raise ValidationError("Tick the accounts to add.")


def _count_field(label: str, least: int) -> WholeNumber:
    between = NumberRange(least, LARGEST, f"Write a whole number from {least:,} to {LARGEST:,}.")
    return WholeNumber(label, [InputRequired("Write a whole number."), between])


def _period_field(label: str) -> Choice:
    return Choice(label, choices=PERIOD_CHOICES)


class TermsForm(Form):
    """The terms of one tier."""

    max_accounts = _count_field("Accounts at most", 1)
    max_per_ae = _count_field("Accounts per AE at most", 1)
    sales_touches = _count_field("Touches by Sales at least", 0)
    sales_contacts = _count_field("Over so many contacts", 0)
    sales_period = _period_field("Sales' rhythm, per")
    marketing_plays = _count_field("Plays by Marketing at least", 0)
    marketing_period = _period_field("Marketing's rhythm, per")
    roles_wanted = _count_field("Buying roles wanted", 0)
    stalled_days = _count_field("Days without movement until stalled", 1)

    @property
    def terms(self) -> dict[str, int | Period]:
        periods = {"sales_period", "marketing_period"}
        return {
            name: Period(self[name].data) if name in periods else self[name].data for name in Terms.__dataclass_fields__
        }


class PolicyForm(FlaskForm):
    """The terms of all three tiers, decided together."""

    tier_1 = FormField(TermsForm, "Tier 1", separator="_")
    tier_2 = FormField(TermsForm, "Tier 2", separator="_")
    tier_3 = FormField(TermsForm, "Tier 3", separator="_")
    seen = HiddenField("As it was seen", [InputRequired("This form is incomplete. Open it again.")])
    stale = False

    @classmethod
    def showing(cls, policies: list[TierPolicy]) -> PolicyForm:
        """The form of the terms as they stand."""
        shown: dict[str, Any] = {f"tier_{policy.tier}": vars_of(policy.terms) for policy in policies}
        return cls(formdata=None, data=shown | {"seen": fingerprint(policies)})

    def overtaken(self, policies: list[TierPolicy]) -> bool:
        """Whether somebody else changed the terms since the form showed them. It then says what each is by now, and
        what is sent next replaces that knowingly.
        """
        if self.seen.data == fingerprint(policies):
            return False
        for policy in policies:
            form, stands = self[f"tier_{policy.tier}"].form, vars_of(policy.terms)
            for name in stands.keys() & form.data.keys():
                if form[name].data != stands[name]:
                    form[name].errors = [*form[name].errors, f"Somebody else made it {stands[name]} meanwhile."]
        self.seen.data, self.stale = fingerprint(policies), True
        return True

    def terms_of(self, tier: int) -> dict[str, int | Period]:
        terms: dict[str, int | Period] = self[f"tier_{tier}"].form.terms
        return terms


def vars_of(terms: Terms) -> dict[str, Any]:
    """Terms as a form takes them: periods by their words."""
    return {
        name: getattr(value, "value", value)
        for name in Terms.__dataclass_fields__
        if (value := getattr(terms, name)) is not None
    }


class WaiverForm(FlaskForm):
    """That a seat accepts a capacity that is exceeded."""

    what = HiddenField("What", [Regexp(r"(tier|ae:[a-z0-9]{16}):[123]\Z", message="Choose what to accept.")])
    reason = reason_field("Why more than the limit is right")


class SignForm(FlaskForm):
    """A seat's word on a version, with the digest that the page showed."""

    digest = HiddenField("Digest", [Regexp(r"[0-9a-f]{64}\Z", message="Open the version again, then sign.")])
    verdict = HiddenField("Verdict", [AnyOf(list(Verdict), message="Sign or decline.")])
    comment = reason_field("Comment", "Needed to decline; everyone reads it.")

    @property
    def said(self) -> Verdict:
        return Verdict(self.verdict.data or "")

    def validate_comment(self, field: TextAreaField) -> None:
        if self.verdict.data == Verdict.DECLINE and not field.data:
            raise ValidationError("Say why you decline.")


class WithdrawForm(FlaskForm):
    """Taking a signature back."""

    reason = reason_field("Why", "The other seat reads it.")
