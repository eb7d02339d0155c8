"""Reading a page as a person does: what stands in a field, what is said at it, what takes focus."""

from __future__ import annotations

import html
import re


def value_of(page: str, name: str) -> str:
    """What an input holds."""
    tag = re.search(rf"<input\b[^>]*\bname=\"{name}\"[^>]*>", page)
    assert tag is not None, f"no field {name}"
    value = re.search(r"\bvalue=\"([^\"]*)\"", tag[0])
    return html.unescape(value[1]) if value else ""


def field_error(page: str, name: str) -> str:
    """What is said at a field."""
    said = re.search(rf"<p class=\"error\" id=\"{name}-error\">(.*?)</p>", page, re.DOTALL)
    return html.unescape(re.sub(r"<[^>]+>", "", said[1])).strip() if said else ""


def alert(page: str) -> str:
    """The notice that takes focus, with the addresses that it leads to."""
    found = re.search(r"<div class=\"notice[^>]*role=\"alert\".*?(?=<div class=\"fields\">|<form)", page, re.DOTALL)
    return html.unescape(found[0]) if found else ""


def words_in(page: str, pattern: str) -> list[str]:
    """Each link that reads like a pattern, in its order."""
    return re.findall(rf">({pattern})</a>", page)


def address_of(page: str, rel: str) -> str:
    """Where the link to the next (`next`) or previous (`prev`) page leads; "" where there is none."""
    found = re.search(rf"rel=\"{rel}\" href=\"([^\"]+)\"", page)
    return html.unescape(found[1]) if found else ""
