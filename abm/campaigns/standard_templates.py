"""The templates that come with the product: read from a file beside this one, added where they are missing."""

from __future__ import annotations

import tomllib
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from abm.campaigns.templates import PlayTemplate, create_template
from abm.people.models import Organisation, User

FILE = Path(__file__).with_suffix(".toml")


@cache
def standard_templates() -> dict[str, dict[str, Any]]:
    """What each says, by its key. In the file day 1 is the first day, as people count; here it is 0."""
    said: dict[str, dict[str, Any]] = tomllib.loads(FILE.read_text(encoding="utf-8"))
    for template in said.values():
        template["ask_day"] -= 1
        template["plays"] = [{**play, "day": play["day"] - 1} for play in template["plays"]]
    return said


def missing_standard(session: Session) -> list[str]:
    """The keys of those that the library has never had; an archived one was decided on."""
    known = set(session.scalars(select(PlayTemplate.standard).where(PlayTemplate.standard.is_not(None))))
    return [key for key in standard_templates() if key not in known]


def add_standard_templates(session: Session, *, by: User, at: datetime) -> list[PlayTemplate]:
    """Add those that the library has never had; hands them back. Of two at once, one adds them."""
    session.execute(select(Organisation.id).with_for_update())
    return [
        create_template(session, standard_templates()[key], standard=key, by=by, at=at)
        for key in missing_standard(session)
    ]
