"""An account's whole way through the lists: came in, moved, changed hands, left; when, with which version, and why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from abm.targets.content import Row
from abm.targets.diff import Change
from abm.targets.kinds import Motion


@dataclass(frozen=True)
class Signed:
    """A version that both seats signed, of any list."""

    id: int
    list_id: int
    number: int
    proposed_at: datetime
    proposed_by: str
    starts: datetime


@dataclass(frozen=True)
class ListAt:
    """A list that the account was on, and the instant at which its quarter ends."""

    id: int
    programme_id: int
    quarter: str
    ends: datetime


@dataclass(frozen=True)
class Stay:
    """A time on a list under the same terms, as a membership has it."""

    list_id: int
    version_id: int
    tier: int
    motion: Motion
    with_children: bool
    ae: str
    ae_name: str
    starts: datetime
    ends: datetime | None

    @property
    def held(self) -> bool:
        """Whether it ever began: a scheduled version that is replaced leaves a stay of no length."""
        return self.ends is None or self.ends > self.starts

    @property
    def row(self) -> Row:
        return Row("", "", self.tier, self.motion, self.with_children, self.ae, self.ae_name)


@dataclass(frozen=True)
class Word:
    """What somebody said of the account on a list: a nomination, or a decision (with its reason, where it is out)."""

    list_id: int
    at: datetime
    who: str
    why: str
    out: bool = False
    decision: bool = False


@dataclass(frozen=True)
class Step:
    """One thing that happened to the account: `kind` is in, out, moved, kept, ended or replaced."""

    at: datetime
    kind: str
    what: str
    list_id: int
    version_id: int | None
    why: str = ""
    who: str = ""


def steps_of(
    stays: Iterable[Stay], lists: Sequence[ListAt], versions: Sequence[Signed], words: Sequence[Word]
) -> list[Step]:
    """Every step, newest first. Names of people and lists are left to the page."""
    story = _Story({one.id: one for one in lists}, versions, words)
    found: list[Step] = []
    programmes = {one.id: (one.programme_id, one.quarter) for one in lists}
    ordered = sorted(stays, key=lambda one: (programmes[one.list_id], one.starts, one.version_id))
    for _, own in groupby(ordered, key=lambda one: programmes[one.list_id][0]):
        found += story.told(list(own))
    return sorted(found, key=lambda one: one.at, reverse=True)


class _Story:
    """What is needed to say why something happened."""

    def __init__(self, lists: dict[int, ListAt], versions: Sequence[Signed], words: Sequence[Word]) -> None:
        self.lists, self.words = lists, sorted(words, key=lambda one: one.at)
        self.versions = {one.id: one for one in versions}
        self.began = {(one.list_id, one.starts): one for one in sorted(versions, key=lambda one: one.number)}

    def told(self, stays: list[Stay]) -> list[Step]:
        """The steps of one programme's lists, in order of time."""
        found = [self._replaced(one) for one in stays if not one.held]
        held = [one for one in stays if one.held]
        before: Stay | None = None
        for stay in held:
            if before is not None and before.ends == stay.starts:
                found.append(self._changed(before, stay))
            else:
                found += self._left(before)
                found.append(self._came(stay))
            before = stay
        return [*found, *self._left(before)]

    def _came(self, stay: Stay) -> Step:
        what = ", ".join([f"tier {stay.tier}", stay.ae_name or "no AE", stay.motion.label])
        why, who = self._wanted(stay)
        return Step(stay.starts, "in", what, stay.list_id, stay.version_id, why, who)

    def _changed(self, before: Stay, stay: Stay) -> Step:
        parts = Change(before.row, stay.row).parts
        kind = "moved" if parts else "kept"
        what = ", ".join(parts) or f"tier {stay.tier}, as before"
        why, who = self._wanted(stay, before) if parts else ("", "")
        return Step(stay.starts, kind, what, stay.list_id, stay.version_id, why, who)

    def _replaced(self, stay: Stay) -> Step:
        what = f"tier {stay.tier}, {stay.ae_name}: signed, and replaced before it began"
        return Step(stay.starts, "replaced", what, stay.list_id, stay.version_id)

    def _left(self, stay: Stay | None) -> list[Step]:
        """How the last stay ended, where it did: by a version without the account, or with its quarter."""
        if stay is None or stay.ends is None:
            return []
        if stay.ends >= self.lists[stay.list_id].ends:
            return [Step(stay.ends, "ended", "the quarter is over", stay.list_id, None)]
        version = self.began.get((stay.list_id, stay.ends))
        if version is None:
            return [Step(stay.ends, "ended", "the list no longer held", stay.list_id, None)]
        word = self._last(stay.list_id, version, out=True)
        why, who = (word.why, word.who) if word else ("", version.proposed_by)
        return [Step(stay.ends, "out", f"was tier {stay.tier}, {stay.ae_name}", stay.list_id, version.id, why, who)]

    def _wanted(self, stay: Stay, before: Stay | None = None) -> tuple[str, str]:
        """Why it came or moved: the last nomination before it was proposed; else who decided, else who proposed.

        Of a move in the course of a quarter only what was said since the version before counts.
        """
        version = self.versions.get(stay.version_id)
        if version is None:
            return "", ""
        same = before is not None and before.list_id == stay.list_id
        earlier = self.versions.get(before.version_id) if before is not None and same else None
        said = self._last(stay.list_id, version, earlier, decision=False)
        if said is not None:
            return said.why, said.who
        decided = self._last(stay.list_id, version, earlier)
        return "", decided.who if decided else version.proposed_by

    def _last(
        self,
        list_id: int,
        version: Signed,
        earlier: Signed | None = None,
        *,
        decision: bool = True,
        out: bool = False,
    ) -> Word | None:
        """The last word of a kind before a version was proposed, and after an earlier one was."""
        for one in reversed(self.words):
            fits = one.list_id == list_id and one.decision == decision and one.out == out
            if fits and one.at <= version.proposed_at and (earlier is None or one.at > earlier.proposed_at):
                return one
        return None
