"""A pasted or uploaded list of companies: looked at line by line, then added as candidates."""

from __future__ import annotations

from collections.abc import Sequence

from flask import request
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from abm.accounts.models import Account
from abm.accounts.team import TeamMember
from abm.kit import clock
from abm.kit.db import session
from abm.kit.forms import show_refusal
from abm.kit.rules import RuleBroken
from abm.kit.web import Answer, commit, done, page
from abm.people.access import May, me, needs
from abm.people.current import organisation
from abm.people.models import User
from abm.targets.addresses import back_to
from abm.targets.builder_forms import PasteForm
from abm.targets.entry_routes import answers_for
from abm.targets.forms import tier_or_none
from abm.targets.kinds import Motion
from abm.targets.loading import list_or_404
from abm.targets.models import TargetList
from abm.targets.pasting import lines_of, recognise, text_of_file
from abm.targets.queries import aes_to_choose
from abm.targets.routes import targets
from abm.targets.together import enter_all

PASTE = "/quarters/<quarter:quarter>/list/entries/paste"


@targets.get(PASTE)
@needs(May.EDIT_LIST)
def paste(quarter: str) -> Answer:
    """Where lines are pasted, or a small file is chosen."""
    return _page(list_or_404(quarter), PasteForm(formdata=None, aes=aes_to_choose(session())))


@targets.post(PASTE)
@needs(May.EDIT_LIST)
def look_at_pasted(quarter: str) -> Answer:
    """Say which account each line means. Nothing is added yet; what is not recognised stays to be mended."""
    target_list, form = list_or_404(quarter), PasteForm(aes=aes_to_choose(session()))
    if not form.validate_on_submit():
        return _page(target_list, form, 422)
    try:
        lines = lines_of(_text(form))
    except RuleBroken as refusal:
        show_refusal(form, refusal)
        return _page(target_list, form, 422)
    if not lines and not _chosen(form):
        form.lines.errors = ["Paste at least one line, or choose a file."]
        return _page(target_list, form, 422)
    found = recognise(session(), target_list.id, lines)
    form.lines.data = found.left
    kept = _accounts(_chosen(form))
    kept = [one for one in kept if one.public_id not in {account.public_id for _, account in found.new}]
    return _page(target_list, form, found=found, kept=kept)


@targets.post("/quarters/<quarter:quarter>/list/entries/pasted")
@needs(May.EDIT_LIST)
def enter_pasted(quarter: str) -> Answer:
    """Make what was recognised candidates, all of it or none."""
    target_list, form = list_or_404(quarter), PasteForm(aes=aes_to_choose(session()))
    accounts = _accounts(_chosen(form))
    if form.validate_on_submit() and not accounts:
        form.form_errors.append("None of these lines is ticked or chosen yet: there is nothing to add.")
    if form.errors:
        return _page(target_list, form, 422, kept=accounts)
    try:
        left = len(lines_of(form.lines.data or ""))
        count = len(_enter(target_list, accounts, form))
    except RuleBroken as refusal:
        session.rollback()
        show_refusal(form, refusal)
        return _page(list_or_404(quarter), form, 422, kept=_accounts(_chosen(form)))
    commit()
    without = f" {left} line{'' if left == 1 else 's'} named nobody whom we know." if left else ""
    message = f"{count} candidate{'' if count == 1 else 's'} added.{without} Next: nominate, assess, and decide."
    return done(back_to(target_list), message=message)


def _enter(target_list: TargetList, accounts: Sequence[Account], form: PasteForm) -> Sequence[object]:
    today = organisation().today()
    chosen = session.scalar(select(User).where(User.public_id == form.ae.data)) if form.ae.data else None
    return enter_all(
        target_list,
        accounts,
        by=me(),
        at=clock.now(),
        tier=tier_or_none(form.tier.data),
        motion=Motion(form.motion.data),
        ae_of=lambda account: chosen or answers_for(account, today),
    )


def _text(form: PasteForm) -> str:
    """Everything that is to be looked at: what was typed, what the file says, and what nobody chose from yet."""
    parts = [form.lines.data or "", *_undecided()]
    upload = request.files.get("file")
    if upload is not None and upload.filename:
        parts.append(text_of_file(upload.read(), upload.filename))
    return "\n".join(part for part in parts if part)


def _undecided() -> list[str]:
    asked, picked = request.form.getlist("unsure"), request.form.getlist("pick")
    return [line for line, account in zip(asked, picked, strict=False) if not account]


def _chosen(form: PasteForm) -> list[str]:
    return [*(form.accounts.data or []), *(account for account in request.form.getlist("pick") if account)]


def _accounts(public_ids: Sequence[str]) -> Sequence[Account]:
    """By name, each with its team: whoever answers for it is planned unless somebody else is chosen."""
    if not public_ids:
        return []
    query = select(Account).where(Account.public_id.in_(public_ids)).order_by(Account.normal_name, Account.id)
    return session.scalars(query.options(selectinload(Account.team).joinedload(TeamMember.user))).all()


def _page(target_list: TargetList, form: PasteForm, status: int = 200, **values: object) -> Answer:
    known = {"list": target_list, "form": form, "found": None, "kept": ()}
    return page("targets/paste.html", status, **{**known, **values})
