"""The form for a touch with the choices that an account and a person give it; it stands wherever touches are logged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from abm.accounts.models import Account, Contact, add_contact
from abm.campaigns.at_work import refuse_held_out, sentence_of
from abm.campaigns.models import Campaign
from abm.campaigns.queries import held_out_on, live_on
from abm.kit import clock
from abm.kit.base import session_of
from abm.kit.rules import require
from abm.kit.text import paragraphs
from abm.outbound.forms import CorrectionForm, HappenedForm, LogForm, TouchForm, listed, outcome_choices
from abm.people.models import Organisation, User
from abm.touches.kinds import Channel, TouchSide
from abm.touches.logging import TouchFacts
from abm.touches.models import Touch, hold_account
from abm.touches.outcomes import OUTCOMES, OutcomeRule
from abm.touches.sides import sides_of

QUICK = (Channel.CALL, Channel.EMAIL, Channel.SOCIAL, Channel.MEETING)  # keys c, e, l (as in LinkedIn) and m
FREQUENT = (
    (Channel.CALL, "connected"),
    (Channel.CALL, "voicemail"),
    (Channel.CALL, "no answer"),
    (Channel.EMAIL, "sent"),
    (Channel.SOCIAL, "sent"),
    (Channel.MEETING, "held"),
)


@dataclass(frozen=True)
class TouchSheet:
    """A form, and the rows that its choices stand for."""

    form: TouchForm
    account: Account
    sides: tuple[TouchSide, ...]
    contacts: Sequence[Contact]
    campaigns: Sequence[Campaign]

    @property
    def frequent(self) -> list[tuple[Channel, str, OutcomeRule]]:
        """What is logged most, for one tap on a phone."""
        return [(channel, outcome, OUTCOMES[channel][outcome]) for channel, outcome in FREQUENT]

    def facts(self, organisation: Organisation, *, by: User, at: datetime) -> TouchFacts:
        """What the form says, once it has been validated; somebody who is new here is added as a contact.

        Raises RuleBroken where its campaign held the account out, and for an address that is none.
        """
        form = self.form
        channel, outcome = form.kind
        campaign = next((one for one in self.campaigns if one.slug == form.campaign.data), None)
        when = form.moment(organisation.time_zone)
        if campaign is not None:
            refuse_held_out(session_of(self.account), campaign, [self.account.id], when)
        return TouchFacts(
            side=form.side.data if len(self.sides) > 1 else self.sides[0],
            direction=form.direction,
            channel=channel,
            outcome=outcome,
            when=when,
            contact=self._with_whom(by, at),
            campaign=campaign,
            note=paragraphs(form.note.data or ""),
        )

    def _with_whom(self, by: User, at: datetime) -> Contact | None:
        """The contact who was chosen or written. Whoever is here already is not added twice."""
        form, name = self.form, self.form.new_name.data
        if not name:
            return next((one for one in self.contacts if one.public_id == form.contact.data), None)
        session = hold_account(self.account)
        session.refresh(self.account, ["contacts"])
        title, email = form.new_title.data or "", form.new_email.data or None
        known = _known(self.account, name, email)
        if known is None:
            return add_contact(self.account, name=name, title=title, email=email, by=by, at=at)
        known.change(by=by, at=at, title=known.title or title, email=known.email or email)
        return known


def _known(account: Account, name: str, email: str | None) -> Contact | None:
    """Who of an account's people is meant, those included who are archived or merged: an address tells, else the name.

    Raises RuleBroken where it may be any of several, or somebody whose address is another one.
    """
    people = [one for one in account.contacts if email and one.email == email]
    if not people:
        named = [one for one in account.contacts if one.name.casefold() == name.casefold()]
        people = [one for one in named if not email or not one.standing.email]
        other = f"{name} is here under another address. Leave the address out if it is the same person."
        require(people or not named, f"{other} Else add a contact first, then choose them.", field="email")
    known = list(dict.fromkeys(one.standing for one in people))
    known = [one for one in known if one.archived_at is None] or known
    if len(known) > 1:
        known = [one for one in known if email and one.name.casefold() == name.casefold()]
        several = f"Several people here may be {name}. Choose one of the list, or write the address."
        require(len(known) == 1, several, field="name")
    return known[0] if known else None


def log_sheet(
    session: Session,
    account: Account,
    *,
    by: User,
    organisation: Organisation,
    at: datetime,
    place: str = "page",
    channel: Channel | None = None,
    fresh: bool = False,
) -> TouchSheet:
    """The form as it was sent (`fresh` forgets that), else set to this moment; with a channel, to its first outcome."""
    now = clock.local(at, organisation.time_zone).replace(tzinfo=None)
    form = LogForm(when=now, place=place, **({"formdata": None} if fresh else {}))
    shown = fresh or not form.is_submitted()  # what was sent without naming one needs none to choose from
    campaigns = live_on(session, account.id, at) if shown or form.campaign.data else []
    sheet = _sheet(
        form, account, sides_of(by), campaigns, contacts=shown or bool(form.contact.data or form.new_name.data)
    )
    _explain_hold_outs(session, sheet, at)
    if channel is not None and not form.is_submitted():
        form.what.data = next(choice.value for choice in outcome_choices() if choice.value.startswith(f"{channel}/"))
    return sheet


def correction_sheet(session: Session, touch: Touch, *, organisation: Organisation, at: datetime) -> TouchSheet:
    """The form with what a touch says now. A campaign that has ended and a contact who has left stay to choose from."""
    form = CorrectionForm(
        side=touch.side,
        what=f"{touch.channel}/{touch.outcome}",
        inbound=touch.direction.value == "inbound",
        when=clock.local(touch.at, organisation.time_zone).replace(tzinfo=None),
        contact=touch.contact.standing.public_id if touch.contact else "",
        note=touch.note,
        revision=touch.revision,
    )
    campaigns = live_on(session, touch.account_id, at)
    own = session.get(Campaign, touch.campaign_id) if touch.campaign_id else None
    if own is not None and own not in campaigns:
        campaigns.append(own)
    if own is not None and not form.is_submitted():
        form.campaign.data = own.slug
    sides = tuple(TouchSide) if touch.side is TouchSide.PARTNER else (TouchSide.SALES, TouchSide.MARKETING)
    sheet = _sheet(form, touch.account, sides, campaigns, also=touch.contact.standing if touch.contact else None)
    _explain_hold_outs(session, sheet, at)
    return sheet


def _explain_hold_outs(session: Session, sheet: TouchSheet, at: datetime) -> None:
    """Where a campaign was sent that holds the account out, say that instead of that it is not on the list."""
    field, offered = sheet.form.campaign, {one.slug for one in sheet.campaigns}
    if field.data and field.data not in offered:
        for one in held_out_on(session, sheet.account.id, at):
            if one.slug == field.data:
                field.invalid_choice_message = sentence_of([sheet.account.name], one.name)


def with_choices(session: Session, sheet: TouchSheet, at: datetime) -> TouchSheet:
    """The sheet with everything that there is to choose from, to be shown again."""
    return _offered(sheet.form, sheet.account, sheet.sides, live_on(session, sheet.account.id, at), contacts=True)


def _sheet(
    form: TouchForm,
    account: Account,
    sides: tuple[TouchSide, ...],
    campaigns: Sequence[Campaign],
    *,
    contacts: bool = True,
    also: Contact | None = None,
) -> TouchSheet:
    set_sides(form, sides)
    return _offered(form, account, sides, campaigns, contacts=contacts, also=also)


def _offered(
    form: TouchForm,
    account: Account,
    sides: tuple[TouchSide, ...],
    campaigns: Sequence[Campaign],
    *,
    contacts: bool,
    also: Contact | None = None,
) -> TouchSheet:
    known = [one for one in account.contacts if one.archived_at is None or one is also] if contacts else []
    form.what.choices = [*listed([("", "Choose …")]), *outcome_choices()]
    people = ((one.public_id, f"{one.name}, {one.title}" if one.title else one.name) for one in known)
    form.contact.choices = listed([("", "Nobody in particular"), *people])
    form.campaign.choices = listed([("", "None"), *((one.slug, one.name) for one in campaigns)])
    return TouchSheet(form, account, sides, known, campaigns)


def set_sides(form: HappenedForm, sides: Sequence[TouchSide]) -> None:
    """Only who works for both sides is asked for which one it is."""
    if len(sides) == 1:
        del form.side
    else:
        form.side.choices = listed((side.value, side.label) for side in sides)
        form.side.data = form.side.data or sides[0]


def quick_outcomes() -> dict[Channel, list[tuple[str, OutcomeRule]]]:
    """What the quick log of Today offers: the channels that have a key, each outcome with its letter."""
    return {channel: list(OUTCOMES[channel].items()) for channel in QUICK}
