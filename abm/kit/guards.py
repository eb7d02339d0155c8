"""Triggers that keep immutable rows immutable, whoever asks: installed anew after every migration.

A table is guarded fully (rows are only added) or in named columns (the others may still move).
Both engines refuse UPDATE and DELETE; SQLite also an INSERT OR REPLACE of an existing id,
PostgreSQL also TRUNCATE.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, text

from abm.kit.closed_lists import closed_list_rules
from abm.kit.closed_reviews import REVIEWED, closed_review_rules


@dataclass(frozen=True)
class Guard:
    """What may never change in a table: all of it, or these columns."""

    table: str
    columns: tuple[str, ...] = ()
    key: str = "id"


GUARDS = (
    Guard("event"),
    Guard("seal", key="seq"),
    Guard("version"),
    Guard("version_voice"),
    Guard("signature"),
    Guard("withdrawal"),
    Guard("standing", columns=("version_id", "document_id", "expires_at"), key="version_id"),
    Guard("target_list", columns=("programme_id", "quarter", "document_id")),
    Guard("definition", columns=("slug", "kind", "document_id")),
    Guard("opportunity_revision"),
    Guard("touch_revision"),
    Guard("judgement"),
    Guard("snapshot"),
    *(Guard(table, columns=columns) for table, columns in REVIEWED.items()),
    Guard("decision_view"),
    Guard(
        "membership",
        columns=(
            *("list_id", "account_id", "with_children", "tier", "motion", "ae_id"),
            *("starts", "version_id", "carried"),
        ),
    ),
    Guard("waiver"),
    Guard("stage_exit", columns=("public_id", "account_id", "kind", "day", "reason", "by_id", "at")),
    Guard("campaign_origin"),
    Guard("plan_review"),
    Guard(
        "spend_line",
        columns=(
            *("programme_id", "kind", "basis", "what", "supplier", "first_day", "last_day", "amount", "currency"),
            *("campaign_id", "play", "external_id", "corrects_id", "entered_by_id", "entered_at"),
        ),
    ),
    Guard("erratum", columns=("campaign_id", "version_id", "section", "wrong", "reads", "by_id", "at")),
    Guard("touch", columns=("account_id", "logged_by_id", "client_key", "fingerprint", "logged_at")),
    Guard(
        "play_record",
        columns=(
            *("public_id", "campaign_id", "play", "channel", "what", "outcome", "day", "note", "source", "token_id"),
            *("corrects_id", "accounts", "responses", "recorded_by_id", "recorded_at"),
        ),
    ),
    Guard("play_touch", columns=("touch_id", "record_id", "key", "reaction"), key="touch_id"),
)

# A deputy of one side who holds, or on one of these days deputises for, the other.
_DEPUTY_OF_BOTH = """NEW.ended_at IS NULL AND EXISTS (
    SELECT 1 FROM seat o JOIN seat own ON own.id = NEW.seat_id AND own.side <> o.side
    WHERE o.holder_id = NEW.user_id OR EXISTS (
        SELECT 1 FROM deputy d WHERE d.seat_id = o.id AND d.user_id = NEW.user_id AND d.ended_at IS NULL
        AND d.first_day <= NEW.last_day AND d.last_day >= NEW.first_day))"""
# A holder who holds a seat of the other side, in whichever programme, or deputises for one. Days are counted from the
# instant that the seat was given; in UTC, so that on the last day of a deputy zones east of it decide alone.
_HOLDER_OF_BOTH = """NEW.holder_id IS NOT NULL AND (
    EXISTS (SELECT 1 FROM seat o WHERE o.holder_id = NEW.holder_id AND o.side <> NEW.side)
    OR EXISTS (
        SELECT 1 FROM deputy d JOIN seat o ON o.id = d.seat_id AND o.side <> NEW.side
        WHERE d.user_id = NEW.holder_id AND d.ended_at IS NULL
        AND CAST(d.last_day AS text) > substr(CAST(NEW.since AS text), 1, 10)))"""
_VOIDED_BEFORE = "OLD.voided_at IS NOT NULL AND (NEW.voided_at IS NULL OR NEW.voided_at <> OLD.voided_at)"
_TOUCH_ON_A_HOLD_OUT = """NEW.campaign_id IS NOT NULL AND NEW.voided_at IS NULL AND EXISTS (
    SELECT 1 FROM audience_member m WHERE m.campaign_id = NEW.campaign_id AND m.account_id = NEW.account_id
    AND m.held_out AND m.starts <= NEW.at AND (m.ends IS NULL OR m.ends > NEW.at))"""
_HELD_OUT = "an account that a campaign holds out gets no play and no touch of it"
_ONE_SIDE = "nobody acts for both sides"

# Rules across rows, each a condition that refuses a change of a table: the one that the rule's name begins with, up to
# the first underscore, or to two of them.
RULES = {
    "standing_starts_open": ("INSERT", "NEW.state <> 'open'", "a version begins open"),
    "standing_closed_stays": (
        "UPDATE",
        "OLD.state <> 'open' AND NEW.state <> OLD.state",
        "a version that is signed or closed stays so",
    ),
    "standing_all_signed": (
        "UPDATE",
        """NEW.state = 'signed' AND OLD.state = 'open' AND EXISTS (
            SELECT 1 FROM version_voice v JOIN version w ON w.id = v.version_id
            WHERE v.version_id = NEW.version_id AND NOT EXISTS (
                SELECT 1 FROM standing_signature s JOIN signature g ON g.id = s.signature_id
                WHERE s.version_id = v.version_id AND g.version_id = v.version_id AND g.verdict = 'approve'
                AND g.digest = w.digest AND g.voice = s.voice AND g.person_id = s.person_id
                AND (s.voice = v.voice OR v.voice LIKE s.voice || ':%')
                AND NOT EXISTS (SELECT 1 FROM withdrawal x WHERE x.signature_id = g.id)))""",
        "a version comes into force only when every voice has approved its digest",
    ),
    "standing_one_in_force": (
        "UPDATE",
        """NEW.starts IS NOT NULL AND EXISTS (
            SELECT 1 FROM standing o
            WHERE o.document_id = NEW.document_id AND o.version_id <> NEW.version_id AND o.starts IS NOT NULL
            AND (o.ends IS NULL OR o.ends > NEW.starts) AND (NEW.ends IS NULL OR NEW.ends > o.starts)
            AND (o.ends IS NULL OR o.ends > o.starts) AND (NEW.ends IS NULL OR NEW.ends > NEW.starts))""",
        "two versions of a document are never in force at once",
    ),
    "standing_only_ends_earlier": (
        "UPDATE",
        """OLD.starts IS NOT NULL AND (NEW.starts IS NULL OR NEW.starts <> OLD.starts
            OR (OLD.ends IS NOT NULL AND (NEW.ends IS NULL OR NEW.ends > OLD.ends)))""",
        "what is in force gives way to its successor and never moves otherwise",
    ),
    "membership_of_a_signed_version": (
        "INSERT",
        """NOT EXISTS (
            SELECT 1 FROM standing s JOIN target_list l ON l.document_id = s.document_id
            WHERE s.version_id = NEW.version_id AND l.id = NEW.list_id AND s.state = 'signed'
            AND ((NOT NEW.carried AND s.starts = NEW.starts AND (s.ends IS NULL OR NEW.ends <= s.ends))
                OR (NEW.carried AND s.ends = NEW.starts AND NEW.ends IS NOT NULL)))""",
        "a membership begins with a version that both seats have signed, or carries over where that one ends",
    ),
    "membership_one_at_a_time": (
        "INSERT",
        """EXISTS (
            SELECT 1 FROM membership o
            WHERE o.account_id = NEW.account_id AND o.list_id IN (
                SELECT b.id FROM target_list a JOIN target_list b ON b.programme_id = a.programme_id
                WHERE a.id = NEW.list_id)
            AND (o.ends IS NULL OR o.ends > o.starts)
            AND (o.ends IS NULL OR o.ends > NEW.starts) AND (NEW.ends IS NULL OR NEW.ends > o.starts))""",
        "an account stands on one list of a programme at a time, and there once",
    ),
    "membership_ends_for_good": (
        "UPDATE",
        "OLD.ends IS NOT NULL AND (NEW.ends IS NULL OR NEW.ends > OLD.ends)",
        "what has left a list comes back by the next version alone",
    ),
    "campaign_moves_by_its_machine": (
        "UPDATE",
        """NEW.state <> OLD.state AND (OLD.state || ' ' || NEW.state) NOT IN (
            'draft live', 'draft cancelled', 'live paused', 'live completed', 'live cancelled', 'paused live',
            'paused completed', 'paused cancelled', 'adopted live', 'adopted completed', 'adopted cancelled')""",
        "a campaign goes only where its state leads",
    ),
    "commitment_not_on_a_hold_out": (
        "INSERT",
        """NEW.campaign_id IS NOT NULL AND EXISTS (
            SELECT 1 FROM audience_member m WHERE m.campaign_id = NEW.campaign_id
            AND m.account_id = NEW.account_id AND m.held_out AND m.ends IS NULL)""",
        "an account that a campaign holds out is not asked for it",
    ),
    "touch_not_on_a_hold_out": ("INSERT", _TOUCH_ON_A_HOLD_OUT, _HELD_OUT),
    "touch_stays_off_a_hold_out": ("UPDATE", _TOUCH_ON_A_HOLD_OUT, _HELD_OUT),
    "erratum__struck_for_good": ("UPDATE", "OLD.struck_at IS NOT NULL", "a correction that was struck stays so"),
    "spend_line__voided_for_good": (
        "UPDATE",
        "OLD.voided_at IS NOT NULL",
        "a voided line of the ledger stays as it is",
    ),
    "play_template__stays": ("DELETE", "1 = 1", "a template is archived, never deleted"),
    "play_record__voided_stays": ("UPDATE", _VOIDED_BEFORE, "a record that is voided stays so"),
    "play_touch__voided_stays": ("UPDATE", _VOIDED_BEFORE, "a touch that made room never counts for its play again"),
    **closed_review_rules(),
    **closed_list_rules(),
    "deputy_of_one_side": ("INSERT", _DEPUTY_OF_BOTH, _ONE_SIDE),
    "deputy_stays_of_one_side": ("UPDATE", _DEPUTY_OF_BOTH, _ONE_SIDE),
    "seat_of_one_side": ("INSERT", _HOLDER_OF_BOTH, _ONE_SIDE),
    "seat_stays_of_one_side": ("UPDATE", _HOLDER_OF_BOTH, _ONE_SIDE),
}


def install_guards(connection: Connection) -> None:
    """Put every trigger in place, replacing those that stand."""
    present = set(_tables(connection))
    for guard in GUARDS:
        if guard.table in present:
            for statement in _statements(guard, connection.dialect.name):
                connection.execute(text(statement))
    for rule in RULES:
        if _table_of(rule) in present:
            for statement in _rule_statements(rule, connection.dialect.name):
                connection.exec_driver_sql(statement)


def remove_guards(connection: Connection) -> None:
    """Take the triggers away while a migration rebuilds tables."""
    present = set(_tables(connection))
    for guard in GUARDS:
        if guard.table in present:
            for name in trigger_names(guard, connection.dialect.name):
                on = f' ON "{guard.table}"' if connection.dialect.name == "postgresql" else ""
                connection.execute(text(f"DROP TRIGGER IF EXISTS {name}{on}"))
    for rule in RULES:
        if _table_of(rule) in present:
            on = f" ON {_table_of(rule)}" if connection.dialect.name == "postgresql" else ""
            connection.execute(text(f"DROP TRIGGER IF EXISTS guard_{rule}{on}"))


def trigger_names(guard: Guard, dialect: str) -> tuple[str, ...]:
    """The names of a guard's triggers, as the catalogue lists them."""
    last = "truncate" if dialect == "postgresql" else "replace"
    return tuple(f"guard_{guard.table}_{kind}" for kind in ("update", "delete", last))


