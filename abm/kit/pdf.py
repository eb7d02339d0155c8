"""A page as a PDF, where the library that draws it is here; else the page itself is printed.

The extra `pdf` brings WeasyPrint, which draws with the machine's own libpango and fonts. It is loaded when somebody
first looks at a page that offers a PDF, never at start: that takes 0.4 seconds and 25 MB.
"""

from __future__ import annotations

from functools import cache
from typing import Final
from urllib.parse import urljoin

from abm.kit.assets import address_of, joined

MEDIA_TYPE: Final = "application/pdf"
WITHOUT: Final = (
    "No PDF can be made here. The page to print is the same sheet, and your browser saves it as a PDF. Whoever runs "
    "this installation can change that: it needs the extra “pdf”, and libpango on its machine (on Debian the packages "
    "libpango-1.0-0, libpangoft2-1.0-0 and libharfbuzz-subset0)."
)


@cache
def can_draw() -> bool:
    """Whether the library and what it needs of the machine are here."""
    try:
        import abm.kit.pdf_drawing  # noqa: F401, PLC0415 loaded by the first who asks
    except (ImportError, OSError):
        return False
    return True


def pdf_of(page: str, *, base: str, identifier: str) -> bytes:
    """A rendered page on paper, with the product's own style sheet and nothing else from anywhere.

    The same page gives the same bytes. Its title and language are the page's; the day it was made is what the page says
    in `dcterms.created`. `base` is the address that its addresses start from, `identifier` what it is a copy of.
    """
    from abm.kit.pdf_drawing import drawn  # noqa: PLC0415 loaded by the first who asks

    sheets = {urljoin(base, address_of("css")): joined("css").body}
    return drawn(page, base=base, sheets=sheets, identifier=identifier)
