"""Requests as the application reads them: what no text has is in no field of a form."""

from __future__ import annotations

from flask import Request
from werkzeug.datastructures import ImmutableMultiDict, MultiDict

NUL = "\0"


class CleanRequest(Request):
    """A request whose form holds no NUL: no keyboard writes one, and PostgreSQL stores none."""

    def _load_form_data(self) -> None:
        super()._load_form_data()
        self.__dict__["form"] = without_nul(self.__dict__["form"])


def without_nul(fields: MultiDict[str, str]) -> MultiDict[str, str]:
    """The same names and values in the same order, less the character; the very same object where there is none."""
    pairs = list(fields.items(multi=True))
    if not any(NUL in name or NUL in value for name, value in pairs):
        return fields
    return ImmutableMultiDict([(name.replace(NUL, ""), value.replace(NUL, "")) for name, value in pairs])
