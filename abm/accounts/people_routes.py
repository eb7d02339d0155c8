"""The people of an account: who of ours works it, and who of theirs we know."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from flask import abort, url_for
from werkzeug.wrappers import Response

from abm.accounts.fields import Difference, take_refusal
from abm.accounts.forms import AssignmentForm, ContactForm, MergeForm
from abm.accounts.merging import alike, merge_contacts, merged_into
from abm.accounts.merging import split_contact as take_apart
from abm.accounts.models import Account, Contact, TeamFunction, add_contact
from abm.accounts.queries import active_people, contact_by_id
from abm.accounts.routes import accounts, address_of, found
from abm.kit import clock
from abm.kit.db import session
from abm.kit.forms import show_refusal
from abm.kit.receipts import once
from abm.kit.rules import RuleBroken
from abm.kit.web import Answer, commit, done, page
from abm.people.access import May, me, needs
from abm.people.current import organisation


@accounts.get("/accounts/<slug:slug>/assignments/new")
@needs(May.ASSIGN_ACCOUNTS)
def assigning(slug: str) -> Answer:
    """The form that says who works the account from a day on."""
    form = _assignment_form(AssignmentForm(formdata=None, first_day=organisation().today()))
    return page("accounts/assign.html", account=found(slug), form=form)


@accounts.post("/accounts/<slug:slug>/assignments")
@needs(May.ASSIGN_ACCOUNTS)
def assign(slug: str) -> Answer:
    """Put somebody on the team; a new AE ends the former one's time."""
    account = found(slug, for_change=True)
    form = _assignment_form(AssignmentForm())
    if not form.validate():
        return page("accounts/assign.html", 422, account=account, form=form)
    person = next(user for user in active_people(session()) if user.public_id == form.user.data)
    function, day = TeamFunction(form.function.data), form.first_day.data or organisation().today()
    try:
        account.assign(person, function=function, first_day=day, by=me(), at=clock.now())
    except RuleBroken as refusal:
        session.rollback()
        show_refusal(form, refusal)
        return page("accounts/assign.html", 409, account=account, form=form)
    commit()
    message = f"{person.name} works {account.name} as {function.label} from {day:%-d %b %Y}."
    return done(address_of(account), message=message)


@accounts.post("/accounts/<slug:slug>/assignments/<number:member_id>/endings")
@needs(May.ASSIGN_ACCOUNTS)
def end_assignment(slug: str, member_id: int) -> Response:
    """Let somebody's time on the team end today."""
    account = found(slug, for_change=True)
    member = next((one for one in account.team if one.id == member_id), None) or abort(404)
    member.end(organisation().today(), by=me(), at=clock.now())
    commit()
    return done(address_of(account), message=f"Today is {member.user.name}'s last day on {account.name}.")


@accounts.get("/accounts/<slug:slug>/contacts/new")
@needs(May.EDIT_ACCOUNTS)
def new_contact(slug: str) -> Answer:
    """The form of a person who is not there yet."""
    return page("accounts/contact.html", account=found(slug), contact=None, form=ContactForm(formdata=None))


@accounts.post("/accounts/<slug:slug>/contacts", endpoint="add_contact")
@needs(May.EDIT_ACCOUNTS)
@once
def add_contact_to(slug: str) -> Answer:
    """Add a person to an account."""
    account = found(slug)
    form = ContactForm()
    if not form.validate():
        return page("accounts/contact.html", 422, account=account, contact=None, form=form)
    try:
        contact = add_contact(account, by=me(), at=clock.now(), **form.facts())
        _set_opt_outs(contact, form, at=clock.now())
    except RuleBroken as refusal:
        session.rollback()
        show_refusal(form, refusal)
        return page("accounts/contact.html", 409, account=account, contact=None, form=form)
    commit(address_of(account))
    return done(address_of(account), message=f"{contact.name} is added.")


@accounts.get("/accounts/<slug:slug>/contacts/<public:public_id>/edit")
@needs(May.EDIT_ACCOUNTS)
def edit_contact(slug: str, public_id: str) -> Answer:
    """The form of a person as they stand."""
    account = found(slug)
    contact = _contact(account, public_id)
    if contact.merged_into is not None:
        return done(_edit_address(account, contact.merged_into))
    return _contact_page(account, contact, ContactForm.showing(contact))


