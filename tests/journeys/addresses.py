"""Every page of the demonstration: who looks, and where. Routes that answer with no page are named with the reason."""

from __future__ import annotations

from datetime import date

from flask import Flask
from sqlalchemy import select

from abm.accounts.models import Account
from abm.accounts.team import TeamMember
from abm.campaigns.drafting import Play
from abm.campaigns.models import Campaign
from abm.campaigns.templates import PlayTemplate
from abm.kit import clock
from abm.kit.clock import Week
from abm.kit.db import session, writing
from abm.outbound.meeting_queries import diary_of
from abm.outbound.models import Commitment
from abm.people.administration import new_link
from abm.people.current import organisation
from abm.people.models import User
from abm.targets.comments import comment_on
from abm.targets.entries import Entry
from abm.targets.models import TargetList
from abm.touches.models import Touch
from tests.journeys.happened import NO_PAGE_OF_PLAYS, PAGES_OF_PLAYS, happened
from tests.journeys.reviewing import NO_PAGE_OF_REVIEWS, PAGES_OF_REVIEWS, reviewed
from tests.journeys.visitors import NOBODY
from tests.journeys.working import PAGES_OF_WORK

AMARA, RENATA, PRIYA, JONAS, INES, TOMAS, WEN = "Amara", "Renata", "Priya", "Jonas", "Ines", "Tomás", "Wen"

NO_PAGE = (
    NO_PAGE_OF_PLAYS
    | NO_PAGE_OF_REVIEWS
    | {
        "assets.asset_file": "the style sheet and the script",
        "health.alive": "a word for machines",
        "health.ready": "a word for machines",
        "accounts.suggested": "a list that a field opens",
        "imports.bad_rows_file": "a file",
        "results.accounts_file": "a file",
        "progress.accounts_file": "a file",
        "desk.feed": "read by calendar programs",
        "targets.record": "a file",
        "targets.cell": "opens in its row, or leads to the entry's page",
        "targets.closed_cell": "closes in its row, or leads to the list",
        "definitions.record": "a file",
        "targets.current": "leads to the quarter that we are in",
        "progress.current": "leads to the week that we are in",
        "first_run.show": "only before the first run: see the whole path",
    }
)

