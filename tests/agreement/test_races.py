"""Signing, proposing and withdrawing at the same instant: what comes into force is what both seats signed."""

from __future__ import annotations

import os
import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from abm.accounts.models import Account, create_account
from abm.agreement.canonical import digest_of
from abm.agreement.models import State, Verdict, Version
from abm.kit.clock import Quarter
from abm.kit.db import writing
from abm.kit.rules import RuleBroken
from abm.people.models import Organisation, User
from abm.people.seats import Side, seats
from abm.targets.content import read_content
from abm.targets.models import Membership, Outcome, TargetList, open_list
from tests.cast import assemble

FIRST = Quarter(2026, 4)
ROUNDS = 200 if os.environ.get("FAULTS") == "long" else 60
PER_LIST = 10  # rounds that one quarter's list sees: each asks for all versions that came before it
ACCOUNTS = 3

Action = Callable[["Race", Session, int], None]


@dataclass
class Race:
    """The lists of some quarters and the threads that fight over them. A round is a minute of its quarter."""

    app: Flask
    faults: list[BaseException] = field(default_factory=list)
    refused: int = 0

    @contextmanager
    def step(self) -> Iterator[Session]:
        """A transaction of its own, as a request has it."""
        with self.app.app_context(), writing() as session:
            yield session()

    def release(self, turn: int, actions: list[Action]) -> None:
        """Let every action go at once, each in its own thread and transaction; wait for all."""
        barrier = threading.Barrier(len(actions))
        threads = [threading.Thread(target=self._run, args=(barrier, action, turn)) for action in actions]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert self.faults == []

    def _run(self, barrier: threading.Barrier, action: Action, turn: int) -> None:
        try:
            with self.step() as session:
                barrier.wait()
                action(self, session, turn)
                session.commit()
        except RuleBroken:
            self.refused += 1  # the application said no, in a sentence: nothing of it is saved
        except BaseException as fault:  # noqa: BLE001 a thread hands every fault to the test
            self.faults.append(fault)


def quarter_of(turn: int) -> Quarter:
    return FIRST.plus((turn - 1) // PER_LIST)


def at(turn: int) -> datetime:
    return datetime.combine(quarter_of(turn).first, time(9), tzinfo=UTC) + timedelta(minutes=turn)


def the_list(session: Session, turn: int) -> TargetList:
    return session.scalars(select(TargetList).where(TargetList.quarter == str(quarter_of(turn)))).one()


def person(session: Session, name: str) -> User:
    return session.scalars(select(User).where(User.name.startswith(name))).one()


def change_and_propose(race: Race, session: Session, turn: int) -> None:
    """Move an account to the next tier and propose."""
    target_list, ines = the_list(session, turn), person(session, "Ines")
    entry = target_list.entries[turn % ACCOUNTS]
    entry.place(tier=(entry.tier or 0) % 3 + 1, ae=entry.ae, outcome=Outcome.IN, by=ines, at=at(turn))
    target_list.propose(organisation=session.get_one(Organisation, 1), by=ines, at=at(turn))


def signing(side: Side, *, newest: bool = False) -> Action:
    """Sign the version that stood open when the round began, or whatever stands open by now."""
    name = {Side.MARKETING: "Amara", Side.SALES: "Renata"}[side]

    def sign(race: Race, session: Session, turn: int) -> None:
        target_list = the_list(session, turn)
        version = target_list.document.versions[-1] if newest else _shown(session, turn)
        target_list.sign(
            version,
            seat=seats(session)[side],
            by=person(session, name),
            at=at(turn),
            digest=version.digest,
            verdict=Verdict.APPROVE,
            organisation=session.get_one(Organisation, 1),
        )

    return sign


def withdrawing(name: str) -> Action:
    """Take back whatever this person has signed of the open version."""

    def withdraw(race: Race, session: Session, turn: int) -> None:
        target_list = the_list(session, turn)
        version = _shown(session, turn)
        target_list.withdraw_signature(version, by=person(session, name), at=at(turn))

    return withdraw


def _shown(session: Session, turn: int) -> Version:
    """The version that was proposed at the beginning of this round."""
    proposed = select(Version).where(Version.proposed_at == at(turn)).order_by(Version.number)
    return session.scalars(proposed.limit(1)).one()


@pytest.fixture
def race(app: Flask) -> Race:
    """For each quarter a draft of three accounts that are in."""
    found = Race(app)
    with found.step() as session:
        cast = assemble(session)
        names = [f"Company {number}" for number in range(ACCOUNTS)]
        accounts = [create_account(cast.organisation, name=name, by=cast.wen, at=at(1)) for name in names]
        for turn in range(1, ROUNDS + 1, PER_LIST):
            begin = at(turn)
            target_list = open_list(cast.organisation, quarter_of(turn), by=cast.ines, at=begin)
            for account in accounts:
                entry = target_list.enter(account, by=cast.ines, at=begin)
                entry.place(tier=2, ae=cast.tomas, outcome=Outcome.IN, by=cast.ines, at=begin)
        session.commit()
    return found


def check_what_is_in_force(race: Race) -> int:
    """Every version that ever held has the bytes that both signed, and the memberships say the same. How many held."""
    with race.step() as session:
        names = {row.id: row.public_id for row in session.execute(select(Account.id, Account.public_id))}
        return sum(_check_list(session, target_list, names) for target_list in session.scalars(select(TargetList)))


def _check_list(session: Session, target_list: TargetList, names: dict[int, str]) -> int:
    members = session.scalars(select(Membership).where(Membership.list_id == target_list.id, ~Membership.carried)).all()
    versions = target_list.document.versions
    signed = [_check_signatures(version) for version in versions if version.state is State.SIGNED]
    held = [(version, starts, ends) for version, starts, ends in signed if starts < ends]  # else replaced at once
    for version, starts, ends in held:
        wanted = sorted((row.account, row.tier) for row in read_content(version.read()).rows.values())
        for instant in (starts, ends - timedelta(seconds=1)):
            standing = [one for one in members if one.starts <= instant and one.ends and instant < one.ends]
            assert sorted((names[one.account_id], one.tier) for one in standing) == wanted
    spans = sorted((starts, ends) for _, starts, ends in signed)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))
    assert len([version for version in versions if version.state is State.OPEN]) <= 1
    return len(held)


