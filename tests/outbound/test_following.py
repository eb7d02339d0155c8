"""Commitments follow the list, the tier, the policy and the AE; the past stays; doing it twice changes nothing."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from fractions import Fraction

from sqlalchemy import select

from abm.accounts.contacts import Contact
from abm.accounts.crm_stages import all_stages
from abm.accounts.deals import create_opportunity
from abm.accounts.models import Account
from abm.accounts.usual_stages import add_usual_stages
from abm.outbound.following import Followed, follow
from abm.outbound.models import Commitment, CommitmentSource
from abm.outbound.pauses import Pause, PauseCause
from abm.people.seats import Side, note_absence
from abm.targets.models import Outcome, TargetList
from tests.outbound.world import MONDAY, NOW, World

TODAY, NEXT_MONDAY, LAST = NOW.date(), MONDAY + timedelta(days=7), date(2026, 12, 31)


def following(world: World, at: datetime = NOW) -> Followed:
    """Follow once, and see that a second time changes nothing."""
    world.session.flush()
    found = follow(world.session, organisation=world.cast.organisation, at=at)
    again = follow(world.session, organisation=world.cast.organisation, at=at)
    assert not again, again
    return found


def policy_of(world: World, account: Account, side: Side = Side.SALES) -> list[Commitment]:
    statement = select(Commitment).where(
        Commitment.account_id == account.id, Commitment.side == side, Commitment.source == CommitmentSource.POLICY
    )
    return list(world.session.scalars(statement.order_by(Commitment.id)))


def pauses(world: World, promise: Commitment) -> list[tuple[PauseCause, date, date | None]]:
    found = world.session.scalars(select(Pause).where(Pause.commitment_id == promise.id).order_by(Pause.id))
    return [(one.cause, one.first_day, one.last_day) for one in found]


def sign_again(world: World, account: Account, *, tier: int, outcome: Outcome) -> None:
    """The next version of the list, in force from now on."""
    target_list = world.session.scalars(select(TargetList)).unique().one()
    entry = next(one for one in target_list.entries if one.account_id == account.id)
    entry.place(tier=tier, ae=world.cast.tomas, outcome=outcome, reason="It was acquired", by=world.cast.ines, at=NOW)
    world.sign(target_list, at=NOW)


class TestThePolicy:
    def test_it_asks_both_sides_at_the_rhythm_of_the_tier_until_the_quarter_ends(self, world: World) -> None:
        halden, kestrel = world.account(), world.account("Kestrel Foods")
        world.agree_on({halden: 1, kestrel: 3})

        found = following(world)

        assert found == Followed(derived=4)
        (sales,), (marketing,), (third,) = (
            policy_of(world, halden),
            policy_of(world, halden, Side.MARKETING),
            policy_of(world, kestrel),
        )
        days = (LAST - TODAY).days + 1  # from today on: what was before nobody had promised
        assert (sales.first_day, sales.last_day, sales.why) == (TODAY, LAST, "Tier 1: 3 touches a week")
        assert sales.wanted == round(Fraction(3 * days, 7))
        assert (marketing.wanted, marketing.person) == (round(Fraction(days, 7)), None)
        assert (third.wanted, third.why) == (round(Fraction(days, 28)), "Tier 3: 1 touch in 4 weeks")
        assert (sales.person_id, sales.accepted_at) == (world.cast.tomas.id, None)

    def test_another_tier_closes_the_window_and_the_new_one_begins_next_monday(self, world: World) -> None:
        halden = world.account()
        world.agree_on({halden: 1})
        following(world)
        sign_again(world, halden, tier=3, outcome=Outcome.IN)

        following(world)

        before, after = policy_of(world, halden)
        assert (before.closed_on, before.closed_why) == (TODAY, "The tier or its policy says otherwise now")
        assert (after.first_day, after.why) == (NEXT_MONDAY, "Tier 3: 1 touch in 4 weeks")

    def test_a_tier_that_comes_back_within_the_week_is_opened_again(self, world: World) -> None:
        halden = world.account()
        world.agree_on({halden: 1})
        following(world)
        for tier in (3, 1, 3):
            sign_again(world, halden, tier=tier, outcome=Outcome.IN)
            following(world)

        first, third, _ = policy_of(world, halden)
        assert [first.closed_on, third.closed_on] == [TODAY, None]

    def test_an_account_that_leaves_the_list_owes_its_share_until_then(self, world: World) -> None:
        halden, kestrel = world.account(), world.account("Kestrel Foods")
        world.agree_on({halden: 1, kestrel: 1})
        following(world)
        sign_again(world, halden, tier=1, outcome=Outcome.OUT)

        following(world)

        assert [one.closed_on for one in policy_of(world, halden)] == [TODAY]
        assert [one.closed_on for one in policy_of(world, kestrel)] == [None]

    def test_the_next_quarter_is_promised_when_it_begins(self, world: World) -> None:
        halden = world.account()
        world.agree_on({halden: 1})
        following(world)

        found = following(world, at=NOW + timedelta(days=45))  # carried over: nobody has signed the next list

        assert found.derived == 2
        assert policy_of(world, halden)[1].last_day == date(2027, 3, 31)


class TestTheAe:
    def test_a_new_ae_begins_next_monday_with_what_is_left(self, world: World) -> None:
        halden = world.account()
        promise = world.promise(halden, wanted=14, last_day=MONDAY + timedelta(days=27))
        halden.assign(world.cast.marcus, first_day=TODAY, by=world.cast.wen, at=NOW)

        assert following(world) == Followed(passed_on=1)

        follows = world.session.scalars(select(Commitment).where(Commitment.id != promise.id)).one()
        assert (promise.closed_on, promise.closed_why) == (TODAY, "Marcus Bell answers for the account")
        assert (follows.person_id, follows.first_day) == (world.cast.marcus.id, NEXT_MONDAY)
        assert follows.wanted == 13  # two of 28 days of fourteen: one was due

    def test_what_was_handed_over_by_hand_stays_there(self, world: World) -> None:
        promise = world.promise(world.account(), person=world.cast.marcus)
        promise.handed_over_at = NOW

        assert not following(world)
        assert promise.person_id == world.cast.marcus.id

    def test_what_nobody_answered_for_finds_its_owner(self, world: World) -> None:
        promise = world.promise(world.account(), person=None)

        following(world)

        assert (promise.person_id, promise.closed_on) == (world.cast.tomas.id, None)

    def test_an_archived_account_is_promised_nothing_more(self, world: World) -> None:
        halden = world.account()
        promise = world.promise(halden)
        halden.archive(by=world.cast.wen, at=NOW)

        assert following(world) == Followed(closed=1)
        assert promise.closed_why == "The account was archived"


class TestRests:
    def test_do_not_approach_begins_today_and_ends_the_day_before_it_is_taken_back(self, world: World) -> None:
        halden = world.account()
        promise = world.promise(halden)
        halden.leave_alone("They are in talks", until=None, by=world.cast.ines, at=NOW)
        assert following(world).rests == 1
        assert pauses(world, promise) == [(PauseCause.LEFT_ALONE, TODAY, None)]
        assert world.session.get_one(Commitment, promise.id).clock_on(TODAY).owed == 0  # one day of fourteen: 0.21

        halden.approach_again(by=world.cast.ines, at=NOW)
        following(world, at=NOW + timedelta(days=3))

        assert pauses(world, promise) == [(PauseCause.LEFT_ALONE, TODAY, TODAY + timedelta(days=2))]

    def test_what_is_taken_back_on_the_same_day_never_was(self, world: World) -> None:
        halden = world.account()
        promise = world.promise(halden)
        halden.leave_alone("By mistake", until=None, by=world.cast.ines, at=NOW)
        following(world)
        halden.approach_again(by=world.cast.ines, at=NOW)

        following(world)

        assert pauses(world, promise) == []

    def test_an_absence_is_kept_as_noted_and_taken_back(self, world: World) -> None:
        promise = world.promise(world.account())
        days = {"first_day": TODAY + timedelta(days=2), "last_day": TODAY + timedelta(days=5)}
        away = note_absence(world.cast.tomas, **days, by=world.cast.ines, at=NOW)
        following(world)
        assert pauses(world, promise) == [(PauseCause.ABSENCE, days["first_day"], days["last_day"])]

        away.remove(by=world.cast.ines, at=NOW)
        following(world)

        assert pauses(world, promise) == []

    def test_a_deal_in_the_last_third_of_the_open_stages_rests_it(self, world: World) -> None:
        cast, halden = world.cast, world.account()
        promise = world.promise(halden)
        add_usual_stages(cast.organisation, by=cast.wen, at=NOW)
        stages = [one for one in all_stages(world.session) if not one.closed]
        deal = create_opportunity(
            cast.organisation, account=halden, name="Lanes", stage=stages[0], created_on=TODAY, by=cast.wen, at=NOW
        )
        assert following(world).rests == 0

        deal.change(by=cast.wen, at=NOW, stage=stages[-1])
        following(world)

        assert pauses(world, promise) == [(PauseCause.LATE_DEAL, TODAY, None)]

    def test_it_rests_once_everybody_known_there_has_opted_out_everywhere(self, world: World) -> None:
        halden = world.account()
        promise = world.promise(halden)
        ana, ben = world.contact(halden), world.contact(halden, "Ben Ortiz")

        def leave(contact: Contact, *channels: str) -> None:
            for channel in channels:
                contact.opt_out(channel, by=world.cast.tomas, at=NOW)

        leave(ana, "email", "call", "social")
        leave(ben, "email", "call")
        assert following(world).rests == 0

        leave(ben, "social")
        following(world)

        assert pauses(world, promise) == [(PauseCause.OPTED_OUT, TODAY, None)]
