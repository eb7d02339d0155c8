"""What is answered to a commitment: another way, waiting on the other side, handing it over (domain §7).

The caller holds the account (`touches.hold_account`) and recounts it afterwards where the window or amount moved.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from abm.audit.models import record
from abm.kit.base import session_of
from abm.kit.clock import Week
from abm.kit.rules import require
from abm.outbound.leading import WORKING, leads
from abm.outbound.models import Commitment, CommitmentSource
from abm.outbound.pauses import Ending, Pause, PauseCause
from abm.outbound.ways import AnotherWay
from abm.people.models import User

LONGEST_WAIT = timedelta(days=28)  # D: what takes longer than four weeks is another promise, not a wait


@dataclass(frozen=True)
class Otherwise:
    """What is proposed instead; None leaves a thing as it is."""

    wanted: int | None = None
    last_day: date | None = None
    person: User | None = None

    def says_nothing(self, commitment: Commitment) -> bool:
        """Whether it is what was assigned anyhow."""
        same_amount = self.wanted in (None, commitment.wanted)
        same_end = self.last_day in (None, commitment.last_day)
        return same_amount and same_end and (self.person is None or self.person.id == commitment.person_id)


def propose_another_way(
    commitment: Commitment, otherwise: Otherwise, *, reason: str, today: date, latest: date, by: User, at: datetime
) -> AnotherWay:
    """Ask for another amount, day or person; `latest` is the last day that the campaign or the quarter leaves.

    Raises RuleBroken where it is over, another way waits for its answer, or nothing would change.
    """
    _require_running(commitment, today)
    require(commitment.open_way is None, "Another way is proposed already. It is answered first, or taken back.")
    require(reason.strip(), "Say why, so that whoever confirms it can judge.", field="reason")
    require(
        not otherwise.says_nothing(commitment),
        "Say what would be different: how much, until when, or who.",
        field="wanted",
    )
    if otherwise.last_day is not None:
        fits = max(today, commitment.first_day) <= otherwise.last_day <= latest
        require(fits, f"Choose a day from today to {latest:%-d %b %Y}, when it is over.", field="last_day")
    if otherwise.person is not None:
        _require_works_for(otherwise.person, commitment)
    way = AnotherWay(
        commitment=commitment,
        wanted=None if otherwise.wanted == commitment.wanted else otherwise.wanted,
        last_day=None if otherwise.last_day == commitment.last_day else otherwise.last_day,
        person=otherwise.person,
        reason=reason.strip(),
        by=by,
        at=at,
    )
    session_of(commitment).add(way)
    session_of(commitment).flush()
    said = {"wanted": way.wanted, "last_day": way.last_day, "person": way.person_id}
    record(commitment, "another way proposed", by=by, at=at, after=said, personal={"reason": way.reason})
    return way


def answer_way(way: AnotherWay, *, confirmed: bool, words: str, today: date, by: User, at: datetime) -> Commitment:
    """Confirm another way, which then holds and is accepted, or let it stay as it was assigned, with a word why.

    Hands back the commitment that holds from now on.
    """
    commitment = way.commitment
    require(way.answered_at is None, "This proposal is answered already.")
    require(way.by_id != by.id, "Somebody else confirms what you propose.")
    require(confirmed or words.strip(), "Say why it stays as it was assigned.", field="answer")
    if confirmed:
        _require_running(commitment, today)
    _settle(way, confirmed=confirmed, words=words, by=by, at=at)
    verb = "another way confirmed" if confirmed else "another way not confirmed"
    record(commitment, verb, by=by, at=at, after={"way": way.id}, personal={"answer": words.strip()} if words else None)
    if not confirmed:
        return commitment
    _apply(way, at=at)
    return hand_over(commitment, way.person, today=today, by=by, at=at) if way.person is not None else commitment


def take_back_way(way: AnotherWay, *, by: User, at: datetime) -> None:
    """Whoever proposed it thinks again: it is as it was assigned."""
    require(way.answered_at is None, "This proposal is answered already.")
    require(way.by_id == by.id, f"{way.by.name} proposed it, and takes it back.")
    _settle(way, confirmed=False, words="", by=by, at=at)
    record(way.commitment, "another way taken back", by=by, at=at, after={"way": way.id})


def wait_on(commitment: Commitment, *, what: str, on: User, by_day: date, today: date, by: User, at: datetime) -> Pause:
    """Let an accepted promise wait for what the other side delivers: what, who, and by when. Its clock pauses.

    Raises RuleBroken where it is not accepted or waits already, for somebody of the same side, and for a day that is
    past, after the window or more than four weeks away.
    """
    _require_running(commitment, today)
    require(commitment.accepted_at is not None, "Accept it first: only what is accepted can wait.")
    require(commitment.wait_on(today) is None, "It waits already. One thing at a time: end that wait first.")
    require(what.strip(), "Say what has to be delivered first.", field="what")
    other_side = on.active and not on.is_one_of(*WORKING[commitment.side])
    require(other_side, f"Choose somebody of the other side: {on.name} works for {commitment.side.label}.", field="on")
    latest = min(commitment.end, today + LONGEST_WAIT)
    require(today <= by_day <= latest, f"Choose a day from today to {latest:%-d %b %Y}.", field="by_day")
    first_day = max(today, commitment.first_day)
    pause = next((one for one in commitment.pauses if one.is_wait and one.first_day == first_day), None)
    require(pause is None, "A wait of today has ended already. Ask for another one from tomorrow on.")
    pause = Pause(
        commitment_id=commitment.id,
        cause=PauseCause.WAITING,
        first_day=first_day,
        what=what.strip(),
        on=on,
        by_day=max(by_day, first_day),
        asked_by=by,
        asked_at=at,
    )
    commitment.pauses.append(pause)
    session_of(commitment).flush()
    record(commitment, "waits", by=by, at=at, after={"what": pause.what, "on": on.id, "by_day": pause.by_day})
    return pause


def end_wait(
    commitment: Commitment, pause: Pause, ending: Ending, *, words: str, today: date, by: User, at: datetime
) -> None:
    """It was delivered, will not be, or is not needed any more: the clock runs again from tomorrow on."""
    require(pause.is_wait and pause.ended_at is None, "This wait has ended already.")
    require(ending is not Ending.DECLINED or words.strip(), "Say why it will not come.", field="words")
    own = by.id == pause.on_id
    require(ending is not Ending.DECLINED or own, f"{pause.on.name if pause.on else ''} says that it will not come.")
    require(
        ending is not Ending.TAKEN_BACK or not own, "Who waits takes it back; say that it is delivered, or why not."
    )
    pause.end(ending, on=today, by=by, at=at, words=words.strip())
    record(commitment, f"wait {ending}", by=by, at=at, after={"pause": pause.id, "on": pause.on_id})


def hand_over(commitment: Commitment, to: User, *, today: date, by: User | None, at: datetime) -> Commitment:
    """Let somebody else keep a promise; hands back the commitment that is theirs.

    A window that has begun is closed today, pro rata, and what is left begins anew next Monday; one that has not begun
    or would be over by then goes over whole, and so does a play, which happens once. It is to be accepted anew.
    """
    commitment.require_open()
    _require_works_for(to, commitment)
    require(to.id != commitment.person_id, f"{to.name} answers for it already.", field="to")
    commitment.handed_over_at = at
    return pass_on(commitment, to, why=f"Handed over to {to.name}", today=today, by=by, at=at)


def pass_on(commitment: Commitment, to: User, *, why: str, today: date, by: User | None, at: datetime) -> Commitment:
    """The same, by whatever cause: `why` is what the closed window says."""
    monday = Week.of(today).plus(1).monday
    before = commitment.person_id
    left = commitment.wanted - commitment.clock_on(today).due_by(today)
    whole = commitment.first_day > today or commitment.last_day < monday or commitment.source is CommitmentSource.PLAY
    if whole:
        _drop_way(commitment, why, by=by, at=at)
        commitment.person, commitment.accepted_at, commitment.accepted_by_id = to, None, None
        record(commitment, "handed over", by=by, at=at, before={"person": before}, after={"person": to.id})
        return commitment
    close(commitment, why, on=today, by=by, at=at)
    return _successor(commitment, to, wanted=left, first_day=monday, at=at) if left > 0 else commitment


def close(commitment: Commitment, why: str, *, on: date, by: User | None, at: datetime) -> None:
    """End it early: it counts until this day, pro rata, and that answers a proposal which waits for its answer."""
    commitment.closed_on, commitment.closed_why = on, why
    _drop_way(commitment, why, by=by, at=at)
    record(commitment, "closed", by=by, at=at, after={"on": on, "account": commitment.account_id})


def _drop_way(commitment: Commitment, why: str, *, by: User | None, at: datetime) -> None:
    """What somebody proposed for themselves says nothing to whoever comes after them."""
    way = commitment.open_way
    if way is not None:
        _settle(way, confirmed=False, words=why, by=by or way.by, at=at)


def _successor(commitment: Commitment, to: User, *, wanted: int, first_day: date, at: datetime) -> Commitment:
    """What is left of a window, for somebody else, from a day on."""
    taken = ("source", "source_id", "account_id", "campaign_id", "channel", "side", "last_day", "why", "handed_over_at")
    follows = Commitment(
        **{name: getattr(commitment, name) for name in taken},
        account=commitment.account,
        person=to,
        wanted=wanted,
        first_day=first_day,
        made_at=at,
    )
    session_of(commitment).add(follows)
    return follows


def _apply(way: AnotherWay, *, at: datetime) -> None:
    commitment = way.commitment
    before = {"wanted": commitment.wanted, "last_day": commitment.last_day}
    commitment.wanted = way.wanted or commitment.wanted
    commitment.last_day = way.last_day or commitment.last_day
    commitment.accepted_at, commitment.accepted_by_id = way.at, way.by_id
    after = {"wanted": commitment.wanted, "last_day": commitment.last_day}
    record(commitment, "restated", by=way.answered_by, at=at, before=before, after=after)


def _settle(way: AnotherWay, *, confirmed: bool, words: str, by: User, at: datetime) -> None:
    way.confirmed, way.answer = confirmed, words.strip() or None
    way.answered_by, way.answered_by_id, way.answered_at = by, by.id, at


def _require_running(commitment: Commitment, today: date) -> None:
    commitment.require_open()
    over = f"The window on {commitment.account.name} ended on {commitment.last_day:%-d %b %Y}."
    require(commitment.last_day >= today, over)


def _require_works_for(person: User, commitment: Commitment) -> None:
    fits = person.active and person.is_one_of(*WORKING[commitment.side])
    require(fits, f"Choose somebody who is here and works for {commitment.side.label}.", field="person")


def may_answer_way(user: User, way: AnotherWay) -> bool:
    """Whoever leads the person confirms another way; nobody their own proposal."""
    return way.by_id != user.id and leads(user, way.commitment)
