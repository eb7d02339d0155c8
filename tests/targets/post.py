"""What tests of letters read: a mail server that is never asked, and who was written what."""

from __future__ import annotations

from sqlalchemy import delete, select

from abm.people.mail import Address, Letter, Security, set_mail_server
from abm.people.models import User
from tests.cast import FOUNDED
from tests.targets.conftest import Ground


def open_post(ground: Ground) -> None:
    """From now on letters are written."""
    address = Address(host="127.0.0.1", port=25, security=Security.NONE, username="", sender="abm@fathom.example")
    set_mail_server(ground.session, address, password=None, by=ground.cast.wen, at=FOUNDED)
    ground.session.commit()


def letters(ground: Ground) -> list[Letter]:
    """Every letter, in the order of writing."""
    ground.session.expire_all()
    return list(ground.session.scalars(select(Letter).order_by(Letter.id)))


def taken(ground: Ground) -> dict[str, str]:
    """First name and subject of the letters that lie there, which are taken away."""
    found = letters(ground)
    names = {user.id: user.name.split()[0] for user in ground.session.scalars(select(User))}
    told = {names[one.user_id]: one.subject for one in found}
    assert len(told) == len(found), "nobody gets two letters about one step"
    take_away(ground)
    return told


def take_away(ground: Ground) -> None:
    """What was written so far is of no interest."""
    ground.session.execute(delete(Letter))
    ground.session.commit()
