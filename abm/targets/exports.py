"""What leaves as a file or on paper, as plain tables: a version, the draft, a list at a date, a difference.

Heads are those of the systems that people use, so that a file goes into a CRM as it is; our own import knows
`Account Name` and `Account Owner`, and leaves the others alone. A version's tables come from the bytes that were
signed and nothing else: the same version gives the same tables for ever.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from abm.agreement.models import Verdict
from abm.agreement.queries import VersionLine
from abm.kit import clock
from abm.kit.spreadsheet import Cell, Sheet
from abm.targets import paper
from abm.targets.as_of import AsOf, Member
from abm.targets.comparing import Compared
from abm.targets.content import Content, Row
from abm.targets.diff import NOT_ON_IT, TERM_WORDS, Change, Difference
from abm.targets.grid import GridRow
from abm.targets.kinds import TIERS
from abm.targets.models import TargetList
from abm.targets.policies import Terms
from abm.targets.reasons import Reason

LIST_HEADS: Final = (
    "Account Name",
    "Ideal Customer Profile Tier",
    "Account Owner",
    "Motion",
    "With Companies Below",
    "Account Reference",
    "Account Owner Reference",
)
MEMBER_HEADS: Final = (*LIST_HEADS[:5], "On the List Since", "With Version", *LIST_HEADS[5:])
DRAFT_HEADS: Final = (
    *("Account Name", "Ideal Customer Profile Tier", "Account Owner", "Motion", "With Companies Below"),
    *("Outcome", "Why It Is Out", "Nominated", "Why Sales Wants It", "Nominated By"),
    *("Assessed", "What Marketing Says", "Assessed By", "Entry Reference"),
)
CHANGE_HEADS: Final = (
    *("Account Name", "Change", "Tier Before", "Tier After", "Account Owner Before", "Account Owner After"),
    *("Motion Before", "Motion After", "With Companies Below Before", "With Companies Below After"),
    *("Why", "Said By", "Account Reference"),
)


@dataclass(frozen=True)
class Export:
    """What leaves: its file's name, what it is in words, its tables (a CSV takes the first), and those on paper."""

    name: str
    title: str
    lead: str
    foot: str
    sheets: tuple[Sheet, ...]
    paper: tuple[Sheet, ...]


def version_export(
    target_list: TargetList, line: VersionLine, content: Content, *, at: datetime, today: date
) -> Export:
    """A version, from its stored bytes."""
    approvals = [one for one in line.signatures if one.verdict is Verdict.APPROVE and one.withdrawn_at is None]
    about: list[tuple[str, Cell]] = [
        ("Target list", _named(target_list)),
        ("Version", line.number),
        ("Digest", line.digest),
        ("Proposed by", line.proposed_by),
        *((f"Signed for {one.voice.capitalize()} by", _signer(one.name, one.deputy_for)) for one in approvals),
    ]
    return Export(
        name=f"{_stem(target_list)}-version-{line.number}-{today}",
        title=f"Target list {_named(target_list)}, version {line.number}",
        lead=f"{_accounts(len(content.rows))}, {line.phase(at)}",
        foot=f"version {line.number}, digest {line.digest}, {today}",
        sheets=(list_sheet(content), terms_sheet(content.policies), _about(about)),
        paper=(paper.of_list(in_order(content)), terms_sheet(content.policies), _about(about)),
    )


def draft_export(target_list: TargetList, rows: Sequence[GridRow], *, today: date) -> Export:
    """The draft with both voices, or what a filter leaves of it."""
    about: list[tuple[str, Cell]] = [("Target list", _named(target_list)), ("Draft as it stood on", today)]
    terms = {policy.tier: policy.terms for policy in target_list.policies}
    return Export(
        name=f"{_stem(target_list)}-draft-{today}",
        title=f"Target list {_named(target_list)}, draft",
        lead=f"{_accounts(len(rows))}, as the draft stood on {today}; nobody has signed it",
        foot=f"draft, {today}",
        sheets=(draft_sheet(rows), terms_sheet(terms), _about(about)),
        paper=(paper.of_draft(rows), terms_sheet(terms)),
    )


def as_of_export(target_list: TargetList, found: AsOf, zone: str) -> Export:
    """A list as it held on a day."""
    line = found.in_force
    held = f"version {line.number}" if line else "no version in force"
    about: list[tuple[str, Cell]] = [
        ("Target list", _named(target_list)),
        ("As of the end of", found.day),
        ("Days are those of", zone),
        ("In force", held),
        ("Digest", line.digest if line else None),
    ]
    return Export(
        name=f"{_stem(target_list)}-as-of-{found.day}" + (f"-version-{line.number}" if line else ""),
        title=f"Target list {_named(target_list)} as of {found.day}",
        lead=f"{_accounts(found.accounts)}, {held}",
        foot=f"as of {found.day}, {held}" + (f", digest {line.digest}" if line else ""),
        sheets=(member_sheet(found, zone), _about(about)),
        paper=(paper.of_members(found, zone), _about(about)),
    )