# Endpoint: who looks, and at which addresses. `{…}` are the things of `things_of`.
PAGES: dict[str, list[tuple[str, str]]] = (
    PAGES_OF_PLAYS
    | PAGES_OF_WORK
    | PAGES_OF_REVIEWS
    | {
        "demo.welcome": [(NOBODY, "/demo")],
        "people.sign_in": [(NOBODY, "/sign-in")],
        "people.forgotten": [(NOBODY, "/forgotten-password")],
        "people.open_link": [(NOBODY, "/links/{link}")],
        "account.own": [(TOMAS, "/account")],
        "account.password": [(TOMAS, "/account/password")],
        "desk.home": [(AMARA, "/"), (RENATA, "/"), (JONAS, "/"), (INES, "/"), (WEN, "/")],
        "desk.today": [(TOMAS, "/today"), (AMARA, "/today")],
        "desk.search": [(TOMAS, "/search?q=freight"), (TOMAS, "/search?q=no such thing"), (TOMAS, "/search")],
        "desk.accounts": [
            (INES, "/accounts"),
            (TOMAS, "/accounts?whose=mine&tier=1"),
            (TOMAS, "/accounts?q=no such thing"),
        ],
        "desk.account": [(TOMAS, "/accounts/{account}"), (AMARA, "/accounts/{account}")],
        "desk.version_impact": [(AMARA, "/quarters/{quarter}/list/versions/2/impact")],
        "desk.draft_impact": [(INES, "/quarters/{next quarter}/list/impact")],
        "desk.version_workload": [(AMARA, "/quarters/{quarter}/list/versions/2/workload")],
        "desk.draft_workload": [
            (RENATA, "/quarters/{next quarter}/list/workload"),
            (INES, "/quarters/{next quarter}/list/workload"),
            (TOMAS, "/quarters/{next quarter}/list/workload"),
        ],
        "accounts.new": [(WEN, "/accounts/new")],
        "accounts.edit": [(WEN, "/accounts/{account}/edit")],
        "accounts.leaving_alone": [(WEN, "/accounts/{account}/do-not-approach")],
        "accounts.assigning": [(INES, "/accounts/{account}/assignments/new")],
        "accounts.new_contact": [(TOMAS, "/accounts/{account}/contacts/new")],
        "accounts.edit_contact": [(TOMAS, "/accounts/{account}/contacts/{contact}/edit")],
        "accounts.opportunities": [(RENATA, "/opportunities"), (RENATA, "/opportunities?state=unmatched")],
        "accounts.new_opportunity": [(TOMAS, "/opportunities/new?account={account}")],
        "accounts.edit_opportunity": [(TOMAS, "/opportunities/{deal}/edit")],
        "targets.show": [
            (INES, "/quarters/{quarter}/list"),
            (AMARA, "/quarters/{next quarter}/list"),
            (TOMAS, "/quarters/{quarter}/list?tier=1"),
            (INES, "/quarters/{quarter without a list}/list"),
        ],
        "targets.roll_over": [
            (INES, "/quarters/{next quarter}/list/roll-over"),
            (TOMAS, "/quarters/{next quarter}/list/roll-over?kind=drop"),
            (INES, "/quarters/{quarter before}/list/roll-over"),
        ],
        "targets.policy": [
            (INES, "/quarters/{quarter before}/list/policy"),
            (INES, "/quarters/{quarter}/list/policy"),
            (TOMAS, "/quarters/{quarter}/list/policy"),
        ],
        "targets.candidates": [(INES, "/quarters/{quarter}/list/candidates")],
        "targets.entry": [
            (INES, "/quarters/{quarter}/list/entries/{entry}"),
            (PRIYA, "/quarters/{quarter}/list/entries/{entry}"),
        ],
        "targets.paste": [(INES, "/quarters/{next quarter}/list/entries/paste")],
        "targets.edit_comment": [(PRIYA, "/quarters/{quarter}/list/entries/{entry}/comments/{comment}/edit")],
        "targets.version": [
            (AMARA, "/quarters/{quarter}/list/versions/2"),
            (RENATA, "/quarters/{quarter}/list/versions/2"),
            (TOMAS, "/quarters/{quarter}/list/versions/1"),
        ],
        "targets.diff": [(AMARA, "/quarters/{quarter}/list/versions/2/diff?from={quarter before}")],
        "definitions.index": [(TOMAS, "/definitions")],
        "definitions.show": [
            (AMARA, "/definitions/fit"),
            (TOMAS, "/definitions/fit"),
            (WEN, "/definitions/list-rules"),
            (WEN, "/definitions/stages"),
        ],
        "definitions.edit": [
            (WEN, "/definitions/fit/edit"),
            (WEN, "/definitions/list-rules/edit"),
            (WEN, "/definitions/stages/edit"),
        ],
        "definitions.version": [(TOMAS, "/definitions/fit/versions/1")],
        "targets.as_of": [
            (TOMAS, "/quarters/{quarter}/list/as-of"),
            (AMARA, "/quarters/{quarter before}/list/as-of?sort=-name"),
            (INES, "/quarters/{next quarter}/list/as-of"),
        ],
        "targets.differences": [
            (AMARA, "/quarters/{quarter}/list/differences"),
            (RENATA, "/quarters/{quarter}/list/differences?from={quarter before}&to={quarter}"),
        ],
        "targets.export_version": [(AMARA, "/quarters/{quarter}/list/versions/2/exports/print")],
        "targets.export_draft": [(INES, "/quarters/{quarter}/list/exports/print")],
        "targets.export_as_of": [(RENATA, "/quarters/{quarter}/list/as-of/exports/print")],
        "targets.export_differences": [
            (RENATA, "/quarters/{quarter}/list/differences/exports/print?from={quarter before}&to={quarter}")
        ],
        "desk.calendar": [
            (JONAS, "/calendar"),
            (TOMAS, "/calendar?view=grid&tier=1"),
            (INES, "/calendar?view=agenda"),
            (PRIYA, "/calendar?campaign=winter-service-levels"),
        ],
        "desk.calendar_cell": [(PRIYA, "/calendar/{week after}/accounts/kestrel-foods")],
        "desk.moving_play": [(JONAS, "/calendar/plays/{play}")],
        "desk.feeds": [(TOMAS, "/calendar/feeds")],
        "desk.account_lists": [(TOMAS, "/accounts/{account}/lists")],
        "campaigns.index": [(PRIYA, "/campaigns"), (TOMAS, "/campaigns")],
        "campaigns.new": [
            (PRIYA, "/campaigns/new"),
            (PRIYA, "/campaigns/new?template={template}"),
            (PRIYA, "/campaigns/new?earlier=lanes-before-the-heat"),
        ],
        "campaigns.adopting": [(PRIYA, "/campaigns/adoptions/new")],
        "campaigns.templates": [(PRIYA, "/campaigns/templates"), (TOMAS, "/campaigns/templates")],
        "campaigns.new_template": [(PRIYA, "/campaigns/templates/new")],
        "campaigns.template": [(PRIYA, "/campaigns/templates/{template}"), (TOMAS, "/campaigns/templates/{template}")],
        "campaigns.edit_template": [(PRIYA, "/campaigns/templates/{template}/edit")],
        "campaigns.show": [
            (JONAS, "/campaigns/cold-chain-on-time"),
            (PRIYA, "/campaigns/reefer-data-for-operations"),
            (INES, "/campaigns/winter-service-levels"),
            (PRIYA, "/campaigns/lanes-before-the-heat"),
            (TOMAS, "/campaigns/partner-letter"),
        ],
        "campaigns.section": [
            (JONAS, f"/campaigns/winter-service-levels/sections/{section}")
            for section in ("objective", "audience", "message", "offer", "sales-ask", "budget", "measure")
        ]
        + [(TOMAS, "/campaigns/winter-service-levels/sections/audience")],
        "campaigns.plays": [
            (JONAS, "/campaigns/winter-service-levels/plays"),
            (TOMAS, "/campaigns/cold-chain-on-time/plays"),
        ],
        "campaigns.play": [(JONAS, "/campaigns/winter-service-levels/plays/{play}")],
        "launching.ending": [(PRIYA, "/campaigns/cold-chain-on-time/ending")],
        "campaigns.review": [
            (INES, "/campaigns/winter-service-levels/review"),
            (JONAS, "/campaigns/winter-service-levels/review"),
            (RENATA, "/campaigns/reefer-data-for-operations/review"),
        ],
        "campaigns.plan_version": [(INES, "/campaigns/cold-chain-on-time/plan/versions/1")],
        "imports.index": [(WEN, "/imports")],
        "imports.new": [(WEN, "/imports/new")],
        "imports.show": [(WEN, "/imports/1"), (WEN, "/imports/1?rows=add")],
        "admin.people_index": [(WEN, "/admin/people")],
        "admin.new_person": [(WEN, "/admin/people/new")],
        "admin.person": [(WEN, "/admin/people/{person}")],
        "admin.links": [(WEN, "/admin/people/links")],
        "admin.team_index": [(WEN, "/admin/teams")],
        "admin.team": [(WEN, "/admin/teams/1")],
        "admin.programmes_page": [(WEN, "/admin/programmes")],
        "admin.seats_page": [(AMARA, "/admin/seats"), (TOMAS, "/admin/seats")],
        "admin.announced": [(AMARA, "/admin/announcements")],
        "admin.settings": [(WEN, "/admin/settings")],
        "accounts.stages": [(WEN, "/admin/stages")],
        "accounts.edit_stage": [(WEN, "/admin/stages/1/edit")],
        "accounts.rates": [(WEN, "/admin/rates")],
        "audit.trail": [(WEN, "/admin/audit")],
    }
)
REFUSED = [
    (TOMAS, "/admin/people", 403),
    (TOMAS, "/accounts/never-heard-of", 404),
    (NOBODY, "/links/" + "x" * 43, 404),
]


