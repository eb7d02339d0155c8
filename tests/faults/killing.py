"""Web processes that are killed where they stand (signal 9) and started again at once, on one port of loopback."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tests.faults.serving import ROOT, STOP_SECONDS, Server, served, wait_until_it_answers

COMMAND = "from abm.cli import main; main()"
AGAIN_SECONDS = 30
# Below those that the system hands out: a client that calls while nobody listens could get itself on one of these.
PORTS = range(20_000, 30_000)


class Victim(Protocol):
    """What answers, and can be killed."""

    @property
    def port(self) -> int: ...

    def kill(self, *, everyone: bool) -> int:
        """End one web process or all without a word, and hand back how many; back when there are as many again."""


@dataclass
class Alone:
    """`abm serve`, as on one machine: a single process with the background work in it, all of it killed."""

    url: str
    folder: Path
    port: int

    def start(self) -> None:
        environ = {
            **os.environ,
            "ABM_DATABASE_URL": self.url,
            "ABM_DATA_DIR": str(self.folder),
            "ABM_SECRET_KEY": "s" * 40,
        }
        command = [sys.executable, "-c", COMMAND, "serve", "--port", str(self.port)]
        log = self.folder / "server.log"
        with log.open("a") as output:
            self.process = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=output, stderr=output)
        wait_until_it_answers(self.process, self.port, log)

    def kill(self, *, everyone: bool) -> int:  # noqa: ARG002 there is but one
        self.process.kill()
        self.process.wait()
        self.start()
        return 1

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@dataclass
class Several:
    """Gunicorn, as in a company: one of its web processes is killed, or all of them at once."""

    server: Server
    processes: int
    luck: random.Random

    @property
    def port(self) -> int:
        return self.server.port

    def kill(self, *, everyone: bool) -> int:
        living = self.server.processes()
        killed = living if everyone else [self.luck.choice(living)]
        for one in killed:
            os.kill(one, signal.SIGKILL)
        until = time.monotonic() + AGAIN_SECONDS
        while len(set(self.server.processes()) - set(killed)) < self.processes:
            assert time.monotonic() < until, "what was killed was not started again"
            time.sleep(0.01)
        return len(killed)


@contextmanager
def alone(url: str, folder: Path) -> Iterator[Victim]:
    """One process from this database. It ends with the test."""
    victim = Alone(url, folder, _free_port())
    try:
        victim.start()
        yield victim
    finally:
        victim.stop()


@contextmanager
def several(url: str, folder: Path) -> Iterator[Victim]:
    """Two, kept by a third that answers nobody."""
    with served(url, folder, processes=2) as server:
        yield Several(server, 2, random.Random(9))  # noqa: S311 the same each time


def _free_port() -> int:
    for port in random.sample(PORTS, 50):
        with socket.socket() as taken:
            if taken.connect_ex(("127.0.0.1", port)) != 0:
                return port
    raise AssertionError("no free port was found")