def difference_export(target_list: TargetList, compared: Compared, *, today: date) -> Export:
    """What changed from one end to the other."""
    before, after, found = compared.before.words, compared.after.words, compared.difference
    ends = [str(said.end).replace(":", "-") for said in (compared.before, compared.after)]
    about: list[tuple[str, Cell]] = [("From", before), ("To", after), ("In short", found.summary)]
    return Export(
        name=f"{_stem(target_list)}-difference-{ends[0]}-to-{ends[1]}-{today}",
        title=f"From {before} to {after}",
        lead=f"{found.summary.capitalize()}, {found.kept} kept",
        foot=f"from {before} to {after}, {today}",
        sheets=(change_sheet(found, compared.known), changed_terms_sheet(found), matrix_sheet(found), _about(about)),
        paper=(paper.of_changes(found, compared.known), changed_terms_sheet(found), matrix_sheet(found)),
    )


def in_order(content: Content) -> list[Row]:
    """The accounts of a content by tier and name."""
    return sorted(content.rows.values(), key=lambda row: (row.tier, row.name.casefold(), row.account))


def list_sheet(content: Content) -> Sheet:
    """Accounts as they are signed, by tier and name."""
    return Sheet("Accounts", LIST_HEADS, ((*_signed(row), row.account, row.ae) for row in in_order(content)))


def member_sheet(found: AsOf, zone: str) -> Sheet:
    """Accounts that were on the list, each with the version that brought it so."""

    def written(one: Member) -> tuple[Cell, ...]:
        placed = (one.name, _tier(one.tier), one.ae_name, one.motion.label, _yes(one.with_children))
        return (*placed, clock.day_of(one.since, zone), found.came_with(one), one.account, one.ae)

    return Sheet("Accounts", MEMBER_HEADS, map(written, found.rows))


def draft_sheet(rows: Iterable[GridRow]) -> Sheet:
    """Entries of the draft with the last word of both sides."""
    return Sheet(
        "Entries",
        DRAFT_HEADS,
        (
            (
                *(one.account, _tier(one.tier), one.ae_name, one.motion.label, _yes(one.with_children)),
                *(one.outcome.label, one.reason),
                *(one.priority.label if one.priority else None, one.nominated_why, one.nominated_by),
                *(one.readiness.label if one.readiness else None, one.assessed_why, one.assessed_by),
                one.public_id,
            )
            for one in rows
        ),
    )


def change_sheet(found: Difference, known: Mapping[str, Reason]) -> Sheet:
    """Every account that differs, before and after."""

    def written(change: Change) -> tuple[Cell, ...]:
        about = known.get(change.row.account)
        pairs = zip(_placed(change.before), _placed(change.after), strict=True)
        said = (about.why, about.who) if about else (None, None)
        return (
            change.row.name,
            change.words,
            *(cell for pair in pairs for cell in pair),
            *said,
            change.row.account,
        )

    return Sheet("Changes", CHANGE_HEADS, map(written, found.changes))


def terms_sheet(terms: Mapping[int, Terms]) -> Sheet:
    """What each tier means: a row per term, a column per tier."""
    tiers = sorted(terms)

    def written(term: tuple[str, str]) -> tuple[Cell, ...]:
        return (term[1].capitalize(), *(_plain(getattr(terms[tier], term[0])) for tier in tiers))

    return Sheet("Terms", ("Term", *(f"Tier {tier}" for tier in tiers)), map(written, TERM_WORDS.items()))


def changed_terms_sheet(found: Difference) -> Sheet:
    """The terms of tiers that differ."""
    rows = ((_tier(one.tier), one.words.capitalize(), _plain(one.before), _plain(one.after)) for one in found.policies)
    return Sheet("Changed terms", ("Tier", "Term", "Before", "After"), rows)


def matrix_sheet(found: Difference) -> Sheet:
    """How many accounts went from which tier to which."""
    places = (*TIERS, NOT_ON_IT)

    def written(old: int) -> tuple[Cell, ...]:
        return (_place(old), *(found.matrix.get((old, new), 0) for new in places))

    return Sheet("From tier to tier", ("Before", *map(_place, places)), map(written, places))


def _named(target_list: TargetList) -> str:
    return target_list.programme.naming(target_list.quarter)


def _stem(target_list: TargetList) -> str:
    """What the name of a file of this list begins with; the programme only where it is not the default one."""
    named = target_list.programme
    return f"target-list-{target_list.quarter}" + ("" if named.is_default else f"-{named.slug}")


def _about(pairs: Sequence[tuple[str, Cell]]) -> Sheet:
    return Sheet("About", ("What", "This file"), pairs)


def _signed(row: Row) -> tuple[Cell, ...]:
    return row.name, _tier(row.tier), row.ae_name, row.motion.label, _yes(row.with_children)


def _placed(row: Row | None) -> tuple[Cell, ...]:
    return _signed(row)[1:] if row else (None,) * 4


def _tier(tier: int | None) -> str | None:
    return f"Tier {tier}" if tier else None


def _place(tier: int) -> str:
    return f"Tier {tier}" if tier else "Not on it"


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _plain(value: object) -> Cell:
    return value if isinstance(value, int) or value is None else str(value)


def _signer(name: str, deputy_for: str | None) -> str:
    return f"{name} for {deputy_for}" if deputy_for else name


def _accounts(count: int) -> str:
    return f"{count} account{'' if count == 1 else 's'}"
