"""A quarter of work on the accounts: touches of both sides with their rollups, as logging them would leave them."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from abm.touches.kinds import Channel, TouchSide
from abm.touches.models import Touch
from abm.touches.outcomes import OUTCOMES, OutcomeRule
from benchmarks.company import SEED, Company, put
from benchmarks.copies import count_rollups

WEEKS = 13
CHANNELS = {
    TouchSide.SALES: (Channel.CALL, Channel.EMAIL, Channel.MEETING, Channel.SOCIAL),
    TouchSide.MARKETING: (Channel.EMAIL, Channel.AD, Channel.WEBINAR, Channel.CONTENT, Channel.WEB),
}
SILENCE = 4  # how much likelier an attempt is than an answer
WORK = {1: 8, 2: 3, 3: 1}  # how much more an account of a tier is worked than one of tier 3


def work_accounts(session: Session, company: Company, *, touches: int, tiers: Sequence[int]) -> None:
    """Log so many touches over the last weeks; `tiers` says the tier of each account in its order. Commits."""
    luck = random.Random(SEED + 1)  # noqa: S311 the same history every time, and no secret
    accounts = luck.choices(company.accounts, [WORK[tier] for tier in tiers], k=touches)
    moments = sorted(luck.random() * WEEKS * 7 * 24 * 3600 for _ in range(touches))[::-1]
    rows = [_touch(company, number, moments[number], accounts[number], luck) for number in range(touches)]
    put(session, Touch, rows)
    count_rollups(session, company.cast.organisation)
    session.commit()


def _touch(company: Company, number: int, seconds_ago: float, account_id: int, luck: random.Random) -> dict[str, Any]:
    side = luck.choice(list(CHANNELS))
    channel = luck.choice(CHANNELS[side])
    outcome, rule = _outcome(channel, luck)
    at = company.now - timedelta(seconds=seconds_ago)
    marketing = side is TouchSide.MARKETING
    return {
        "account_id": account_id,
        "side": side,
        "direction": rule.directions[0],
        "channel": channel,
        "outcome": outcome,
        "at": at,
        "day": company.cast.organisation.today(at),
        "contact_id": luck.choice(company.contacts_of(account_id)),
        "note": "Asked about the cold chain to Rotterdam" if number % 5 == 0 else "",
        "logged_by_id": luck.choice(company.marketers) if marketing else company.ae_of(account_id),
        "logged_at": at,
        "client_key": f"history-{number}",
        "fingerprint": f"{number:064x}",
    }


def _outcome(channel: Channel, luck: random.Random) -> tuple[str, OutcomeRule]:
    outcomes = list(OUTCOMES[channel].items())
    return luck.choices(outcomes, [1 if rule.responded else SILENCE for _, rule in outcomes])[0]
