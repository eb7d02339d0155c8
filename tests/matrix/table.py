"""The expected answer of every route, written down: endpoint, who may, what they get, on which thing.

A form is sent empty unless the case says otherwise, so whoever may send it mostly gets 422: their mistakes are
shown to them. Whoever may not gets 403 and reads who may; nobody signed in is asked to sign in. `=words` in what is
sent stands for the thing of that name.
"""

from __future__ import annotations

from typing import Any

from tests.matrix.building import ASSESSING, BUILDING, ENTRY, NOMINATING
from tests.matrix.campaigns import CAMPAIGNS
from tests.matrix.definitions import DEFINITIONS
from tests.matrix.expectations import (
    ADMINISTRATORS,
    AE,
    ANONYMOUS,
    ANYBODY,
    ASSIGNERS,
    CMO,
    CRO,
    EDITORS,
    EVERYONE,
    LISTING,
    LOGGERS,
    MANAGER,
    MARKETER,
    NOBODY,
    REVOPS,
    SDR,
    VIEWER,
    Case,
    case,
)
from tests.matrix.promises import PROMISES
from tests.matrix.quarters import OVER_TIME
from tests.matrix.reviews import REVIEWS
from tests.matrix.spending import SPENDING

SIGNED_IN_ALREADY = dict.fromkeys(EVERYONE, 303)

OUTSIDE: dict[str, list[Case]] = {
    "assets.asset_file": [case(NOBODY, refused=404, but={ANONYMOUS: 404}, name="no such asset")],
    "health.alive": [case(ANYBODY)],
    "health.ready": [case(ANYBODY)],
    "theme.choose_theme": [case(ANYBODY, 303, sent={"theme": "dark"})],
    "first_run.show": [case(ANYBODY, 303, but={ANONYMOUS: 303})],
    "first_run.found": [case(ANYBODY, 303)],
    "people.sign_in": [case(ANYBODY, but=SIGNED_IN_ALREADY)],
    "people.enter": [case(ANYBODY, 422)],
    "people.sign_out": [case(ANYBODY, 303)],
    "people.forgotten": [case(ANYBODY)],
    "people.ask_for_link": [case(ANYBODY, 422)],
    "people.open_link": [case(ANYBODY, token="link")],
    "people.choose_password": [case(ANYBODY, 422, token="link")],
    "demo.welcome": [case(ANYBODY)],
    "demo.view_as": [case(ANYBODY, 422), case(ANYBODY, 303, sent={"person": "Amara Osei"})],
    "demo.reset": [case(ANYBODY, 303, but={SDR: 422, VIEWER: 422})],
}

OWN: dict[str, list[Case]] = {
    "account.own": [case(EVERYONE)],
    "account.password": [case(EVERYONE)],
    "account.change_password": [case(EVERYONE, 422)],
    "account.end_session": [
        case(EVERYONE, 303, number="own session"),
        case(EVERYONE, 404, number="session of somebody else"),
    ],
    "account.end_other_sessions": [case(EVERYONE, 303)],
    "account.note_own_absence": [case(EVERYONE, 422)],
    "account.remove_own_absence": [
        case(EVERYONE, 303, number="own absence"),
        case(EVERYONE, 404, number="absence of that person"),
    ],
}

