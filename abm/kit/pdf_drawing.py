"""What draws a PDF. Only `kit/pdf.py` loads it: importing it fails where WeasyPrint or libpango is missing."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any, Final

from weasyprint import CSS, HTML, Document
from weasyprint.urls import URLFetcher, URLFetcherResponse

# It warns of everything that only screens need. That something was refused is an error, and is kept.
logging.getLogger("weasyprint").setLevel(logging.ERROR)

WIDTH, HEIGHT = 210, 297  # A4, in millimetres
ROOM: Final = (1.0, 1.1, 1.2, 1.3)  # what is long is laid out on a larger sheet, which then shrinks to A4


class OwnSheets(URLFetcher):
    """Hands over the given style sheets. Every other address is refused: on the network, in a file, in the page."""

    def __init__(self, sheets: Mapping[str, bytes]) -> None:
        super().__init__(allowed_protocols=(), allow_redirects=False)
        self.sheets = sheets

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> Any:  # noqa: ARG002 nobody is asked
        if url not in self.sheets:
            raise ValueError("A sheet of paper fetches nothing but its own style.")
        return URLFetcherResponse(url, self.sheets[url], {"Content-Type": "text/css; charset=utf-8"})


def drawn(page: str, *, base: str, sheets: Mapping[str, bytes], identifier: str) -> bytes:
    """The page as PDF/UA: tagged, with its title and language, so that it can be read aloud.

    It takes one sheet of A4; what would be too small on one to be read takes several.
    """
    html = HTML(string=page, base_url=base, url_fetcher=OwnSheets(sheets))
    for room in ROOM:
        document = _laid_out(html, room)
        if len(document.pages) == 1:
            break
    else:
        room, document = 1.0, _laid_out(html, 1.0)
    made: bytes = document.write_pdf(zoom=1 / room, pdf_variant="pdf/ua-1", pdf_identifier=identifier.encode())
    return made


def _laid_out(html: HTML, room: float) -> Document:
    return html.render(stylesheets=[CSS(string=f"@page {{ size: {WIDTH * room}mm {HEIGHT * room}mm }}")])
