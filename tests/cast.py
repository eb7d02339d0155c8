"""The cast of every test: who they are, and how one of them signs in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, object_session

from abm.kit import clock
from abm.kit.db import writing
from abm.people.models import Organisation, Role, Team, User, add_user
from abm.people.seats import Seat, Side
from abm.people.sessions import SignIn
from abm.people.signing_in import COOKIE_TOKEN

PASSWORD = "a quiet harbour in winter"
FOUNDED = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


@dataclass
class Cast:
    """One small company. `amara` signs for Marketing, `renata` for Sales; `vera` only reads."""

    organisation: Organisation
    amara: User
    renata: User
    priya: User
    tomas: User
    marcus: User
    ines: User
    wen: User
    vera: User
    north: Team

    @property
    def everyone(self) -> dict[str, User]:
        names = ("amara", "renata", "priya", "tomas", "marcus", "ines", "wen", "vera")
        return {name: getattr(self, name) for name in names}


def assemble(session: Session, *, zone: str = "Europe/Berlin", fiscal_start_month: int = 1) -> Cast:
    """Found the company, fill both seats, and put the AEs into a team under Ines. Commits."""
    organisation = Organisation(
        name="Fathom Freightware",
        time_zone=zone,
        fiscal_start_month=fiscal_start_month,
        currency="EUR",
        created_at=FOUNDED,
    )
    session.add(organisation)

    def hire(name: str, role: Role) -> User:
        email = f"{name.split(maxsplit=1)[0].lower()}@fathom.example"
        return add_user(organisation, name=name, email=email, roles=frozenset({role}), by=None, at=FOUNDED)

    ines = hire("Ines Calder", Role.SALES_MANAGER)
    north = Team(name="North", region="EMEA", manager_id=ines.id)
    session.add(north)
    cast = Cast(
        organisation=organisation,
        amara=hire("Amara Osei", Role.CMO),
        renata=hire("Renata Voss", Role.CRO),
        priya=hire("Priya Raman", Role.MARKETER),
        tomas=hire("Tomás Ferreira", Role.AE),
        marcus=hire("Marcus Bell", Role.AE),
        ines=ines,
        wen=hire("Wen Zhao", Role.REVOPS),
        vera=hire("Vera Lund", Role.VIEWER),
        north=north,
    )
    cast.tomas.team = cast.marcus.team = north
    session.add(Seat(side=Side.MARKETING, title="CMO", holder=cast.amara, since=FOUNDED))
    session.add(Seat(side=Side.SALES, title="CRO", holder=cast.renata, since=FOUNDED))
    session.commit()
    return cast


def assembled(session: Session) -> Cast:
    """The cast of a database in which it was assembled before."""
    organisation = session.scalars(select(Organisation)).one()
    north = session.scalars(select(Team)).one()
    people = {user.name: user for user in session.scalars(select(User))}
    session.commit()  # what was only read must not keep others waiting for their turn
    return Cast(
        organisation=organisation,
        amara=people["Amara Osei"],
        renata=people["Renata Voss"],
        priya=people["Priya Raman"],
        tomas=people["Tomás Ferreira"],
        marcus=people["Marcus Bell"],
        ines=people["Ines Calder"],
        wen=people["Wen Zhao"],
        vera=people["Vera Lund"],
        north=north,
    )


def sign_in(client: FlaskClient, user: User) -> FlaskClient:
    """Give this client a real session of `user`, as the sign-in page does after the right password."""
    user_id = user.id
    own = object_session(user)
    if own is not None and not (own.new or own.dirty or own.deleted):
        own.rollback()  # what the test only read must not keep the request waiting for its turn
    with client.application.app_context(), writing() as session:
        token = SignIn.start(session.get_one(User, user_id), at=clock.now())
        session.commit()
    with client.session_transaction() as cookie:
        cookie[COOKIE_TOKEN] = token
    return client
