"""The product as it runs in production: gunicorn with several processes, on a port of this machine's loopback."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 60
STOP_SECONDS = 20


@dataclass(frozen=True)
class Server:
    """Where it answers, and the process that keeps its web processes."""

    port: int
    pid: int

    def processes(self) -> list[int]:
        """The web processes that live now, by number."""
        try:
            return [int(one) for one in Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()]
        except FileNotFoundError:
            return []


@contextmanager
def served(url: str, folder: Path, *, processes: int, threads: int = 4, secret: str = "s" * 40) -> Iterator[Server]:
    """So many processes answer from this database. They end with the test."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listening, (folder / "server.log").open("w") as log:
        port: int = listening.getsockname()[1]
        command = [
            *(sys.executable, "-m", "gunicorn", "--worker-class", "gthread", "--preload"),
            *("--workers", str(processes), "--threads", str(threads), "--bind", f"fd://{listening.fileno()}"),
            "wsgi:app",
        ]
        environ = {**os.environ, "ABM_DATABASE_URL": url, "ABM_DATA_DIR": str(folder), "ABM_SECRET_KEY": secret}
        server = subprocess.Popen(
            command, cwd=ROOT, env=environ, stdout=log, stderr=log, pass_fds=(listening.fileno(),)
        )
        try:
            wait_until_it_answers(server, port, Path(log.name))
            yield Server(port, server.pid)
        finally:
            server.terminate()
            try:
                server.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def wait_until_it_answers(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Until it answers."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and server.poll() is None:
        connection = HTTPConnection("127.0.0.1", port, timeout=2)
        try:
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return
        except (OSError, HTTPException):
            time.sleep(0.2)
        finally:
            connection.close()
    raise AssertionError(f"The server did not start:\n{log.read_text()[-3000:]}")
