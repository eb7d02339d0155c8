"""A page on paper: complete, readable aloud, the same each time, and made of nothing that lies elsewhere."""

from __future__ import annotations

import io
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from pypdf import PdfReader

from abm.kit.assets import address_of
from abm.kit.pdf import can_draw, pdf_of

BASE = "http://127.0.0.1:8000/"
SHEET = f"{BASE}assets/own.css"
SECRET = "nobody may read this"
PAGE = """<!doctype html><html lang="en"><head><title>Review of week 47</title>
<meta name="dcterms.created" content="2026-11-23T09:43:00+00:00"><link rel="stylesheet" href="/assets/own.css"></head>
<body><h1>Review</h1><p>{}</p></body></html>"""


def drawn(body: str = "Said.", style: str = "") -> bytes:
    from abm.kit.pdf_drawing import drawn  # noqa: PLC0415 it is not everywhere

    return drawn(PAGE.format(body), base=BASE, sheets={SHEET: style.encode()}, identifier="abc")


def read(pdf: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(pdf))


@pytest.mark.usefixtures("drawing")
def test_it_says_its_title_its_language_and_its_day_and_nobody_s_name() -> None:
    pdf = read(drawn())
    assert pdf.metadata is not None
    assert (pdf.metadata.title, pdf.metadata.author) == ("Review of week 47", None)
    assert pdf.metadata.creation_date == datetime(2026, 11, 23, 9, 43, tzinfo=UTC)
    told = {name: str(value) for name, value in pdf.root_object.items()}
    assert told["/Lang"] == "en"
    assert told["/MarkInfo"] == "{'/Marked': True}"
    assert "/StructTreeRoot" in told
    assert str(pdf.trailer["/ID"]).startswith("['abc', ")


@pytest.mark.usefixtures("drawing")
def test_the_same_page_gives_the_same_bytes_on_another_day() -> None:
    first = drawn()
    with time_machine.travel(datetime(2027, 2, 3, tzinfo=UTC)):
        assert drawn() == first
    assert drawn("Said otherwise.") != first


@pytest.mark.usefixtures("drawing")
def test_letters_of_other_scripts_are_letters_on_it() -> None:
    words = "Łódź, Žižkov, Ἀθῆναι, Київ"
    assert words in read(drawn(words)).pages[0].extract_text()


@pytest.mark.usefixtures("drawing")
def test_it_wears_the_sheet_that_it_is_given() -> None:
    style = "p::before { content: 'Style says: ' }"
    assert "Style says: Said." in read(drawn(style=style)).pages[0].extract_text()


@pytest.mark.usefixtures("drawing")
@pytest.mark.parametrize(("lines", "sheets"), [(40, 1), (50, 1), (400, 10)])
def test_it_is_a4_and_shrinks_to_one_sheet_before_it_takes_several(lines: int, sheets: int) -> None:
    style = "@page { margin: 48.5mm 10mm } h1 { display: none } body, p { margin: 0; line-height: 5mm; font-size: 9pt }"
    pages = read(drawn("<br>".join(f"Line {number}." for number in range(lines)), style)).pages
    assert {(round(page.mediabox.width), round(page.mediabox.height)) for page in pages} == {(595, 842)}
    said = [line for page in pages for line in page.extract_text().splitlines() if line.startswith("Line")]
    assert len(said) == lines
    assert len(pages) == sheets


@pytest.mark.usefixtures("drawing")
def test_it_wears_the_product_s_own_sheet(app: Flask) -> None:
    with app.test_request_context():
        page = PAGE.replace("/assets/own.css", address_of("css")).format(
            'Said.<span class="no-print">Click here.</span>'
        )
        said = read(pdf_of(page, base=BASE, identifier="abc")).pages[0].extract_text()
    assert "Said." in said
    assert "Click here." not in said


class Elsewhere(BaseHTTPRequestHandler):
    """Another machine, which notes who asks it for anything."""

    asked: list[str]

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.send_response(404)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def elsewhere() -> Iterator[tuple[str, list[str]]]:
    asked: list[str] = []
    with HTTPServer(("127.0.0.1", 0), type("Noting", (Elsewhere,), {"asked": asked})) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()
        thread.join()


def hostile(address: str, file: Path) -> str:
    """Every way in which markup asks for something from elsewhere."""
    return f"""<link rel="attachment" href="{file.as_uri()}"><link rel="stylesheet" href="{address}/linked.css">
    <style>@import url({address}/imported.css); @font-face {{ font-family: x; src: url({address}/font.woff) }}
    b {{ font-family: x; background: url({address}/background.png); content: url({address}/content.png) }}</style>
    <img src="{address}/picture.png"><img src="{file.as_uri()}"><object data="{address}/object.svg"></object>
    <embed src="{address}/embedded.svg"><a rel="attachment" href="{file.as_uri()}">Take it</a><b>Bold</b>
    <svg width="9" height="9"><image href="{address}/drawn.png"/><use href="{address}/used.svg#a"/></svg>"""


@pytest.mark.usefixtures("drawing")
def test_nothing_is_fetched_for_it_from_the_network_or_from_a_file(
    elsewhere: tuple[str, list[str]], tmp_path: Path
) -> None:
    import weasyprint  # noqa: PLC0415 it is not everywhere

    address, asked = elsewhere
    file = tmp_path / "secret.txt"
    file.write_text(SECRET, encoding="utf-8")
    body = hostile(address, file)
    pdf = read(drawn(body))
    assert asked == []
    assert not pdf.attachments
    assert "Take it" in pdf.pages[0].extract_text()

    careless = read(weasyprint.HTML(string=PAGE.format(body), base_url=address).write_pdf())
    assert {"/linked.css", "/imported.css", "/picture.png", "/embedded.svg", "/drawn.png"} <= set(asked)
    assert [SECRET.encode()] in careless.attachments.values()


@pytest.mark.usefixtures("drawing")
@pytest.mark.parametrize(
    "address",
    [
        f"{BASE}assets/other.css",
        f"{BASE}assets/../assets/own.css",
        "https://127.0.0.1:8000/assets/own.css",
        f"file://{Path(__file__).resolve()}",
        "data:text/css,p{}",
        "own.css",
    ],
)
def test_only_the_very_address_of_its_own_sheet_is_served(address: str) -> None:
    from abm.kit.pdf_drawing import OwnSheets  # noqa: PLC0415 it is not everywhere

    own = OwnSheets({SHEET: b"p {}"})
    assert own(SHEET).read() == b"p {}"
    with pytest.raises(ValueError, match="nothing but its own style"):
        own(address)


@pytest.mark.usefixtures("no_drawing")
def test_without_the_library_it_says_that_it_cannot() -> None:
    assert not can_draw()


class NoPango:
    """What the import meets where the library is installed, and libpango is not."""

    def find_spec(self, name: str, *_: object) -> None:
        if name == "abm.kit.pdf_drawing":
            raise OSError("cannot load library 'libpango-1.0-0'")


def test_without_libpango_it_says_that_it_cannot(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "abm.kit.pdf_drawing", raising=False)
    monkeypatch.setattr(sys, "meta_path", [NoPango(), *sys.meta_path])
    can_draw.cache_clear()
    try:
        assert not can_draw()
    finally:
        can_draw.cache_clear()


def test_starting_loads_nothing_that_draws() -> None:
    started = "import sys, abm.app; print([name for name in ('weasyprint', 'PIL', 'fontTools') if name in sys.modules])"
    said = subprocess.run([sys.executable, "-c", started], capture_output=True, text=True, check=True).stdout
    assert said.strip() == "[]"