@accounts.post("/accounts/<slug:slug>/contacts/<public:public_id>")
@needs(May.EDIT_ACCOUNTS)
def update_contact(slug: str, public_id: str) -> Answer:
    """Change a person, their part in buying and the channels on which they are left alone."""
    account = found(slug)
    contact = _contact(account, public_id, for_change=True)
    form = ContactForm()
    if not form.validate():
        return _contact_page(account, contact, form, 422)
    try:
        contact.change(by=me(), at=clock.now(), revision=form.revision.revision, **form.facts())
        _set_opt_outs(contact, form, at=clock.now())
    except RuleBroken as refusal:
        session.rollback()
        conflicts = take_refusal(form, refusal, theirs=ContactForm.showing(contact))
        return _contact_page(account, contact, form, 409, conflicts=conflicts)
    commit()
    return done(address_of(account), message=f"{contact.name} is saved.")


@accounts.post("/accounts/<slug:slug>/contacts/<public:public_id>/archivals")
@needs(May.EDIT_ACCOUNTS)
def archive_contact(slug: str, public_id: str) -> Response:
    """Take somebody off the account who left."""
    account = found(slug)
    contact = _contact(account, public_id, for_change=True)
    contact.archive(by=me(), at=clock.now())
    commit()
    return done(address_of(account), message=f"{contact.name} is archived; what happened with them stays.")


@accounts.post("/accounts/<slug:slug>/contacts/<public:public_id>/restorations")
@needs(May.EDIT_ACCOUNTS)
def restore_contact(slug: str, public_id: str) -> Response:
    """Take somebody back."""
    account = found(slug)
    contact = _contact(account, public_id, for_change=True)
    contact.restore(by=me(), at=clock.now())
    commit()
    return done(_edit_address(account, contact), message=f"{contact.name} is back.")


@accounts.post("/accounts/<slug:slug>/contacts/<public:public_id>/merges")
@needs(May.EDIT_ACCOUNTS)
def merge_contact(slug: str, public_id: str) -> Answer:
    """Let another contact of the account be known as this one."""
    account = found(slug)
    contact = _contact(account, public_id)
    form = MergeForm.among(alike(contact, account.contacts))
    if not form.validate():
        return _contact_page(account, contact, ContactForm.showing(contact), 422, merge=form)
    other = _contact(account, form.other.data)
    try:
        merge_contacts(contact, other, by=me(), at=clock.now())
    except RuleBroken as refusal:
        session.rollback()
        show_refusal(form, refusal)
        return _contact_page(account, contact, ContactForm.showing(contact), 409, merge=form)
    commit()
    return done(_edit_address(account, contact), message=f"{other.name} is known as {contact.name} from now on.")


@accounts.post("/accounts/<slug:slug>/contacts/<public:public_id>/splits")
@needs(May.EDIT_ACCOUNTS)
def split_contact(slug: str, public_id: str) -> Response:
    """Take a merge back."""
    account = found(slug)
    contact = _contact(account, public_id)
    take_apart(contact, by=me(), at=clock.now())
    commit()
    return done(_edit_address(account, contact), message=f"{contact.name} is a contact of their own again.")


def _assignment_form(form: AssignmentForm) -> AssignmentForm:
    form.user.choices = {"": "Choose a person"} | {
        user.public_id: f"{user.name}, {', '.join(sorted(role.label for role in user.roles))}"
        for user in active_people(session())
    }
    return form


def _contact(account: Account, public_id: str, *, for_change: bool = False) -> Contact:
    return contact_by_id(session(), account, public_id, for_change=for_change) or abort(404)


def _set_opt_outs(contact: Contact, form: ContactForm, *, at: datetime) -> None:
    wanted, present = set(form.opted_out.data or ()), set(contact.opted_out)
    for channel in sorted(wanted - present):
        contact.opt_out(channel, by=me(), at=at)
    for channel in sorted(present - wanted):
        contact.opt_in(channel, by=me(), at=at)


def _edit_address(account: Account, contact: Contact) -> str:
    return url_for("accounts.edit_contact", slug=account.slug, public_id=contact.public_id)


def _contact_page(
    account: Account,
    contact: Contact,
    form: ContactForm,
    status: int = 200,
    *,
    conflicts: Sequence[Difference] = (),
    merge: MergeForm | None = None,
) -> Answer:
    """A person as they stand, with who else may be the same person and who already is."""
    others = alike(contact, account.contacts)
    return page(
        "accounts/contact.html",
        status,
        account=account,
        contact=contact,
        form=form,
        conflicts=conflicts,
        merge=merge or (MergeForm.among(others) if others and contact.archived_at is None else None),
        merged=merged_into(session(), contact),
    )
