"""What must hold of the lists of a database, looked up table by table: nothing of the product's own queries is used."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy import Connection, Row, select

import abm.schema  # noqa: F401 every table
from abm.kit.base import Base

AROUND = timedelta(microseconds=1)


def faults_of_lists(connection: Connection) -> list[str]:
    """Every way in which a list in force is not what both signed; empty where all is well."""
    found = list(_by_list(connection))
    return [f"{one.quarter}: {fault}" for one, versions, members in found for fault in _faults(versions, members)]


Stored = dict[str, Any]  # a version: its row, standing, and signatures that stand


def rows(connection: Connection, table: str) -> list[Row[Any]]:
    """All of a table."""
    found = Base.metadata.tables[table]
    return list(connection.execute(select(found).order_by(*found.primary_key)).all())


def _by_list(connection: Connection) -> Iterator[tuple[Row[Any], list[Stored], list[dict[str, Any]]]]:
    accounts = {row.id: row.public_id for row in rows(connection, "account")}
    people = {row.id: row.public_id for row in rows(connection, "user")}
    standings = {row.version_id: row for row in rows(connection, "standing")}
    withdrawn = {row.signature_id for row in rows(connection, "withdrawal")}
    signatures = [row for row in rows(connection, "signature") if row.id not in withdrawn]
    versions, members = rows(connection, "version"), rows(connection, "membership")
    for one in rows(connection, "target_list"):
        own = [
            {
                "row": row,
                "standing": standings[row.id],
                "signatures": [given for given in signatures if given.version_id == row.id],
            }
            for row in versions
            if row.document_id == one.document_id
        ]
        there = [
            {
                "from": row.starts,
                "until": row.ends,
                "carried": row.carried,
                "says": (accounts[row.account_id], row.tier, row.motion.value, row.with_children, people[row.ae_id]),
            }
            for row in members
            if row.list_id == one.id and row.starts < row.ends
        ]
        yield one, own, there


def _faults(versions: list[Stored], members: list[dict[str, Any]]) -> Iterator[str]:
    previous = None
    for version in sorted(versions, key=lambda one: one["row"].number):
        yield from _version_faults(version, previous)
        previous = version["row"].digest
    if len([one for one in versions if one["standing"].state.value == "open"]) > 1:
        yield "more than one version is open"
    held = sorted((one for one in versions if one["standing"].starts), key=lambda one: one["row"].number)
    for before, after in pairwise(held):
        if before["standing"].ends > max(after["standing"].starts, before["standing"].starts):
            yield f"versions {before['row'].number} and {after['row'].number} are in force at once"
    for at in _moments(held):
        yield from _member_faults(held, [one for one in members if not one["carried"]], at)
    carried = sorted(one["says"] for one in members if one["carried"])
    if carried and carried != sorted(signed_rows(held[-1]["row"].content)):
        yield f"what carries over is not what version {held[-1]['row'].number} says"


def _version_faults(version: Stored, previous: str | None) -> Iterator[str]:
    row, standing, name = version["row"], version["standing"], f"version {version['row'].number}"
    if hashlib.sha256(row.content).hexdigest() != row.digest:
        yield f"{name} has other bytes than its digest says"
    if row.predecessor != previous:
        yield f"{name} does not follow its predecessor"
    if any(given.digest != row.digest for given in version["signatures"]):
        yield f"{name} has a signature for other bytes"
    approving = [given for given in version["signatures"] if given.verdict.value == "approve"]
    both = {given.voice for given in approving} == {"marketing", "sales"}
    apart = len({given.person_id for given in approving}) == len(approving)
    if not apart:
        yield f"{name} was signed twice by one person"
    if both != (standing.state.value == "signed") or both != (standing.starts is not None):
        yield f"{name} is {standing.state.value} with {len(approving)} approvals"


def _moments(held: list[Stored]) -> list[datetime]:
    edges = {edge for one in held for edge in (one["standing"].starts, one["standing"].ends)}
    return sorted({edge + step for edge in edges for step in (-AROUND, timedelta(), AROUND)})


def _member_faults(held: list[Stored], members: list[dict[str, Any]], at: datetime) -> Iterator[str]:
    """Whoever is on the list at an instant is who the version in force names, with the same terms."""
    there = sorted(one["says"] for one in members if one["from"] <= at < one["until"])
    holding = [one for one in held if one["standing"].starts <= at < one["standing"].ends]
    wanted = sorted(signed_rows(holding[-1]["row"].content)) if holding else []
    if there != wanted:
        yield f"at {at} the list is not what version {holding[-1]['row'].number if holding else 'none'} says"


def signed_rows(content: bytes) -> list[tuple[Any, ...]]:
    """The accounts that stored bytes name, with their terms."""
    entries = json.loads(content)["content"]["entries"]
    return [(one["account"], one["tier"], one["motion"], one["with_children"], one["ae"]) for one in entries]
