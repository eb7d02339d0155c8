"""What people type about definitions; shape only, the rules are the kinds' and the models'."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Iterator
from typing import Any, ClassVar

from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import Field, FieldList, Form, FormField, HiddenField, TextAreaField
from wtforms.validators import AnyOf, DataRequired, Length, Regexp, ValidationError
from wtforms.widgets import TextInput

from abm.agreement.models import Verdict
from abm.definitions.fit import (
    LONGEST_NAME,
    LONGEST_VALUE,
    MOST_CRITERIA,
    OFFERED,
    WORD_FIELDS,
    Criteria,
    Criterion,
    Operator,
)
from abm.definitions.fit import Field as Looks
from abm.definitions.list_rules import WORDS, ListRules
from abm.definitions.stages import COVERAGE, FIGURES, STAGES, THRESHOLDS, WEIGHTS, StageDefinition
from abm.kit.forms import DayField, WholeNumberField, line_field, show_refusal
from abm.kit.rules import RuleBroken
from abm.kit.text import paragraphs

TOO_LONG = "Write no more than %(max)d characters."
ROW = re.compile(r"criteria-([0-9]{1,4})-([a-z]+)")
TOO_MANY = f"Use at most {MOST_CRITERIA} criteria: remove one to add another."
WHATS = {f"{field}:{operator}": label for (field, operator), label in OFFERED.items()}


class Whole(WholeNumberField):
    """A whole number; commas and blanks between thousands may stand, so it is typed as text."""

    widget = TextInput()

    def __init__(self, label: str, **options: Any) -> None:
        super().__init__(label, render_kw={"inputmode": "numeric"}, **options)

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata([re.sub(r"(?<=\d)[,\s](?=\d{3})", "", value) for value in valuelist[:1]])


class DraftForm(FlaskForm):
    """The draft of a definition, and the revision that the page was made from; 0 where there was none."""

    template: ClassVar[str]
    revision = HiddenField("Revision", [Regexp(r"\d{1,9}\Z", message="Open this page again, then edit.")])

    @property
    @abstractmethod
    def facts(self) -> dict[str, object]:
        """What was typed, for `Kind.read`."""

    @classmethod
    @abstractmethod
    def showing(cls, content: Any, revision: int) -> DraftForm:
        """The form with a draft as it stands; content is None where nothing was ever written."""

    def show(self, refusal: RuleBroken) -> None:
        """Say which rule was broken, beside the field that it names."""
        show_refusal(self, refusal)


class ListRulesForm(DraftForm):
    """The days and weeks of the quarterly list."""

    template = "definitions/_list_rules_fields.html"
    remind_after_days = Whole(f"{WORDS['remind_after_days']} (days)")
    also_with_after_days = Whole(f"{WORDS['also_with_after_days']} (days)")
    expires_after_days = Whole(f"{WORDS['expires_after_days']} (days)")
    carry_over_weeks = Whole(f"{WORDS['carry_over_weeks']} (weeks)")

    @property
    def facts(self) -> dict[str, object]:
        return {name: self[name].data for name in WORDS}

    @classmethod
    def showing(cls, content: ListRules, revision: int) -> ListRulesForm:
        return cls(formdata=None, data={**vars(content), "revision": revision})


class StagesForm(DraftForm):
    """Thresholds, minutes and coverage: a field for each figure of the definition, added below."""

    template = "definitions/_stages_fields.html"
    groups: ClassVar = {
        "When an account counts as what": THRESHOLDS,
        "Engagement minutes of a response": WEIGHTS,
        "Coverage wanted of each side, within 1, 4 or 13 weeks": COVERAGE,
    }

    @property
    def facts(self) -> dict[str, object]:
        return {name: self[name].data for name in FIGURES}

    @classmethod
    def showing(cls, content: StageDefinition, revision: int) -> StagesForm:
        return cls(formdata=None, data={**STAGES.written(content), "revision": revision})


for _name, _figure in FIGURES.items():
    _unit = _figure.unit if _figure.unit == "%" else f"{_figure.unit}s"
    setattr(StagesForm, _name, Whole(f"{_figure.words} ({_unit})"))


class CriterionForm(Form):
    """One criterion: what it looks at was chosen when it was added."""

    what = HiddenField("What it looks at", [AnyOf(list(WHATS), message="Choose what it looks at.")])
    name = line_field("Name of the custom field", longest=LONGEST_NAME)
    values = TextAreaField(
        "Values, one a line", description="As accounts have them; upper and lower case do not matter."
    )
    least = Whole("At least")
    most = Whole("At most")
    currency = line_field("Currency", longest=3)
    weight = Whole("Weight", description="1 to 100: how much it counts beside the others.")
    words = line_field("In your words", longest=LONGEST_VALUE, description="How the explanation of a score names it.")

    @property
    def shown(self) -> list[Field]:
        """The fields that make sense for what it looks at."""
        field, _, operator = (self.what.data or "").partition(":")
        names = ["name"] if field == Looks.CUSTOM else []
        names += ["values"] if field in WORD_FIELDS else []
        names += ["least", "most"] if operator == Operator.BETWEEN else []
        names += ["currency"] if field == Looks.REVENUE else []
        return [self[name] for name in (*names, "weight", "words")]

    @property
    def title(self) -> str:
        return WHATS.get(self.what.data or "", "Criterion")

    @property
    def facts(self) -> dict[str, object]:
        field, _, operator = (self.what.data or "").partition(":")
        plain = {name: self[name].data for name in ("name", "least", "most", "weight", "words")}
        currency, values = (self.currency.data or "").upper(), paragraphs(self.values.data or "").splitlines()
        return {**plain, "field": field, "operator": operator, "currency": currency, "values": values}


class FitForm(DraftForm):
    """The criteria, one after the other. Rows come and go by buttons, without being saved."""

    template = "definitions/_fit_fields.html"
    criteria = FieldList(FormField(CriterionForm), "Criteria", max_entries=MOST_CRITERIA)
    whats = WHATS

    def __init__(self, *, formdata: Any, **options: Any) -> None:
        """Rows beyond the most are left out, and said; a button that would add one keeps what was typed."""
        super().__init__(formdata=formdata, **options)
        self.too_many = len({row[1] for name in formdata or () if (row := ROW.fullmatch(name))}) > MOST_CRITERIA
        self._gather()

    @property
    def facts(self) -> dict[str, object]:
        return {"criteria": [entry.form.facts for entry in self.criteria]}

    @classmethod
    def showing(cls, content: Criteria | None, revision: int) -> FitForm:
        return cls(formdata=None, data={"criteria": [_row(one) for one in content or ()], "revision": revision})

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether each row can be read; what cannot is said in one list of sentences above them."""
        holds = super().validate(extra_validators)
        self._gather()
        return bool(holds) and not self.too_many

    def show(self, refusal: RuleBroken) -> None:
        """A refusal names its row by place: `criteria.2.weight`."""
        where, _, rest = (refusal.field or "").partition(".")
        place, _, name = rest.partition(".")
        if where != "criteria" or not name:
            self.criteria.errors = [refusal.message] if where == "criteria" else []
            return None if self.criteria.errors else super().show(refusal)
        row = self.criteria.entries[int(place) - 1].form
        row[name].errors = [*row[name].errors, refusal.message]
        return self._gather()

    def _gather(self) -> None:
        self.criteria.errors = list(self._sentences())

    def _sentences(self) -> Iterator[str]:
        if self.too_many:
            yield TOO_MANY
        for number, entry in enumerate(self.criteria, 1):
            for field in entry.form:
                for message in field.errors:
                    yield f"{number}, {entry.form.title}, {field.label.text}: {message}"


