"""What the database holds, read without the product's queries, and compared with what the model says."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, select

import abm.schema  # noqa: F401 every table
from abm.kit.base import Base
from tests.targets.machine.calendar import day, next_quarter
from tests.targets.machine.lists import QuarterList, Version
from tests.targets.machine.model import Company
from tests.targets.machine.people import SIDES
from tests.targets.machine.system import System

AROUND = timedelta(seconds=1)
DAYS_AHEAD = 12


def same(what: str, found: object, wanted: object) -> None:
    """An AssertionError that shows both, where they differ."""
    assert found == wanted, f"{what}:\nfound  {found!r}\nwanted {wanted!r}"


class Look:
    """One look at the whole database, against the model."""

    def __init__(self, connection: Connection, system: System, company: Company) -> None:
        self.connection, self.system, self.company = connection, system, company
        self.names = {row.id: name for name, row in system.people.items()}
        self.people = {row.public_id: name for name, row in system.people.items()}
        self.accounts = {row.id: name for name, row in system.accounts.items()}
        self.companies = {row.public_id: name for name, row in system.accounts.items()}

    def check(self) -> None:
        """Everything; an AssertionError says what differs."""
        self._people()
        programmes = {number: name for name, number in self.system.programmes.items()}
        lists = {(row.quarter, programmes[row.programme_id]): row for row in self.rows("target_list")}
        same("lists", lists.keys(), self.company.lists.keys())
        versions, standings = self.rows("version"), {row.version_id: row for row in self.rows("standing")}
        signatures, withdrawn = self.rows("signature"), {row.signature_id for row in self.rows("withdrawal")}
        projected = sorted(
            (s.version_id, s.voice, s.person_id, s.signature_id) for s in self.rows("standing_signature")
        )
        kept = [one for one in signatures if one.id not in withdrawn]
        same("signatures that stand", projected, sorted((s.version_id, s.voice, s.person_id, s.id) for s in kept))
        members, entries = self.rows("membership"), self.rows("entry")
        policies, waivers = self.rows("tier_policy"), self.rows("waiver")
        for name, row in lists.items():
            target = self.company.lists[name]
            self._draft(target, [one for one in entries if one.list_id == row.id], policies, row.id)
            waived = [(self._what(one.what), one.figure, one.side) for one in waivers if one.list_id == row.id]
            same("what was accepted", waived, target.waivers)
            own = [one for one in versions if one.document_id == row.document_id]
            same("versions", [one.number for one in own], [one.number for one in target.versions])
            previous = None
            for stored, version in zip(own, target.versions, strict=True):
                self._bytes(target, version, stored, previous)
                self._standing(target, version, standings[stored.id])
                self._signatures(version, [one for one in signatures if one.version_id == stored.id], withdrawn)
                previous = stored.digest
            self._in_force(target, own, standings)
            self._members(target, [one for one in members if one.list_id == row.id])

    def rows(self, table: str) -> list[Row[Any]]:
        """All of a table, oldest first."""
        found = Base.metadata.tables[table]
        order = found.c.id if "id" in found.c else found.c.version_id
        return list(self.connection.execute(select(found).order_by(order)).all())

    def _people(self) -> None:
        people, today = self.company.people, day(self.company.now)
        same("active", {self.names[row.id] for row in self.rows("user") if row.deactivated_at is None}, people.active)
        same("archived", {row.name for row in self.rows("account") if row.archived_at}, self.company.archived)
        deputies = self.rows("deputy")
        held = {}
        for row in self.rows("seat"):
            name = self.system.seat_name(row.side.value, row.programme_id)
            held[name] = self.names.get(row.holder_id)
            found = [
                (self.names[one.user_id], one.first_day, one.last_day, one.ended_at is not None)
                for one in deputies
                if one.seat_id == row.id
            ]
            wanted = [(d.person, d.first, d.last, d.ended) for d in people.seats[name].deputies]
            same(f"deputies of {name}", found, wanted)
        same("seats", held, {name: seat.holder for name, seat in people.seats.items()})
        assert people.active >= {holder for holder in held.values() if holder}
        for ahead in range(DAYS_AHEAD):
            on = today + timedelta(days=ahead)
            marketing, sales = (
                {one for name, seat in people.seats.items() if seat.side == side for one in people.signers(name, on)}
                for side in SIDES
            )
            assert not marketing & sales, "one person for both sides"

    def _what(self, what: str) -> str:
        """What a waiver is about, with the AE by name."""
        kind, *rest = what.split(":")
        return what if kind == "tier" else f"ae:{self.people[rest[0]]}:{rest[1]}"

    def _draft(self, target: QuarterList, entries: list[Row[Any]], policies: list[Row[Any]], list_id: int) -> None:
        found = {
            self.accounts[one.account_id]: {
                "tier": one.tier,
                "ae": self.names.get(one.ae_id),
                "motion": one.motion.value,
                "with_children": one.with_children,
                "outcome": one.outcome.value,
                "reason": one.reason,
                "revision": one.revision,
            }
            for one in entries
        }
        wanted = {name: {k: v for k, v in vars(e).items() if k != "words"} for name, e in target.entries.items()}
        same("the draft", found, wanted)
        for row in policies:
            if row.list_id == list_id:
                terms = target.policies[row.tier]
                same("the terms", {name: getattr(row, name) for name in terms}, terms)

    def _bytes(self, target: QuarterList, version: Version, stored: Row[Any], previous: str | None) -> None:
        """A version's bytes are those that were kept at proposing, and say what the draft said then."""
        assert stored.content == version.stored, "the bytes of a version have changed"
        assert stored.digest == version.digest == hashlib.sha256(stored.content).hexdigest()
        same("proposed", (self.names[stored.proposed_by_id], stored.proposed_at), (version.proposer, version.at))
        wanted = (previous, target.starts, target.ends)
        same("predecessor and span", (stored.predecessor, stored.starts, stored.ends), wanted)

    def read(self, content: bytes) -> tuple[dict[str, Any], dict[int, Any], dict[str, tuple[object, ...]]]:
        """The envelope of stored bytes, the policies and the accounts that they name."""
        envelope = json.loads(content)
        inside = envelope["content"]
        policies = {one.pop("tier"): one for one in inside["policies"]}
        rows: dict[str, tuple[object, ...]] = {
            self.companies[one["account"]]: (one["tier"], one["motion"], one["with_children"], self.people[one["ae"]])
            for one in inside["entries"]
        }
        assert len(rows) == len(inside["entries"]), "an account stands on it twice"
        return envelope, policies, rows

    def _standing(self, target: QuarterList, version: Version, row: Row[Any]) -> None:
        found = (row.state.value, row.closed_at, row.expires_at)
        same("state", found, (version.state, version.closed_at, version.expires_at))
        span = (version.starts, max(target.until(version), version.starts)) if version.starts else (None, None)
        same("in force", (row.starts, row.ends), span)

    def _signatures(self, version: Version, rows: list[Row[Any]], withdrawn: set[int]) -> None:
        found = [
            (
                *(one.voice, self.names[one.person_id], self.names.get(one.deputy_for_id), one.verdict.value),
                *(one.comment, one.at, one.id in withdrawn),
            )
            for one in rows
        ]
        given = version.signatures
        wanted = [(s.side, s.person, s.deputy_for, s.verdict, s.comment, s.at, s.withdrawn) for s in given]
        same("signatures", found, wanted)
        assert {one.digest for one in rows} <= {version.digest}
        approving = [one for one in version.standing if one.verdict == "approve"]
        both = {one.side for one in approving} == set(SIDES) and len({one.person for one in approving}) == 2
        assert both == (version.state == "signed"), "in force without both, or both without being in force"

    def _in_force(self, target: QuarterList, versions: list[Row[Any]], standings: dict[int, Row[Any]]) -> None:
        assert len([one for one in versions if standings[one.id].state.value == "open"]) <= 1
        for at in self.moments(target):
            held = [one.number for one in versions if _covers(standings[one.id], at)]
            wanted = target.in_force(at)
            same(f"in force at {at}", held, [wanted.number] if wanted else [])

    def _members(self, target: QuarterList, rows: list[Row[Any]]) -> None:
        """At every instant, who is on the list is what the version in force says: no more, no less, nobody twice."""
        for at in self.moments(target):
            for carried, wanted in ((False, target.in_force(at)), (True, self.company.carried(target, at))):
                there = [one for one in rows if one.carried == carried and _covers(one, at)]
                found = {self.accounts[one.account_id]: self._terms(one) for one in there}
                assert len(found) == len(there), f"an account is on the list twice at {at}"
                same(f"{'carried over' if carried else 'on the list'} at {at}", found, wanted.rows if wanted else {})

    def moments(self, target: QuarterList) -> Iterable[datetime]:
        """The instants at which anything may change, and those just before and after."""
        edges = {target.starts, target.ends, target.carried_until, self.company.now}
        following = self.company.lists.get((next_quarter(target.quarter), target.programme))
        for one in (*target.signed, *(following.signed if following else ())):
            edges |= {one.starts or one.at}
        return sorted({edge + step for edge in edges for step in (-AROUND, timedelta(), AROUND)})

    def _terms(self, member: Row[Any]) -> tuple[object, ...]:
        return member.tier, member.motion.value, member.with_children, self.names[member.ae_id]


def _covers(row: Row[Any], at: datetime) -> bool:
    return row.starts is not None and row.starts <= at and (row.ends is None or at < row.ends)
