"""How a request is measured: straight into the WSGI application, without a network, one after the other."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from flask import Flask
from sqlalchemy import Engine, event
from werkzeug.test import EnvironBuilder, run_wsgi_app

BROWSER = "gzip, deflate, br, zstd"  # what browsers take
LONGEST = 12  # seconds for one group of calls, once it has had its fewest rounds
FEWEST = 10
HOUSEKEEPING = ("BEGIN", "COMMIT", "ROLLBACK", "PRAGMA")


@dataclass(frozen=True)
class Answer:
    """What came back, as it went over the wire."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Ask:
    """One request: a page, or with a form a write."""

    path: str
    form: dict[str, str] | None = None
    piece: bool = False  # asked for by htmx, to be swapped in


@dataclass(frozen=True)
class Call:
    """One kind of request to one application; `ask` makes each request anew."""

    name: str
    app: Flask
    ask: Callable[[], Ask]
    cookie: str = ""

    def environ(self, *, encoding: str = BROWSER) -> dict[str, Any]:
        """The next request as a browser on this machine would send it."""
        ask = self.ask()
        headers = [("Accept", "text/html"), ("Accept-Encoding", encoding), ("Cookie", self.cookie)]
        headers += [("HX-Request", "true")] if ask.piece else []
        return EnvironBuilder(
            path=ask.path,
            method="GET" if ask.form is None else "POST",
            data=ask.form,
            headers=headers,
            base_url="http://127.0.0.1:8000",
        ).get_environ()

    def send(self, *, encoding: str = BROWSER) -> Answer:
        """Send it once."""
        return self.checked(run(self.app, self.environ(encoding=encoding)))

    def checked(self, answer: Answer) -> Answer:
        """The answer, if it is a page or what follows a write; else the measurement stops here."""
        assert answer.status in {200, 303}, f"{self.name}: {answer.status}\n{answer.body[:2000].decode()}"
        return answer


@dataclass(frozen=True)
class Measured:
    """Times in milliseconds, database statements of one request, bytes of its answer."""

    name: str
    p50: float
    p95: float
    queries: int
    raw: int
    compressed: int
    least: float  # what it takes while nobody else uses the machine


def run(app: Flask, environ: dict[str, Any]) -> Answer:
    """Let the application answer, to the last byte."""
    body, status, headers = run_wsgi_app(app.wsgi_app, environ, buffered=True)
    return Answer(int(status.split()[0]), dict(headers), b"".join(body))


def measure(calls: Sequence[Call], *, rounds: int, engine: Engine) -> list[Measured]:
    """Measure calls in turns, so that whatever else the machine does meets all of them alike.

    Queries and sizes are taken before, from a warm application; nothing listens while the clock runs.
    """
    sizes: dict[str, tuple[int, int]] = {}
    queries: dict[str, int] = {}
    for call in calls:
        call.send()
        sizes[call.name] = (len(call.send(encoding="identity").body), len(call.send().body))
        environ = call.environ()  # whatever it takes to ask is none of the answer's
        with counting(engine) as statements:
            call.checked(run(call.app, environ))
        queries[call.name] = len(statements)
    times: dict[str, list[float]] = {call.name: [] for call in calls}
    until = time.monotonic() + LONGEST
    for done in range(rounds):
        for call in calls:
            times[call.name].append(_timed(call))
        if time.monotonic() > until and done + 1 >= FEWEST:
            break
    return [
        Measured(
            call.name, *percentiles(times[call.name]), queries[call.name], *sizes[call.name], min(times[call.name])
        )
        for call in calls
    ]


@contextmanager
def counting(engine: Engine) -> Iterator[list[str]]:
    """The statements that reach the database meanwhile, but for the frame of a transaction."""
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith(HOUSEKEEPING):
            statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)


def _timed(call: Call) -> float:
    environ = call.environ()
    begun = time.perf_counter()
    answer = run(call.app, environ)
    milliseconds = (time.perf_counter() - begun) * 1000
    call.checked(answer)
    return milliseconds


def percentiles(times: Sequence[float]) -> tuple[float, float]:
    """The median, and what 95 of a hundred stay below."""
    if len(times) < 2:
        return times[0], times[0]
    twentieths = statistics.quantiles(times, n=20, method="inclusive")
    return twentieths[9], twentieths[18]
