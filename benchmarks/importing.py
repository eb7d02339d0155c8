"""The import of a CSV file as an administrator runs it: `abm import` in a process of its own, watched from outside."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.company import PLACES, account_name

HEADERS = ("Account Name", "Website", "Industry", "Employees", "Annual Revenue", "Billing Country", "Billing City")
# The command says itself how much memory it held: what the system tells about a child counts its parent's with it.
COMMAND = """
import atexit, pathlib, re, resource, sys
from abm.cli import main

def peak():
    status = pathlib.Path("/proc/self/status")
    if status.exists():
        return int(re.search(r"VmHWM:\\s+(\\d+)", status.read_text())[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)

atexit.register(lambda: print("peak", peak()))
main()
"""
ABM = [sys.executable, "-c", COMMAND]


@dataclass(frozen=True)
class Run:
    """How long the command took, in seconds, and the most memory that it held, in MB."""

    seconds: float
    peak: float


@dataclass(frozen=True)
class Imported:
    """A file of one row, which shows what starting costs, and a file of many."""

    rows: int
    start: Run
    whole: Run

    @property
    def rows_per_second(self) -> float:
        """What each further row took, without the start of the command."""
        return (self.rows - 1) / max(self.whole.seconds - self.start.seconds, 0.001)


def measure_import(url: str, folder: Path, *, known: int, rows: int, email: str) -> Imported:
    """Import so many accounts that nobody knows yet, beside those that are there."""
    start = _import(url, _file(folder / "one.csv", range(known + 1, known + 2)), email)
    many = range(known + 2, known + 2 + rows)
    return Imported(rows, start, _import(url, _file(folder / "many.csv", many), email))


def _file(path: Path, numbers: range) -> Path:
    """Accounts as a CRM exports them."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADERS)
        for number in numbers:
            trade = account_name(number).split()[1]
            country, city = PLACES[number % len(PLACES)]
            name, website = f"{account_name(number)} {number}", f"https://www.imported-{number}.example/en"
            writer.writerow((name, website, trade, number % 9_000, number * 1000, country, city))
    return path


def _import(url: str, path: Path, email: str) -> Run:
    environ = {**os.environ, "ABM_DATABASE_URL": url, "ABM_DATA_DIR": str(path.parent)}
    begun = time.perf_counter()
    done = subprocess.run(  # noqa: S603 our own command
        [*ABM, "import", "accounts", str(path), "--as", email], env=environ, capture_output=True, text=True, check=False
    )
    seconds = time.perf_counter() - begun
    assert done.returncode == 0, done.stdout + done.stderr
    return Run(seconds, int(done.stdout.split()[-1]) / 1e6)