def rows_sent(sent: MultiDict[str, str], *, add: str = "", remove: str = "", currency: str) -> MultiDict[str, str]:
    """What was sent, with a row more or less; what is no row of the form is left out."""
    kept: MultiDict[str, str] = MultiDict()
    last = -1
    for name, value in sent.items(multi=True):
        row = ROW.fullmatch(name)
        if row is None:
            if not name.startswith("criteria"):
                kept.add(name, value)
        elif row[1] != remove:
            kept.add(name, value)
            last = max(last, int(row[1]))
    if add in WHATS:
        kept.add(f"criteria-{last + 1}-what", add)
        kept.add(f"criteria-{last + 1}-currency", currency)
    return kept


class ProposeForm(FlaskForm):
    """From which day on the draft shall hold, and the revision that the page showed."""

    starts_on = DayField("Holds from", [DataRequired("Choose the day from which it holds.")])
    revision = HiddenField("Revision", [Regexp(r"\d{1,9}\Z", message="Open this page again, then propose.")])


class SignForm(FlaskForm):
    """A seat's word on a version, with the digest that the page showed."""

    digest = HiddenField("Digest", [Regexp(r"[0-9a-f]{64}\Z", message="Open the version again, then sign.")])
    verdict = HiddenField("Verdict", [AnyOf(list(Verdict), message="Sign or decline.")])
    comment = TextAreaField(
        "Comment",
        [Length(max=2000, message=TOO_LONG)],
        filters=[lambda value: paragraphs(value or "")],
        description="Needed to decline; everyone reads it.",
        render_kw={"rows": 2},
    )

    def validate_comment(self, field: TextAreaField) -> None:
        if self.verdict.data == Verdict.DECLINE and not field.data:
            raise ValidationError("Say why you decline.")


class WithdrawForm(FlaskForm):
    """Taking a signature back."""

    reason = line_field("Why")


FORMS: dict[str, type[DraftForm]] = {"fit": FitForm, "list-rules": ListRulesForm, "stages": StagesForm}


def _row(one: Criterion) -> dict[str, object]:
    plain = {name: getattr(one, name) for name in ("name", "least", "most", "currency", "weight", "words")}
    return {**plain, "what": f"{one.field}:{one.operator}", "values": "\n".join(one.values)}
