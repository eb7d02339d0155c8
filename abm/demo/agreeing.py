"""The lists of the demonstration: last quarter's, this quarter's in force, a change that waits, the next draft."""

from __future__ import annotations

from datetime import datetime, timedelta

from abm.accounts.models import Account
from abm.agreement.models import Verdict, Version
from abm.demo.founding import World
from abm.desk.work import work_of
from abm.kit.clock import Quarter
from abm.people.models import User
from abm.people.seats import Side, note_absence, seats
from abm.targets.kinds import Outcome, Priority, Readiness
from abm.targets.models import TargetList, open_list
from abm.targets.weighing import weigh

SIZES = {1: 12, 2: 38, 3: 100}
CAPACITY = {1: 12, 2: 40, 3: 120}
PER_AE = {1: 5, 2: 15, 3: 35}
ONE_TO_ONE = 1  # touches a week by Sales in tier 1, beside the two that the campaign asks for
LEAVE = timedelta(weeks=8) - timedelta(days=1)
WHY_NOMINATED = (
    "New plant this year, cold rooms on the drawings",
    "Lost a pharma load in July; the board asked why",
    "Our champion from the pilot moved there",
    "Tender for reefer tracking expected next quarter",
)
WHY_READY = ("Three roles known, two reply to mail", "Came to the roadshow; consent for mail", "Buying group mapped")
WHY_NOT = ("Only one contact, no phone", "Two contacts left the company")


def tier_of(number: int) -> int | None:
    """The tier of the nth company on this quarter's list; Orbis (1) is not on it yet."""
    if number == 1:
        return None
    place = number if number == 0 else number - 1
    if place < SIZES[1]:
        return 1
    if place < SIZES[1] + SIZES[2]:
        return 2
    return 3 if place < sum(SIZES.values()) else None


def agree(world: World) -> TargetList:
    """Sign last quarter's and this quarter's list, and leave the change and the next draft as the story has them."""
    _sign_quarter(world, world.quarter.plus(-1), tiers=_former_tiers())
    current = _sign_quarter(world, world.quarter, tiers={n: tier_of(n) for n in range(len(world.accounts))})
    world.session.flush()
    return current


def change_mid_quarter(world: World, current: TargetList) -> Version:
    """Halden was acquired, Orbis comes in: proposed by Ines, signed by Renata two days ago; Amara's turn."""
    ines, renata = world.people.ines, world.people.renata
    proposed = world.at(world.today - timedelta(days=3), 16)
    halden = world.account("Halden Freight")
    entry = next(entry for entry in current.entries if entry.account_id == halden.id)
    entry.place(
        tier=1,
        ae=entry.ae,
        outcome=Outcome.OUT,
        reason="Acquired by a competitor's parent; buying is frozen until the merger closes",
        by=ines,
        at=proposed,
    )
    orbis = world.account("Orbis Pharma")
    new = current.enter(orbis, by=ines, at=proposed, tier=1, ae=world.people.tomas)
    tomas, priya = world.people.tomas, world.people.priya
    new.nominate(Priority.HIGH, "Vaccine lanes go live in spring; asked for us by name", by=tomas, at=proposed)
    new.assess(Readiness.READY, "Four roles known, quality director came to the webinar", by=priya, at=proposed)
    new.place(tier=1, ae=world.people.tomas, outcome=Outcome.IN, reason="", by=ines, at=proposed)
    version = _propose_as_agreed(world, current, by=ines, at=proposed)
    signed = world.at(world.today - timedelta(days=2), 11)
    _sign(world, current, version, Side.SALES, by=renata, at=signed)
    return version


def _propose_as_agreed(world: World, current: TargetList, *, by: User, at: datetime) -> Version:
    """Propose what asks for more than was done: both leaders have said why that is right until the quarter ends."""
    work = work_of(world.session, current, organisation=world.organisation, at=at)
    for gap in weigh(current.draft(), work).gaps:
        for side, holder, reason in (
            (Side.SALES, world.people.renata, "The campaign ends with the quarter; we push for five more weeks"),
            (Side.MARKETING, world.people.amara, "The round table is booked and needs the calls around it"),
        ):
            seat = seats(world.session)[side]
            organisation = world.organisation
            current.waive(gap.what, seat=seat, reason=reason, by=holder, at=at, organisation=organisation, work=work)
    return current.propose(organisation=world.organisation, by=by, at=at, work=work)


