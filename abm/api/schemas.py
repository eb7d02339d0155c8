"""What requests and answers look like; the description of the API is made from these."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from abm.campaigns.recorded import PlayStatus

MOST = 5_000  # accounts or responses of one request


def _said(words: str) -> dict[str, object]:
    return {"description": words}


class ResponseSchema(Schema):
    """That somebody responded."""

    account = fields.String(
        required=True,
        validate=validate.Length(1, 400),
        metadata=_said("Public id, slug, id in another system, domain or name."),
    )
    kind = fields.String(
        required=True,
        validate=validate.Length(1, 40),
        metadata=_said("Channel and outcome, such as `email/replied` or `webinar/attended`."),
    )
    contact = fields.String(
        load_default="", validate=validate.Length(max=254), metadata=_said("E-mail address, name or public id.")
    )
    day = fields.Date(load_default=None, allow_none=True, metadata=_said("By default the day of the play."))


class RecordSchema(Schema):
    """That a play happened."""

    day = fields.Date(required=True, metadata=_said("When it happened, in the organisation's time zone."))
    all_accounts = fields.Boolean(
        load_default=False, metadata=_said("For every account that the campaign worked on that day.")
    )
    accounts = fields.List(
        fields.String(validate=validate.Length(1, 400)),
        load_default=list,
        validate=validate.Length(max=MOST),
        metadata=_said("Each by public id, slug, id in another system, domain or name. Together or not at all."),
    )
    outcome = fields.String(
        load_default="", validate=validate.Length(max=40), metadata=_said("What we did; by default what is usual.")
    )
    note = fields.String(load_default="", validate=validate.Length(max=10_000))
    responses = fields.List(fields.Nested(ResponseSchema), load_default=list, validate=validate.Length(max=MOST))


class RecordedSchema(Schema):
    """What was recorded now, and what had been before."""

    record = fields.String(allow_none=True, metadata=_said("Public id of the record."))
    campaign = fields.String(metadata=_said("Slug of the campaign."))
    play = fields.String()
    day = fields.Date()
    accounts = fields.Integer(metadata=_said("Accounts that got their touch now."))
    known_accounts = fields.Integer(metadata=_said("Accounts that had it already."))
    responses = fields.Integer()
    known_responses = fields.Integer()
    url = fields.String(metadata=_said("The page of the record."))


class PlayRecordSchema(Schema):
    """One record of a play."""

    record = fields.String()
    day = fields.Date()
    accounts = fields.Integer()
    responses = fields.Integer()
    source = fields.String(validate=validate.OneOf(["form", "csv", "api"]))
    recorded_by = fields.String()
    recorded_at = fields.AwareDateTime()
    voided_at = fields.AwareDateTime(allow_none=True)


class PlaySchema(Schema):
    """A play of a campaign."""

    play = fields.String(metadata=_said("Public id: the address of its records."))
    what = fields.String()
    channel = fields.String()
    day = fields.Date()
    status = fields.String(validate=validate.OneOf([status.value for status in PlayStatus]))
    accounts = fields.Integer(metadata=_said("Accounts that it is recorded for."))
    responses = fields.Integer()
    records = fields.List(fields.Nested(PlayRecordSchema))


class PlaysSchema(Schema):
    """The plays of a campaign, day by day."""

    campaign = fields.String()
    name = fields.String()
    state = fields.String()
    plays = fields.List(fields.Nested(PlaySchema))


class FaultSchema(Schema):
    """One thing that is wrong."""

    field = fields.String(metadata=_said("Where in the request, such as `responses/2/account`."))
    cause = fields.String()
    mend = fields.String()


class ProblemSchema(Schema):
    """RFC 9457."""

    type = fields.String()
    title = fields.String()
    status = fields.Integer()
    detail = fields.String()
    errors = fields.List(fields.Nested(FaultSchema))
