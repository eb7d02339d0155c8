"""The wheel alone is enough: installed elsewhere, it sets up a database and serves pages with their look."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import sysconfig
import time
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).resolve().parents[1]
PATIENCE = 30


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT))
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def elsewhere(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the wheel in it. Its dependencies are borrowed from ours: nothing is downloaded."""
    folder = tmp_path_factory.mktemp("elsewhere")
    venv.create(folder / "venv", symlinks=True)
    python = folder / "venv" / "bin" / "python"
    where = run(str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip()
    (Path(where) / "borrowed.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    run(
        sys.executable,
        "-m",
        "uv",
        "pip",
        "install",
        "--offline",
        "--no-deps",
        "--python",
        str(python),
        str(wheel),
    )
    return folder


def run(*command: str, **options: object) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, **options)  # type: ignore[call-overload]
    assert done.returncode == 0, f"{command[0]} said: {done.stdout}{done.stderr}"
    return str(done.stdout)


def settings(folder: Path) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "HOME": str(folder), "ABM_DATA_DIR": str(folder / "data")}


def test_the_wheel_carries_pages_migrations_and_licence(wheel: Path) -> None:
    held = set(ZipFile(wheel).namelist())
    beside = {
        f"abm/{path.relative_to(ROOT).as_posix()}"
        for folder in ("templates", "migrations")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in {".html", ".py", ".mako"}
    }
    assert beside <= held
    assert any(name.endswith("licenses/LICENSE") for name in held)
    assert "abm/static/vendor/htmx.min.js" in held
    assert not [name for name in held if name.startswith("tests/") or "__pycache__" in name]


def test_an_installed_wheel_sets_up_and_serves(elsewhere: Path) -> None:
    abm = str(elsewhere / "venv" / "bin" / "abm")
    run(abm, "init", env=settings(elsewhere), cwd=elsewhere)
    where = run(str(elsewhere / "venv" / "bin" / "python"), "-c", "import abm; print(abm.__file__)", cwd=elsewhere)
    assert Path(where).is_relative_to(elsewhere)
    with serving(abm, elsewhere) as address:
        page = fetch(f"{address}/sign-in")
        sheet = re.search(r'href="([^"]+\.css)"', page)
        assert "<h1" in page
        assert sheet is not None
        assert "color" in fetch(f"{address}{sheet[1]}")


@contextmanager
def serving(abm: str, folder: Path) -> Iterator[str]:
    """Serve on a free port; yields the address once somebody listens there."""
    port = free_port()
    command = [abm, "serve", "--port", str(port)]
    with subprocess.Popen(command, env=settings(folder), cwd=folder, stdout=subprocess.DEVNULL) as server:
        try:
            wait_for(server, port)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as held:
        return int(held.getsockname()[1])


def wait_for(server: subprocess.Popen[bytes], port: int) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        assert server.poll() is None, "the server ended at once; what it said stands in the captured output"
        with socket.socket() as knock:
            if knock.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    pytest.fail("nobody listens")


def fetch(address: str) -> str:
    with urlopen(address, timeout=PATIENCE) as answer:  # noqa: S310 our own server on loopback
        return str(answer.read().decode())