def installed(connection: Connection) -> set[str]:
    """The guards that the database's catalogue knows."""
    if connection.dialect.name == "postgresql":
        sql = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgname LIKE 'guard%'"
    else:
        sql = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'guard%'"
    return set(connection.execute(text(sql)).scalars())


def _tables(connection: Connection) -> Iterator[str]:
    if connection.dialect.name == "postgresql":
        sql = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
    else:
        sql = "SELECT name FROM sqlite_master WHERE type = 'table'"
    yield from connection.execute(text(sql)).scalars()


def _statements(guard: Guard, dialect: str) -> Iterator[str]:
    yield from (_postgresql(guard) if dialect == "postgresql" else _sqlite(guard))


def _sqlite(guard: Guard) -> Iterator[str]:
    table, refusal = f'"{guard.table}"', f"SELECT RAISE(ABORT, '{_message(guard)}');"
    of = f" OF {', '.join(guard.columns)}" if guard.columns else ""
    bodies = {"update": f"BEFORE UPDATE{of} ON {table}", "delete": f"BEFORE DELETE ON {table}"}
    same = f"old.{guard.key} = NEW.{guard.key}"
    known = f"SELECT 1 FROM {table} AS old WHERE {same}"  # noqa: S608 names of our own tables
    bodies["replace"] = f"BEFORE INSERT ON {table} WHEN EXISTS ({known})"
    for name in trigger_names(guard, "sqlite"):
        yield f"DROP TRIGGER IF EXISTS {name}"
        yield f"CREATE TRIGGER {name} {bodies[name.rpartition('_')[2]]} BEGIN {refusal} END"


