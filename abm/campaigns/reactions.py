"""Who responded to a play, and how: what can be said, and what cannot have been so."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from abm.accounts.contacts import OPT_OUT_CHANNELS
from abm.accounts.models import Account, Contact
from abm.kit.rules import refuse, require
from abm.people.models import User
from abm.touches.bulk import chunks
from abm.touches.kinds import Channel, Direction
from abm.touches.outcomes import OPTED_OUT, OUTCOMES, OutcomeRule, rule_of


@dataclass(frozen=True)
class Reaction:
    """That somebody at an account responded: to whom it is put down where they are known, how, and when."""

    account_id: int
    channel: Channel
    outcome: str
    day: date
    contact_id: int | None = None

    @property
    def kind(self) -> str:
        return f"{self.channel}/{self.outcome}"


def kinds_of_reaction(first: Channel) -> dict[str, str]:
    """Every way to respond, in words by its kind: those on the play's own channel first."""
    channels = [first, *(channel for channel in OUTCOMES if channel is not first)]
    return {
        f"{channel}/{outcome}": f"{channel.label}: {rule.label[0].lower()}{rule.label[1:]}"
        for channel in channels
        for outcome, rule in OUTCOMES[channel].items()
        if Direction.INBOUND in rule.directions
    }


def our_outcomes(channel: Channel) -> dict[str, str]:
    """What our side can have done on a channel, in words by its key."""
    return {name: rule.label for name, rule in OUTCOMES[channel].items() if Direction.OUTBOUND in rule.directions}


def usual_outcome(channel: Channel) -> str:
    """What a play on a channel is unless somebody says otherwise; blank where only a person can say (a meeting)."""
    ours = (name for name, rule in OUTCOMES[channel].items() if rule.directions == (Direction.OUTBOUND,))
    return next(ours, "")


def read_kind(text: str, play: Channel) -> tuple[Channel, str]:
    """`email/replied`, or an outcome of the play's own channel by key or words. Raises RuleBroken."""
    words = " ".join(text.split()).casefold()
    channel, slash, outcome = words.partition("/")
    if slash and channel in set(Channel) and outcome in OUTCOMES[Channel(channel)]:
        return Channel(channel), outcome
    own = _named(words, OUTCOMES[play])
    if own is not None:
        return play, own
    elsewhere = [(one, found) for one, rules in OUTCOMES.items() if (found := _named(words, rules)) is not None]
    if len(elsewhere) != 1:
        told = ", ".join(f"“{name}”" for name in OUTCOMES[play])
        refuse(f"“{text[:40]}” is no response that is known: write one of {told}.", field="response")
    return elsewhere[0]


def is_response(channel: Channel, outcome: str) -> bool:
    """Whether an outcome is something that they did."""
    return Direction.INBOUND in rule_of(channel, outcome).directions


def check_reactions(
    session: Session, reactions: Sequence[Reaction], *, reached: Collection[int], days: tuple[date, date]
) -> None:
    """Refuse what cannot have been so. `reached`: the accounts that the play reached; `days`: its day and today."""
    contacts = _accounts_of(session, {one.contact_id for one in reactions if one.contact_id is not None})
    for one in reactions:
        rule = rule_of(one.channel, one.outcome)
        require(is_response(one.channel, one.outcome), f"“{rule.label}” is no response.", field="response")
        require(one.day <= days[1], "A response of a day to come cannot be known yet.", field="day")
        require(one.day >= days[0], "Nobody responds before the play has happened.", field="day")
        named = one.contact_id is not None
        require(named or one.outcome != OPTED_OUT, "Name who opted out.", field="contact")
        fits = not named or contacts.get(one.contact_id or 0) == one.account_id
        require(fits, "This person is no contact of the account.", field="contact")
    stray = {one.account_id for one in reactions} - set(reached)
    if stray:
        names = session.scalars(select(Account.name).where(Account.id.in_(sorted(stray)[:8])).order_by(Account.name))
        told = ", ".join(names)
        refuse(f"The play is not recorded for {told}: choose it among the accounts as well.", field="accounts")


def keep_opt_outs(session: Session, reactions: Iterable[Reaction], *, by: User, at: datetime) -> None:
    """Whoever opted out in a response is left alone on its channel from then on."""
    for one in reactions:
        if one.outcome != OPTED_OUT or one.contact_id is None or one.channel.value not in OPT_OUT_CHANNELS:
            continue
        contact = session.get_one(Contact, one.contact_id).standing
        if contact.may_be_reached_by(one.channel.value):
            contact.opt_out(one.channel.value, on=one.day, by=by, at=at)


def _accounts_of(session: Session, contact_ids: Collection[int]) -> dict[int, int]:
    found: dict[int, int] = {}
    for chunk in chunks(sorted(contact_ids)):
        rows = session.execute(select(Contact.id, Contact.account_id).where(Contact.id.in_(chunk)))
        found |= {row.id: row.account_id for row in rows}
    return found


def _named(words: str, rules: Mapping[str, OutcomeRule]) -> str | None:
    """The outcome of this key or label, of those that some side can have brought about."""
    known = {name: name for name in rules} | {rule.label.casefold(): name for name, rule in rules.items()}
    return known.get(words) or known.get(words.removeprefix("they "))
