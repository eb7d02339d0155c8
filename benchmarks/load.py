"""Touches logged by several people at once: real web processes on loopback; the load comes from the same cores."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.client import HTTPConnection
from urllib.parse import urlencode

from benchmarks.installation import SECRET, Site
from benchmarks.measuring import percentiles
from benchmarks.pages import voicemail, worked
from tests.faults.serving import served

CLIENTS, PROCESSES, THREADS = 8, 2, 8
SECONDS = 10.0
WARM = 10.0  # by then the pages of the database that are written to are warm


@dataclass
class Load:
    """What the clients were told: how long each touch took, in milliseconds, and what was no yes."""

    milliseconds: list[float] = field(default_factory=list)
    refused: list[int] = field(default_factory=list)

    @property
    def words(self) -> str:
        p50, p95 = percentiles(self.milliseconds)
        return f"p50 {p50:.0f} ms, p95 {p95:.0f} ms, {len(self.refused)} refused"


def measure_load(site: Site, *, seconds: float = SECONDS, warm: float = WARM) -> str:
    """Eight clients log as fast as they are answered, each on accounts of its own where there are enough."""
    browser, load = site.signed_in(site.company.cast.tomas), Load()
    addresses = list(worked(site))
    with served(site.url, site.folder, processes=PROCESSES, threads=THREADS, secret=SECRET) as server:
        begin = time.monotonic() + warm
        clients = [
            threading.Thread(
                target=_client,
                args=(
                    server.port,
                    browser.cookie,
                    browser.token,
                    itertools.cycle(addresses[number::CLIENTS] or addresses),
                    load,
                ),
                kwargs={"begin": begin, "end": begin + seconds},
            )
            for number in range(CLIENTS)
        ]
        for client in clients:
            client.start()
        for client in clients:
            client.join()
    rate = len(load.milliseconds) / seconds
    clients_and_processes = f"{CLIENTS} clients, {PROCESSES} web processes"
    return f"{clients_and_processes}: {rate:.0f} touches a second, {load.words} (the load comes from the same cores)"


def _client(
    port: int, cookie: str, token: str, addresses: Iterator[str], load: Load, *, begin: float, end: float
) -> None:
    """One person with the form open all the time, on one connection as a browser keeps it."""
    headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    while (started := time.monotonic()) < end:
        connection.request("POST", f"{next(addresses)}/touches", urlencode(voicemail(token)), headers)
        answer = connection.getresponse()
        answer.read()
        if started < begin:
            continue
        if answer.status == 303:
            load.milliseconds.append((time.monotonic() - started) * 1000)
        else:
            load.refused.append(answer.status)
    connection.close()
