"""What was agreed cannot be changed by SQL either, on any engine: the database itself refuses."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from abm.kit import guards
from abm.kit.rules import RuleBroken
from abm.people.models import User
from abm.people.seats import Side
from tests.agreement.conftest import Agreed

# From the quarter's end on, so that no other version is in force then.
SIGN_BY_SQL = """
    UPDATE standing SET state = 'signed', starts = (SELECT ends FROM version WHERE id = :version)
    WHERE version_id = :version
"""


def refused(agreed: Agreed, statement: str, because: str, **values: object) -> None:
    with pytest.raises(DBAPIError, match=because):
        agreed.session.execute(text(statement), values)
    agreed.session.rollback()


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE version SET content = :bytes WHERE id = :version",
        "UPDATE version SET digest = 'x' WHERE id = :version",
        "UPDATE version SET number = 9 WHERE id = :version",
        "UPDATE version_voice SET voice = 'nobody' WHERE version_id = :version",
        "DELETE FROM version_voice WHERE version_id = :version",
        "UPDATE signature SET verdict = 'approve', person_id = 1",
        "DELETE FROM signature",
        "DELETE FROM version",
        "DELETE FROM standing",
        "UPDATE membership SET tier = 3",
        "UPDATE membership SET account_id = account_id + 1",
        "UPDATE membership SET starts = ends",
        "DELETE FROM membership",
        "UPDATE standing SET expires_at = NULL",
        "UPDATE target_list SET document_id = document_id + 1",
    ],
)
def test_rows_of_the_agreement_never_change(agreed: Agreed, attack: str) -> None:
    values = {"version": agreed.version.id, "bytes": b"{}"}
    bound = {name: value for name, value in values.items() if f":{name}" in attack}
    refused(agreed, attack, "never change", **bound)


def test_rows_of_the_agreement_cannot_be_replaced_or_emptied(agreed: Agreed) -> None:
    for table in ("version", "version_voice", "signature", "standing", "membership", "target_list"):
        if agreed.session.get_bind().dialect.name == "postgresql":
            refused(agreed, f"TRUNCATE {table} CASCADE", "never change")
        else:
            refused(
                agreed,
                f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}",
                "never change|begins open|both seats|there once",
            )


def test_a_signed_version_stays_signed_and_its_time_only_ends_earlier(agreed: Agreed) -> None:
    this = "WHERE version_id = :version"
    version = agreed.version.id
    refused(
        agreed, f"UPDATE standing SET state = 'open', starts = NULL {this}", "stays so|never moves", version=version
    )
    refused(agreed, f"UPDATE standing SET starts = ends {this}", "never moves", version=version)
    refused(agreed, f"UPDATE standing SET ends = NULL {this}", "never moves", version=version)


def test_nothing_comes_into_force_without_every_signature(agreed: Agreed) -> None:
    second = agreed.change_and_propose()
    refused(agreed, SIGN_BY_SQL, "every voice", version=second.id)
    agreed.sign(second, Side.SALES)
    agreed.session.commit()
    refused(agreed, SIGN_BY_SQL, "every voice", version=second.id)


def test_a_signature_of_another_version_does_not_count_by_sql(agreed: Agreed) -> None:
    second = agreed.change_and_propose()
    agreed.session.execute(text("DELETE FROM standing_signature WHERE version_id = :old"), {"old": agreed.version.id})
    for signature in agreed.version.signatures:
        agreed.session.execute(
            text(
                "INSERT INTO standing_signature (version_id, voice, person_id, signature_id) "
                "VALUES (:version, :voice, :person, :signature)"
            ),
            {
                "version": second.id,
                "voice": signature.voice,
                "person": signature.person_id,
                "signature": signature.id,
            },
        )
    agreed.session.commit()
    refused(agreed, SIGN_BY_SQL, "every voice", version=second.id)


def test_a_document_has_one_open_version(agreed: Agreed) -> None:
    agreed.change_and_propose()
    refused(
        agreed,
        "INSERT INTO standing (version_id, document_id, state) SELECT id + 1000, document_id, 'open' FROM version",
        "(?i)unique",
    )


def test_two_versions_are_never_in_force_at_once(agreed: Agreed) -> None:
    second = agreed.change_and_propose()
    agreed.sign(second, Side.SALES)
    agreed.session.commit()
    agreed.give_standing_signature(second, Side.MARKETING)
    refused(
        agreed,
        "UPDATE standing SET state = 'signed', starts = (SELECT starts FROM standing WHERE version_id = :first) "
        "WHERE version_id = :version",
        "never in force at once",
        first=agreed.version.id,
        version=second.id,
    )


def test_one_person_never_stands_for_both_seats(agreed: Agreed) -> None:
    second = agreed.change_and_propose()
    agreed.sign(second, Side.SALES)
    agreed.session.commit()
    refused(
        agreed,
        "INSERT INTO standing_signature (version_id, voice, person_id, signature_id) "
        "SELECT version_id, 'marketing', person_id, id + 1000 FROM signature WHERE version_id = :version",
        "(?i)unique",
        version=second.id,
    )


DEPUTISE = """
    INSERT INTO deputy (seat_id, user_id, first_day, last_day, reason, named_by_id, named_at)
    SELECT id, :person, :first, :last, '', :person, since FROM seat WHERE side = :side
