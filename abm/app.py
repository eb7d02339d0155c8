"""The factory: one Flask app from its settings. The only importer of routes; it touches no database."""

from __future__ import annotations

import secrets

from flask import Flask, Response
from flask_compress import Compress

from abm.accounts import deal_routes, people_routes, process_routes
from abm.accounts.routes import accounts
from abm.api.description import init_api
from abm.api.routes import api, described
from abm.audit.models import request_id
from abm.campaigns import play_routes, remark_routes, review_routes, starting_routes, template_routes
from abm.campaigns.routes import campaigns
from abm.definitions import version_routes as definition_version_routes
from abm.definitions.routes import definitions
from abm.desk import (
    account_lists_routes,
    accounts_routes,
    calendar_routes,
    feed_routes,
    impact_routes,
    workload_routes,
)
from abm.desk.first_run_routes import first_run
from abm.desk.navigation import init_navigation
from abm.desk.routes import desk
from abm.imports.play_file_routes import play_files
from abm.imports.routes import imports
from abm.kit.assets import init_assets
from abm.kit.config import Config
from abm.kit.converters import init_converters
from abm.kit.db import init_database
from abm.kit.errors import init_errors
from abm.kit.filters import init_filters
from abm.kit.health import health
from abm.kit.keys import install
from abm.kit.requests import CleanRequest
from abm.kit.resources import folder
from abm.kit.security import init_security
from abm.kit.theme import init_theme
from abm.kit.web import htmx
from abm.outbound import (
    commitment_routes,
    handing_over_routes,
    judgement_routes,
    meeting_routes,
    quick_log_routes,
    today_routes,
    touch_routes,
)
from abm.outbound import (
    team_routes as outbound_team_routes,
)
from abm.outbound.launch_routes import launching
from abm.outbound.recording_routes import recording
from abm.outbound.routes import outbound
from abm.people import programme_routes, seat_routes, settings_routes, team_routes, token_routes
from abm.people.account_routes import account
from abm.people.admin_routes import admin
from abm.people.audit_routes import audit
from abm.people.current import init_programmes
from abm.people.routes import people
from abm.people.signing_in import init_sign_in
from abm.progress import close_routes
from abm.progress.routes import progress
from abm.results.routes import results
from abm.rhythm import bet_routes, rhythm_routes
from abm.rhythm.review_routes import rhythm
from abm.spend import campaign_routes as spend_campaign_routes
from abm.spend import file_routes as spend_file_routes
from abm.spend.routes import spend
from abm.stages.routes import stages
from abm.targets import (
    cell_routes,
    comment_routes,
    entry_routes,
    export_routes,
    looking_back_routes,
    paste_routes,
    rollover_routes,
    version_routes,
    view_routes,
    voice_routes,
)
from abm.targets.routes import targets

# Importing these is what adds their routes to a blueprint of their domain.
MORE_ROUTES = (
    deal_routes,
    people_routes,
    process_routes,
    account_lists_routes,
    accounts_routes,
    calendar_routes,
    feed_routes,
    impact_routes,
    workload_routes,
    programme_routes,
    seat_routes,
    settings_routes,
    team_routes,
    token_routes,
    commitment_routes,
    handing_over_routes,
    judgement_routes,
    meeting_routes,
    today_routes,
    touch_routes,
    quick_log_routes,
    outbound_team_routes,
)
# Views of a blueprint that has more than one file: importing them is what registers them.
FURTHER_VIEWS = (
    close_routes,
    definition_version_routes,
    entry_routes,
    cell_routes,
    comment_routes,
    export_routes,
    looking_back_routes,
    paste_routes,
    play_routes,
    bet_routes,
    remark_routes,
    review_routes,
    rhythm_routes,
    rollover_routes,
    spend_campaign_routes,
    spend_file_routes,
    starting_routes,
    template_routes,
    version_routes,
    view_routes,
    voice_routes,
)

BLUEPRINTS = (
    health,
    first_run,
    people,
    account,
    admin,
    audit,
    accounts,
    definitions,
    targets,
    campaigns,
    launching,
    recording,
    outbound,
    progress,
    rhythm,
    imports,
    spend,
    results,
    stages,
    play_files,
    desk,
    described,
)


def create_app(config: Config | None = None) -> Flask:
    """Build the app. Raises BadSetting where a setting makes no sense."""
    config = config or Config.load()
    install(config.secret_key)
    app = Flask(__name__, template_folder=str(folder("templates")), static_folder=None)
    app.request_class = CleanRequest
    app.config.update(TESTING=config.testing, ABM=config)
    app.url_map.strict_slashes = False
    init_converters(app)
    app.before_request(_name_request)
    init_database(app, config)
    init_security(app, config)
    init_sign_in(app)
    init_errors(app)
    init_filters(app)
    init_assets(app)
    init_theme(app)
    init_navigation(app)
    init_programmes(app)
    htmx.init_app(app)
    Compress(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    init_api(app, api)
    if config.demo:
        from abm.demo.routes import init_demonstration  # noqa: PLC0415 a production start never loads it

        init_demonstration(app)
    app.after_request(_tell_request_id)
    return app


def _name_request() -> None:
    request_id.set(secrets.token_hex(8))


def _tell_request_id(response: Response) -> Response:
    response.headers["X-Request-ID"] = request_id.get()
    return response
