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
ABM = [sys.executable, "-c", "from abm.cli import main; main()"]


@dataclass(frozen=True)
class Run:
    """How long the command took, in seconds, and the most memory that it held, in MB (`ru_maxrss`)."""

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
    with subprocess.Popen(  # noqa: S603 our own command
        [*ABM, "import", "accounts", str(path), "--as", email], env=environ, stdout=subprocess.PIPE, text=True
    ) as process:
        said = process.stdout.read() if process.stdout else ""
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, said
    unit = 1 if sys.platform == "darwin" else 1024
    return Run(time.perf_counter() - begun, usage.ru_maxrss * unit / 1e6)
