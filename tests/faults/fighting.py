"""Who fights over a list: clients with everybody's browsers, and what each tried, saw and was told."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import count

from tests.cast import PASSWORD
from tests.faults.browser import Browser, Form, Page

PEOPLE = ("ines", "priya", "amara", "renata")


@dataclass(frozen=True)
class Answer:
    """What somebody tried, what their screen showed, and what came back."""

    who: str
    what: str
    subject: str  # the entry, or the number of the version
    seen: str  # the revision or the digest on the screen
    said: str
    page: Page

    @property
    def done(self) -> bool:
        return self.page.status == 303


@dataclass
class Fight:
    """What all clients share: the list, its entries, and every answer."""

    port: int
    address: str
    entries: list[str]
    answers: list[Answer] = field(default_factory=list)
    shown: dict[str, list[tuple[str, str]]] = field(default_factory=dict)  # digest: name and tier on the screen
    faults: list[BaseException] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=lambda: count(1))


class Client:
    """One thread: everybody's browser of its own, each signed in."""

    def __init__(self, fight: Fight, luck: random.Random) -> None:
        self.fight, self.luck = fight, luck
        self.browsers = {who: Browser(fight.port).sign_in(f"{who}@fathom.example", PASSWORD) for who in PEOPLE}

    def mix(self) -> None:
        """An edit, a proposal and both signatures in any order; now and then a decline, or something taken back."""
        steps: list[Callable[[], None]] = [
            lambda: self.edit(self.luck.choice(("ines", "priya"))),
            lambda: self.propose(self.luck.choice(("ines", "priya"))),
            lambda: self.sign("amara"),
            lambda: self.sign("renata"),
        ]
        if self.luck.random() < 0.15:
            steps.append(lambda: self.withdraw(self.luck.choice(PEOPLE)))
        self.luck.shuffle(steps)
        for step in steps:
            step()

    def in_peace(self) -> None:
        """Nobody else is there: an edit, a proposal and two signatures, and the list is in force."""
        self.edit("ines")
        self.propose("priya")
        for who in ("renata", "amara"):
            self.sign(who, verdict="approve")

    def edit(self, who: str) -> None:
        """Another tier, with a reason that nobody else writes."""
        entry = self.luck.choice(self.fight.entries)
        page = self.open(who, f"{self.fight.address}/entries/{entry}")
        form = page.form(f"{self.fight.address}/entries/{entry}/placements")
        assert form is not None
        said = f"edit {next(self.fight.numbers)}"
        tier = str(int(form.fields["tier"]) % 3 + 1)
        self.send(who, "edit", entry, form.fields["revision"], form, said=said, tier=tier, reason=said)

    def propose(self, who: str) -> None:
        page = self.open(who, self.fight.address)
        form = page.form(f"{self.fight.address}/versions")
        if form is not None:
            self.send(who, "propose", "", "", form)

    def sign(self, who: str, *, verdict: str = "", again: bool = True) -> None:
        """The newest version, as its page shows it; one time in twelve it is declined. Who lost looks once more."""
        verdict = verdict or ("approve" if self.luck.random() > 1 / 12 else "decline")
        page = self.newest(who)
        form = page.form(f"{page.address}/signatures")
        if form is None:
            return
        digest = form.fields["digest"]
        self.fight.shown[digest] = sorted(re.findall(r'<th scope="row">(Company \d+)</th><td[^>]*>\s*(\d)', page.body))
        comment = "Not like this" if verdict == "decline" else ""
        number = page.address.rpartition("/")[2]
        done = self.send(who, verdict, number, digest, form, verdict=verdict, comment=comment)
        if again and not done:
            self.sign(who, verdict=verdict, again=False)

    def withdraw(self, who: str) -> None:
        """One's own signature or proposal, where the page offers it."""
        page = self.newest(who)
        for address in (f"{page.address}/signatures/withdrawals", f"{page.address}/withdrawals"):
            form = page.form(address)
            if form is not None:
                self.send(who, "withdraw", page.address.rpartition("/")[2], "", form)

    def newest(self, who: str) -> Page:
        """The newest version that the list's page names, with all its accounts; the list itself where there is none."""
        page = self.open(who, self.fight.address)
        numbers = [int(number) for number in re.findall(rf"{self.fight.address}/versions/(\d+)\"", page.body)]
        if not numbers:
            return page
        address = f"{self.fight.address}/versions/{max(numbers)}"
        return replace(self.open(who, f"{address}?show=all"), address=address)

    def open(self, who: str, address: str) -> Page:
        page = self.browsers[who].get(address)
        assert page.status == 200, f"{who}, {address}: {page.status} {page.text[:500]}"
        return page

    def send(self, who: str, what: str, subject: str, seen: str, form: Form, *, said: str = "", **fields: str) -> bool:
        """Send a form, keep the answer, and say whether it was done."""
        page = self.browsers[who].send(form, **fields)
        answer = Answer(who, what, subject, seen, said or fields.get("verdict", ""), page)
        self.fight.answers.append(answer)
        return answer.done
