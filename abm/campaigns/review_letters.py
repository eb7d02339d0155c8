"""Letters about the review of a plan, to those whom it concerns, in the transaction of the step.

What a letter says stands in `templates/campaigns/letters`. Nobody is written to about their own act.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select

from abm.agreement.models import Version
from abm.campaigns.errata import Erratum
from abm.campaigns.models import Campaign
from abm.campaigns.review_reminding import ReminderCause, awaited
from abm.campaigns.reviewing import PlanReview, ReviewAsk, due_on
from abm.kit.base import session_of
from abm.people.letters import page_in_letters, tell
from abm.people.models import Organisation, User


def tell_submitted(campaign: Campaign, version: Version, *, organisation: Organisation, by: User, at: datetime) -> None:
    """Who is asked to approve, and the AEs whose accounts it works, with the day by which Sales looks."""
    session, day = session_of(campaign), organisation.today(at)
    people = {user.id: user for one in awaited(campaign, version, day) for user in one.acting}
    asks = {one.user_id: one for one in session.scalars(select(ReviewAsk).where(ReviewAsk.version_id == version.id))}
    values = {"version": version, "due": due_on(day)}
    _write(campaign, "submitted", people.values(), by=by, at=at, **values, accounts=0)
    for user_id, ask in asks.items():
        if user_id not in people:
            _write(campaign, "submitted", [ask.user], by=by, at=at, **values, accounts=ask.accounts)


def tell_reviewed(campaign: Campaign, review: PlanReview, *, complete: bool, at: datetime) -> None:
    """The campaign's owner hears what a reviewer said."""
    values = {"review": review, "complete": complete}
    _write(campaign, "reviewed", [campaign.owner], by=review.by, at=at, **values)


def tell_reminded(campaign: Campaign, people: Iterable[User], cause: ReminderCause, *, at: datetime) -> None:
    """A review is due, late, or asked for again."""
    version = campaign.document.open_version
    if version is not None:
        organisation = session_of(campaign).get_one(Organisation, 1)
        due = due_on(organisation.today(version.proposed_at))
        _write(campaign, "reminded", people, by=None, at=at, version=version, due=due, cause=cause.value)


def tell_erratum(campaign: Campaign, erratum: Erratum, *, at: datetime) -> None:
    """Who approved the version, or is asked to, learns of a correction beside it, and how to object."""
    version, day = erratum.version, session_of(campaign).get_one(Organisation, 1).today(at)
    people = {signature.person.id: signature.person for signature in version.valid_signatures()}
    people |= {user.id: user for one in awaited(campaign, version, day) for user in one.acting}
    values = {"erratum": erratum, "version": version}
    _write(campaign, "erratum", people.values(), by=erratum.by, at=at, **values)


def _write(
    campaign: Campaign, name: str, people: Iterable[User], *, by: User | None, at: datetime, **values: object
) -> None:
    """About a campaign's review, to everybody but who did it."""
    link = page_in_letters("campaigns.review", slug=campaign.slug)
    known = {"campaign": campaign} | values
    tell(session_of(campaign), f"campaigns/letters/{name}.txt", people, link=link, by=by, at=at, **known)
