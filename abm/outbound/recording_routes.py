"""A campaign's plays as facts: what happened, the form that records it, its correction and voiding."""

from __future__ import annotations

from flask import Blueprint, abort, request, url_for

from abm.campaigns.models import Campaign
from abm.campaigns.play_records import PlayRecord
from abm.campaigns.queries import campaign_by_slug
from abm.campaigns.recordable import Playable, playable
from abm.campaigns.recorded import plays_told, record_by_public_id
from abm.campaigns.recording import Recorded
from abm.kit import clock
from abm.kit.db import session
from abm.kit.receipts import once
from abm.kit.rules import RuleBroken
from abm.kit.web import Answer, commit, done, page
from abm.outbound.recording import correct_and_count, record_and_count, void_and_count
from abm.outbound.recording_forms import CorrectionForm, ReactionsForm, RecordForm, VoidRecordForm
from abm.outbound.recording_sheet import Sheet, correction_sheet, new_sheet, record_page, say, told_by
from abm.people.access import May, me, needs
from abm.people.current import organisation

recording = Blueprint("recording", __name__)


@recording.get("/campaigns/<slug:slug>/records")
@needs(May.READ)
def index(slug: str) -> Answer:
    """Every play with what is recorded of it, and what is not."""
    campaign = _campaign(slug)
    told = plays_told(session(), campaign, organisation().today())
    return page("records/index.html", campaign=campaign, told=told, today=organisation().today())


@recording.get("/campaigns/<slug:slug>/plays/<public:public_id>/records/new")
@needs(May.RECORD_PLAYS)
def new(slug: str, public_id: str) -> Answer:
    """The form, with all accounts that the campaign worked on the day of the play."""
    campaign, play = _play(slug, public_id)
    return _form_page(new_sheet(session(), campaign, play, today=organisation().today()))


@recording.post("/campaigns/<slug:slug>/plays/<public:public_id>/records")
@needs(May.RECORD_PLAYS)
@once
def create(slug: str, public_id: str) -> Answer:
    """Record the play; or only look the accounts of another day, or of a search, up."""
    campaign, play = _play(slug, public_id)
    sheet = Sheet.sent(session(), campaign, play, RecordForm())
    if not sheet.to_save(request.form):
        return _form_page(sheet, 200 if sheet.looked else 422)
    try:
        told = told_by(session(), sheet)
        got = record_and_count(campaign, told, organisation=organisation(), by=me(), at=clock.now())
    except RuleBroken as broken:
        session.rollback()
        say(sheet, broken)
        return _form_page(sheet, 409)
    location = _after(campaign, got)
    commit(location)
    return done(location, message=_words(play, got))


@recording.get("/campaigns/<slug:slug>/records/<public:record_id>")
@needs(May.READ)
def show(slug: str, record_id: str) -> Answer:
    """One record: its accounts, who responded, and what became of it."""
    return record_page(_record(slug, record_id), VoidRecordForm(formdata=None), None)


@recording.post("/campaigns/<slug:slug>/records/<public:record_id>/responses")
@needs(May.RECORD_PLAYS)
@once
def add_responses(slug: str, record_id: str) -> Answer:
    """Say who responded since."""
    row = _record(slug, record_id)
    sheet = Sheet.of_record(row, ReactionsForm())
    if not sheet.to_save(request.form):
        return record_page(row, VoidRecordForm(formdata=None), sheet, 200 if sheet.looked else 422)
    try:
        told = told_by(session(), sheet)
        got = record_and_count(row.campaign, told, organisation=organisation(), by=me(), at=clock.now())
    except RuleBroken as broken:
        session.rollback()
        say(sheet, broken)
        return record_page(_record(slug, record_id), VoidRecordForm(formdata=None), sheet, 409)
    location = _after(row.campaign, got)
    commit(location)
    return done(location, message=_words(sheet.play, got))


@recording.get("/campaigns/<slug:slug>/records/<public:record_id>/edit")
@needs(May.RECORD_PLAYS)
def edit(slug: str, record_id: str) -> Answer:
    """The form with what the record says."""
    return _form_page(correction_sheet(session(), _record(slug, record_id)))


@recording.post("/campaigns/<slug:slug>/records/<public:record_id>/corrections")
@needs(May.RECORD_PLAYS)
@once
def correct(slug: str, record_id: str) -> Answer:
    """Replace a record by what was really so."""
    row = _record(slug, record_id)
    sheet = Sheet.sent(session(), row.campaign, _play_of(row), CorrectionForm(), row)
    if not sheet.to_save(request.form):
        return _form_page(sheet, 200 if sheet.looked else 422)
    try:
        told, reason = told_by(session(), sheet), sheet.form["reason"].data or ""
        got = correct_and_count(row, told, reason=reason, organisation=organisation(), by=me(), at=clock.now())
    except RuleBroken as broken:
        session.rollback()
        say(sheet, broken)
        return _form_page(sheet, 409)
    location = _after(row.campaign, got)
    commit(location)
    return done(location, message="Corrected. What was recorded before stays in the history.")


@recording.post("/campaigns/<slug:slug>/records/<public:record_id>/voidings")
@needs(May.RECORD_PLAYS)
def void(slug: str, record_id: str) -> Answer:
    """Take a record out of every count, with the reason."""
    row, form = _record(slug, record_id), VoidRecordForm()
    if not form.validate_on_submit():
        return record_page(row, form, None, 422)
    void_and_count(row, reason=form.reason.data or "", organisation=organisation(), by=me(), at=clock.now())
    commit()
    return done(_address(row), message="Voided. Nothing of it counts any more.")


def _form_page(sheet: Sheet, status: int = 200) -> Answer:
    return page("records/form.html", status, sheet=sheet, campaign=sheet.campaign, form=sheet.form, play=sheet.play)


def _after(campaign: Campaign, got: Recorded) -> str:
    return _address(got.record) if got.record is not None else url_for("recording.index", slug=campaign.slug)


def _address(row: PlayRecord) -> str:
    return url_for("recording.show", slug=row.campaign.slug, record_id=row.public_id)


def _words(play: Playable, got: Recorded) -> str:
    """What was recorded now, and what had been before."""
    counted = [(len(got.accounts), "account"), (got.reactions, "response")]
    now = " and ".join(f"{count} {word}{'s' * (count != 1)}" for count, word in counted if count)
    before = got.known + got.known_reactions
    if not now:
        return f"“{play.what}” was recorded so before: nothing is counted twice."
    return f"“{play.what}” is recorded: {now}." + (f" {before} were recorded before." if before else "")


def _campaign(slug: str) -> Campaign:
    return campaign_by_slug(session(), slug) or abort(404)


def _play(slug: str, public_id: str) -> tuple[Campaign, Playable]:
    campaign = _campaign(slug)
    return campaign, playable(campaign).get(public_id) or abort(404)


def _play_of(row: PlayRecord) -> Playable:
    return Playable(row.play, row.channel, row.what, row.day)


def _record(slug: str, record_id: str) -> PlayRecord:
    return record_by_public_id(session(), _campaign(slug).id, record_id) or abort(404)
