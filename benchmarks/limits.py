"""What is as fast as Flask can be: the same rows, and the same insert, with nothing around them.

One Flask application on one connection that stays open, straight through psycopg or sqlite3: the rows of the accounts
list from one statement into a template of their own, and, once the session that the cookie names was looked up, an
insert of one touch that commits. No CSRF, no rights, no navigation, no compression, no history, no counts.
"""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from flask import Flask, abort, redirect, render_template_string, request, session
from sqlalchemy import make_url
from werkzeug.wrappers import Response

from abm.people.sessions import token_hash
from abm.people.signing_in import COOKIE_TOKEN
from benchmarks.installation import SECRET, Site
from benchmarks.measuring import Ask, Call
from benchmarks.pages import voicemail

Execute = Callable[[str, Any], Any]

ROWS = """
SELECT a.slug, a.name, a.industry, a.country, a.employees, m.tier, u.name AS ae,
       (SELECT count(*) FROM opportunity o JOIN crm_stage s ON s.id = o.stage_id
        WHERE o.account_id = a.id AND s.category = 'open') AS deals,
       (SELECT sum(o.amount) FROM opportunity o JOIN crm_stage s ON s.id = o.stage_id
        WHERE o.account_id = a.id AND s.category = 'open') AS worth,
       (SELECT max(x.day) FROM touch x WHERE x.account_id = a.id AND x.voided_at IS NULL) AS last
FROM (SELECT * FROM account WHERE archived_at IS NULL ORDER BY normal_name, id LIMIT 50) a
LEFT JOIN team_member t ON t.account_id = a.id AND t.function = 'ae' AND t.last_day IS NULL
LEFT JOIN "user" u ON u.id = t.user_id
LEFT JOIN membership m ON m.account_id = a.id AND m.starts <= CURRENT_TIMESTAMP AND m.ends > CURRENT_TIMESTAMP
ORDER BY a.normal_name, a.id
"""
PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Accounts</title></head><body><h1>Accounts</h1>
<table><thead><tr><th>Account</th><th>Tier</th><th>AE</th><th>Industry</th><th>Country</th><th>Employees</th>
<th>Open deals</th><th>Worth</th><th>Last touch</th></tr></thead><tbody>
{% for slug, name, industry, country, employees, tier, ae, deals, worth, last in rows %}
<tr><td><a href="/accounts/{{ slug }}">{{ name }}</a></td><td>{{ tier or "" }}</td><td>{{ ae or "" }}</td>
<td>{{ industry }}</td><td>{{ country }}</td><td>{{ employees }}</td><td>{{ deals or "" }}</td>
<td>{{ worth or "" }}</td><td>{{ last or "" }}</td></tr>
{% endfor %}
</tbody></table></body></html>
"""
SIGNED_IN = """
SELECT u.id FROM sign_in s JOIN "user" u ON u.id = s.user_id
WHERE s.token_hash = {mark} AND s.ended_at IS NULL AND u.deactivated_at IS NULL
"""
TOUCH = (
    "public_id", "account_id", "side", "direction", "channel", "outcome", "at", "day", "note", "logged_by_id",
    "logged_at", "client_key", "fingerprint", "revision",
)  # fmt: skip


@contextmanager
def limits(site: Site) -> Iterator[dict[str, Call]]:
    """The page of rows and the insert, by the names of what they are the limit of."""
    execute, mark, close = _connect(site.url)
    app = plain_app(execute, mark)
    cookie = site.signed_in(site.company.cast.tomas).cookie
    try:
        yield {
            "accounts": Call("the same rows, bare", app, lambda: Ask("/accounts")),
            "log": Call("an insert, bare", app, lambda: Ask("/accounts/1/touches", voicemail()), cookie),
        }
    finally:
        close()


def plain_app(execute: Execute, mark: str) -> Flask:
    """Two routes on an open connection."""
    app = Flask("bare")
    app.secret_key = SECRET
    signed_in = SIGNED_IN.format(mark=mark)
    insert = f"INSERT INTO touch ({', '.join(TOUCH)}) VALUES ({', '.join([mark] * len(TOUCH))})"  # noqa: S608 our own names

    @app.get("/accounts")
    def accounts() -> str:
        return render_template_string(PAGE, rows=execute(ROWS, ()).fetchall())

    @app.post("/accounts/<int:account_id>/touches")
    def log(account_id: int) -> Response:
        person = execute(signed_in, (token_hash(session[COOKIE_TOKEN]),)).fetchone() or abort(401)
        execute(insert, _row(account_id, person[0]))
        return redirect("/accounts", 303)

    return app


def _connect(url: str) -> tuple[Execute, str, Callable[[], None]]:
    """How to execute a statement that commits by itself, how the driver marks a value, and how to close."""
    where = make_url(url)
    if where.get_backend_name() == "sqlite":
        file = sqlite3.connect(str(where.database), isolation_level=None, check_same_thread=False)
        file.execute("PRAGMA synchronous = FULL")
        file.execute("PRAGMA foreign_keys = ON")
        return file.execute, "?", file.close
    import psycopg  # noqa: PLC0415 an extra

    address = where.set(drivername="postgresql").render_as_string(hide_password=False)
    server = psycopg.connect(address, autocommit=True)
    return server.execute, "%s", server.close


def _row(account_id: int, logged_by: int) -> tuple[object, ...]:
    """The values of one touch out of the form, in the order of `TOUCH`."""
    form = request.form
    channel, _, outcome = form["what"].partition("/")
    at = datetime.fromisoformat(form["when"])
    return (
        uuid.uuid4().hex[:16], account_id, "sales", "outbound", channel, outcome, at.isoformat(), at.date().isoformat(),
        form["note"], logged_by, at.isoformat(), form["client_key"], "0" * 64, 1,
    )  # fmt: skip
