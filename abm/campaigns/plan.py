"""A campaign's plan as a value: what is frozen, compared, reviewed and launched. Pure.

The draft and every version are read into the same shape, so that a page, a comparison and a launch never care which.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from abm.campaigns.holdout import NO_HOLDOUT, HoldOut
from abm.campaigns.kinds import TEXTS, Mark, Section
from abm.touches.kinds import Channel


@dataclass(frozen=True)
class Criteria:
    """Which accounts of the list a campaign aims at. Nothing named of a kind means all of it.

    `picked` are in whatever else is said, `left_out` are not; both are public ids.
    """

    tiers: tuple[int, ...] = ()
    industries: tuple[str, ...] = ()
    aes: tuple[str, ...] = ()  # public ids
    segments: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    without: tuple[str, ...] = ()  # marks of an account that keep it out; as kinds.Mark has them
    picked: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()

    @classmethod
    def read(cls, facts: Mapping[str, Any]) -> Criteria:
        return cls(**{part.name: tuple(sorted(facts.get(part.name) or ())) for part in fields(cls)})

    def facts(self) -> dict[str, list[Any]]:
        """As a draft and a version keep it. What a plan does not narrow by is not said: older ones knew less."""
        said = {part.name: list(getattr(self, part.name)) for part in fields(self)}
        return {name: values for name, values in said.items() if values or name in {"tiers", "industries", "aes"}}

    @property
    def marks(self) -> list[Mark]:
        """The marks that keep an account out."""
        return [mark for mark in Mark if mark in self.without]

    @property
    def aims(self) -> bool:
        """Whether they aim at anything at all."""
        return bool(self.tiers or self.picked)


@dataclass(frozen=True)
class PlannedAccount:
    """An account that the criteria gave, as it was then; `account` and `ae` are public ids."""

    account: str
    name: str
    tier: int
    ae: str | None
    ae_name: str | None
    held_out: bool = False  # of this campaign's plays and ask; versions frozen before hold-outs had none


@dataclass(frozen=True)
class PlannedPlay:
    """One thing that Marketing does on every account of the audience; `play` is its public id."""

    play: str
    channel: Channel
    what: str
    day: date
    notes: str = ""  # what it says or shows, and how; versions frozen before plays had notes have none

    def facts(self) -> dict[str, str]:
        return vars(self) | {"channel": self.channel.value, "day": self.day.isoformat()}


@dataclass(frozen=True)
class Reviewer:
    """A sales manager whose AEs the plan binds; `person` is a public id."""

    person: str
    name: str


@dataclass(frozen=True)
class Plan:
    """Everything that Marketing proposes and Sales approves. Money is in minor units of `currency`."""

    name: str
    starts_on: date
    ends_on: date
    objective: str
    criteria: Criteria
    accounts: tuple[PlannedAccount, ...]
    message: str
    offer: str
    plays: tuple[PlannedPlay, ...]
    ask_touches: int
    ask_by: date | None
    talk_track: str
    budget: int | None
    currency: str
    measure: str
    holdout: HoldOut = NO_HOLDOUT
    reviewers: tuple[Reviewer, ...] = ()

    @classmethod
    def read(cls, content: Mapping[str, Any]) -> Plan:
        """The plan in a version's content."""
        objective, audience, ask = (content[s] for s in (Section.OBJECTIVE, Section.AUDIENCE, Section.SALES_ASK))
        return cls(
            name=objective["name"],
            starts_on=date.fromisoformat(objective["starts_on"]),
            ends_on=date.fromisoformat(objective["ends_on"]),
            objective=objective["objective"],
            criteria=Criteria.read(audience["criteria"]),
            accounts=tuple(PlannedAccount(**account) for account in audience["accounts"]),
            message=content[Section.MESSAGE],
            offer=content[Section.OFFER],
            plays=tuple(_play(play) for play in content[Section.PLAYS]),
            ask_touches=ask["touches"],
            ask_by=date.fromisoformat(ask["by"]) if ask["by"] else None,
            talk_track=ask["talk_track"],
            budget=content[Section.BUDGET]["amount"],
            currency=content[Section.BUDGET]["currency"],
            **_measure(content[Section.MEASURE]),
            reviewers=tuple(Reviewer(**reviewer) for reviewer in content["reviewers"]),
        )

    def content(self) -> dict[str, object]:
        """The plan as a version keeps it: section by section, days in ISO, and who is asked to review it."""
        parts: dict[str, object] = {section.value: self.part(section) for section in Section}
        return parts | {"reviewers": [vars(reviewer) for reviewer in self.reviewers]}

    def part(self, section: Section) -> object:
        """One section as a version keeps it."""
        match section:
            case Section.OBJECTIVE:
                days = {"starts_on": self.starts_on.isoformat(), "ends_on": self.ends_on.isoformat()}
                return days | {"name": self.name, "objective": self.objective}
            case Section.AUDIENCE:
                return {"criteria": self.criteria.facts(), "accounts": [vars(account) for account in self.accounts]}
            case Section.PLAYS:
                return [play.facts() for play in self.plays]
            case Section.SALES_ASK:
                by = self.ask_by.isoformat() if self.ask_by else None
                return {"touches": self.ask_touches, "by": by, "talk_track": self.talk_track}
            case Section.BUDGET:
                return {"amount": self.budget, "currency": self.currency}
            case _:
                return self._measured() if section is Section.MEASURE else getattr(self, section.value)

    def _measured(self) -> object:
        """The measure; with the hold-out where there is one."""
        return {"text": self.measure, "hold_out": self.holdout.facts()} if self.holdout.percent else self.measure

    def text_of(self, section: Section) -> str | None:
        """The text of a section that a reviewer may word anew; None where it is made of figures, days or accounts."""
        return getattr(self, TEXTS[section]) if section in TEXTS else None

    @property
    def worked(self) -> tuple[PlannedAccount, ...]:
        """The accounts that get its plays and its ask."""
        return tuple(account for account in self.accounts if not account.held_out)

    @property
    def held_out(self) -> tuple[PlannedAccount, ...]:
        """The accounts that were drawn to be left alone by it."""
        return tuple(account for account in self.accounts if account.held_out)

    def mark(self, section: Section) -> str:
        """A short name for what a section says: a form carries it, so that saving buries nobody else's words."""
        part = self.criteria.facts() if section is Section.AUDIENCE else self.part(section)
        return mark_of(part)

    def changed_from(self, other: Plan) -> list[Section]:
        """The sections that Marketing wrote differently. Accounts that join or leave the list change no word of it."""
        return [section for section in Section if self.mark(section) != other.mark(section)]

    def differs_from(self, other: Plan) -> list[Section]:
        """The sections that differ, where other accounts, or other tiers of them, count as another audience."""
        same = self._aimed_at() == other._aimed_at()
        changed = self.changed_from(other)
        return [section for section in Section if section in changed or (section is Section.AUDIENCE and not same)]

    def _aimed_at(self) -> set[tuple[str, int]]:
        return {(account.account, account.tier) for account in self.accounts}


def mark_of(part: object) -> str:
    """A short digest of anything that JSON can say."""
    return hashlib.sha256(json.dumps(part, sort_keys=True).encode()).hexdigest()[:16]


def named(sections: Sequence[Section]) -> str:
    """`the offer and proof, the plays and the budget`, for a sentence."""
    words = [f"the {section.label.lower()}" for section in sections]
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


def _measure(said: str | Mapping[str, Any]) -> dict[str, Any]:
    """The text of the measure, and the hold-out; a plan without one says only the text."""
    if isinstance(said, str):
        return {"measure": said}
    return {"measure": said["text"], "holdout": HoldOut(**said["hold_out"])}


def _play(facts: Mapping[str, str]) -> PlannedPlay:
    day = date.fromisoformat(facts["day"])
    return PlannedPlay(facts["play"], Channel(facts["channel"]), facts["what"], day, facts.get("notes", ""))