def things_of(app: Flask) -> dict[str, str]:
    """What stands in the addresses: an account of Tomás with everything, and the days around today."""
    with app.test_request_context(), writing():
        tomas = session.scalars(select(User).where(User.name == "Tomás Ferreira")).one()
        days = _of_time(organisation().today())
        link = new_link(tomas, by=None, at=clock.now())
        things = {
            **days,
            **_of_account(_account_of(tomas), tomas, days["quarter"]),
            "play": _play(),
            **happened(),
            **reviewed(),
            "template": _template(),
        }
        session.commit()
    return {**things, "link": link, "person": tomas.public_id}


def _account_of(tomas: User) -> Account:
    his = select(Account).join(TeamMember).where(TeamMember.user_id == tomas.id)
    return session.scalars(his.order_by(Account.opportunities.any().desc(), Account.id).limit(1)).one()


def _of_account(account: Account, tomas: User, quarter: str) -> dict[str, str]:
    listed = select(Entry.public_id).join(Entry.target_list).where(TargetList.quarter == quarter)
    logged = select(Touch.public_id).where(Touch.account_id == account.id, Touch.logged_by_id == tomas.id)
    promised = select(Commitment.public_id).where(Commitment.person_id == tomas.id)
    return {
        "account": account.slug,
        "account id": account.public_id,
        "contact": account.contacts[0].public_id,
        "deal": account.opportunities[0].public_id,
        "touch": session.scalars(logged.limit(1)).one(),
        "commitment": session.scalars(promised.limit(1)).one(),
        **_of_meetings(tomas),
        **_of_entry(session.scalars(listed.where(Entry.account_id == account.id)).one()),
    }


