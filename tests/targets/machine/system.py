"""The product under the machine: a database of its own, and every action in a transaction that commits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from typing import Any
from unicodedata import normalize

from sqlalchemy import create_engine, func, select
from sqlalchemy.orm import Session

from abm.accounts.models import Account, create_accounts
from abm.kit import db, keys
from abm.kit.base import Base
from abm.kit.rules import RuleBroken
from abm.people.models import Organisation, User
from abm.people.programmes import DEFAULT_PROGRAMME, Programme, add_programme
from abm.people.seats import Seat, Side, add_seats, all_seats
from abm.targets.models import TargetList
from tests.cast import assemble
from tests.engines import Beginning, Compiled, EngineKind
from tests.targets.machine.lists import QuarterList
from tests.targets.machine.people import seat_name

BEGIN = datetime(2026, 9, 21, 9, 0, tzinfo=UTC)
ACCOUNTS = ("Alder", "Birch", "Cobalt", "Delta", "Ember", "Falcon")
SECRET = "a secret of the machine that only it uses"

Action = Callable[[Session], Any]


def first_name(name: str) -> str:
    """`Tomás Ferreira` is `tomas` here, as in the cast."""
    return normalize("NFD", name.split(maxsplit=1)[0]).encode("ascii", "ignore").decode().lower()


def begin(url: str) -> None:
    """The company with its people and six accounts; everybody has a password, as who signs in has."""
    with System.opened(url) as session:
        cast = assemble(session)
        americas = add_programme(cast.organisation, name="Americas", by=cast.wen, at=BEGIN)
        session.flush()
        add_seats(americas, {side: f"{side.label}, Americas" for side in Side}, by=cast.wen, at=BEGIN)
        for user in cast.everyone.values():
            user.password_hash = "kept elsewhere"
        create_accounts(cast.organisation, [{"name": name} for name in ACCOUNTS], by=cast.wen, at=BEGIN)
        session.commit()


def _engine(url: str) -> Any:
    engine = create_engine(url, **db.engine_options(url))
    db.prepare_engine(engine)
    return engine


class System:
    """What the rules act on. People go by first name, accounts, seats and programmes by name, as in the model."""

    def __init__(self, kind: EngineKind, compiled: Compiled, beginning: Beginning = begin) -> None:
        keys.install(SECRET)
        self._open = ExitStack()
        self._writes = db._writes.set(True)
        self.engine = _engine(self._open.enter_context(kind.fresh(beginning)))
        self._open.callback(self.engine.dispose)
        compiled.lend(self.engine)
        with self.engine.connect() as connection:
            people = connection.execute(select(User.id, User.public_id, User.name)).all()
            accounts = connection.execute(select(Account.id, Account.public_id, Account.name)).all()
            programmes = connection.execute(select(Programme.id, Programme.name).order_by(Programme.id)).all()
        self.people = {first_name(row.name): row for row in people}
        self.accounts = {row.name: row for row in accounts}
        self.programmes = {"" if row.id == DEFAULT_PROGRAMME else row.name: row.id for row in programmes}

    @staticmethod
    @contextmanager
    def opened(url: str) -> Iterator[Session]:
        """A session on a database that is only being begun."""
        keys.install(SECRET)
        with Session(_engine(url)) as session:
            yield session
            session.get_bind().engine.dispose()

    def close(self) -> None:
        db._writes.reset(self._writes)
        self._open.close()

    def attempt(self, action: Action, *, strict: bool) -> tuple[RuleBroken | None, Any]:
        """Do it and commit, in a session of its own as a request has it; hand back the refusal, or what it gave.

        Strictly, a refusal is committed as well, where the product would roll back: nothing may have changed by then.
        """
        with Session(self.engine, expire_on_commit=False) as session:
            before, refusal, given = self.events(session), None, None
            try:
                given = action(session)
            except RuleBroken as broken:
                refusal = broken
            session.rollback() if refusal and not strict else session.commit()
            assert refusal is None or self.events(session) == before, f"refused, and yet noted as done: {refusal}"
            return refusal, given

    def events(self, session: Session) -> int:
        return session.scalar(select(func.max(Base.metadata.tables["event"].c.id))) or 0

    def user(self, session: Session, name: str | None) -> User | None:
        return None if name is None else session.get_one(User, self.people[name].id)

    def account(self, session: Session, name: str) -> Account:
        return session.get_one(Account, self.accounts[name].id)

    def organisation(self, session: Session) -> Organisation:
        return session.get_one(Organisation, 1)

    def programme(self, session: Session, name: str) -> Programme:
        return session.get_one(Programme, self.programmes[name])

    def list(self, session: Session, target: QuarterList) -> TargetList:
        named = TargetList.quarter == target.quarter, TargetList.programme_id == self.programmes[target.programme]
        return session.scalars(select(TargetList).where(*named)).unique().one()

    def seat(self, session: Session, name: str) -> Seat:
        return next(one for one in all_seats(session) if self.seat_name(one.side.value, one.programme_id) == name)

    def seat_name(self, side: str, programme_id: int) -> str:
        return seat_name(side, next(name for name, number in self.programmes.items() if number == programme_id))