def draft_next_quarter(world: World) -> TargetList:
    """Next quarter's draft: 13 accounts in tier 1 where 12 fit, half of it still without Marketing's word.

    Elif is away for its first eight weeks, so that it asks her for more a week than she did of late.
    """
    at = world.at(world.today - timedelta(days=1), 14)
    ines, priya = world.people.ines, world.people.priya
    draft = _open(world, world.quarter.plus(1), at, by=ines)
    first = world.quarter.plus(1).first
    note_absence(world.people.elif_, first_day=first, last_day=first + LEAVE, by=ines, at=at)
    for number, account in enumerate(world.accounts[1:60], start=1):
        tier = 1 if number <= 13 else 2 if number <= 40 else 3
        entry = draft.enter(account, by=ines, at=at, tier=tier, ae=account.ae_on(world.today))
        entry.nominate(Priority.MEDIUM, WHY_NOMINATED[number % 4], by=_ae(world, account), at=at)
        if number % 2:
            entry.assess(Readiness.READY, WHY_READY[number % 3], by=priya, at=at)
        entry.place(tier=tier, ae=entry.ae, outcome=Outcome.IN, reason="", by=ines, at=at)
    return draft


def _former_tiers() -> dict[int, int | None]:
    """Last quarter's list: a little smaller, and some accounts stood in another tier."""
    tiers: dict[int, int | None] = {}
    for number in range(150):
        tier = tier_of(number)
        if tier is None or number % 17 == 5:
            continue
        tiers[number] = min(3, tier + 1) if number % 11 == 3 else tier
    return tiers


def _sign_quarter(world: World, quarter: Quarter, *, tiers: dict[int, int | None]) -> TargetList:
    """Draft, nominate, assess, propose and sign the list of a quarter in the two weeks before it begins."""
    ines, amara, renata = world.people.ines, world.people.amara, world.people.renata
    drafted = world.at(quarter.first - timedelta(days=14))
    targets = _open(world, quarter, drafted, by=ines)
    for number, tier in tiers.items():
        if tier is not None:
            _enter(world, targets, number, tier, drafted)
    proposed = world.at(quarter.first - timedelta(days=6), 15)
    version = targets.propose(organisation=world.organisation, by=ines, at=proposed)
    _sign(world, targets, version, Side.SALES, by=renata, at=world.at(quarter.first - timedelta(days=5), 9))
    _sign(world, targets, version, Side.MARKETING, by=amara, at=world.at(quarter.first - timedelta(days=4), 17))
    return targets


def _open(world: World, quarter: Quarter, at: datetime, *, by: User) -> TargetList:
    targets = open_list(world.organisation, quarter, by=by, at=at)
    for policy in targets.policies:
        policy.change(max_accounts=CAPACITY[policy.tier], max_per_ae=PER_AE[policy.tier], by=by, at=at)
    targets.policies[0].change(sales_touches=ONE_TO_ONE, by=by, at=at)
    return targets


def _enter(world: World, targets: TargetList, number: int, tier: int, at: datetime) -> None:
    account = world.accounts[number]
    ae = _ae(world, account)
    entry = targets.enter(account, by=world.people.ines, at=at, tier=tier, ae=ae)
    priority = Priority.HIGH if tier == 1 else Priority.MEDIUM
    entry.nominate(priority, WHY_NOMINATED[number % 4], by=ae, at=at)
    ready = number % 9 != 4
    why = WHY_READY[number % 3] if ready else WHY_NOT[number % 2]
    entry.assess(Readiness.READY if ready else Readiness.NEEDS_WORK, why, by=world.people.priya, at=at)
    entry.place(tier=tier, ae=ae, outcome=Outcome.IN, reason="", by=world.people.ines, at=at)


def _ae(world: World, account: Account) -> User:
    ae = account.ae_on(world.today)
    if ae is None:
        raise RuntimeError(f"The story forgot to give {account.name} an AE.")
    return ae


def _sign(world: World, targets: TargetList, version: Version, side: Side, *, by: User, at: datetime) -> None:
    targets.sign(
        version,
        seat=seats(world.session)[side],
        by=by,
        at=at,
        digest=version.digest,
        verdict=Verdict.APPROVE,
        comment="",
        organisation=world.organisation,
    )