"""


def deputise(agreed: Agreed, person: User, side: Side, first: int, last: int) -> dict[str, object]:
    """What `DEPUTISE` is bound to: days of December."""
    days = {"first": date(2026, 12, first).isoformat(), "last": date(2026, 12, last).isoformat()}
    if agreed.session.get_bind().dialect.name == "postgresql":
        return {
            "person": person.id,
            "side": side.value,
            **{name: date.fromisoformat(day) for name, day in days.items()},
        }
    return {"person": person.id, "side": side.value, **days}


def test_a_holder_never_deputises_for_the_other_seat(agreed: Agreed) -> None:
    values = deputise(agreed, agreed.cast.amara, Side.SALES, 1, 5)
    refused(agreed, DEPUTISE, "nobody acts for both", **values)
    agreed.session.execute(text(DEPUTISE), deputise(agreed, agreed.cast.priya, Side.SALES, 1, 5))
    agreed.session.commit()
    refused(agreed, "UPDATE deputy SET user_id = :other", "nobody acts for both", other=agreed.cast.amara.id)


def test_nobody_deputises_for_both_seats_on_one_day(agreed: Agreed) -> None:
    agreed.session.execute(text(DEPUTISE), deputise(agreed, agreed.cast.priya, Side.SALES, 1, 5))
    agreed.session.commit()
    refused(agreed, DEPUTISE, "nobody acts for both", **deputise(agreed, agreed.cast.priya, Side.MARKETING, 5, 9))
    agreed.session.execute(text(DEPUTISE), deputise(agreed, agreed.cast.priya, Side.MARKETING, 6, 9))
    agreed.session.commit()
    last = {"last": deputise(agreed, agreed.cast.priya, Side.SALES, 1, 6)["last"]}
    refused(agreed, "UPDATE deputy SET last_day = :last WHERE first_day < :last", "nobody acts for both", **last)


def test_a_deputy_never_gets_the_other_seat(agreed: Agreed) -> None:
    agreed.session.execute(text(DEPUTISE), deputise(agreed, agreed.cast.priya, Side.SALES, 1, 5))
    agreed.session.commit()
    give = "UPDATE seat SET holder_id = :person WHERE side = 'marketing'"
    refused(agreed, give, "nobody acts for both", person=agreed.cast.priya.id)
    agreed.session.execute(text("UPDATE deputy SET ended_at = named_at"))
    agreed.session.execute(text(give), {"person": agreed.cast.priya.id})
    refused(agreed, "UPDATE deputy SET ended_at = NULL", "nobody acts for both")


def test_memberships_come_from_the_signed_version_alone(agreed: Agreed) -> None:
    second = agreed.change_and_propose()
    columns = "list_id, with_children, tier, motion, ae_id, starts, ends, carried"
    smuggle = (
        f"INSERT INTO membership (account_id, version_id, {columns}) SELECT :account, :version, {columns} "
        "FROM membership WHERE account_id = :like AND NOT carried"
    )
    member = agreed.first_member()
    other = agreed.other_account()
    refused(agreed, smuggle, "both seats", account=other.id, version=second.id, like=member.account_id)
    same = {"account": member.account_id, "version": agreed.version.id, "like": member.account_id}
    refused(agreed, smuggle, "there once|(?i:unique)", **same)
    agreed.session.execute(text("UPDATE membership SET ends = starts WHERE id = :id"), {"id": member.id})
    refused_again = "UPDATE membership SET ends = NULL WHERE id = :id"
    with pytest.raises(DBAPIError, match="next version alone"):
        agreed.session.execute(text(refused_again), {"id": member.id})
    agreed.session.rollback()


def test_bytes_that_were_changed_behind_every_guard_are_signed_by_nobody(agreed: Agreed) -> None:
    second = agreed.change_and_propose()
    guards.remove_guards(agreed.session.connection())
    agreed.session.execute(
        text("UPDATE version SET content = :bytes WHERE id = :id"), {"bytes": b"{}", "id": second.id}
    )
    guards.install_guards(agreed.session.connection())
    agreed.session.commit()
    with pytest.raises(RuleBroken, match="is not what was proposed: nobody signs it"):
        agreed.sign(second, Side.SALES)
