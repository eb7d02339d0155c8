"""Our own people as files name them: by e-mail, or by a name that only one of us has."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import select
from sqlalchemy.orm import Session

from abm.kit.text import one_line, shortened
from abm.people.models import User


class Colleagues:
    """Everybody, in memory, read with two queries."""

    def __init__(self, session: Session) -> None:
        self._by_email: dict[str, User] = {}
        self._by_name: dict[str, list[User]] = defaultdict(list)
        for user in session.scalars(select(User).order_by(User.id)):
            self.learn(user)

    def learn(self, user: User) -> None:
        """Know somebody, also one who came with an earlier row of the file."""
        self._by_name[_key(user.name)].append(user)
        if user.email:
            self._by_email[user.email] = user

    def named(self, text: str) -> list[User]:
        """Everyone whom a name or an e-mail address may mean; of several, those who are here come alone."""
        by_email = self._by_email.get(_key(text))
        if by_email is not None:
            return [by_email]
        found = self._by_name.get(_key(text), [])
        return [user for user in found if user.active] or found

    def with_email(self, email: str) -> User | None:
        return self._by_email.get(email)

    def one(self, text: str) -> tuple[User | None, str]:
        """Who is meant, or why nobody is; a blank cell means nobody."""
        if not text:
            return None, ""
        found = self.named(text)
        if len(found) == 1:
            return found[0], ""
        if found:
            return None, f"{len(found)} people are named {shortened(text)}: it comes in without an owner."
        return None, f"Nobody here is named {shortened(text)}: it comes in without an owner."


def _key(text: str) -> str:
    return one_line(text).casefold()
