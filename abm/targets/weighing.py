"""What a list asks of each person a week, beside what they did in the last eight weeks (domain §5). Pure.

Asked of an AE: for each account that is in, its tier's rhythm (touches per week, 4 weeks or a quarter of 13 weeks), and
what campaigns ask on it, evenly over their own days; all of it within the days that are left of the quarter, done on
the working days on which the person is there: who is away for 3 of 13 weeks does the same in 10. Asked of Marketing:
the tier's plays on each account (one play that reaches ten accounts counts ten times), of the marketers on its team,
in equal shares; of Marketing together where nobody is named. Campaigns' plays are how Marketing keeps that rhythm and
are not counted again. An account that nobody may approach asks for nothing.

Done: the median of the weekly outbound touches that the person logged for their side, over the last eight complete
ISO weeks in the organisation's zone. A week with an absent working day is left out, not scaled up: a scaled week of
two days says more of chance than of work. With fewer than four weeks left, or a first touch later than those eight
weeks began, there is nothing to compare with: said, and nothing stops.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from fractions import Fraction
from statistics import median

from abm.kit.clock import Week
from abm.people.seats import Side
from abm.targets.content import Content, Row
from abm.targets.kinds import PERIOD_WEEKS
from abm.targets.policies import Terms
from abm.targets.work import Person, Work, working_days
from abm.targets.workload import LEAST_WEEKS, TOGETHER, Asked, Done, Part, Workload


def weigh(content: Content, work: Work) -> Workload:
    """What a list, its tier policy and the campaigns on its accounts ask of everybody; those with a gap first."""
    rows = [row for row in content.rows.values() if row.account not in work.resting]
    names = {row.ae: row.ae_name for row in content.rows.values()}
    found = [*_sales(rows, content, work, names), *_marketing(rows, content, work)]
    found.sort(key=lambda one: (not one.over, one.side is Side.MARKETING, one.name.casefold(), one.who))
    return Workload(found)


def rate(terms: Terms, side: Side) -> Fraction:
    """Touches, or plays, that an account of the tier asks of a side in a week."""
    if side is Side.SALES:
        return Fraction(terms.sales_touches, PERIOD_WEEKS[terms.sales_period])
    return Fraction(terms.marketing_plays, PERIOD_WEEKS[terms.marketing_period])


def _sales(rows: Collection[Row], content: Content, work: Work, names: Mapping[str, str]) -> Iterator[Asked]:
    """Every planned AE; and every other AE, who may have room."""
    accounts: dict[str, dict[int, Fraction]] = defaultdict(lambda: defaultdict(Fraction))
    campaigns: dict[str, Fraction] = defaultdict(Fraction)
    for row in rows:
        accounts[row.ae][row.tier] += 1
        for ask in work.asks.get(row.account, ()):
            campaigns[row.ae] += ask.within(work.first_day, work.quarter.last)
    others = {person.public_id for person in work.people.values() if person.sells}
    for ae in names.keys() | others:
        person = work.people.get(ae) or Person(ae, names[ae])
        parts = _parts(accounts[ae], content, Side.SALES)
        yield _asked(Side.SALES, person, parts, work, work.done.get((Side.SALES, ae), {}), campaigns=campaigns[ae])


def _marketing(rows: Collection[Row], content: Content, work: Work) -> Iterator[Asked]:
    """Every marketer who is named for an account, and Marketing together for the others."""
    accounts: dict[str, dict[int, Fraction]] = defaultdict(lambda: defaultdict(Fraction))
    for row in rows:
        named = work.marketers.get(row.account) or (TOGETHER,)
        for marketer in named:
            accounts[marketer][row.tier] += Fraction(1, len(named))
    for marketer, held in accounts.items():
        if marketer == TOGETHER:
            person, counts = _together(work, accounts.keys())
        else:
            person = work.people.get(marketer) or Person(marketer, "A marketer who is not here any more")
            counts = work.done.get((Side.MARKETING, marketer), {})
        parts = _parts(held, content, Side.MARKETING)
        yield _asked(Side.MARKETING, person, parts, work, counts)


def _together(work: Work, named: Collection[str]) -> tuple[Person, Mapping[Week, int]]:
    """Marketing as far as nobody is named: everyone who logged a touch for it, but for those who are."""
    others = {who: weeks for (side, who), weeks in work.done.items() if side is Side.MARKETING and who not in named}
    known = [person.first_touch for who in others if (person := work.people.get(who)) and person.first_touch]
    counts = sum((Counter(weeks) for weeks in others.values()), Counter[Week]())
    return Person(TOGETHER, "Marketing where nobody is named", first_touch=min(known, default=None)), counts


def _parts(accounts: Mapping[int, Fraction], content: Content, side: Side) -> dict[int, Part]:
    return {tier: Part(held, rate(content.policies[tier], side)) for tier, held in sorted(accounts.items())}


def _asked(
    side: Side,
    person: Person,
    parts: Mapping[int, Part],
    work: Work,
    counts: Mapping[Week, int],
    *,
    campaigns: Fraction = Fraction(0),
) -> Asked:
    left = work.days_left()
    return Asked(
        side=side,
        who=person.public_id,
        name=person.name,
        team=person.team,
        sells=person.sells,
        parts=parts,
        campaigns=campaigns,
        days=len(left),
        present=sum(person.here_on(day) for day in left),
        done=_done(person, counts, work),
    )


def _done(person: Person, counts: Mapping[Week, int], work: Work) -> Done:
    """The median of somebody's weeks, as far as there are enough of them."""
    weeks = work.weeks_before
    if person.first_touch is None or person.first_touch > weeks[0].sunday:
        return Done(None)
    whole = [week for week in weeks if all(person.here_on(day) for day in working_days(week.monday, week.sunday))]
    left_out = len(weeks) - len(whole)
    if len(whole) < LEAST_WEEKS:
        return Done(None, left_out)
    return Done(median(Fraction(counts.get(week, 0)) for week in whole), left_out)
