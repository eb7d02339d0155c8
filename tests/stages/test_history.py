"""An account's way through the stages equals what each single day says, and every change says its cause."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from abm.definitions.stages import DEFAULT_STAGES, Held, Response, StageDefinition, StageDefinitions
from abm.stages.history import AccountFacts, Change, Deal, Exit, Reaction, changes_of
from abm.stages.models import ExitKind, Facts, Stage, Why
from abm.stages.rules import stage_of

START = date(2026, 1, 5)
DEFAULT = StageDefinitions()


def on(number: int) -> date:
    return START + timedelta(days=number)


def reaction(number: int, response: Response = Response.REPLY, *, touch: int = 1, **facts: object) -> Reaction:
    return Reaction(touch, on(number), response, **facts)  # type: ignore[arg-type]


def told(changes: list[Change]) -> list[tuple[int, str, str, str]]:
    return [((one.day - START).days, one.after.value, one.why.value, one.cause) for one in changes]


def test_an_account_moves_on_with_its_responses_and_back_when_they_leave_the_window() -> None:
    facts = AccountFacts([reaction(0, touch=7), reaction(10, Response.DOWNLOAD, touch=8)])
    changes = list(changes_of(facts, DEFAULT))
    assert told(changes) == [
        (0, "aware", "facts", "1 response in 90 days"),
        (10, "engaged", "facts", "12 engagement minutes in 90 days"),
        (100, "target", "window passed", "no response in 90 days"),
    ]
    assert [(one.came, one.went) for one in changes] == [(("touch 7",), ()), (("touch 8",), ()), ((), ("touch 8",))]
    assert changes[1].figures == Facts(engagements=2, minutes=12)


def test_a_deal_that_is_lost_puts_it_back_to_what_is_left_and_one_that_is_won_makes_a_customer() -> None:
    lost, won = Deal(3, on(5), on(20)), Deal(4, on(30), on(40), won=True)
    changes = list(changes_of(AccountFacts([reaction(0)], [lost, won]), DEFAULT))
    assert told(changes) == [
        (0, "aware", "facts", "1 response in 90 days"),
        (5, "opportunity", "facts", "1 open deal"),
        (20, "aware", "facts", "1 response in 90 days"),
        (30, "opportunity", "facts", "1 open deal"),
        (40, "customer", "facts", "1 won deal"),
    ]
    assert (changes[4].came, changes[4].went) == (("won deal 4",), ("open deal 4",))


def test_another_definition_is_a_cause_unless_a_fact_of_the_same_day_would_have_done_it_alone() -> None:
    strict = StageDefinitions([Held(1, on(4), StageDefinition(engaged_minutes=20))])
    (_, back, *_) = changes_of(AccountFacts([reaction(0, Response.DOWNLOAD)]), strict)
    assert (back.day, back.after, back.why, back.version) == (on(4), Stage.AWARE, Why.DEFINITION, 1)
    (_, onward, *_) = changes_of(AccountFacts([reaction(0), reaction(4, Response.WEBINAR, touch=2)]), strict)
    assert (onward.day, onward.after, onward.why) == (on(4), Stage.ENGAGED, Why.FACTS)


def test_who_is_disqualified_stays_so_until_that_is_taken_back() -> None:
    left = Exit(5, ExitKind.DISQUALIFIED, on(12), on(20), "no budget")
    facts = AccountFacts([reaction(0), reaction(15, Response.DOWNLOAD, touch=2)], [], [left])
    changes = list(changes_of(facts, DEFAULT))
    assert told(changes)[:3] == [
        (0, "aware", "facts", "1 response in 90 days"),
        (12, "disqualified", "exit", "no budget"),
        (20, "engaged", "exit", "12 engagement minutes in 90 days"),
    ]
    assert (changes[1].came, changes[2].went) == (("exit 5",), ("exit 5",))


def test_who_is_recycled_begins_anew_with_what_happens_after_that_day() -> None:
    left = Exit(5, ExitKind.RECYCLED, on(12), None, "bad timing")
    reactions = [reaction(0, Response.WEBINAR), reaction(12, touch=2), reaction(30, touch=3)]
    deals = [Deal(1, on(3)), Deal(2, on(4), on(40), won=True)]
    assert told(list(changes_of(AccountFacts(reactions, deals, [left]), DEFAULT))) == [
        (0, "engaged", "facts", "30 engagement minutes in 90 days"),
        (3, "opportunity", "facts", "1 open deal"),
        (12, "recycled", "exit", "bad timing"),
        (30, "aware", "facts", "1 response in 90 days"),
        (40, "customer", "facts", "1 won deal"),
    ]


def test_without_facts_nothing_ever_changes() -> None:
    assert list(changes_of(AccountFacts(), DEFAULT)) == []


NUMBERS = st.integers(0, 60)
REACTIONS = st.builds(
    Reaction,
    touch_id=st.integers(1, 10**6),
    day=NUMBERS.map(on),
    response=st.sampled_from([None, *Response]),
    person=st.sampled_from([None, 1, 2, 3]),
    demo=st.sampled_from([False, False, False, True]),
    held=st.sampled_from([False, False, False, True]),
)
DEALS = st.builds(
    lambda number, first, length, won: Deal(
        number, on(first), None if length is None else on(first + length), won and length is not None
    ),
    st.integers(1, 10**6),
    NUMBERS,
    st.none() | st.integers(0, 30),
    st.booleans(),
)
EXITS = st.lists(st.tuples(NUMBERS, st.sampled_from(list(ExitKind)), st.booleans()), max_size=3).map(
    lambda drawn: one_after_the_other(sorted(drawn, key=lambda one: one[0]))
)


def one_after_the_other(drawn: list[tuple[int, ExitKind, bool]]) -> list[Exit]:
    """An exit gives way to the next; the last stands, or is taken back after ten days."""
    exits = [
        Exit(number, kind, on(first), on(end)) for number, ((first, kind, _), (end, *_)) in enumerate(pairwise(drawn))
    ]
    if drawn:
        first, kind, stands = drawn[-1]
        exits.append(Exit(len(drawn), kind, on(first), None if stands else on(first + 10)))
    return exits


SAYS = st.builds(
    StageDefinition,
    window_days=st.integers(7, 40),
    aware_engagements=st.integers(1, 3),
    engaged_minutes=st.integers(1, 30),
    mqa_minutes=st.integers(30, 120),
    mqa_people=st.integers(1, 3),
    minutes=st.tuples(*(st.integers(0, 60) for _ in Response)),
)
AGREED = st.lists(st.tuples(NUMBERS, SAYS), max_size=3, unique_by=lambda pair: pair[0])


def plainly(facts: AccountFacts, held: Held, day: date) -> Stage:
    """The stage of a day from nothing but the words of the definition."""
    says = held.says
    left = [one for one in facts.exits if one.day <= day and not (one.ended_on and one.ended_on <= day)]
    if left and left[0].kind is ExitKind.DISQUALIFIED:
        return Stage.DISQUALIFIED
    anew = left[0].day if left else date.min
    counting = [one for one in facts.reactions if day - timedelta(days=says.window_days) < one.day <= day]
    counting = [one for one in counting if one.day > anew]
    weights = dict(zip(Response, says.minutes, strict=True))
    figures = Facts(
        engagements=len(counting),
        minutes=sum(weights[one.response] for one in counting if one.response),
        people=len({one.person for one in counting if one.person}),
        demo_requests=len([one for one in counting if one.demo]),
        meetings_held=len([one for one in counting if one.held]),
        open_deals=len([one for one in facts.deals if anew < one.created <= day < (one.closed or date.max)]),
        won_deals=len([one for one in facts.deals if one.won and one.closed and anew < one.closed <= day]),
    )
    stage = stage_of(figures, says).stage
    return Stage.RECYCLED if left and stage is Stage.TARGET else stage


@settings(max_examples=150, deadline=None)
@given(st.lists(REACTIONS, max_size=12), st.lists(DEALS, max_size=3), EXITS, AGREED)
def test_it_equals_what_each_day_says(
    reactions: list[Reaction], deals: list[Deal], exits: list[Exit], agreed: list[tuple[int, StageDefinition]]
) -> None:
    facts = AccountFacts(reactions, deals, exits)
    in_order = sorted(agreed, key=lambda pair: pair[0])
    held = [Held(number, on(day), says) for number, (day, says) in enumerate(in_order, 1)]
    changes = {one.day: one for one in changes_of(facts, StageDefinitions(held))}
    stage = Stage.TARGET
    for number in range(-1, 140):
        day = on(number)
        valid = [one for one in held if one.first_day <= day]
        now = plainly(facts, valid[-1] if valid else Held(None, date.min, DEFAULT_STAGES), day)
        change = changes.get(day)
        assert (change is not None) == (now is not stage), day
        if change is not None:
            assert (change.before, change.after) == (stage, now)
        stage = now