def _of_meetings(tomas: User) -> dict[str, str]:
    """A meeting that waits for a word, and one that is to come."""
    diary = diary_of(session(), [tomas], at=clock.now())
    return {"meeting": diary.waiting[0].public_id, "meeting to come": diary.coming[0].public_id}


def _of_entry(public_id: str) -> dict[str, str]:
    """An entry with a comment by Priya that asks Tomás."""
    entry = session.scalars(select(Entry).where(Entry.public_id == public_id)).one()
    priya, tomas = (session.scalars(select(User).where(User.name.startswith(name))).one() for name in (PRIYA, TOMAS))
    said = comment_on(entry, "@Tomás who of them came to the roadshow?", [tomas], by=priya, at=clock.now())
    session.flush()
    return {"entry": public_id, "comment": said.public_id}


def _play() -> str:
    winter = select(Play.public_id).join(Play.campaign).where(Campaign.slug == "winter-service-levels")
    return session.scalars(winter.limit(1)).one()


def _template() -> str:
    """The one that grew from a campaign."""
    return session.scalars(select(PlayTemplate.public_id).where(PlayTemplate.grown_from_id.is_not(None))).one()


def _of_time(today: date) -> dict[str, str]:
    quarter, week = organisation().quarter_of(today), Week.of(today)
    return {
        "quarter": str(quarter),
        "next quarter": str(quarter.plus(1)),
        "quarter before": str(quarter.plus(-1)),
        "quarter without a list": str(quarter.plus(2)),
        "week": str(week),
        "week before": str(week.plus(-1)),
        "week after": str(week.plus(1)),
        "week without a list": str(week.plus(-60)),
    }
