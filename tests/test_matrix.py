"""Every route, asked for by every role and by nobody, on what is theirs, somebody else's and not there (trust 13).

What is expected stands in `tests/matrix/table.py`, role by role; a route that is not in it fails here. One engine is
enough: who may is decided before any query, and what the queries find is tested on both elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import pytest
from flask import Flask
from jinja2 import FileSystemBytecodeCache
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from abm.app import create_app
from abm.kit.config import Config
from abm.kit.db import db
from tests.conftest import SECRET
from tests.engines import EngineKind
from tests.matrix.expectations import ANONYMOUS, ROLES, Case
from tests.matrix.table import EXPECTED
from tests.matrix.world import World

NOT_THERE = {"Number": "2000000000", "Slug": "never-heard-of", "PublicIdText": "0" * 16, "TokenText": "x" * 43}
UNBOUNDED = {"WeekText", "QuarterText", "AnyConverter", "UnicodeConverter"}  # each value names something, or no route


@pytest.fixture(scope="module")
def world(engines: dict[str, EngineKind], compiled_templates: FileSystemBytecodeCache) -> Iterator[World]:
    with engines["sqlite"].fresh() as url:
        app = create_app(Config(database_url=url, secret_key=SECRET, demo=True, testing=True))
        app.config["WTF_CSRF_ENABLED"] = False  # the token is another matter, with tests of its own
        app.jinja_env.bytecode_cache = compiled_templates
        yield World(app)
        with app.app_context():
            db.engine.dispose()


def routes() -> list[Rule]:
    app = create_app(Config(database_url="sqlite://", secret_key=SECRET, demo=True, testing=True))
    return list(app.url_map.iter_rules())


def test_every_route_is_in_the_table() -> None:
    assert {rule.endpoint for rule in routes()} == set(EXPECTED)


@pytest.mark.parametrize("endpoint", EXPECTED)
def test_every_role_gets_what_is_written_down(world: World, endpoint: str) -> None:
    rule = _rule(world.app, endpoint)
    for case in EXPECTED[endpoint]:
        got = {role: _ask(world, rule, case, role) for role in (*ROLES, ANONYMOUS)}
        statuses = {role: answer.status_code for role, answer in got.items()}
        assert statuses == {role: case.expected(role) for role in statuses}, case
        if ANONYMOUS not in case.may | case.but.keys():
            assert got[ANONYMOUS].location.startswith("/sign-in?next="), case


@pytest.mark.parametrize("endpoint", [name for name, cases in EXPECTED.items() if any(case.on for case in cases)])
def test_what_is_not_there_and_what_may_not_be_seen_are_the_same(world: World, endpoint: str) -> None:
    rule, cases = _rule(world.app, endpoint), EXPECTED[endpoint]
    may = frozenset().union(*(case.may for case in cases))
    for part, value in _absent(rule).items():
        for role in (*ROLES, ANONYMOUS):
            missing = _ask(world, rule, cases[0], role, instead={part: value})
            assert missing.status_code in ({404} if role in may else {303, 401, 403, 404}), (part, role)
            unseen = [_ask(world, rule, case, role) for case in cases if case.expected(role) == 404]
            assert {_words(answer) for answer in unseen} <= {_words(missing)}, (part, role)


@pytest.mark.parametrize("endpoint", EXPECTED)
def test_whoever_is_refused_the_page_is_refused_its_fragment(world: World, endpoint: str) -> None:
    rule, case = _rule(world.app, endpoint), EXPECTED[endpoint][0]
    refused = [role for role in ROLES if case.expected(role) in {403, 404}]
    got = {role: _ask(world, rule, case, role, fragment=True).status_code for role in refused}
    assert got == {role: case.expected(role) for role in refused}
    if ANONYMOUS not in case.may | case.but.keys():
        assert _ask(world, rule, case, ANONYMOUS, fragment=True).status_code == 401


def _rule(app: Flask, endpoint: str) -> Rule:
    return next(rule for rule in app.url_map.iter_rules() if rule.endpoint == endpoint)


def _absent(rule: Rule) -> dict[str, str]:
    """For each part of the address that names a row, a value of its type that names none."""
    kinds = {part: type(converter).__name__ for part, converter in rule._converters.items()}
    assert set(kinds.values()) <= NOT_THERE.keys() | UNBOUNDED
    return {part: NOT_THERE[kind] for part, kind in kinds.items() if kind in NOT_THERE}


def _ask(
    world: World, rule: Rule, case: Case, role: str, *, instead: Mapping[str, str] = {}, fragment: bool = False
) -> TestResponse:
    """Send the request of a case as a role; whatever it changed is set back."""
    parts = {part: world.thing(words, role) for part, words in case.on.items()} | dict(instead)
    address = re.sub(r"<(?:[^:<>]+:)?(\w+)>", lambda part: parts[part[1]], rule.rule)
    sent = {name: world.thing(words[1:], role) if words[:1] == "=" else words for name, words in case.sent.items()}
    headers = {"HX-Request": "true"} if fragment else {}
    if "GET" in (rule.methods or ()):
        return world.browser(role).get(address, query_string=sent, headers=headers)
    answer = world.browser(role).post(address, data=sent, headers=headers)
    if answer.status_code < 400:
        world.set_back()
    return answer


def _words(answer: TestResponse) -> str:
    """What the page is about: its title and its main part."""
    return "".join(re.findall(r"<title>.*?</title>|<main.*?</main>", answer.text, re.DOTALL))
