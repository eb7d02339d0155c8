"""A small company with one of everything, so that every address leads to something that is there."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TypedDict

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from abm.accounts.contacts import add_contact
from abm.accounts.crm_stages import all_stages
from abm.accounts.deals import create_opportunity
from abm.accounts.models import Account, create_account
from abm.accounts.usual_stages import add_usual_stages
from abm.audit.seal import seal_events
from abm.demo.keeping import keep_beginning, set_back
from abm.kit import clock
from abm.kit.clock import Week
from abm.kit.db import writing
from abm.people.administration import new_link
from abm.people.feeds import FeedKind, new_address
from abm.people.models import Role, User, add_user
from abm.people.seats import Side, note_absence, seats
from abm.people.sessions import SignIn
from abm.touches.kinds import Channel, Direction, TouchSide
from abm.touches.logging import log_touch
from abm.touches.models import Touch
from tests.cast import Cast, assemble, sign_in
from tests.matrix.agreement import agreement_of, promised_and_filed
from tests.matrix.expectations import ANONYMOUS
from tests.matrix.recording import happened_of, tokens_of_all
from tests.matrix.reviews import reviewed_of
from tests.matrix.spending import spent_on

COOKIE = "session"


class Days(TypedDict):
    """A few days from today on."""

    first_day: date
    last_day: date
    at: datetime


class World:
    """The company, one person per role with a browser of their own, and the names of what there is."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.url: str = app.config["ABM"].database_url
        self.things: dict[str, str] = {}  # what stands in an address, by the words of the table
        self.own: dict[tuple[str, str], str] = {}  # what each role has one of: (thing, role)
        with app.app_context(), writing() as session:
            cast = assemble(session())
            people = self._people(cast)
            self._accounts(session(), cast)
            self._access(session(), cast)
            self.things |= agreement_of(session(), cast, self.orbis) | promised_and_filed(session(), cast, self.orbis)
            self.things |= happened_of(session(), cast) | spent_on(session(), cast)
            self.things |= reviewed_of(session(), cast)
            self.own |= tokens_of_all(session(), people, cast.marcus)
            seal_events(session())
            session.commit()
            for user in people.values():
                session.refresh(user)
            session.expunge_all()
        self.cookies = {role: self._cookie(user) for role, user in people.items()}
        keep_beginning(self.url)

    def thing(self, words: str, role: str) -> str:
        """What stands in the address for these words: the same for all, or everybody's own."""
        return self.own[words, role] if (words, role) in self.own else self.things[words]

    def browser(self, role: str) -> FlaskClient:
        """A browser in which this role is signed in."""
        client = self.app.test_client()
        if role != ANONYMOUS:
            client.set_cookie(COOKIE, self.cookies[role])
        return client

    def set_back(self) -> None:
        """As it was at the beginning."""
        set_back(self.url)

    def _people(self, cast: Cast) -> dict[str, User]:
        kofi = add_user(
            cast.organisation,
            name="Kofi Mensah",
            email="kofi@fathom.example",
            roles=frozenset({Role.SDR}),
            by=None,
            at=clock.now(),
        )
        everyone = (*cast.everyone.values(), kofi)
        of_role = {str(role): user for user in everyone if user is not cast.marcus for role in user.roles}
        self.kofi = kofi
        return of_role

    def _accounts(self, session: Session, cast: Cast) -> None:
        """Halden, that Tomás works, with a person, a deal and touches; Orbis beside it; Kestrel put away."""
        at = clock.now()
        add_usual_stages(cast.organisation, by=cast.wen, at=at)
        self.halden = self._account(cast, "Halden Freight")
        self.orbis = self._account(cast, "Orbis Pharma")
        kestrel = self._account(cast, "Kestrel Foods")
        kestrel.archive(by=cast.wen, at=at)
        stage, today = all_stages(session)[0], cast.organisation.today()
        deal = create_opportunity(
            cast.organisation,
            account=self.halden,
            name="Pilot lanes",
            stage=stage,
            created_on=today,
            by=cast.wen,
            at=at,
        )
        touches = {
            "touch of Tomás": self._touch(cast, self.halden, cast.tomas, at),
            "touch of Priya": self._touch(cast, self.halden, cast.priya, at),
            "touch elsewhere": self._touch(cast, self.orbis, cast.tomas, at),
        }
        self.halden.leave_alone("In talks about a merger", until=today, by=cast.wen, at=at)
        session.flush()
        self.things |= {name: touch.public_id for name, touch in touches.items()} | {
            "account": self.halden.slug,
            "other account": self.orbis.slug,
            "archived account": kestrel.slug,
            "account id": self.halden.public_id,
            **self._contacts(cast, at),
            "deal": deal.public_id,
            "team member": str(self.halden.team[0].id),
            "team member elsewhere": str(self.orbis.team[0].id),
            "stage": str(stage.id),
            "week": str(Week.of(today)),
        }

    def _contacts(self, cast: Cast, at: datetime) -> dict[str, str]:
        anna = add_contact(self.halden, name="Anna Berger", email="anna@halden.example", by=cast.tomas, at=at)
        left = add_contact(self.halden, name="Bruno Costa", by=cast.tomas, at=at)
        elsewhere = add_contact(self.orbis, name="Clara Duarte", by=cast.tomas, at=at)
        left.archive(by=cast.tomas, at=at)
        return {
            "contact": anna.public_id,
            "archived contact": left.public_id,
            "contact elsewhere": elsewhere.public_id,
        }

    def _account(self, cast: Cast, name: str) -> Account:
        account = create_account(cast.organisation, name=name, by=cast.wen, at=clock.now())
        account.assign(
            cast.tomas, first_day=cast.organisation.today() - timedelta(days=7), by=cast.ines, at=clock.now()
        )
        return account

    def _touch(self, cast: Cast, account: Account, by: User, at: datetime) -> Touch:
        return log_touch(
            account,
            organisation=cast.organisation,
            by=by,
            at=at,
            client_key=f"{by.public_id} {account.slug}",
            side=TouchSide.SALES if by is cast.tomas else TouchSide.MARKETING,
            direction=Direction.OUTBOUND,
            channel=Channel.CALL,
            outcome="voicemail",
            when=at - timedelta(hours=1),
        )

    def _access(self, session: Session, cast: Cast) -> None:
        """Sessions, links, absences and deputies: what only some may see or end."""
        at, today = clock.now(), cast.organisation.today()
        ida = add_user(cast.organisation, name="Ida Holm", email=None, roles=frozenset({Role.AE}), by=cast.wen, at=at)
        gone = add_user(
            cast.organisation, name="Nils Quinn", email=None, roles=frozenset({Role.AE}), by=cast.wen, at=at
        )
        gone.deactivate(by=cast.wen, at=at)
        days = Days(first_day=today, last_day=today + timedelta(days=3), at=at)
        deputy = seats(session)[Side.SALES].name_deputy(cast.ines, **days, reason="Holidays", by=cast.renata)
        absence = note_absence(ida, **days, by=cast.wen)
        SignIn.start(ida, at=at)
        self.things["link"] = new_link(cast.vera, by=cast.wen, at=at)
        self.things |= {"feed": new_address(cast.vera, FeedKind.ALL, at=at), "feed kind": "mine"}
        session.flush()
        for role, user in {**self._by_role(cast), "sdr": self.kofi}.items():
            SignIn.start(user, at=at)
            own = note_absence(user, **days, by=user)
            session.flush()
            self.own["own absence", role] = str(own.id)
            self.own["own session", role] = str(
                session.scalars(select(SignIn.id).where(SignIn.user_id == user.id)).one()
            )
        self.things |= {
            "own absence": "1",
            "own session": "1",
            "person": cast.marcus.public_id,
            "person without access": ida.public_id,
            "deactivated person": gone.public_id,
            "absence of that person": str(absence.id),
            "deputy": str(deputy.id),
            "team": str(cast.north.id),
            "side": "sales",
            "holder of the sales seat": cast.renata.public_id,
            "session of somebody else": str(session.scalars(select(SignIn.id).where(SignIn.user_id == ida.id)).one()),
            "seal": "1",
            "no such asset": "nothing.css",
        }

    def _by_role(self, cast: Cast) -> dict[str, User]:
        return {str(role): user for user in cast.everyone.values() if user is not cast.marcus for role in user.roles}

    def _cookie(self, user: User) -> str:
        client = sign_in(self.app.test_client(), user)
        cookie = client.get_cookie(COOKIE)
        assert cookie is not None
        return str(cookie.value)
