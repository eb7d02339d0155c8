"""What counts towards what: the rules of domain §7 one by one, then any facts in any order."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from abm.outbound.counting import Outreach, Window, credit
from abm.people.seats import Side
from abm.touches.models import Channel

FIRST = date(2026, 11, 2)
WEBINAR, MAILING = 7, 8


def window(number: int, days: tuple[int, int] = (0, 13), wanted: int = 1, **facts: Any) -> Window:
    first, last = (FIRST + timedelta(days=day) for day in days)
    return Window(
        number, **{"account_id": 1, "side": Side.SALES, **facts}, wanted=wanted, first_day=first, last_day=last
    )


def touch(number: int, day: int = 0, **facts: Any) -> Outreach:
    on = FIRST + timedelta(days=day)
    at = datetime(on.year, on.month, on.day, 9, tzinfo=UTC)
    return Outreach(number, **{"account_id": 1, "side": Side.SALES, "channel": Channel.CALL, **facts}, at=at, day=on)


def test_a_touch_counts_once_and_first_for_its_campaign() -> None:
    ends_first, of_campaign = window(1, (0, 6)), window(2, (0, 27), campaign_id=WEBINAR)

    assert credit([ends_first, of_campaign], [touch(1, campaign_id=WEBINAR)]) == {1: 2}


def test_without_a_campaign_the_earliest_end_comes_first_then_the_lowest_number() -> None:
    assert credit([window(1, (0, 27)), window(2, (0, 6))], [touch(1)]) == {1: 2}
    assert credit([window(5), window(4)], [touch(1)]) == {1: 4}


def test_what_is_full_passes_the_touch_on() -> None:
    assert credit([window(1, (0, 6)), window(2)], [touch(1), touch(2, day=1), touch(3, day=2)]) == {1: 1, 2: 2}


def test_only_days_of_the_window_count_both_ends_included() -> None:
    found = credit([window(1, (3, 5), wanted=9)], [touch(day, day=day) for day in range(9)])

    assert set(found) == {3, 4, 5}


def test_the_other_side_and_other_accounts_do_not_count() -> None:
    assert credit([window(1)], [touch(1, side=Side.MARKETING), touch(2, account_id=2)]) == {}


def test_a_play_takes_only_its_own_campaign_and_channel() -> None:
    play = window(1, wanted=9, side=Side.MARKETING, campaign_id=WEBINAR, channel=Channel.EMAIL)
    ours: dict[str, Any] = {"side": Side.MARKETING, "channel": Channel.EMAIL}

    found = credit(
        [play],
        [
            touch(1, **ours, campaign_id=WEBINAR),
            touch(2, **ours, campaign_id=MAILING),
            touch(3, **ours),
            touch(4, side=Side.MARKETING, channel=Channel.AD, campaign_id=WEBINAR),
        ],
    )

    assert found == {1: 1}


def test_marketings_rhythm_takes_any_play() -> None:
    rhythm = window(1, wanted=2, side=Side.MARKETING)

    assert credit([rhythm], [touch(1, side=Side.MARKETING, campaign_id=MAILING)]) == {1: 1}


campaigns = st.sampled_from([None, WEBINAR, MAILING])
channels = st.sampled_from([Channel.CALL, Channel.EMAIL])
sides = st.sampled_from(Side)
windows = st.lists(
    st.builds(
        lambda first, length, **facts: window(0, (first, first + length), **facts),
        first=st.integers(0, 20),
        length=st.integers(0, 14),
        wanted=st.integers(1, 4),
        side=sides,
        account_id=st.integers(1, 2),
        campaign_id=campaigns,
        channel=st.none() | channels,
    ),
    max_size=6,
).map(lambda found: [Window(**{**one.__dict__, "id": number}) for number, one in enumerate(found, 1)])
facts_of_touches = st.lists(
    st.fixed_dictionaries(
        {
            "day": st.integers(0, 30),
            "side": sides,
            "account_id": st.integers(1, 2),
            "campaign_id": campaigns,
            "channel": channels,
        }
    ),
    max_size=12,
)


@given(windows, facts_of_touches, st.randoms(use_true_random=False))
def test_who_was_quicker_to_log_changes_no_count(
    windows: list[Window], facts: list[dict[str, Any]], random: Any
) -> None:
    """The same facts logged in another order get other numbers; every commitment counts the same."""
    in_order = Counter(credit(windows, [touch(n, **one) for n, one in enumerate(facts)]).values())
    random.shuffle(facts)
    random.shuffle(windows)

    assert Counter(credit(windows, [touch(n, **one) for n, one in enumerate(facts)]).values()) == in_order


@given(windows, facts_of_touches)
def test_nothing_counts_twice_nor_beyond_what_was_wanted(windows: list[Window], facts: list[dict[str, Any]]) -> None:
    touches = {n: touch(n, **one) for n, one in enumerate(facts)}
    by_number = {one.id: one for one in windows}

    found = credit(windows, touches.values())

    for commitment, count in Counter(found.values()).items():
        assert count <= by_number[commitment].wanted
    for number, commitment in found.items():
        assert by_number[commitment].takes(touches[number])
        assert by_number[commitment].account_id == touches[number].account_id
    for number in touches.keys() - found.keys():  # a touch is left out only where nothing that takes it has room
        mine = touches[number]
        fitting = [w for w in windows if w.account_id == mine.account_id and w.takes(mine)]
        assert all(Counter(found.values())[w.id] == w.wanted for w in fitting)


@given(windows, facts_of_touches, st.integers(0, 30))
def test_what_is_logged_later_never_takes_back_what_counted(
    windows: list[Window], facts: list[dict[str, Any]], until: int
) -> None:
    """So that a frozen week stays true: touches of later days move nothing of earlier ones."""
    touches = [touch(n, **one) for n, one in enumerate(facts)]
    cut = FIRST + timedelta(days=until)
    early = [one for one in touches if one.day <= cut]

    assert credit(windows, early) == {n: c for n, c in credit(windows, touches).items() if touches[n].day <= cut}
