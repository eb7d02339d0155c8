"""Takes all pictures of the documentation anew, from a demonstration served on this machine: `make screenshots`."""

from __future__ import annotations

import tempfile
import threading
from pathlib import Path

from playwright.sync_api import Browser
from werkzeug.serving import make_server

from abm.app import create_app
from abm.demo.building import build_demonstration
from abm.kit.clock import Quarter
from abm.kit.config import Config
from tests.browsers import chromium

IMAGES = Path(__file__).parent / "images"
WIDE, PHONE = (1280, 860), (360, 740)
PICTURES = (
    ("home-amara", "Amara Osei", "/", WIDE),
    ("list", "Ines Calder", "/list", WIDE),
    ("review-and-sign", "Amara Osei", "/quarters/{quarter}/list/versions/2", WIDE),
    ("candidates", "Priya Raman", "/quarters/{next}/list/candidates", WIDE),
    ("list-next", "Renata Voss", "/quarters/{next}/list", WIDE),
    ("list-phone", "Ines Calder", "/quarters/{next}/list", PHONE),
    ("workload", "Renata Voss", "/quarters/{next}/list/workload", WIDE),
    ("roll-over", "Ines Calder", "/quarters/{next}/list/roll-over", WIDE),
    ("list-locked", "Renata Voss", "/quarters/{before}/list", WIDE),
    ("quarter-close", "Renata Voss", "/quarters/{quarter}/list/close", WIDE),
    ("list-as-of", "Tomás Ferreira", "/quarters/{quarter}/list/as-of", WIDE),
    ("fit", "Amara Osei", "/definitions/fit", WIDE),
    ("campaign", "Priya Raman", "/campaigns/reefer-data-for-operations", WIDE),
    ("review", "Ines Calder", "/campaigns/winter-service-levels/review", WIDE),
    ("audience", "Priya Raman", "/campaigns/what-a-late-alarm-costs/sections/audience", WIDE),
    ("calendar", "Jonas Lindqvist", "/calendar", WIDE),
    ("play-record", "Jonas Lindqvist", "/campaigns/cold-chain-on-time/records", WIDE),
    ("spend", "Jonas Lindqvist", "/spend", WIDE),
    ("today", "Tomás Ferreira", "/today", WIDE),
    ("today-phone", "Tomás Ferreira", "/today", PHONE),
    ("account", "Tomás Ferreira", "/accounts/kestrel-foods", WIDE),
    ("commitments", "Renata Voss", "/commitments", WIDE),
    ("team", "Ines Calder", "/team", WIDE),
    ("quick-log", "Tomás Ferreira", "/log?line=kestrel foods call vm pricing", WIDE),
    ("another-way", "Ines Calder", "{otherwise}", WIDE),
    ("week", "Renata Voss", "/progress", WIDE),
    ("weekly-review", "Ines Calder", "{review}", WIDE),
    ("imports-preview", "Wen Zhao", "/imports/1", WIDE),
)


def main() -> None:
    """Build, serve, look at each page as its person, and keep the picture."""
    with tempfile.TemporaryDirectory() as folder:
        config = Config.load({"ABM_DATA_DIR": folder}, demo=True)
        app = create_app(config)
        build_demonstration(app, anew=True)
        server = make_server("127.0.0.1", 0, app, threaded=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            with chromium() as browser:
                for name, person, address, size in PICTURES:
                    _take(browser, f"http://127.0.0.1:{server.server_port}", name, person, address, size)
        finally:
            server.shutdown()


def _beside(quarter: str, step: int) -> str:
    """The quarter so many steps from another: `2027-q1` after `2026-q4`."""
    year, number = quarter.split("-q")
    return str(Quarter(int(year), int(number)).plus(step))


def _take(browser: Browser, base: str, name: str, person: str, address: str, size: tuple[int, int]) -> None:  # noqa: PLR0917
    width, height = size
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme="light")
    page = context.new_page()
    page.goto(f"{base}/demo")
    page.get_by_role("button", name=f"View as {person.split(maxsplit=1)[0]}").first.click()
    page.goto(f"{base}/list")
    quarter = page.url.split("/")[-2]
    near = {"quarter": quarter, "before": _beside(quarter, -1), "next": _beside(quarter, 1)}
    if "{otherwise}" in address:
        page.goto(f"{base}/team")
        near["otherwise"] = page.locator("#ways a").first.get_attribute("href") or ""
    if "{review}" in address:
        page.goto(f"{base}/reviews")
        near["review"] = page.locator("#reviews a").first.get_attribute("href") or ""
    page.goto(base + address.format(**near))
    page.wait_for_load_state("networkidle")  # with the pieces that a page fetches for itself
    page.screenshot(path=IMAGES / f"{name}.png")
    context.close()
    print(f"{name}.png")


if __name__ == "__main__":
    main()
