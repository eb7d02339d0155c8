"""Errata: a typing correction that stands beside a frozen version, whose bytes stay (domain §6)."""

from __future__ import annotations

import re
from calendar import day_abbr, day_name, month_abbr, month_name
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Final

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from abm.accounts.money import is_currency
from abm.agreement.models import Version
from abm.audit.models import record
from abm.campaigns.kinds import TEXTS, PlanState, Section
from abm.campaigns.plan import Plan
from abm.campaigns.reviews import plan_state
from abm.kit.base import Base, Instant, Key, Name, PublicId, choice
from abm.kit.rules import require
from abm.kit.text import one_line
from abm.people.models import User
from abm.touches.kinds import Channel

if TYPE_CHECKING:
    from abm.campaigns.models import Campaign

LONGEST: Final = 120  # characters of the words that are corrected
SHORT: Final = 4  # letters: of shorter words, only two that changed places are a slip
NEW_VERSION = "that changes what Sales approved, so make a new version"
# Words that mean a figure, a day, a way or a refusal: whatever turns from or into one is no slip.
NUMBERS = (
    "zero one two three four five six seven eight nine ten eleven twelve fifteen twenty thirty forty fifty hundred "
    "thousand million half double twice once first second third"
)
REFUSALS = "not no never none nobody nothing without cannot nor neither"
MEANING: Final = frozenset(
    [*NUMBERS.split(), *REFUSALS.split(), *(channel.value for channel in Channel)]
    + [name.casefold() for name in (*day_name, *day_abbr, *month_name, *month_abbr) if name]
)


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
    frozen, now = Plan.read(version.read()), getattr(meant(campaign, version), TEXTS[section])
    require(wrong, "Write the words as they stand.", field="wrong")
    require(now.count(wrong) == 1, _not_once(now.count(wrong), section), field="wrong")
    require(max(len(wrong), len(reads)) <= LONGEST, f"A slip is short: at most {LONGEST} characters.", field="wrong")
    after = now.replace(wrong, reads)
    require(after != now, "Write the words as they should read.", field="reads")
    fault = fault_of(getattr(frozen, TEXTS[section]), after, names=[account.name for account in frozen.accounts])
    require(not fault, fault, field="reads")
    erratum = Erratum(version=version, section=section, wrong=wrong, reads=reads, by=by, at=at)
    if getattr(campaign, TEXTS[section]) == now:  # the draft has the slip as well, and follows
        setattr(campaign, TEXTS[section], after)
    campaign.errata.append(erratum)
    facts = {"section": section.value, "version": version.number, "wrong": wrong, "right": reads}
    record(campaign, "erratum", by=by, at=at, after=facts)
    return erratum


def strike(erratum: Erratum, *, by: User, at: datetime) -> None:
    """Object: the correction no longer counts, and the draft that has it is to be looked at again."""
    campaign = erratum.campaign
    campaign.document.lock()
    require(not campaign.state.ended, f"{campaign.name} is {campaign.state}: its plan stays as it is.")
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


def fault_of(frozen: str, after: str, *, names: Sequence[str] = ()) -> str:
    """Why a text with all its corrections says more than slips away from the frozen one; nothing where it does not.

    A slip is a stop, a blank, a capital, a word that stood twice, or in a word one letter too many, missing, another
    or in its neighbour's place. The whole section is compared with its frozen bytes, so that slips never add up.
    """
    if _figures(frozen) != _figures(after):
        return f"It changes a figure: {NEW_VERSION}."
    old, new = _words(frozen), _words(after)
    if "".join(old) == "".join(new):
        return ""
    once = [word for place, word in enumerate(old) if place == 0 or word != old[place - 1]]
    if len(new) != len(old) and new != once:
        return f"It says more, or less: {NEW_VERSION}."
    known = {part for name in names for part in _words(name)}
    for before, now in zip(old, new, strict=True) if len(new) == len(old) else ():
        if before != now and {before, now} & known:
            return f"It changes which account is named: {NEW_VERSION}."
        if before != now and not _slipped(before, now):
            return f"“{before}” and “{now}” are different words: {NEW_VERSION}."
    return ""


def _slipped(before: str, now: str) -> bool:
    """Whether two words are one that was mistyped."""
    if {before, now} & MEANING or is_currency(before.upper()) or is_currency(now.upper()):
        return False
    pairs = [place for place, (one, other) in enumerate(zip(before, now, strict=False)) if one != other]
    swapped = len(before) == len(now) and len(pairs) == 2 and pairs[1] == pairs[0] + 1
    if swapped and before[pairs[0]] == now[pairs[1]] and before[pairs[1]] == now[pairs[0]]:
        return True
    long_enough = min(len(before), len(now)) >= SHORT and before[0] == now[0]
    return long_enough and _one_letter(before, now)


def _one_letter(before: str, now: str) -> bool:
    """Whether one letter was put in, taken out or replaced."""
    if len(before) == len(now):
        return sum(one != other for one, other in zip(before, now, strict=True)) == 1
    shorter, longer = sorted((before, now), key=len)
    return any(longer[:place] + longer[place + 1 :] == shorter for place in range(len(longer)))


def _words(text: str) -> list[str]:
    """Runs of letters, in small form; stops, blanks and Markdown aside."""
    return re.findall(r"[^\W\d_]+", text.casefold())


def _figures(text: str) -> list[str]:
    return re.findall(r"\d[\d.,:/-]*\d|\d|[%€$£]", text)


def _not_once(count: int, section: Section) -> str:
    if count:
        return f"These words stand {count} times in the {section.label.lower()}: write some more around them."
    return f"These words do not stand in the {section.label.lower()} of this version: copy them from there."
