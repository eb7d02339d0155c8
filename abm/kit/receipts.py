"""Creating something once: a form carries a key, and the same key again gets the first answer (trust 7)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import ParamSpec

from flask import g, redirect, request
from flask_login import current_user
from sqlalchemy import ForeignKey, UniqueConstraint, delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column
from werkzeug.wrappers import Response

from abm.kit import clock
from abm.kit.base import Base, Digest, Instant, Key, LongText, Word
from abm.kit.db import session
from abm.kit.rules import require

KEPT = timedelta(hours=24)
FIELD = "idempotency_key"

P = ParamSpec("P")


class Receipt(Base):
    """That a user's form with this key was carried out, and where the answer sent them."""

    __tablename__ = "receipt"
    __table_args__ = (UniqueConstraint("user_id", "key"),)

    id: Mapped[Key]
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    key: Mapped[Word]
    fingerprint: Mapped[Digest]
    location: Mapped[LongText] = mapped_column(default="/")
    at: Mapped[Instant] = mapped_column(index=True)


def once(view: Callable[P, Response | str | tuple[str, int]]) -> Callable[P, Response | str | tuple[str, int]]:
    """Carry a creating form out at most once per user and key. `web.commit(location)` keeps the answer.

    The receipt is written in the view's own transaction: a second process that sends the same key
    waits for the first to commit and then gets its answer. Raises RuleBroken for a key used with
    another body.
    """

    @wraps(view)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> Response | str | tuple[str, int]:
        key = request.form.get(FIELD, "")[:40]
        if request.method != "POST" or not key:
            return view(*args, **kwargs)
        fingerprint = _fingerprint()
        first = _find(key) or _claim(key, fingerprint)
        if first is not None:
            require(first.fingerprint == fingerprint, "This form was already sent with other contents. Open it again.")
            return redirect(first.location, 303)
        return view(*args, **kwargs)

    return wrapper


def _find(key: str) -> Receipt | None:
    return session.scalar(select(Receipt).where(Receipt.user_id == current_user.id, Receipt.key == key))


def _claim(key: str, fingerprint: str) -> Receipt | None:
    """Write the receipt; hand back the one of somebody who was quicker."""
    at = clock.now()
    session.execute(delete(Receipt).where(Receipt.user_id == current_user.id, Receipt.at < at - KEPT))
    receipt = Receipt(user_id=current_user.id, key=key, fingerprint=fingerprint, at=at)
    try:
        with session.begin_nested():
            session.add(receipt)
    except IntegrityError:
        return _find(key)
    g.receipt = receipt
    return None


def _fingerprint() -> str:
    fields = sorted((name, value) for name, value in request.form.items(multi=True) if name != "csrf_token")
    files = sorted((name, file.filename) for name, file in request.files.items(multi=True))
    return hashlib.sha256(repr((request.path, fields, files)).encode()).hexdigest()
