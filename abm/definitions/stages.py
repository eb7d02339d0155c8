"""What the stages of an account mean, how much a response counts, and which coverage is wanted: agreed by both sides.

Sources of the defaults are named on the definition's page; D of practice marks this product's own judgement.
"""

from __future__ import annotations

import enum
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy.orm import Session

from abm.definitions.in_force import ever_in_force, said
from abm.definitions.kinds import Kind, Term, plural, whole
from abm.kit.rules import refuse, require
from abm.people.models import Organisation


class Response(enum.StrEnum):
    """What somebody at an account did, as far as it counts in engagement minutes."""

    VISIT = "visit"
    REPLY = "reply"
    DOWNLOAD = "download"
    WEBINAR = "webinar"
    EVENT = "event"
    MEETING = "meeting"
    DINNER = "dinner"

    @property
    def label(self) -> str:
        return RESPONSE_LABELS[self]


RESPONSE_LABELS: Final = {
    Response.VISIT: "A visit, a click or a sign-up",
    Response.REPLY: "A reply, a conversation or a form",
    Response.DOWNLOAD: "A download",
    Response.WEBINAR: "A webinar attended",
    Response.EVENT: "An event attended",
    Response.MEETING: "A meeting held",
    Response.DINNER: "A dinner held",
}
DEFAULT_MINUTES: Final = {
    Response.VISIT: 1,
    Response.REPLY: 2,
    Response.DOWNLOAD: 10,
    Response.WEBINAR: 30,
    Response.EVENT: 30,
    Response.MEETING: 30,
    Response.DINNER: 120,
}


@dataclass(frozen=True)
class CoverageWanted:
    """The share of a tier, in percent, that each side touches within so many weeks."""

    percent: int
    weeks: int

    @property
    def window(self) -> str:
        return "this week" if self.weeks == 1 else f"in {self.weeks} weeks"


COVERAGE_WEEKS: Final = (1, 4, 13)  # the windows that touches are counted over
TIERS: Final = (1, 2, 3)
FULL: Final = 100  # percent


@dataclass(frozen=True)
class StageDefinition:
    """When an account counts as aware, engaged or marketing-qualified; minutes and coverage that go with it."""

    window_days: int = 90
    aware_engagements: int = 1
    engaged_minutes: int = 10
    mqa_minutes: int = 100
    mqa_people: int = 2
    minutes: tuple[int, ...] = tuple(DEFAULT_MINUTES.values())  # in the order of `Response`
    coverage: tuple[CoverageWanted, ...] = (CoverageWanted(100, 1), CoverageWanted(90, 4), CoverageWanted(80, 13))

    def minutes_of(self, response: Response | None) -> int:
        """Engagement minutes of one response; 0 of what is none."""
        return 0 if response is None else self.minutes[PLACES[response]]

    @property
    def coverage_by_tier(self) -> dict[int, CoverageWanted]:
        return dict(zip(TIERS, self.coverage, strict=True))


PLACES: Final = {response: place for place, response in enumerate(Response)}
DEFAULT_STAGES: Final = StageDefinition()


@dataclass(frozen=True)
class Figure:
    """One figure of the definition: its words, its unit, and its bounds."""

    words: str
    unit: str
    least: int
    most: int


THRESHOLDS: Final = {
    "window_days": Figure("Responses and meetings count for", "day", 7, 730),
    "aware_engagements": Figure("Aware from", "response", 1, 1_000),
    "engaged_minutes": Figure("Engaged from", "engagement minute", 1, 10_000),
    "mqa_minutes": Figure("MQA from", "engagement minute", 1, 100_000),
    "mqa_people": Figure("MQA with responses of at least", "contact", 1, 100),
}
WEIGHTS: Final = {f"minutes_{one}": Figure(one.label, "minute", 0, 1_000) for one in Response}
COVERAGE: Final = {
    name: figure
    for tier in TIERS
    for name, figure in (
        (f"coverage_percent_{tier}", Figure(f"Tier {tier}: share touched", "%", 0, FULL)),
        (f"coverage_weeks_{tier}", Figure(f"Tier {tier}: within", "week", 1, max(COVERAGE_WEEKS))),
    )
}
FIGURES: Final[Mapping[str, Figure]] = {**THRESHOLDS, **WEIGHTS, **COVERAGE}


