"""Who logs touches whatever becomes of the server: each form goes out again until it is acknowledged."""

from __future__ import annotations

import random
import threading
import time
import uuid
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from http.client import HTTPException

from abm.kit import clock
from tests.cast import PASSWORD
from tests.faults.adding_up import WORTH
from tests.faults.browser import Browser, Form

PEOPLE = ("marcus", "ines", "renata", "priya")  # two browsers each; what the last one logs is Marketing's
PATIENCE = 240  # seconds for one form to be acknowledged: `abm serve` is down most of the time, while it starts
BACK = 20 * 24 * 60  # minutes: some weeks, so that touches rarely come in the order of their moments


@dataclass(frozen=True)
class Said:
    """A touch as its form says it."""

    who: str
    key: str
    slug: str
    what: str
    at: datetime

    @property
    def fields(self) -> dict[str, str]:
        return {"client_key": self.key, "what": self.what, "when": self.at.isoformat()}


class Client:
    """One person with a form of every account open."""

    def __init__(self, port: int, number: int, slugs: list[str], over: threading.Event) -> None:
        self.who, self.over = PEOPLE[number % len(PEOPLE)], over
        self.luck = random.Random(number)  # noqa: S311 the same each time
        self.browser = Browser(port).sign_in(f"{self.who}@fathom.example", PASSWORD)
        self.forms = {slug: self.open(f"/accounts/{slug}/touches") for slug in slugs}
        self.acknowledged: dict[Said, datetime] = {}  # with the moment at which the answered attempt began
        self.lost = self.unheard = self.repeated = 0
        self.fault: BaseException | None = None

    def open(self, action: str) -> Form:
        page = self.browser.get(f"{action}/new")
        forms = [form for form in page.forms(action) if "note" in form.fields]
        assert len(forms) == 1, page.text
        return forms[0]

    def work(self) -> None:
        try:
            while not self.over.is_set():
                self.log()
        except BaseException as fault:  # noqa: BLE001 a thread hands every fault to the test
            self.fault = fault

    def log(self) -> None:
        """A touch of its own; now and then any that was acknowledged is sent once more on purpose."""
        at = clock.now() - timedelta(minutes=self.luck.randrange(BACK))
        what, slug = self.luck.choice(list(WORTH)), self.luck.choice(list(self.forms))
        said = Said(self.who, uuid.uuid4().hex, slug, what, at)
        self.acknowledged[said] = self.until_acknowledged(said)
        if self.luck.random() < 0.2:
            self.repeated += 1
            self.until_acknowledged(self.luck.choice(list(self.acknowledged)))

        if self.luck.random() < 0.1:
            self.look(slug)

    def look(self, slug: str) -> None:
        """Read the account's page, which takes the messages that have gathered. Nobody insists on reading."""
        with suppress(OSError, HTTPException):
            page = self.browser.get(f"/accounts/{slug}")
            assert page.status == 200, (page.status, page.text[-600:])

    def until_acknowledged(self, said: Said) -> datetime:
        """An answer that is lost says nothing: the same form again, with the same key. When the answered one began."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            begun = clock.now()
            try:
                answer = self.browser.send(self.forms[said.slug], **said.fields)
            except ConnectionRefusedError:  # nobody is there at all
                self.unheard += 1
                time.sleep(0.2)
            except (OSError, HTTPException):
                self.lost += 1
            else:
                assert answer.status == 303, (answer.status, answer.text[-600:])
                assert answer.location.endswith(f"/accounts/{said.slug}"), answer.location
                return begun
        raise AssertionError("nobody answers any more")
