"""A target list whose quarter is over never changes again: what the database refuses, whoever asks.

Each is a condition for a trigger of `guards`; a row leads to its list by itself or through its entry.
"""

from __future__ import annotations

from typing import Final

Rule = tuple[str, str, str]  # event, condition that refuses it, message

CLOSED: Final = "the list of a quarter that is over never changes"
_OWN, _OF_ENTRY = "{row}.list_id", "(SELECT e.list_id FROM entry e WHERE e.id = {row}.entry_id)"
_LIST_OF: Final = {
    "entry": _OWN,
    "tier_policy": _OWN,
    "waiver": _OWN,
    "nomination": _OF_ENTRY,
    "assessment": _OF_ENTRY,
    "entry_comment": _OF_ENTRY,
}
_SAME: Final = {"entry": ("id", "public_id")}  # what tells rows apart: an INSERT OR REPLACE deletes without a word


def closed_list_rules() -> dict[str, Rule]:
    """By name: for each table that a list is made of, that it is neither added to, changed nor taken from."""
    rules: dict[str, Rule] = {
        "target_list__closed_for_good": (
            "UPDATE",
            "OLD.closed_at IS NOT NULL AND (NEW.closed_at IS NULL OR NEW.closed_at <> OLD.closed_at)",
            "a list that is closed stays closed",
        ),
        "target_list__closed_when_nothing_waits": (
            "UPDATE",
            """NEW.closed_at IS NOT NULL AND OLD.closed_at IS NULL AND EXISTS (
                SELECT 1 FROM standing s WHERE s.document_id = NEW.document_id AND s.state = 'open')""",
            "a list is closed once no version of it waits for signatures",
        ),
        "version__of_a_closed_list": (
            "INSERT",
            """EXISTS (SELECT 1 FROM target_list l
                WHERE l.document_id = NEW.document_id AND l.closed_at IS NOT NULL)""",
            CLOSED,
        ),
    }
    for table, path in _LIST_OF.items():
        replaced = " OR ".join(
            f"EXISTS (SELECT 1 FROM {table} o WHERE o.{name} = NEW.{name} AND {_closed(path, 'o')})"  # noqa: S608
            for name in _SAME.get(table, ("id",))
        )
        rules[f"{table}__closed_insert"] = ("INSERT", f"{_closed(path, 'NEW')} OR {replaced}", CLOSED)
        rules[f"{table}__closed_update"] = ("UPDATE", f"{_closed(path, 'OLD')} OR {_closed(path, 'NEW')}", CLOSED)
        rules[f"{table}__closed_delete"] = ("DELETE", _closed(path, "OLD"), CLOSED)
    return rules


def _closed(path: str, row: str) -> str:
    list_id = path.format(row=row)
    return f"EXISTS (SELECT 1 FROM target_list l WHERE l.id = {list_id} AND l.closed_at IS NOT NULL)"  # noqa: S608
