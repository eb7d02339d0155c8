"""A browser for many threads: keeps its cookie, follows nothing by itself, and sends the forms that pages carry."""

from __future__ import annotations

import html
import re
from contextlib import closing
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from typing import Self
from urllib.parse import urlencode, urlsplit

SECONDS = 60
FORM_TYPE = "application/x-www-form-urlencoded"


@dataclass
class Form:
    """A form as a page shows it: where it goes, and what it would send untouched."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)
    buttons: set[tuple[str, str]] = field(default_factory=set)


@dataclass
class Page:
    """What came back."""

    address: str
    status: int
    location: str
    body: str

    @property
    def text(self) -> str:
        """What a reader sees, in one line."""
        visible = re.sub(r"<(script|style|textarea)\b.*?</\1>", " ", self.body, flags=re.DOTALL)
        return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", visible)))

    def form(self, action: str) -> Form | None:
        """The form that goes to this address, where the page has it."""
        return next(iter(self.forms(action)), None)

    def forms(self, action: str) -> list[Form]:
        """All that go there."""
        reader = _Forms(self.address)
        reader.feed(self.body)
        return [one for one in reader.forms if one.action == action]


class _Forms(HTMLParser):
    def __init__(self, address: str) -> None:
        super().__init__()
        self.address, self.forms = address, list[Form]()
        self.select = self.area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(said.get("action") or urlsplit(self.address).path))
        elif self.forms:
            self._control(tag, said)

    def _control(self, tag: str, said: dict[str, str]) -> None:
        form, name, value = self.forms[-1], said.get("name", ""), said.get("value", "")
        if tag == "button" and name:
            form.buttons.add((name, value))
        elif tag == "input" and name and (said.get("type") not in {"checkbox", "radio"} or "checked" in said):
            form.fields[name] = value
        elif tag == "select":
            self.select = name
        elif tag == "textarea":
            self.area = name
            form.fields[name] = ""
        elif tag == "option" and self.select and ("selected" in said or self.select not in form.fields):
            form.fields[self.select] = value

    def handle_data(self, data: str) -> None:
        if self.area and self.forms:
            self.forms[-1].fields[self.area] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self.area = ""
        elif tag == "select":
            self.select = ""


class Browser:
    """One person's browser. Each request takes a connection of its own: a kept one may close as it is used again."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.cookies: dict[str, str] = {}

    def sign_in(self, email: str, password: str) -> Self:
        """As people do: the page, the form, and a session of one's own."""
        form = self.get("/sign-in").form("/sign-in")
        assert form is not None
        answer = self.send(form, email=email, password=password)
        assert answer.status == 303, answer.text
        return self

    def get(self, address: str) -> Page:
        return self._ask("GET", address)

    def send(self, form: Form, **fields: str) -> Page:
        """Send a form with some of its fields filled in otherwise."""
        return self._ask("POST", form.action, {**form.fields, **fields})

    def _ask(self, method: str, address: str, fields: dict[str, str] | None = None) -> Page:
        headers = {
            "Accept": "text/html",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
        }
        if fields is not None:
            headers["Content-Type"] = FORM_TYPE
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)) as connection:
            connection.request(method, address, urlencode(fields) if fields is not None else None, headers)
            answer = connection.getresponse()
            body = answer.read().decode()
        for line in answer.headers.get_all("Set-Cookie") or ():
            self.cookies.update({name: morsel.value for name, morsel in SimpleCookie(line).items()})
        return Page(address, answer.status, answer.headers.get("Location") or "", body)
