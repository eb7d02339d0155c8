"""Questions about people: who there is, whose link this is, and what was announced to a seat."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from flask import url_for
from sqlalchemy import Select, func, or_, select, tuple_
from sqlalchemy.orm import Session, joinedload

from abm.audit.models import Event, Seal
from abm.people.access import May, may
from abm.people.mail import Letter
from abm.people.models import Organisation, Team, User
from abm.people.seats import Absence, Seat, all_seats, seats, seats_signed_for
from abm.people.sessions import ABSOLUTE, IDLE, OneTimeLink, SignIn, token_hash
from abm.people.waiting import Waiting

PAGE = 100

# What an administrator changes that figures or signatures rest on (domain §2); everything else concerns one person.
ANNOUNCED = ("organisation", "seat", "deputy", "team", "role_grant", "crm_stage", "definition")
ANNOUNCED_OF_PEOPLE = (
    "added",
    "changed",
    "roles changed",
    "deactivated",
    "reactivated",
    "invited",
    "sent a link for a new password",
)


@dataclass(frozen=True)
class Announcement:
    """Something that the other seat's holder did as administrator."""

    seq: int
    at: datetime
    who: str
    event: Event
    subject: User | None


def link_of(session: Session, token: str, *, lock: bool = False) -> OneTimeLink | None:
    """The one-time link of a token, whether it still holds or not."""
    statement = select(OneTimeLink).where(OneTimeLink.token_hash == token_hash(token))
    return session.scalar(statement.with_for_update() if lock else statement)


def people_page(
    session: Session, *, search: str = "", state: str = "active", after: User | None = None
) -> tuple[list[User], bool]:
    """One page of people by name, and whether there are more."""
    statement = select(User).options(joinedload(User.team)).order_by(User.name, User.id)
    if search:
        like = f"%{_escaped(search.casefold())}%"
        found = or_(func.lower(User.name).like(like, escape="\\"), User.email.like(like, escape="\\"))
        statement = statement.where(found)
    statement = _in_state(statement, state)
    if after is not None:
        statement = statement.where(tuple_(User.name, User.id) > (after.name, after.id))
    rows = list(session.scalars(statement.limit(PAGE + 1)))
    return rows[:PAGE], len(rows) > PAGE


def person_by_public_id(session: Session, public_id: str) -> User | None:
    return session.scalar(select(User).where(User.public_id == public_id))


def active_people(session: Session) -> list[User]:
    """Everyone who works here now, by name: for choosing one."""
    return list(session.scalars(select(User).where(User.deactivated_at.is_(None)).order_by(User.name, User.id)))


def everybody_named(session: Session) -> list[tuple[int, str, str]]:
    """Number, public id and name of everyone who ever was here, by name."""
    rows = session.execute(select(User.id, User.public_id, User.name).order_by(User.name, User.id))
    return [(number, public_id, name) for number, public_id, name in rows]


def teams(session: Session) -> list[Team]:
    return list(session.scalars(select(Team).options(joinedload(Team.manager)).order_by(Team.name)))


def team_sizes(session: Session) -> dict[int, int]:
    """How many active people each team has."""
    counted = select(User.team_id, func.count()).where(User.deactivated_at.is_(None)).group_by(User.team_id)
    return {team_id: count for team_id, count in session.execute(counted) if team_id is not None}


def open_sessions(session: Session, user: User, at: datetime) -> list[SignIn]:
    """The sessions that still hold, the latest first."""
    alive = SignIn.seen_at > at - IDLE, SignIn.started_at > at - ABSOLUTE
    statement = select(SignIn).where(SignIn.user_id == user.id, SignIn.ended_at.is_(None), *alive)
    return list(session.scalars(statement.order_by(SignIn.seen_at.desc(), SignIn.id.desc())))


def absences_from(session: Session, user: User, day: date) -> list[Absence]:
    """When somebody is away, from a day on."""
    statement = select(Absence).where(Absence.user_id == user.id, Absence.last_day >= day)
    return list(session.scalars(statement.order_by(Absence.first_day, Absence.id)))


def is_away(session: Session, user_id: int, day: date) -> bool:
    """Whether nothing is due from somebody on a day."""
    covering = select(Absence.id).where(Absence.user_id == user_id, Absence.first_day <= day, Absence.last_day >= day)
    return session.scalar(covering.limit(1)) is not None