ADMINISTRATION: dict[str, list[Case]] = {
    "admin.people_index": [case(ADMINISTRATORS)],
    "admin.new_person": [case(ADMINISTRATORS)],
    "admin.invite": [case(ADMINISTRATORS, 422)],
    "admin.links": [case(ADMINISTRATORS)],
    "admin.person": [case(ADMINISTRATORS, public_id="person")],
    "admin.update_person": [case(ADMINISTRATORS, 422, public_id="person")],
    "admin.update_roles": [case(ADMINISTRATORS, 422, public_id="person")],
    "admin.deactivate_person": [
        case(ADMINISTRATORS, 303, public_id="person"),
        case(ADMINISTRATORS, 409, public_id="deactivated person"),
        case(ADMINISTRATORS, 409, public_id="holder of the sales seat"),
    ],
    "admin.reactivate_person": [
        case(ADMINISTRATORS, 303, public_id="deactivated person"),
        case(ADMINISTRATORS, 409, public_id="person"),
    ],
    "admin.make_link": [case(ADMINISTRATORS, 303, public_id="person")],
    "admin.end_sessions_of": [case(ADMINISTRATORS, 303, public_id="person")],
    "admin.note_absence_of": [case(ADMINISTRATORS, 422, public_id="person")],
    "admin.remove_absence_of": [
        case(ADMINISTRATORS, 303, public_id="person without access", number="absence of that person"),
        case(ADMINISTRATORS, 404, public_id="person", number="absence of that person"),
    ],
    "admin.team_index": [case(ADMINISTRATORS)],
    "admin.create_team": [case(ADMINISTRATORS, 422)],
    "admin.team": [case(ADMINISTRATORS, number="team")],
    "admin.update_team": [case(ADMINISTRATORS, 422, number="team")],
    "admin.seats_page": [case(EVERYONE)],
    "admin.programmes_page": [case(ADMINISTRATORS)],
    "admin.create_programme": [case(ADMINISTRATORS, 422)],
    "admin.rename_programme": [case(ADMINISTRATORS, 422)],
    "admin.update_seat": [case(ADMINISTRATORS, 422, side="side", sent={"sales-seat-title": ""})],
    "admin.name_deputy": [case(EVERYONE, 422, side="side")],
    "admin.put_next_in_line": [case(EVERYONE, 409, side="side", but={CRO: 303})],
    "admin.end_deputy": [case(EVERYONE, 409, number="deputy", but={CRO: 303})],
    "admin.announced": [case(frozenset({CMO, CRO, MANAGER}), refused=404)],
    "admin.note_read": [case(frozenset({CMO, CRO, MANAGER}), 303, refused=404, seq="seal")],
    "admin.settings": [case(ADMINISTRATORS)],
    "admin.update_organisation": [case(ADMINISTRATORS, 422)],
    "admin.update_mail_server": [case(ADMINISTRATORS, 422)],
    "admin.remove_mail_server": [case(ADMINISTRATORS, 409)],
    "admin.test_mail_server": [case(ADMINISTRATORS, 409)],
    "audit.trail": [case(ADMINISTRATORS)],
    "accounts.stages": [case(ADMINISTRATORS)],
    "accounts.add_stage": [case(ADMINISTRATORS, 422)],
    "accounts.edit_stage": [case(ADMINISTRATORS, stage_id="stage")],
    "accounts.change_stage": [case(ADMINISTRATORS, 422, stage_id="stage")],
    "accounts.rates": [case(ADMINISTRATORS)],
    "accounts.enter_rate": [case(ADMINISTRATORS, 422)],
}

