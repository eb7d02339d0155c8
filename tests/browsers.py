"""A Chromium for the tests that need one, and a loopback server for it to look at."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from flask import Flask
from playwright.sync_api import Browser, Error, Page, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

SWITCHES = [
    "--no-sandbox",  # containers run as root
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
STANDARD = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@contextmanager
def chromium() -> Iterator[Browser]:
    """Chromium's headless shell or the whole of it from the PATH, else Playwright's own; without any, the test is
    skipped, with the reason.
    """
    with sync_playwright() as playwright:
        here = shutil.which("chromium-headless-shell") or shutil.which("chromium")
        try:
            browser = playwright.chromium.launch(executable_path=here, args=SWITCHES)
        except Error as error:
            pytest.skip(f"no Chromium to look with: {error.message.splitlines()[0]}")
        yield browser
        browser.close()


class _Quiet(WSGIRequestHandler):
    """Leaves the requests out of the test's output."""

    def log_request(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """Serve the app on a free loopback port; yields its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def barriers(page: Page, *, rules: Sequence[str] = (), rows: int | None = None) -> list[str]:
    """What axe-core finds against WCAG 2.2 AA on the page as it stands: rule and element.

    By some `rules` alone where they are named; with `rows`, the first so many of a long table or list speak for the
    rest of it (axe's work on colours grows with the square of what is on the page).
    """
    wanted = {"type": "rule", "values": list(rules)} if rules else {"type": "tag", "values": STANDARD}
    options = {"resultTypes": ["violations"], "runOnly": wanted, "selectors": False, "preload": False}
    beyond = [[f":is(tbody > tr, main li):nth-child(n + {rows + 1})"]] if rows else []
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    context = {"include": [["html"]], "exclude": beyond}
    found = page.evaluate(
        "async ([context, options]) => (await axe.run(context, options)).violations", [context, options]
    )
    return [f"{rule['id']}: {node['html']}" for rule in found for node in rule["nodes"]]


def sideways(page: Page) -> int:
    """By how many pixels the page scrolls sideways."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))