class StagesKind(Kind[StageDefinition]):
    """Stages, engagement minutes and coverage as one definition under agreement."""

    slug = "stages"
    kind = "stage definition"
    title = "Stages"
    purpose = "Where an account stands on its way to becoming a customer, read from facts; and the coverage wanted."
    default = DEFAULT_STAGES
    sources = (
        "Responses and meetings: unvoided touches, each on its day in the organisation's time zone.",
        "People: the contacts who responded; who was merged counts once.",
        "Deals: opportunities with an account and a day of creation; what its CRM stage means counts.",
        "Defaults: Demandbase, RollWorks and Engagio for stages and minutes; coverage is this product's own judgement.",
    )
    exclusions = (
        "Voided touches, and what only we did: calls nobody took, mails nobody answered, advertisements shown.",
        "Responses that are older than the window: an account goes back when they leave it.",
        "Unmatched opportunities, and deals that were lost.",
        "From when on an account is stalled is agreed elsewhere: in the tier policy of the signed list.",
    )

    def read(self, facts: Mapping[str, object]) -> StageDefinition:
        """The definition, if each figure is in its bounds and the stages follow each other."""
        figures = {name: _figure(facts, name) for name in FIGURES}
        require(
            figures["mqa_minutes"] >= figures["engaged_minutes"],
            "An account would be marketing-qualified before it is engaged: choose as many minutes or more.",
            field="mqa_minutes",
        )
        return StageDefinition(
            **{name: figures[name] for name in THRESHOLDS},
            minutes=tuple(figures[name] for name in WEIGHTS),
            coverage=tuple(
                CoverageWanted(figures[f"coverage_percent_{tier}"], figures[f"coverage_weeks_{tier}"]) for tier in TIERS
            ),
        )

    def written(self, content: StageDefinition) -> dict[str, object]:
        wanted = content.coverage_by_tier
        return {
            **{name: getattr(content, name) for name in THRESHOLDS},
            **dict(zip(WEIGHTS, content.minutes, strict=True)),
            **{f"coverage_percent_{tier}": wanted[tier].percent for tier in TIERS},
            **{f"coverage_weeks_{tier}": wanted[tier].weeks for tier in TIERS},
        }

    def sentence(self, content: StageDefinition) -> str:
        return (
            f"Within {plural(content.window_days, 'day')}, {plural(content.aware_engagements, 'response')} "
            f"{'makes' if content.aware_engagements == 1 else 'make'} a target account aware, "
            f"{plural(content.engaged_minutes, 'engagement minute')} engaged, "
            f"{plural(content.mqa_minutes, 'engagement minute')} of {plural(content.mqa_people, 'contact')} or asking "
            "for a demo marketing-qualified, a meeting held puts it at meeting; an open deal makes it an opportunity, "
            "a won one a customer. The furthest that matches wins."
        )

    def formulas(self, content: StageDefinition) -> list[str]:
        weights = "; ".join(f"{one.label.lower()} {content.minutes_of(one)}" for one in Response)
        window = f"that day and the {content.window_days - 1} days before it"
        minutes = f"Engagement minutes on a day = the sum over the responses of {window}: {weights}."
        stage = (
            "Stage on a day = the furthest of target, aware, engaged, MQA, meeting, opportunity, customer whose "
            "condition the facts of that day meet, under the definition in force at the end of it."
        )
        coverage = (
            "Coverage of a side = accounts of the tier with at least one outbound touch of that side in the window ÷ "
            "accounts of the tier on the list."
        )
        return [minutes, stage, coverage]

    def terms(self, content: StageDefinition) -> list[Term]:
        written = self.written(content)
        return [Term(name, figure.words, _said(figure, written[name])) for name, figure in FIGURES.items()]


STAGES: Final = StagesKind()


@dataclass(frozen=True)
class Held:
    """What stages mean from a day on; `number` is None of the default, which nobody has agreed on."""

    number: int | None
    first_day: date
    says: StageDefinition

    @property
    def words(self) -> str:
        """Under what a figure stands, as pages say it."""
        return "the default, not yet agreed" if self.number is None else f"version {self.number}, signed by both seats"


class StageDefinitions:
    """What stages meant, mean and, as far as it is signed, will mean: for each day the version in force at its end."""

    def __init__(self, agreed: Sequence[Held] = ()) -> None:
        of_days = {one.first_day: one for one in sorted(agreed, key=lambda one: one.number or 0)}
        self.held = [Held(None, date.min, DEFAULT_STAGES), *(of_days[day] for day in sorted(of_days))]
        self._first_days = [one.first_day for one in self.held]

    @classmethod
    def of(cls, content: bytes | None) -> StageDefinitions:
        """One version for every day, out of its bytes; None: the default."""
        return cls() if content is None else cls([Held(0, date.min, STAGES.read(said(content)))])

    def on(self, day: date) -> Held:
        return self.held[bisect_right(self._first_days, day) - 1]


def stage_definitions(session: Session) -> StageDefinitions:
    """Every version of the stages that was, is or will be in force. One query."""
    organisation = session.get(Organisation, 1)
    if organisation is None:  # before the first run nobody has agreed on anything
        return StageDefinitions()
    found = ever_in_force(session, STAGES.slug)
    return StageDefinitions([Held(one.number, organisation.today(one.since), STAGES.read(one.says)) for one in found])


def _figure(facts: Mapping[str, object], name: str) -> int:
    figure, value = FIGURES[name], whole(facts, name)
    if value is None or not figure.least <= value <= figure.most:
        refuse(f"Write a whole number from {figure.least:,} to {figure.most:,}.", field=name)
    if name in COVERAGE and figure.unit == "week":
        require(value in COVERAGE_WEEKS, "Touches are counted over 1, 4 or 13 weeks: write one of these.", field=name)
    return value


def _said(figure: Figure, value: object) -> str:
    return f"{value} %" if figure.unit == "%" else plural(int(str(value)), figure.unit)