ACCOUNTS: dict[str, list[Case]] = {
    "desk.accounts": [case(EVERYONE)],
    "desk.account": [case(EVERYONE, slug="account"), case(EVERYONE, slug="archived account")],
    "accounts.suggested": [case(EVERYONE)],
    "accounts.new": [case(EDITORS)],
    "accounts.create": [case(EDITORS, 422)],
    "accounts.edit": [case(EDITORS, slug="account")],
    "accounts.update": [case(EDITORS, 422, slug="account")],
    "accounts.leaving_alone": [case(EDITORS, slug="account")],
    "accounts.leave_alone": [case(EDITORS, 422, slug="account")],
    "accounts.approach_again": [case(EDITORS, 303, slug="account"), case(EDITORS, 409, slug="other account")],
    "accounts.archive": [case(EDITORS, 303, slug="account"), case(EDITORS, 409, slug="archived account")],
    "accounts.restore": [case(EDITORS, 303, slug="archived account"), case(EDITORS, 409, slug="account")],
    "accounts.assigning": [case(ASSIGNERS, slug="account")],
    "accounts.assign": [case(ASSIGNERS, 422, slug="account")],
    "accounts.end_assignment": [
        case(ASSIGNERS, 303, slug="account", member_id="team member"),
        case(ASSIGNERS, 404, slug="account", member_id="team member elsewhere"),
    ],
    "accounts.new_contact": [case(EDITORS, slug="account")],
    "accounts.add_contact": [case(EDITORS, 422, slug="account")],
    "accounts.edit_contact": [
        case(EDITORS, slug="account", public_id="contact"),
        case(EDITORS, 404, slug="account", public_id="contact elsewhere"),
    ],
    "accounts.update_contact": [
        case(EDITORS, 422, slug="account", public_id="contact"),
        case(EDITORS, 404, slug="account", public_id="contact elsewhere"),
    ],
    "accounts.archive_contact": [
        case(EDITORS, 303, slug="account", public_id="contact"),
        case(EDITORS, 404, slug="account", public_id="contact elsewhere"),
    ],
    "accounts.merge_contact": [
        case(EDITORS, 422, slug="account", public_id="contact"),
        case(EDITORS, 404, slug="account", public_id="contact elsewhere"),
    ],
    "accounts.split_contact": [
        case(EDITORS, 409, slug="account", public_id="contact"),
        case(EDITORS, 404, slug="account", public_id="contact elsewhere"),
    ],
    "accounts.restore_contact": [
        case(EDITORS, 303, slug="account", public_id="archived contact"),
        case(EDITORS, 404, slug="account", public_id="contact elsewhere"),
    ],
    "accounts.opportunities": [case(EVERYONE)],
    "accounts.new_opportunity": [case(EDITORS)],
    "accounts.create_opportunity": [case(EDITORS, 422)],
    "accounts.edit_opportunity": [case(EDITORS, public_id="deal")],
    "accounts.update_opportunity": [case(EDITORS, 422, public_id="deal")],
}

LOGGED_IT = frozenset({AE, MANAGER, REVOPS})  # Tomás, who sells in the team of Ines
LOGGED_THAT = frozenset({MARKETER, REVOPS})  # Priya, who is in no team

DESK: dict[str, list[Case]] = {
    "desk.home": [case(EVERYONE, but={AE: 302, SDR: 302})],
    "desk.today": [case(EVERYONE)],
    "desk.search": [case(EVERYONE), case(EVERYONE, sent={"q": "halden"})],
    "outbound.quick_log": [case(LOGGERS), case(LOGGERS, sent={"line": "halden call vm"})],
    "outbound.log_quickly": [case(LOGGERS, 422)],
    "outbound.touches": [case(EVERYONE, slug="account")],
    "outbound.new_touch": [case(LOGGERS, slug="account")],
    "outbound.log_touch": [case(LOGGERS, 422, slug="account")],
    "outbound.touch": [
        case(EVERYONE, slug="account", touch_id="touch of Tomás"),
        case(EVERYONE, 404, slug="account", touch_id="touch elsewhere"),
    ],
    "outbound.edit_touch": [
        case(LOGGED_IT, slug="account", touch_id="touch of Tomás"),
        case(LOGGED_THAT, slug="account", touch_id="touch of Priya"),
        case(EVERYONE, 404, slug="account", touch_id="touch elsewhere"),
    ],
    "outbound.correct_touch": [
        case(LOGGED_IT, 422, slug="account", touch_id="touch of Tomás"),
        case(LOGGED_THAT, 422, slug="account", touch_id="touch of Priya"),
        case(EVERYONE, 404, slug="account", touch_id="touch elsewhere"),
    ],
    "outbound.void_touch": [
        case(LOGGED_IT, 422, slug="account", touch_id="touch of Tomás"),
        case(LOGGED_THAT, 422, slug="account", touch_id="touch of Priya"),
        case(LOGGED_IT, 303, slug="account", touch_id="touch of Tomás", sent={"reason": "A test call"}),
        case(EVERYONE, 404, slug="account", touch_id="touch elsewhere"),
    ],
    "progress.current": [case(EVERYONE, 302)],
    "progress.week": [case(EVERYONE, week="week")],
    "progress.accounts": [case(EVERYONE, week="week")],
    "progress.accounts_file": [case(EVERYONE, week="week")],
}

