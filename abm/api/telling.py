"""A request about a play as the domain takes it: names become accounts and people, and every fault has its place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from abm.api.problems import Fault, Refused
from abm.campaigns.models import Campaign
from abm.campaigns.naming import Directory
from abm.campaigns.play_records import RecordSource
from abm.campaigns.reactions import Reaction, read_kind
from abm.campaigns.recordable import Playable, recordable
from abm.campaigns.recording import Telling
from abm.kit.rules import RuleBroken, refuse
from abm.people.tokens import ApiToken

MOST_FAULTS = 50


def telling_of(
    session: Session, campaign: Campaign, play: Playable, asked: Mapping[str, Any], *, token: ApiToken
) -> Telling:
    """What a request tells. Raises Refused with every fault that it has, up to fifty."""
    faults: list[Fault] = []
    day: date = asked["day"]
    directory = Directory(session) if asked["accounts"] or asked["responses"] else None
    accounts = _accounts(directory, asked["accounts"], faults)
    if asked["all_accounts"]:
        accounts = [one.account_id for one in recordable(session, campaign, day)]
    reactions = _reactions(directory, asked["responses"], play, day, faults)
    if asked["all_accounts"] and asked["accounts"]:
        faults.append(Fault("accounts", "Both all accounts and some are named.", "Leave one of the two out."))
    if faults:
        raise Refused(faults[:MOST_FAULTS])
    return Telling(
        play=play.play,
        day=day,
        accounts=accounts,
        reactions=reactions,
        outcome=asked["outcome"],
        note=asked["note"],
        source=RecordSource.API,
        token=token,
    )


def _accounts(directory: Directory | None, names: Sequence[str], faults: list[Fault]) -> list[int]:
    found = []
    for place, name in enumerate(names):
        try:
            found.append(directory.account(name) if directory is not None else 0)
        except RuleBroken as refusal:
            faults.append(Fault.of(f"accounts/{place}", refusal.message))
    return found


def _reactions(
    directory: Directory | None,
    responses: Sequence[Mapping[str, Any]],
    play: Playable,
    day: date,
    faults: list[Fault],
) -> list[Reaction]:
    found = []
    for place, said in enumerate(responses):
        try:
            if directory is not None:
                found.append(_reaction(directory, said, play, day))
        except RuleBroken as refusal:
            field = {"response": "kind"}.get(refusal.field or "", refusal.field or "account")
            faults.append(Fault.of(f"responses/{place}/{field}", refusal.message))
    return found


def _reaction(directory: Directory, said: Mapping[str, Any], play: Playable, day: date) -> Reaction:
    number = directory.account(said["account"])
    contact = directory.contact(number, said["contact"])
    if contact is None and said["contact"]:
        refuse(f"{directory.name_of(number)} has nobody of that name: leave it out.", field="contact")
    return Reaction(number, *read_kind(said["kind"], play.channel), said["day"] or day, contact)
