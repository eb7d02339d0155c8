"""What programs may ask: a campaign's plays, and to record one that happened. Every request brings a token."""

from __future__ import annotations

from typing import Any

from flask import Blueprint as PlainBlueprint
from flask import Response, abort, jsonify, request, url_for
from flask_smorest import Blueprint
from werkzeug.exceptions import HTTPException

from abm.api import problems
from abm.api.bearer import bearer, token
from abm.api.description import description
from abm.api.models import ApiAnswer, claim, keep_answer, says_the_same
from abm.api.problems import Fault, Refused
from abm.api.schemas import PlaysSchema, ProblemSchema, RecordedSchema, RecordSchema
from abm.api.telling import telling_of
from abm.campaigns.models import Campaign
from abm.campaigns.queries import campaign_by_slug
from abm.campaigns.recordable import Playable, playable
from abm.campaigns.recorded import PlayTold, campaign_of_play, plays_told
from abm.campaigns.recording import Recorded
from abm.kit import clock
from abm.kit.db import session
from abm.kit.rules import RuleBroken
from abm.kit.web import commit
from abm.outbound.recording import record_and_count
from abm.people.access import May, public
from abm.people.current import organisation
from abm.people.tokens import TokenScope

api = Blueprint("api", __name__, url_prefix="/api/v1", description="Plays of campaigns, and what happened.")
described = PlainBlueprint("api_description", __name__, url_prefix="/api/v1")

PROBLEM = {"schema": ProblemSchema, "content_type": "application/problem+json"}
KEY = "Idempotency-Key"
LONGEST_KEY = 200

api.register_error_handler(Refused, problems.refused)
api.register_error_handler(RuleBroken, problems.rule_broken)
api.register_error_handler(HTTPException, problems.http_error)
api.register_error_handler(Exception, problems.fault)


@described.get("/openapi.json")
@public
def openapi() -> Response:
    """The description of this API, for people and programs; it holds nothing of the company's."""
    return jsonify(description())


@api.route("/campaigns/<slug:slug>/plays", methods=["GET"])
@bearer(May.READ, TokenScope.READ)
@api.response(200, PlaysSchema)
@api.alt_response(401, **PROBLEM)
@api.alt_response(404, **PROBLEM)
def plays(slug: str) -> dict[str, Any]:
    """The plays of a campaign, with what is recorded of each."""
    campaign = campaign_by_slug(session(), slug) or abort(404)
    told = plays_told(session(), campaign, organisation().today())
    shown = [_play(one) for one in told]
    return {"campaign": campaign.slug, "name": campaign.name, "state": campaign.state.value, "plays": shown}


@api.route(
    "/plays/<public:play>/records",
    methods=["POST"],
    parameters=[
        {
            "in": "header",
            "name": KEY,
            "schema": {"type": "string", "maxLength": LONGEST_KEY},
            "description": "The same key again, within 24 hours: one effect and the same answer.",
        }
    ],
)
@bearer(May.RECORD_PLAYS, TokenScope.RECORD)
@api.arguments(RecordSchema)
@api.response(201, RecordedSchema)
@api.alt_response(401, **PROBLEM)
@api.alt_response(403, **PROBLEM)
@api.alt_response(404, **PROBLEM)
@api.alt_response(409, **PROBLEM)
@api.alt_response(429, **PROBLEM)
def record(asked: dict[str, Any], play: str) -> Response | tuple[dict[str, Any], int]:
    """Record that a play happened: one touch per account, and who responded. Twice is once."""
    answer, first = _claimed()
    if answer is not None and not first:
        return _as_before(answer)
    campaign, found = _play_or_404(play)
    telling = telling_of(session(), campaign, found, asked, token=token())
    got = record_and_count(campaign, telling, organisation=organisation(), by=token().user, at=clock.now())
    body: dict[str, Any] = RecordedSchema().dump(_recorded(campaign, found, asked, got))
    status = 201 if got.anything else 200
    if answer is not None:
        keep_answer(answer, status, body)
    commit()
    return jsonify(body), status  # type: ignore[return-value] # an answer with its status, as Flask takes it


def _claimed() -> tuple[ApiAnswer | None, bool]:
    """The row of the request's key, and whether it came for the first time."""
    key = request.headers.get(KEY, "").strip()
    if not key:
        return None, True
    if len(key) > LONGEST_KEY or not key.isprintable():
        raise Refused([Fault(KEY, f"The key has more than {LONGEST_KEY} characters or some that nobody sees.")])
    asked = request.path.encode() + b"\n" + request.get_data(cache=True)
    answer, first = claim(session(), token().user, key, asked, at=clock.now())
    if not says_the_same(answer, asked):
        raise Refused([Fault(KEY, "This key came with another request before.", "Send this one under a new key.")])
    return answer, first


def _as_before(answer: ApiAnswer) -> Response:
    body, status = dict(answer.body), answer.status
    session.rollback()
    response = jsonify(body)
    response.status_code = status
    response.headers["Idempotency-Replayed"] = "true"
    return response


def _play_or_404(public_id: str) -> tuple[Campaign, Playable]:
    campaign = campaign_of_play(session(), public_id)
    if campaign is None or public_id not in playable(campaign):
        abort(404)
    return campaign, playable(campaign)[public_id]


def _recorded(campaign: Campaign, play: Playable, asked: dict[str, Any], got: Recorded) -> dict[str, Any]:
    record_id = got.record.public_id if got.record is not None else None
    page = {"slug": campaign.slug, "record_id": record_id} if record_id else {"slug": campaign.slug}
    return {
        "record": record_id,
        "campaign": campaign.slug,
        "play": play.play,
        "day": asked["day"],
        "accounts": len(got.accounts),
        "known_accounts": got.known,
        "responses": got.reactions,
        "known_responses": got.known_reactions,
        "url": url_for("recording.show" if record_id else "recording.index", **page, _external=True),
    }


def _play(one: PlayTold) -> dict[str, Any]:
    records = [
        {
            "record": row.public_id,
            "day": row.day,
            "accounts": row.accounts,
            "responses": row.responses,
            "source": row.source.value,
            "recorded_by": row.recorded_by.name,
            "recorded_at": row.recorded_at,
            "voided_at": row.voided_at,
        }
        for row in one.records
    ]
    play = {"play": one.play.play, "what": one.play.what, "channel": one.play.channel.value, "day": one.play.day}
    counts = {"status": one.status.value, "accounts": one.accounts, "responses": one.responses}
    return {**play, **counts, "records": records}