FILES: dict[str, list[Case]] = {
    "imports.index": [case(ADMINISTRATORS)],
    "imports.new": [case(ADMINISTRATORS)],
    "imports.create": [case(ADMINISTRATORS, 422)],
    "imports.show": [case(ADMINISTRATORS, number="import")],
    "imports.choose": [case(ADMINISTRATORS, 303, number="import")],
    "imports.apply": [case(ADMINISTRATORS, 409, number="import")],  # which preview it confirms, the form has to say
    "imports.discard": [case(ADMINISTRATORS, 303, number="import")],
    "imports.take_back": [case(ADMINISTRATORS, 422, number="import")],
    "imports.bad_rows_file": [case(ADMINISTRATORS, number="import")],
}

SIGNERS = frozenset({CMO, CRO, MANAGER})  # both seats, and Ines as deputy
VERSION: Any = {"quarter": "quarter", "number": "version"}

LIST: dict[str, list[Case]] = {
    "targets.current": [case(EVERYONE, 302)],
    "targets.show": [case(EVERYONE, quarter="quarter"), case(EVERYONE, quarter="quarter without a list")],
    "targets.start": [
        case(LISTING, 409, quarter="quarter"),
        case(LISTING, 303, quarter="quarter without a list"),
    ],
    "targets.policy": [case(EVERYONE, quarter="quarter")],
    "targets.change_policy": [case(LISTING, 422, quarter="quarter")],
    "targets.waive": [case(SIGNERS, 422, quarter="quarter")],
    "desk.propose": [case(LISTING, 409, quarter="quarter")],
    "desk.draft_workload": [case(EVERYONE, quarter="quarter")],
    "desk.version_workload": [case(EVERYONE, **VERSION)],
    "desk.accept_workload": [case(SIGNERS, 422, quarter="quarter")],
    "targets.candidates": [case(EVERYONE, quarter="quarter")],
    "targets.enter": [case(LISTING, 422, quarter="quarter")],
    "targets.entry": [case(EVERYONE, **ENTRY)],
    "targets.place": [case(LISTING, 422, **ENTRY)],
    "targets.nominate": [case(NOMINATING, 422, **ENTRY)],
    "targets.assess": [case(ASSESSING, 422, **ENTRY)],
    "targets.decide": [case(LISTING, 422, quarter="quarter")],
    "targets.version": [case(EVERYONE, **VERSION)],
    "targets.diff": [case(EVERYONE, **VERSION), case(EVERYONE, sent={"from": "1"}, **VERSION)],
    "targets.sign": [case(SIGNERS, 422, **VERSION)],
    "desk.version_impact": [case(EVERYONE, **VERSION)],
    "desk.draft_impact": [case(EVERYONE, quarter="quarter")],
    "targets.withdraw_signature": [case(EVERYONE, 409, **VERSION)],
    "targets.withdraw": [case(LISTING, 403, but={MANAGER: 303}, **VERSION)],
    "targets.record": [case(EVERYONE, **VERSION)],
}

EXPECTED: dict[str, list[Case]] = (
    OUTSIDE
    | OWN
    | ADMINISTRATION
    | ACCOUNTS
    | DESK
    | FILES
    | LIST
    | BUILDING
    | OVER_TIME
    | DEFINITIONS
    | CAMPAIGNS
    | SPENDING
    | PROMISES
    | REVIEWS
)