def newest_link(session: Session, user: User) -> OneTimeLink | None:
    """The newest one-time link made for somebody."""
    newest = select(OneTimeLink).where(OneTimeLink.user_id == user.id).order_by(OneTimeLink.id.desc())
    return session.scalar(newest.limit(1))


def letters_in_trouble(session: Session) -> tuple[int, Letter | None]:
    """How many letters wait after a failed try or were given up lately, and the newest of them."""
    stuck = Letter.sent_at.is_(None), Letter.last_error != ""
    count = session.scalar(select(func.count()).select_from(Letter).where(*stuck)) or 0
    newest = session.scalar(select(Letter).where(*stuck).order_by(Letter.id.desc()).limit(1)) if count else None
    return count, newest


def facts_exist(session: Session) -> bool:
    """Whether anything was written down whose day depends on the time zone: after that the zone stays."""
    setting_up = ("organisation", "user", "seat", "deputy", "team", "mail_server", "crm_stage", "absence")
    fact = select(Event.id).where(Event.subject.not_in(setting_up))
    return session.scalar(fact.limit(1)) is not None


def announcements(session: Session, seat: Seat) -> list[Announcement]:
    """What whoever acts for the other seat did as administrator, and this seat has not read yet; newest first.

    Pages by the position in the chain, so that a change that commits late is not passed over.
    """
    other = seats(session, seat.programme_id).get(seat.side.other)
    if other is None:
        return []
    deputies = (deputy.user_id for deputy in other.deputies if deputy.ended_at is None)
    actors = {other.holder_id, *deputies} - {None}
    of_people = (Event.subject == "user") & Event.verb.in_(ANNOUNCED_OF_PEOPLE) & (Event.subject_id != Event.actor_id)
    statement = (
        select(Seal.seq, Event, User.name)
        .join(Event, Event.id == Seal.event_id)
        .join(User, User.id == Event.actor_id)
        .where(Seal.seq > seat.heard_up_to, Event.actor_id.in_(actors))
        .where(Event.at >= seat.since)
        .where(or_(Event.subject.in_(ANNOUNCED), of_people))
        .order_by(Seal.seq.desc())
        .limit(PAGE)
    )
    rows = session.execute(statement).all()
    concerned = {event.subject_id for _seq, event, _name in rows if event.subject == "user"}
    users = {user.id: user for user in session.scalars(select(User).where(User.id.in_(concerned)))} if concerned else {}
    return [
        Announcement(seq, event.at, name, event, users.get(event.subject_id) if event.subject == "user" else None)
        for seq, event, name in rows
    ]


def waiting_for(session: Session, user: User, organisation: Organisation) -> list[Waiting]:
    """What waits on somebody because of who they are here: an empty seat, and what was announced to theirs."""
    rows: list[Waiting] = []
    if may(user, May.MANAGE_PEOPLE):
        rows.extend(_empty(seat) for seat in all_seats(session) if seat.holder_id is None)
    for mine in seats_signed_for(session, user, organisation.today()):
        told = announcements(session, mine)
        if told:
            what = f"{len(told)} change{'s' * (len(told) > 1)} by {told[0].who} as administrator"
            href = url_for("admin.announced", **mine.programme.address)
            rows.append(Waiting("Read", what, "Both seats hear of each other's changes", told[-1].at, href, "Read"))
    return rows


def _empty(seat: Seat) -> Waiting:
    why = f"The {seat.side.label} seat is empty: it signs nothing"
    return Waiting(
        "Fill",
        f"the seat of {seat.title}",
        why,
        seat.since,
        url_for("admin.seats_page", **seat.programme.address),
        "Choose who",
    )


def _in_state(statement: Select[User], state: str) -> Select[User]:
    if state == "active":
        return statement.where(User.deactivated_at.is_(None))
    if state == "invited":
        return statement.where(User.deactivated_at.is_(None), User.password_hash.is_(None))
    if state == "deactivated":
        return statement.where(User.deactivated_at.is_not(None))
    return statement


def _escaped(text: str) -> str:
    """Text to be found literally by LIKE."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
