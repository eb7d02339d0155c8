"""Errata: a typing correction that stands beside a frozen version, whose bytes stay (domain §6)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Final

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from abm.agreement.models import Version
from abm.audit.models import record
from abm.campaigns.kinds import TEXTS, PlanState, Section
from abm.campaigns.plan import Plan
from abm.campaigns.reviews import plan_state
from abm.kit.base import Base, Instant, Key, Name, PublicId, choice
from abm.kit.rules import require
from abm.kit.text import one_line
from abm.people.models import User

if TYPE_CHECKING:
    from abm.campaigns.models import Campaign

LONGEST: Final = 120  # characters of the words that are corrected
DIFFERENT: Final = 4  # characters that may differ
NEW_VERSION = "that changes what Sales approved, so make a new version"


class Erratum(Base):
    """`wrong` is to be read as `reads` in a text of a version. Where Sales objects it is struck, and shown so."""

    __tablename__ = "erratum"

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), index=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("version.id"))
    section: Mapped[Section] = mapped_column(choice(Section, "erratum_section"))
    wrong: Mapped[Name]
    reads: Mapped[Name]
    by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    at: Mapped[Instant]
    struck_at: Mapped[Instant | None]
    struck_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))

    campaign: Mapped[Campaign] = relationship(back_populates="errata")
    version: Mapped[Version] = relationship()
    by: Mapped[User] = relationship(foreign_keys=[by_id])
    struck_by: Mapped[User | None] = relationship(foreign_keys=[struck_by_id])


def correct_slip(
    campaign: Campaign, version: Version, *, section: Section, wrong: str, reads: str, by: User, at: datetime
) -> Erratum:
    """Put a typing correction beside a version in review or approved, and into the draft where it still says the same.

    Raises RuleBroken for anything but a slip of the pen: see `fault_of`.
    """
    campaign.document.lock()
    require(not campaign.state.ended, f"{campaign.name} is {campaign.state}: its plan stays as it is.")
    state = plan_state(version.standing)
    current = state in {PlanState.OPEN, PlanState.APPROVED}
    require(current, f"Version {version.number} is {state}: correct the draft instead.")
    require(section in TEXTS, f"The {section.label.lower()} is no text: {NEW_VERSION}.", field="wrong")
    wrong, reads = one_line(wrong), one_line(reads)
    plan = meant(campaign, version)
    text = getattr(plan, TEXTS[section])
    require(wrong, "Write the words as they stand.", field="wrong")
    require(text.count(wrong) == 1, _not_once(text.count(wrong), section), field="wrong")
    fault = fault_of(wrong, reads, names=_names(plan))
    require(not fault, fault, field="reads")
    erratum = Erratum(version=version, section=section, wrong=wrong, reads=reads, by=by, at=at)
    if getattr(campaign, TEXTS[section]) == text:  # the draft has the slip as well, and follows
        setattr(campaign, TEXTS[section], text.replace(wrong, reads))
    campaign.errata.append(erratum)
    facts = {"section": section.value, "version": version.number, "wrong": wrong, "right": reads}
    record(campaign, "erratum", by=by, at=at, after=facts)
    return erratum


def strike(erratum: Erratum, *, by: User, at: datetime) -> None:
    """Object: the correction no longer counts, and the draft that has it is to be looked at again."""
    campaign = erratum.campaign
    campaign.document.lock()
    require(erratum.struck_at is None, "Somebody objected to this correction already.")
    erratum.struck_at, erratum.struck_by = at, by
    facts = {"section": erratum.section.value, "version": erratum.version.number}
    record(campaign, "erratum struck", by=by, at=at, after=facts)


def meant(campaign: Campaign, version: Version) -> Plan:
    """A version's plan as it is meant: with every correction that stands. The version itself keeps its bytes."""
    plan = Plan.read(version.read())
    for one in campaign.errata:
        if one.version_id == version.id and one.struck_at is None:
            name = TEXTS[one.section]
            plan = replace(plan, **{name: getattr(plan, name).replace(one.wrong, one.reads)})
    return plan


def fault_of(wrong: str, right: str, *, names: Sequence[str] = ()) -> str:
    """Why this is more than a slip of the pen, in a sentence; nothing where it is one.

    A slip changes a few letters or stops: no digit, no currency, no name of an account, no negation.
    """
    more = abs(len(wrong.split()) - len(right.split())) > 1
    renamed = any(_has(name, wrong) != _has(name, right) for name in names)
    faults = {
        "Write the words as they should read.": not right or right == wrong,
        f"A slip is short: at most {LONGEST} characters.": max(len(wrong), len(right)) > LONGEST,
        f"It changes a figure: {NEW_VERSION}.": _figures(wrong) != _figures(right),
        f"It changes which account is named: {NEW_VERSION}.": renamed,
        f"It turns a sentence round: {NEW_VERSION}.": _negations(wrong) != _negations(right),
        f"It says more, or less: {NEW_VERSION}.": more,
        f"More than {DIFFERENT} letters differ: {NEW_VERSION}.": changed_letters(wrong, right) > DIFFERENT,
    }
    return next((sentence for sentence, holds in faults.items() if holds), "")


def changed_letters(wrong: str, right: str) -> int:
    """How many characters are put in, taken out or replaced by the shortest way that difflib finds."""
    matcher = SequenceMatcher(None, wrong, right, autojunk=False)
    return sum(max(b - a, d - c) for tag, a, b, c, d in matcher.get_opcodes() if tag != "equal")


def _figures(words: str) -> list[str]:
    return re.findall(r"[\d%€$£]+", words)


def _negations(words: str) -> Counter[str]:
    found = re.findall(r"\b(?:not|no|never|none|nobody|nothing|without|cannot)\b|n['’]t\b", words.lower())
    return Counter(found)


def _has(name: str, words: str) -> bool:
    return name.casefold() in words.casefold()


def _names(plan: Plan) -> list[str]:
    return [account.name for account in plan.accounts]


def _not_once(count: int, section: Section) -> str:
    if count:
        return f"These words stand {count} times in the {section.label.lower()}: write some more around them."
    return f"These words do not stand in the {section.label.lower()} of this version: copy them from there."
