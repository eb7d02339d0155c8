"""The stage of both machines: a company with a campaign of each kind in each state, and requests that are undone."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session
from werkzeug.test import TestResponse

from abm.agreement.models import Standing, State, Version
from abm.campaigns.kinds import CampaignState as S
from abm.campaigns.kinds import PlanState as P
from abm.campaigns.kinds import Section
from abm.campaigns.models import Campaign
from abm.campaigns.queries import open_request
from abm.campaigns.reviews import ReviewComment, plan_state
from abm.kit.db import session
from abm.people.models import Role, User, add_user
from tests.campaigns.world import NOW, World
from tests.cast import assembled


@dataclass(frozen=True)
class Action:
    """Something that a person does on a campaign: where they send what, who may, and on which of its three kinds.

    `settled`: the draft is what was approved. `edited`: it was changed since. `review`: and submitted again.
    """

    address: str
    may: frozenset[Role]
    kind: str = "settled"
    sent: tuple[tuple[str, str], ...] = ()
    only: frozenset[Role] | None = None  # of those who may by their role, who may here


@dataclass
class Stage:
    """The company with a campaign of each kind in each state, and somebody of each role with a browser."""

    app: Flask
    slugs: dict[tuple[str, str], str] = field(default_factory=dict)  # by kind and state
    digests: dict[str, dict[int, str]] = field(default_factory=dict)
    cookies: dict[Role, FlaskClient] = field(default_factory=dict)
    seen: list[dict[str, tuple[Any, ...]]] = field(default_factory=list)  # what each commit would have left

    def send(self, role: Role, slug: str, action: Action, number: int = 2) -> TestResponse:
        self.seen.clear()
        sent = dict(action.sent)
        if "approvals" in action.address:
            sent["digest"] = self.digests[slug].get(number, "0" * 64)
        address = action.address.replace("versions/2", f"versions/{number}")
        return self.cookies[role].post(f"/campaigns/{slug}/{address}", data=sent)

    def look(self) -> dict[str, tuple[Any, ...]]:
        """Every campaign: its state, and the state of each version of its plan; with one query."""
        asked = select(func.count()).where(open_request(), ReviewComment.campaign_id == Campaign.id).scalar_subquery()
        rows = session.execute(
            select(Campaign.slug, Campaign.state, Standing, asked)
            .outerjoin(Version, Version.document_id == Campaign.document_id)
            .outerjoin(Standing, Standing.version_id == Version.id)
            .order_by(Campaign.id, Version.number)
        )
        found: dict[str, tuple[Any, ...]] = {}
        for slug, state, standing, open_ones in rows:
            waits = open_ones if standing is not None and standing.state is State.OPEN else 0
            plan = () if standing is None else (plan_state(standing, waits),)
            found[slug] = (*found.get(slug, (state,)), *plan)
        return found

    def commit(self) -> None:
        session.flush()
        session.expire_all()
        self.seen.append(self.look())


class Undone:
    """A session whose commit only flushes and looks: the end of the request undoes it."""

    def __init__(self, stage: Stage) -> None:
        self.commit = stage.commit


def build(stage: Stage, own: scoped_session[Session]) -> dict[Role, User]:
    world = World(own(), assembled(own()))
    kofi = add_user(
        world.cast.organisation,
        name="Kofi Mensah",
        email="kofi@fathom.example",
        roles=frozenset({Role.SDR}),
        by=None,
        at=NOW,
    )
    for state in S:
        for kind in ("settled", "edited", "review"):
            _note(stage, kind, state.value, _campaign(world, state, kind))
    for plan in P:
        _note(stage, "plan", plan.value, _planned(world, plan))
    everyone = (*world.cast.everyone.values(), kofi)
    return {role: user for user in everyone if user is not world.cast.marcus for role in user.roles}


def _note(stage: Stage, kind: str, state: str, campaign: Campaign) -> None:
    stage.slugs[kind, state] = campaign.slug
    stage.digests[campaign.slug] = {version.number: version.digest for version in campaign.document.versions}


def _campaign(world: World, state: S, kind: str) -> Campaign:
    """A campaign in a state: as approved, edited since, or submitted again; an end comes last."""
    over = {S.COMPLETED: S.LIVE, S.CANCELLED: S.DRAFT}
    campaign = world.in_state(over.get(state, state))
    priya = world.cast.priya
    if kind != "settled":
        campaign.change(Section.OFFER, by=priya, at=NOW, offer="Two lanes.")
    if kind == "review":
        world.submitted(campaign)
    if state is S.COMPLETED:
        campaign.complete(keep="The pilot.", retire="The banner.", by=priya, at=NOW)
    if state is S.CANCELLED:
        campaign.cancel(reason="The budget went.", by=priya, at=NOW)
    return campaign


def _planned(world: World, plan: P) -> Campaign:
    """A draft whose first version stands there, and that was changed since, so that another can follow."""
    campaign, version = world.submitted(world.draft(f"A plan that is {plan}"))
    priya = world.cast.priya
    match plan:
        case P.CHANGES_REQUESTED:
            world.ask_for_change(campaign, version)
        case P.WITHDRAWN:
            campaign.withdraw(version, by=priya, at=NOW)
        case P.APPROVED | P.SUPERSEDED:
            world.approve(campaign, version)
    campaign.change(Section.OFFER, by=priya, at=NOW, offer="Two lanes.")
    if plan is P.SUPERSEDED:
        _, second = world.submitted(campaign)
        world.approve(campaign, second)
        campaign.change(Section.OFFER, by=priya, at=NOW, offer="Three lanes.")
    return campaign