def _check_signatures(version: Version) -> tuple[Version, datetime, datetime]:
    """Two people, one per seat, approved these very bytes. From when to when they held."""
    assert digest_of(version.content) == version.digest
    given = {one.voice: one for one in version.valid_signatures()}
    assert given.keys() == {"marketing", "sales"}
    assert {one.digest for one in given.values()} == {version.digest}
    assert len({one.person_id for one in given.values()}) == 2
    starts, ends = version.standing.starts, version.standing.ends
    assert starts is not None
    assert ends is not None
    return version, starts, ends


def test_whatever_happens_at_once_only_what_both_signed_is_in_force(race: Race) -> None:
    chance = random.Random(20261124)  # noqa: S311 the same rounds each time
    others: list[Action] = [
        signing(Side.MARKETING),
        signing(Side.SALES),
        signing(Side.MARKETING, newest=True),
        signing(Side.SALES, newest=True),
        change_and_propose,
        withdrawing("Amara"),
        withdrawing("Renata"),
    ]
    for turn in range(1, ROUNDS + 1):
        with race.step() as session:
            change_and_propose(race, session, turn)
            if turn % 3 == 0:
                signing(Side.SALES)(race, session, turn)  # already given: there is something to withdraw
            session.commit()
        signers: list[Action] = [signing(Side.MARKETING), signing(Side.SALES)]
        race.release(turn, signers + chance.choices(others, k=chance.randrange(5)))
    assert check_what_is_in_force(race) > ROUNDS // 4
    assert race.refused > 0


def test_two_who_sign_at_the_same_instant_both_count(race: Race) -> None:
    for turn in range(1, 41):
        with race.step() as session:
            change_and_propose(race, session, turn)
            session.commit()
        race.release(turn, [signing(Side.MARKETING), signing(Side.SALES)])
        with race.step() as session:
            assert the_list(session, turn).document.versions[-1].state is State.SIGNED
    assert race.refused == 0
    assert check_what_is_in_force(race) == 40


def test_six_who_sign_at_once_give_one_signature_per_seat(race: Race) -> None:
    with race.step() as session:
        change_and_propose(race, session, 1)
        session.commit()
    race.release(1, [signing(side) for side in Side for _ in range(3)])
    assert race.refused == 4
    with race.step() as session:
        (version,) = the_list(session, 1).document.versions
        assert sorted(one.voice for one in version.signatures) == ["marketing", "sales"]
        assert version.state is State.SIGNED