def _postgresql(guard: Guard) -> Iterator[str]:
    table, function = f'"{guard.table}"', f"refuse_{guard.table}"
    yield (
        f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_message(guard)}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    of = f" OF {', '.join(guard.columns)}" if guard.columns else ""
    bodies = {
        "update": f"BEFORE UPDATE{of} ON {table} FOR EACH ROW",
        "delete": f"BEFORE DELETE ON {table} FOR EACH ROW",
        "truncate": f"BEFORE TRUNCATE ON {table} FOR EACH STATEMENT",
    }
    for name in trigger_names(guard, "postgresql"):
        yield f"DROP TRIGGER IF EXISTS {name} ON {table}"
        yield f"CREATE TRIGGER {name} {bodies[name.rpartition('_')[2]]} EXECUTE FUNCTION {function}()"


def _table_of(rule: str) -> str:
    return rule.partition("__" if "__" in rule else "_")[0]


def _rule_statements(rule: str, dialect: str) -> Iterator[str]:
    event, refused, message = RULES[rule]
    name, table = f"guard_{rule}", _table_of(rule)
    if dialect == "sqlite":
        yield f"DROP TRIGGER IF EXISTS {name}"
        yield (
            f"CREATE TRIGGER {name} BEFORE {event} ON {table} WHEN {refused} "
            f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
        )
        return
    raising = f"RAISE EXCEPTION '{message}' USING ERRCODE = 'integrity_constraint_violation'"
    row = "OLD" if event == "DELETE" else "NEW"
    yield (
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF {refused.replace('%', '%%')} THEN {raising}; END IF; RETURN {row}; END $$"
    )
    yield f"DROP TRIGGER IF EXISTS {name} ON {table}"
    yield f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()"


def _message(guard: Guard) -> str:
    what = ", ".join(guard.columns) if guard.columns else "its rows"
    return f"{guard.table}: {what} never change"
