"""What Accountable writes to people about their access, or what another floor tells; without mail, links instead."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from flask import current_app, g, url_for
from flask import session as cookie
from sqlalchemy.orm import Session

from abm.kit.config import Config
from abm.people.mail import Letter, mail_server, write_letter
from abm.people.models import Organisation, User

HANDED_OVER = "links"


def invite_by_letter(user: User, token: str, *, organisation: Organisation, by: User, at: datetime) -> Letter | None:
    """Send an invitation. None where no mail can go: then somebody has to hand the link over."""
    subject = f"{by.name} invites you to Accountable"
    text = _written("invitation", user=user, by=by, organisation=organisation, link=address_in_letters(token))
    return write_letter(user, subject=subject, text=text, at=at)


def send_new_password_link(user: User, token: str, *, organisation: Organisation, at: datetime) -> Letter | None:
    """Answer to a forgotten password."""
    text = _written("new_password", user=user, organisation=organisation, link=address_in_letters(token))
    return write_letter(user, subject="Choose a new password for Accountable", text=text, at=at)


def tell_password_changed(user: User, *, organisation: Organisation, at: datetime) -> Letter | None:
    """So that somebody whose password was changed by another learns of it."""
    text = _written("password_changed", user=user, organisation=organisation, at=at)
    return write_letter(user, subject="Your password for Accountable was changed", text=text, at=at)


def send_test(user: User, *, organisation: Organisation, at: datetime) -> Letter | None:
    """A letter to oneself, to see whether mail arrives."""
    text = _written("test", user=user, organisation=organisation)
    return write_letter(user, subject="Accountable sends mail", text=text, at=at)


def tell(
    session: Session,
    template: str,
    people: Iterable[User],
    *,
    link: str,
    by: User | None,
    at: datetime,
    also: object = None,
    **values: object,
) -> None:
    """Write one letter each, to everybody but whose act it is about; nothing where no mail can go.

    The first line of the template is the subject, the rest its paragraphs; `also` is a second address beside the link.
    Works without a request as well.
    """
    to = [user for user in people if by is None or user.id != by.id]
    if not to or mail_server(session) is None:
        return
    organisation = session.get_one(Organisation, 1)
    g.setdefault("time_zone", organisation.time_zone)  # days read as the company's, in the worker too
    known = {"organisation": organisation, "link": link, "also": also, "by": by} | values
    body = current_app.jinja_env.get_template(template)
    frame = current_app.jinja_env.get_template("people/letters/frame.html")
    for user in to:
        subject, _, text = body.render(**known, user=user).strip().partition("\n")
        html = frame.render(subject=subject, paragraphs=text.strip().split("\n\n"), links={link, also})
        write_letter(user, subject=subject, text=f"{text.strip()}\n", html=html, at=at)


def keep_for_next_page(user: User, token: str) -> None:
    """Let the next page show a link once, to be copied: for installations that send no mail."""
    address = url_for("people.open_link", token=token, _external=True)
    cookie[HANDED_OVER] = [*cookie.get(HANDED_OVER, []), [user.name, address]]


def take_kept_links() -> list[tuple[str, str]]:
    """The links kept for this page, with the name of whom each is for; gone after that."""
    return [(str(name), str(address)) for name, address in cookie.pop(HANDED_OVER, [])]


def address_in_letters(token: str) -> str:
    """A one-time link on the address that people open; needs no request."""
    return page_in_letters("people.open_link", token=token)


def page_in_letters(endpoint: str, **values: object) -> str:
    """A page on the address that people open; who is not signed in comes back to it after that. Needs no request."""
    config: Config = current_app.config["ABM"]
    return config.base_url + current_app.url_map.bind("here").build(endpoint, values)


def _written(name: str, **values: object) -> str:
    """A letter as plain text. Rendered without the pages' own values: there may be no request."""
    return current_app.jinja_env.get_template(f"people/letters/{name}.txt").render(**values)
