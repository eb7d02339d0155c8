"""What is measured: the pages that people open most, and the one form that they send most."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Callable, Iterator

from abm.accounts.identity import slug_of
from abm.kit import clock
from benchmarks.agreements import AUDIENCE_TIERS, tier_of
from benchmarks.company import account_name
from benchmarks.installation import Site
from benchmarks.measuring import Ask, Call

PAGES = ("accounts", "search", "account", "today", "list", "week", "log")


def pages(site: Site) -> dict[str, Call]:
    """Each by the name that `--profile` takes. The leader of Sales reads, and an AE logs."""
    company = site.company
    organisation = company.cast.organisation
    renata = site.signed_in(company.cast.renata).cookie
    quarter, week = organisation.quarter_of(company.today), organisation.current_week()

    def reading(name: str, path: str) -> Call:
        return Call(name, site.app, lambda: Ask(path), renata)

    return {
        "accounts": reading("Accounts, the first page", "/accounts"),
        "search": reading("Accounts, searched", "/accounts?q=stone+f"),
        "account": Call("An account", site.app, _each_account(site), renata),
        "today": Call("Today", site.app, lambda: Ask("/today"), site.signed_in(company.cast.tomas).cookie),
        "list": reading("Target list", f"/quarters/{quarter}/list"),
        "week": reading("Weekly view", f"/progress/{week}"),
        "log": logging(site),
    }


def logging(site: Site) -> Call:
    """An AE logs a call, each time on another account that a campaign asks touches for."""
    tomas, addresses = site.signed_in(site.company.cast.tomas), itertools.cycle(list(worked(site)))

    def ask() -> Ask:
        return Ask(f"{next(addresses)}/touches", voicemail(tomas.token))

    return Call("Logging a touch", site.app, ask, tomas.cookie)


def voicemail(token: str = "") -> dict[str, str]:
    """The form of a call that nobody answered."""
    return {
        "csrf_token": token,
        "client_key": uuid.uuid4().hex,
        "place": "account",
        "what": "call/voicemail",
        "when": clock.now().isoformat(timespec="seconds"),
        "contact": "",
        "campaign": "",
        "note": "Left a word about the cold chain",
    }


def _each_account(site: Site) -> Callable[[], Ask]:
    addresses = itertools.cycle(list(worked(site)))
    return lambda: Ask(next(addresses))


def worked(site: Site) -> Iterator[str]:
    """The addresses of the accounts with the most on their pages: those in the campaign's audience."""
    accounts = site.company.accounts
    for number in accounts:
        if tier_of(number, len(accounts)) in AUDIENCE_TIERS:
            yield f"/accounts/{slug_of(account_name(number))}"
