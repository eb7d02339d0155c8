"""The quick log: one line such as `halden call vm pricing` read as a touch. What is unclear is asked, never guessed."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from abm.outbound.quick_log_days import moments_in
from abm.outbound.quick_log_line import Line
from abm.outbound.quick_log_names import (
    KnownAccount,
    KnownContact,
    Mention,
    accounts_begun,
    accounts_hinted,
    accounts_named,
    contacts_named,
    tokens_of,
)
from abm.outbound.quick_log_what import Happened, everything, happened
from abm.outbound.quick_log_when import meant_by
from abm.outbound.quick_log_words import FILLERS, TOWARDS, What
from abm.touches.kinds import Channel
from abm.touches.outcomes import OPTED_OUT

NOBODY: Final = "nobody"


class Part(enum.StrEnum):
    """What may have to be asked, in this order."""

    ACCOUNT = "account"
    WHAT = "what"
    CONTACT = "contact"
    WHEN = "when"


@dataclass(frozen=True)
class Answers:
    """What was asked and answered: an account's slug, a contact's id or NOBODY, what happened, and when."""

    account: str = ""
    contact: str = ""
    what: What | None = None
    when: datetime | None = None


@dataclass(frozen=True)
class Reading:
    """What a line says, part by part; `questions` are the parts that it leaves open, with what there is to choose from.

    `when` is local and None where it is asked; without a word about it, it is now.
    """

    line: str
    account: KnownAccount | None
    channel: Channel | None
    what: What | None
    when: datetime | None
    contact: KnownContact | None
    note: str
    questions: tuple[Part, ...]
    accounts: tuple[KnownAccount, ...] = ()
    whats: tuple[What, ...] = ()
    contacts: tuple[KnownContact, ...] = ()
    moments: tuple[datetime, ...] = ()


@dataclass(frozen=True)
class _Named:
    """Who is meant, by slug or id: one, or those to choose from. `mentions` are the words that name them."""

    one: str = ""
    choices: tuple[str, ...] = ()
    mentions: tuple[Mention, ...] = ()
    apart: bool = False  # two different ones are named


def read(
    text: str,
    *,
    accounts: Sequence[KnownAccount],
    contacts: Sequence[KnownContact],
    now: datetime,
    answers: Answers = Answers(),
) -> Reading:
    """Read a line against the accounts and people whom it may name. `now` is the organisation's local time.

    `accounts` and `contacts` are all that the line could mean: among fewer, one may look like the only one.
    """
    line = Line(text, tokens_of(text))
    account = _checked(line, _account_named(line, accounts, contacts, answers), contacts, now, answers)
    people = [one for one in contacts if one.account == account.one]
    what = happened(line)
    if answers.what is not None:
        what = Happened(answers.what, answers.what.channel)
    contact = _contact_named(line, people, answers)
    ends = [(one.first, one.after) for one in (*account.mentions, *contact.mentions)]
    line.consume_end(ends)
    when = meant_by(line, now, booking=what.is_booking)
    line.consume_end(ends)
    if what.what is not None and what.what.outcome == OPTED_OUT and not (contact.one or contact.choices):
        contact = _Named(choices=tuple(one.id for one in people))
    return Reading(
        line=text,
        account=next((one for one in accounts if one.slug == account.one), None),
        channel=what.channel,
        what=what.what,
        when=answers.when or when.moment,
        contact=next((one for one in people if one.id == contact.one), None),
        note=line.note(),
        accounts=tuple(one for slug in account.choices for one in accounts if one.slug == slug),
        whats=() if what.what else what.choices or everything(),
        contacts=tuple(one for one in people if one.id in contact.choices),
        moments=when.choices,
        questions=tuple(_open(account, what, contact, answers.when or when.moment)),
    )


def _open(account: _Named, what: Happened, contact: _Named, when: datetime | None) -> Iterator[Part]:
    """What has to be asked. Somebody who opted out has to be named: nobody to choose from is a question too."""
    if not account.one:
        yield Part.ACCOUNT
    if what.what is None:
        yield Part.WHAT
    opted_out = bool(what.what and what.what.outcome == OPTED_OUT) or _all_opted_out(what)
    if not contact.one and (contact.choices or (account.one and opted_out)):
        yield Part.CONTACT
    if when is None:
        yield Part.WHEN


def _all_opted_out(what: Happened) -> bool:
    return bool(what.choices) and all(one.outcome == OPTED_OUT for one in what.choices)


def _account_named(
    line: Line, accounts: Sequence[KnownAccount], contacts: Sequence[KnownContact], answers: Answers
) -> _Named:
    """The account that the words name for sure, or those that they may name."""
    mentions = accounts_named(line.tokens, accounts)
    if answers.account:
        return _Named(answers.account, mentions=tuple(_naming(mentions, answers.account)))
    sure = tuple(one for one in mentions if one.sure)
    if sure:
        return _common(sure, [one.slug for one in accounts])
    begun = accounts_begun(line.words, accounts)
    if len(begun) == 1 and not mentions:
        return _Named(next(iter(begun)), mentions=(Mention(0, 1, frozenset(begun), sure=True),))
    owners = {one.account for one in contacts for who in contacts_named(line.tokens, [one], ()) if who.sure}
    weak = {slug for one in mentions for slug in one.ids} | begun | owners | set(accounts_hinted(line.words, accounts))
    return _Named(choices=tuple(one.slug for one in accounts if one.slug in weak))


def _common(mentions: tuple[Mention, ...], order: Sequence[str]) -> _Named:
    """Whom all mentions may mean; where they mean different ones, each of them."""
    shared = frozenset.intersection(*(one.ids for one in mentions))
    if len(shared) == 1:
        return _Named(next(iter(shared)), mentions=mentions)
    if shared:
        return _Named(choices=tuple(one for one in order if one in shared), mentions=mentions)
    said = dict.fromkeys(one for mention in mentions for one in order if one in mention.ids)
    return _Named(choices=tuple(said), mentions=mentions, apart=True)


def _naming(mentions: Iterable[Mention], one: str) -> Iterator[Mention]:
    """The mentions that may mean one, once it is settled that they do."""
    yield from (replace(mention, ids=frozenset({one}), sure=True) for mention in mentions if one in mention.ids)


def _checked(line: Line, account: _Named, contacts: Sequence[KnownContact], now: datetime, answers: Answers) -> _Named:
    """Divide the line into head and tail. An account that only the note names may be another matter."""
    line.accounts = account.mentions
    line.contacts = contacts_named(line.tokens, [one for one in contacts if one.account == account.one], line.accounts)
    line.scan(moments_in(line.text, now))
    head = tuple(one for one in account.mentions if one.first < line.head)
    if account.one and head and not answers.account and all(_is_doubtful(line, one) for one in head):
        return _Named(choices=(account.one,))
    if head or not account.mentions:
        line.accounts = head
        if not account.apart:
            _consume(line, head)
        return replace(account, mentions=() if account.apart else head)
    if answers.account or not line.head_actions or any(_is_reached(line, one) for one in account.mentions):
        return account
    return _Named(choices=(account.one,) if account.one else account.choices)


def _is_doubtful(line: Line, mention: Mention) -> bool:
    """Whether one word that may be a name follows others that may be the name which was meant: `acme vm budget`."""
    if mention.after - mention.first > 1 or not line.actions or not line.words[mention.first].isalnum():
        return False
    towards = mention.first > 0 and line.words[mention.first - 1] in TOWARDS
    beside = any(_side_by_side(line, mention, one) for one in line.contacts)
    return not towards and not beside and line.unread_before(mention.first)


def _is_reached(line: Line, mention: Mention) -> bool:
    """Whether a mention in the note says who was reached: after “to”, beside a person of theirs, or an address."""
    place = mention.first - 1
    return (
        "@" in line.words[mention.first]
        or (place >= line.head and line.words[place] in TOWARDS)
        or any(_side_by_side(line, mention, one) for one in line.contacts)
    )


def _side_by_side(line: Line, one: Mention, other: Mention) -> bool:
    """Whether nothing but small words stands between two mentions."""
    first, second = sorted((one, other), key=lambda each: each.first)
    return all(word in FILLERS for word in line.words[first.after : second.first])


def _consume(line: Line, mentions: Iterable[Mention]) -> None:
    """Take names out of the note; an address stays unless it is that of somebody who is known."""
    for one in mentions:
        if "@" not in line.words[one.first]:
            line.consume(one.first, one.after)


def _beside(line: Line, mentions: Sequence[Mention]) -> tuple[Mention, ...]:
    """Those in the tail that stand beside the account, and whoever stands beside them."""
    found = [one for one in mentions if any(_side_by_side(line, one, account) for account in line.accounts)]
    found += [one for one in mentions if one not in found and any(_side_by_side(line, one, it) for it in found)]
    return tuple(found)


def _contact_named(line: Line, people: Sequence[KnownContact], answers: Answers) -> _Named:
    """Who was reached: named in the head, or beside the account. Whoever else a note names is asked about."""
    known = {one.id for one in people}
    mentions = [one for one in line.contacts if one.ids <= known]
    head = tuple(one for one in mentions if one.first < line.head and one.sure)
    beside = _beside(line, [one for one in mentions if one.first >= line.head])
    for one in head:
        line.consume(one.first, one.after)
    if answers.contact:
        return _Named(answers.contact, mentions=tuple(_naming(beside, answers.contact)))
    order = [one.id for one in people]
    if head or beside:
        return _common(head or beside, order)
    maybe = {each for one in mentions for each in one.ids}
    return _Named(choices=tuple(one for one in order if one in maybe))
