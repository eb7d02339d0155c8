"""A quick log taken apart: which of its words say what happened, who and when, and where its note begins.

Up to the first words that say what happened, and on as long as one such word follows another, the line is its *head*.
The rest is its *tail*: a note, out of which only what stands at the very end, or names somebody, is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from abm.outbound.quick_log_days import Said
from abm.outbound.quick_log_names import Mention, Token
from abm.outbound.quick_log_words import DENIED, FILLERS, LEADS, TOWARDS, UNDONE, Meaning, meaning_at

STOP: Final = re.compile(r"[.;!]\s|\s[-–—]+\s|[—]")
LEFT_OPEN: Final = " ,;:-–—/"


@dataclass(frozen=True)
class Action:
    """Words that say what happened, and what they may mean."""

    first: int
    after: int
    meaning: Meaning


@dataclass
class Line:
    """The words of a line, and what was made of them so far. `consumed` are those that leave the note."""

    text: str
    tokens: Sequence[Token]
    accounts: Sequence[Mention] = ()
    contacts: Sequence[Mention] = ()
    moments: Sequence[tuple[int, int, Said]] = ()
    actions: Sequence[Action] = ()
    head: int = 0  # the first word of the tail
    unsure: bool = False  # it may not have happened, or not yet
    consumed: set[int] = field(default_factory=set)

    @property
    def words(self) -> list[str]:
        return [token.word for token in self.tokens]

    @property
    def head_actions(self) -> list[Action]:
        return [one for one in self.actions if one.first < self.head]

    def scan(self, said: Iterable[Said]) -> None:
        """Find the moments and the actions among the words that name nobody, and where the head ends."""
        names = [*self.accounts, *self.contacts]
        sure = [one for one in names if one.sure]
        spans = [(*self._span(one), one) for one in said]
        self.moments = [one for one in spans if not any(name.overlaps(one[0], one[1]) for name in sure)]
        self.actions = list(
            self._actions([*((one.first, one.after) for one in sure), *(one[:2] for one in self.moments)])
        )
        self.head = self._end_of_head([(one.first, one.after) for one in sure])
        self.unsure = self._is_unsure(sure)

    def consume(self, first: int, after: int) -> None:
        self.consumed.update(range(first, after))

    def consume_end(self, elements: Iterable[tuple[int, int]]) -> None:
        """Take names and moments that close the tail out of the note, with the one small word before each."""
        ends = {after: first for first, after in elements if first >= self.head}
        place = len(self.tokens)
        while place in ends or (place - 1 in self.consumed and place - 1 >= self.head):
            first = ends.get(place, place - 1)
            self.consume(first, place)
            place = first
            if place - 1 >= self.head and self.words[place - 1] in TOWARDS:
                place -= 1
                self.consume(place, place + 1)

    def unread_before(self, place: int) -> bool:
        """Whether words stand before a place that say nothing we know, and so may be a name that we do not know."""
        spans = [*((one.first, one.after) for one in (*self.accounts, *self.contacts) if one.sure)]
        spans += [one[:2] for one in self.moments] + [(one.first, one.after) for one in self.actions]
        read = {each for first, after in spans for each in range(first, after)}
        plain = FILLERS | LEADS | UNDONE
        return any(each not in read and self.words[each] not in plain for each in range(place))

    def note(self) -> str:
        """What is left, as it was typed; small words go with what they introduce."""
        self._consume_fillers()
        kept = [place for place in range(len(self.tokens)) if place not in self.consumed]
        runs: list[list[int]] = []
        for place in kept:
            if runs and runs[-1][-1] == place - 1:
                runs[-1].append(place)
            else:
                runs.append([place])
        return " ".join(filter(None, (self._slice(run[0], run[-1]) for run in runs)))

    def _span(self, said: Said) -> tuple[int, int]:
        inside = [place for place, token in enumerate(self.tokens) if said.start < token.end and token.start < said.end]
        return (inside[0], inside[-1] + 1) if inside else (0, 0)

    def _actions(self, taken: Sequence[tuple[int, int]]) -> Iterator[Action]:
        words, place = self.words, 0
        while place < len(words):
            span = next((one for one in taken if one[0] <= place < one[1]), None)
            if span is not None:
                place = span[1]
                continue
            free = min((one[0] for one in taken if one[0] > place), default=len(words))
            found = meaning_at(words[:free], place)
            denied = place > 0 and words[place - 1] in DENIED
            if found is not None and not denied:
                yield Action(place, place + found[0], found[1])
            place += found[0] if found is not None else 1

    def _end_of_head(self, names: Sequence[tuple[int, int]]) -> int:
        spans = sorted([*names, *(one[:2] for one in self.moments), *((one.first, one.after) for one in self.actions)])
        end = place = self.actions[0].first if self.actions else 0
        while place < len(self.tokens):
            if (
                self.actions
                and place > self.actions[0].first
                and (self._stops_before(place) or self._adds_nothing(place))
            ):
                break
            element = next((one for one in spans if one[0] <= place < one[1]), None)
            if element is not None:
                end = place = element[1]
            elif self.words[place] in FILLERS:
                place += 1
            else:
                break
        return end

    def parted(self, place: int) -> bool:
        """Whether a sign stands between a word and the next."""
        return bool(self._between(place).strip())

    def _stops_before(self, place: int) -> bool:
        return STOP.search(self._between(place - 1)) is not None

    def _adds_nothing(self, place: int) -> bool:
        """Whether an action follows a comma when all is said: `vm, call them back` is a voicemail and a note."""
        before = [one.meaning.kinds for one in self.actions if one.after <= place]
        action = next((one for one in self.actions if one.first == place), None)
        if action is None or not before or not self.parted(place - 1):
            return False
        said = frozenset.intersection(*before)
        return len(said) == 1 and said < action.meaning.kinds

    def _between(self, place: int) -> str:
        """What stands between a word and the next."""
        after = self.tokens[place + 1].start if place + 1 < len(self.tokens) else len(self.text)
        return self.text[self.tokens[place].end : after]

    def _is_unsure(self, names: Sequence[Mention]) -> bool:
        if not self.actions:
            return False
        before = range(self.actions[0].first)
        plain = [place for place in before if not any(one.overlaps(place, place + 1) for one in names)]
        if self.head < len(self.tokens) and self.words[self.head] == "not" and not self.parted(self.head - 1):
            return True
        return any(self.words[place] in UNDONE and not self._dated(place) for place in plain) or any(
            "?" in self._between(place) for place in range(self.head)
        )

    def _dated(self, place: int) -> bool:
        return any(first <= place < after for first, after, _ in self.moments) and self.words[place] != "tomorrow"

    def _consume_fillers(self) -> None:
        for place in reversed(range(self.head)):
            if self.words[place] in FILLERS and place + 1 in self.consumed:
                self.consumed.add(place)

    def _slice(self, first: int, last: int) -> str:
        """The text from one word to another, with the signs that cling to it."""
        start, end = self.tokens[first].start, self.tokens[last].end
        least = self.tokens[first - 1].end if first else 0
        most = self.tokens[last + 1].start if last + 1 < len(self.tokens) else len(self.text)
        while start > least and not self.text[start - 1].isspace():
            start -= 1
        while end < most and not self.text[end].isspace():
            end += 1
        return self.text[start:end].strip(LEFT_OPEN)
