"""Answering those who forgot their password: a letter, written here so that the page tells nobody anything."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from abm.people.administration import new_link
from abm.people.letters import send_new_password_link
from abm.people.models import Organisation, User
from abm.people.sessions import OneTimeLink, PasswordRequest

BATCH = 50
MOST_AN_HOUR = 3


def answer_password_requests(session: Session, *, at: datetime) -> int:
    """Write the letters that are due and forget the requests; hand back how many were looked at. The caller commits."""
    due = select(PasswordRequest).order_by(PasswordRequest.id).limit(BATCH).with_for_update(skip_locked=True)
    requests = session.scalars(due).all()
    organisation = session.scalar(select(Organisation))
    for request in requests:
        user = session.scalar(select(User).where(User.email == request.email))
        if organisation is not None and user is not None and user.active and not _pestered(session, user, at):
            token = new_link(user, by=None, at=at)
            send_new_password_link(user, token, organisation=organisation, at=at)
        session.delete(request)
    return len(requests)


def _pestered(session: Session, user: User, at: datetime) -> bool:
    """Whether somebody got enough links lately: nobody fills another's mailbox from here."""
    lately = OneTimeLink.user_id == user.id, OneTimeLink.made_at > at - timedelta(hours=1)
    made = session.scalar(select(func.count()).select_from(OneTimeLink).where(*lately)) or 0
    return made >= MOST_AN_HOUR
