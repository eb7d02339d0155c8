"""The past of a list: as of any day, and the difference between any two versions or quarters."""

from __future__ import annotations

from flask import request

from abm.accounts.fields import say
from abm.kit import clock
from abm.kit.db import session
from abm.kit.web import Answer, page
from abm.people.access import May, needs
from abm.people.current import organisation
from abm.targets.as_of import AsOf, list_as_of, usual_day
from abm.targets.comparing import Compared, NotThere, choosable, compare
from abm.targets.ends import choices_of
from abm.targets.loading import list_or_404
from abm.targets.looking_back_forms import AsOfForm, DifferencesForm
from abm.targets.models import TargetList
from abm.targets.routes import targets

ADDRESS = "/quarters/<quarter:quarter>/list"
SHOWN = 300  # changes on a page, each with its reason; files have them all


@targets.get(f"{ADDRESS}/as-of")
@needs(May.READ)
def as_of(quarter: str) -> Answer:
    """Who was on the list on a day (`?day=2026-10-14`), and with which version."""
    target_list, form = list_or_404(quarter), AsOfForm(request.args)
    if not form.validate():
        return as_of_page(target_list, form, None, 422)
    return as_of_page(target_list, form, found_as_of(target_list, form, form.page_number))


def found_as_of(target_list: TargetList, form: AsOfForm, number: int | None) -> AsOf:
    """What the form asks for; all of it where `number` is None."""
    own = organisation()
    day = form.day.data or usual_day(own.quarter(target_list.quarter), own.today())
    form.day.data = day
    return list_as_of(session(), target_list, day, organisation=own, now=clock.now(), sort=form.sorted_by, page=number)


def as_of_page(target_list: TargetList, form: AsOfForm, found: AsOf | None, status: int = 200) -> Answer:
    """The list at a date, or what was wrong with the date."""
    return page(
        "targets/as_of.html",
        status,
        list=target_list,
        quarter=organisation().quarter(target_list.quarter),
        zone=organisation().time_zone,
        elsewhere=organisation().quarter_of(found.day) if found else None,
        form=form,
        found=found,
    )


@targets.get(f"{ADDRESS}/differences")
@needs(May.READ)
def differences(quarter: str) -> Answer:
    """The difference between any two ends: `?from=2026-q3&to=2026-q4:2`, a quarter, a version or a draft."""
    target_list, form = list_or_404(quarter), DifferencesForm(request.args)
    compared, status = found_differences(target_list, form, SHOWN)
    return differences_page(target_list, form, compared, status)


def found_differences(
    target_list: TargetList, form: DifferencesForm, at_most: int | None
) -> tuple[Compared | None, int]:
    """The difference that the form asks for, and the status: 422 for what cannot be read, 404 for what is not there."""
    own = organisation().quarter(target_list.quarter)
    versions, drafts = choosable(session(), target_list)
    choices = choices_of(versions, drafts, here=target_list.quarter)
    form.offer(choices, here=target_list.quarter, quarter_before=str(own.plus(-1)))
    ends = form.ends(target_list.quarter)
    if ends is None:
        return None, 422
    try:
        return compare(session(), target_list, *ends, at=clock.now(), at_most=at_most), 200
    except NotThere as missing:
        say(form.before if missing.end is ends[0] else form.after, str(missing))
        return None, 404


def differences_page(target_list: TargetList, form: DifferencesForm, compared: Compared | None, status: int) -> Answer:
    """The chooser, and the difference where there is one."""
    return page("targets/differences.html", status, list=target_list, form=form, compared=compared)
