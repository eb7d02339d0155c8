"""What launching a plan asks of both sides, account by account (domain §7). Pure: the same facts give the same asks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from abm.campaigns.audience import Candidate
from abm.campaigns.plan import Plan
from abm.kit.clock import Week
from abm.kit.text import shortened
from abm.people.seats import Side
from abm.touches.kinds import Channel


@dataclass(frozen=True)
class Ask:
    """So many touches, or one play, on an account in a window. `source`: public id of campaign or play."""

    side: Side
    source: str
    account_id: int
    person_id: int | None
    channel: Channel | None
    wanted: int
    first_day: date
    last_day: date
    why: str


def sales_asks(plan: Plan, campaign: str, accounts: Sequence[Candidate], *, today: date) -> Iterator[Ask]:
    """What is asked of the AE of each account, from today or the first day until the day named in the plan.

    Nothing on accounts that nobody may approach, nor once that day has passed. `campaign` is its public id.
    """
    first = max(today, plan.starts_on)
    if plan.ask_by is None or plan.ask_by < first:
        return
    why = shortened(f"Sales ask of {plan.name}", 200)
    for one in accounts:
        if not one.left_alone:
            yield Ask(
                side=Side.SALES,
                source=campaign,
                account_id=one.account_id,
                person_id=one.ae_id,
                channel=None,
                wanted=plan.ask_touches,
                first_day=first,
                last_day=plan.ask_by,
                why=why,
            )


def play_asks(
    plan: Plan, owner_id: int, accounts: Sequence[Candidate], *, today: date, owners: Mapping[str, int] = {}
) -> Iterator[Ask]:
    """What the campaign's owner does, or whom `owners` names for a play, by public id: each play once on each account.

    It is asked for in the week of its day, within the campaign. Nothing for a play whose week is over: nothing counts
    backwards.
    """
    for play in plan.plays:
        week = Week.of(play.day)
        first, last = max(week.monday, plan.starts_on), min(week.sunday, plan.ends_on)
        if last < max(today, first):
            continue
        for one in accounts:
            if not one.left_alone:
                yield Ask(
                    side=Side.MARKETING,
                    source=play.play,
                    account_id=one.account_id,
                    person_id=owners.get(play.play, owner_id),
                    channel=play.channel,
                    wanted=1,
                    first_day=first,
                    last_day=last,
                    why=play.what,
                )


@dataclass(frozen=True)
class Expected:
    """What a launch will make, before it does: for the person about to press the button."""

    sales: int
    aes: int
    without_ae: int
    plays: int
    left_alone: tuple[str, ...]


def expected(plan: Plan, accounts: Sequence[Candidate], *, today: date) -> Expected:
    """The number of commitments on each side, of how many AEs, and the accounts that get none."""
    sales = list(sales_asks(plan, "", accounts, today=today))
    return Expected(
        sales=len(sales),
        aes=len({ask.person_id for ask in sales if ask.person_id is not None}),
        without_ae=sum(ask.person_id is None for ask in sales),
        plays=sum(1 for _ in play_asks(plan, 0, accounts, today=today)),
        left_alone=tuple(one.name for one in accounts if one.left_alone),
    )
