"""The page of one entry: both sides' words, what Marketing needs to judge it, comments, and where it is placed."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from abm.accounts.models import Account
from abm.kit import clock
from abm.kit.db import session
from abm.kit.web import Answer, page
from abm.people.current import organisation
from abm.people.models import User
from abm.targets.addresses import back_to, place_kept
from abm.targets.builder_forms import CommentForm
from abm.targets.comments import CommentMention, EntryComment
from abm.targets.entries import Assessment, Entry, Nomination
from abm.targets.fit import AccountFacts, FitScore, explain, fact_columns, fit_in_force
from abm.targets.forms import AssessmentForm, NominationForm, PlaceForm
from abm.targets.loading import goes_on_with, rights_on
from abm.targets.mentions import colleagues
from abm.targets.reach import reach_of


def entry_page(found: Entry, status: int = 200, **forms: object) -> Answer:
    """One entry as it stands, with whatever form did not pass."""
    target_list = found.target_list
    wanted = {policy.tier: policy.terms.roles_wanted for policy in target_list.policies}
    people = colleagues(session())
    over = goes_on_with(target_list.quarter, clock.now())
    values: dict[str, object] = {
        "over": over,
        "rights": rights_on(over),
        "entry": found,
        "list": target_list,
        "where": {**target_list.address, **place_kept(), "public_id": found.public_id},
        "back": back_to(target_list, found.public_id),
        "place": PlaceForm.showing(found, aes=[one for one in people if one.sells]),
        "nomination": NominationForm(formdata=None),
        "assessment": AssessmentForm(formdata=None),
        "nominations": _words(Nomination, found),
        "assessments": _words(Assessment, found),
        "comments": _comments(found),
        "comment": CommentForm(formdata=None, people=people),
        "reach": reach_of(session(), found.account_id),
        "roles_wanted": wanted.get(found.tier or 0),
        "fit": _fit(found),
        "today": organisation().today(),
    }
    return page("targets/entry.html", status, **{**values, **forms})


def _fit(found: Entry) -> FitScore | None:
    """How well the account fits what both seats signed; None while there is no fit definition. Two queries."""
    criteria, agreed = fit_in_force(session(), clock.now())
    if agreed is None:
        return None
    facts = session.execute(select(*fact_columns()).where(Account.id == found.account_id)).one()
    return explain(criteria, AccountFacts(*facts))


def _words(kind: type[Nomination | Assessment], found: Entry) -> list[Nomination | Assessment]:
    """Each person's latest word, and the earlier ones, newest first."""
    query = select(kind).where(kind.entry_id == found.id).order_by(kind.id.desc())
    return list(session.scalars(query.options(joinedload(kind.by).lazyload(User.grants))))


def _comments(found: Entry) -> list[EntryComment]:
    asked = joinedload(EntryComment.mentions).joinedload(CommentMention.user).lazyload(User.grants)
    said_by = joinedload(EntryComment.by).lazyload(User.grants)
    query = select(EntryComment).where(EntryComment.entry_id == found.id).order_by(EntryComment.id)
    return list(session.scalars(query.options(asked, said_by)).unique())
