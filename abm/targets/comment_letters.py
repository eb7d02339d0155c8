"""A letter to whom a comment asks, in the transaction of the comment: what was said, and the way to answer."""

from __future__ import annotations

from collections.abc import Iterable

from flask import current_app

from abm.kit.base import session_of
from abm.people.letters import page_in_letters
from abm.people.mail import write_letter
from abm.people.models import Organisation, User
from abm.targets.comments import EntryComment


def tell_mentioned(comment: EntryComment, asked: Iterable[User]) -> None:
    """Write to everybody whom a comment asks, but for its author."""
    entry, target_list = comment.entry, comment.entry.target_list
    organisation = session_of(comment).get_one(Organisation, 1)
    page = page_in_letters("targets.entry", **target_list.address, public_id=entry.public_id)
    values = {
        "comment": comment,
        "account": entry.account.name,
        "quarter": target_list.programme.naming(target_list.quarter),
        "link": f"{page}#comment-{comment.public_id}",
        "organisation": organisation,
    }
    for user in asked:
        if user.id != comment.by_id:
            text, html = (_written(kind, **values, user=user) for kind in ("txt", "html"))
            subject = f"{comment.by.name} asks you about {entry.account.name}"
            write_letter(user, subject=subject, text=text, html=html, at=comment.corrected_at or comment.at)


def _written(kind: str, **values: object) -> str:
    """Rendered without the pages' own values: a letter looks the same whoever writes it."""
    return current_app.jinja_env.get_template(f"targets/letters/mentioned.{kind}").render(**values)
