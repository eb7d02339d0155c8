"""A small app that shows every component on one page, for the tests of the look. No part of the product."""

from __future__ import annotations

import uuid
from pathlib import Path
from types import SimpleNamespace

from flask import Flask, flash, redirect, render_template, request, url_for
from flask_wtf import FlaskForm
from jinja2 import ChoiceLoader, FileSystemLoader
from werkzeug.wrappers import Response
from wtforms import (
    BooleanField,
    DateField,
    FileField,
    HiddenField,
    IntegerField,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined] # its stubs lag behind
from wtforms.validators import InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from abm.kit.assets import init_assets
from abm.kit.charts import Mark, Measure, Point, Step
from abm.kit.clock import Week
from abm.kit.config import Config
from abm.kit.filters import init_filters
from abm.kit.security import init_security
from abm.kit.theme import init_theme
from abm.results.proportions import Difference, Lift, Share

ROOT = Path(__file__).parent.parent.parent
AMARA = SimpleNamespace(is_authenticated=True, name="Amara Osei", public_id="amara")
ANYONE = SimpleNamespace(is_authenticated=False)


class GalleryForm(FlaskForm):  # type: ignore[misc]
    """One field of every kind."""

    idempotency_key = HiddenField(default=lambda: uuid.uuid4().hex)
    name = StringField("Name", [InputRequired("write the company's name"), Length(max=80)])
    website = StringField("Website", description="The address that people type, such as halden.example.")
    employees = IntegerField("Employees")
    closes = DateField("Closes on")
    tier = SelectField("Tier", choices=[SelectChoice("1", "Tier 1"), SelectChoice("2", "Tier 2")])
    nomination = RadioField(
        "Assessment",
        [InputRequired("choose how ready it is")],
        choices=[SelectChoice("ready", "Ready"), SelectChoice("work", "Needs work")],
    )
    roles = SelectMultipleField(
        "Roles",
        choices=[SelectChoice("ae", "AE"), SelectChoice("sdr", "SDR")],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    archived = BooleanField("Leave it out of lists", description="Its history stays.")
    reason = TextAreaField("Reason", [InputRequired("say why in a sentence")])
    file = FileField("File")
    password = PasswordField("Password", [InputRequired("write your password")])


def gallery_app() -> Flask:
    """An app with the look, the headers of the product and nothing behind it."""
    app = Flask("gallery", root_path=str(ROOT / "abm"))
    app.jinja_loader = ChoiceLoader([FileSystemLoader(ROOT / "templates"), FileSystemLoader(Path(__file__).parent)])
    init_security(app, Config("sqlite://", "a secret of the gallery", testing=True))
    init_filters(app)
    init_assets(app)
    init_theme(app)
    app.context_processor(_surroundings)
    app.add_url_rule("/", "gallery", _gallery)
    app.add_url_rule("/form", "form", _form, methods=["GET", "POST"])
    app.add_url_rule("/edit", "edit", _edit, methods=["GET", "POST"])
    app.add_url_rule("/problem/<int:status>", "problem", _problem)
    app.add_url_rule("/plain", "plain", lambda: render_template("plain_gallery.html", current_user=ANYONE))
    app.add_url_rule("/sign-out", "people.sign_out", lambda: "", methods=["POST"])
    app.add_url_rule("/search", "desk.search", lambda: "")
    app.add_url_rule("/rows", "rows", lambda: render_template("gallery_rows.html"))
    app.add_url_rule("/broken", "broken", lambda: ("away", 503), methods=["GET", "POST"])
    return app


def _surroundings() -> dict[str, object]:
    def item(label: str, **more: object) -> SimpleNamespace:
        return SimpleNamespace(**{"label": label, "href": "/", "current": False, "children": None, **more})

    places = ("Target list", "Campaigns", "Accounts", "Weekly review")
    return {
        "current_user": AMARA,
        "programme_links": list,
        "organisation": SimpleNamespace(name="Fathom Freightware"),
        "navigation": [
            item("Home", current=True),
            *(item(label) for label in places),
            item("More", children=[item("Commitments"), item("Imports"), item("People")]),
        ],
        "phone_navigation": [item(label, current=label == "Today") for label in ("Today", "Accounts", "Log", "Review")],
    }


def _gallery() -> str:
    return render_template("gallery.html", form=GalleryForm(), **figures(), **charts())


def figures() -> dict[str, object]:
    """The figures of the gallery's chart."""
    rows = [
        ("Tier 1", {"both": 5, "marketing": 3, "sales": 1, "resting": 2, "past": 1}),
        ("Tier 2", {"both": 14, "marketing": 9, "sales": 6, "resting": 7, "past": 2}),
        ("Tier 3", {"both": 12, "marketing": 20, "sales": 8, "resting": 59, "past": 1}),
        ("Without a tier", {}),
    ]
    few = Difference(Share(3, 10), Share(2, 10))
    measures = [
        SimpleNamespace(label="Responded", lift=Lift({2: Difference(Share(60, 100), Share(8, 40))})),
        SimpleNamespace(label="Had a meeting", lift=Lift({1: few, 2: Difference(Share(10, 100), Share(6, 40))})),
        SimpleNamespace(label="Won an opportunity", lift=Lift({1: Difference(Share(0, 100), Share(0, 0))})),
    ]
    bars = [{"label": label, "counts": counts, "href": "/", "hrefs": {"both": "/"}} for label, counts in rows]
    return {"rows": bars, "measures": measures}


def charts() -> dict[str, object]:
    """What the other charts of the gallery draw."""
    moved = [("Came in", 3), ("Moved on", 5), ("Moved back", -2), ("Left the list for good, by agreement", -1)]
    deals = [("Opened", 41_200_000), ("Won", -18_000_000), ("Lost", -26_800_000)]
    values = (12, 14, 13, None, None, 11, 15, None, 16, 19, 17, 21, 18)
    return {
        "steps": [
            Step("A week ago", 40, total=True),
            *(Step(*each, href="/") for each in moved),
            Step("Now", 45, True),
        ],
        "money_steps": [
            Step("A week ago", 125_000_000, True),
            *(Step(*each) for each in deals),
            Step("Now", 121_400_000, True),
        ],
        "stages": [
            Measure("Aware", 12, 9, 18, 41, href="/"),
            Measure("Engaged", 31, 14, 22.5, 18),
            Measure("Meeting", 1, 3, 6, 9),
            Measure("Waiting for the second meeting", 8, None, None, 4),
            Measure("Opportunity", None, 20, 44, 0),
        ],
        "weeks": [Point(Week(2026, 35).plus(count), value) for count, value in enumerate(values)],
        "marks": [
            Mark(Week(2026, 39), "Coverage, definition 2"),
            Mark(Week(2026, 45), "Coverage, definition 3: a reply counts as a touch of the other side too"),
        ],
    }


def _form() -> tuple[str, int] | Response:
    """Saved as the product saves: the answer leads to a page that says so."""
    form = GalleryForm()
    if form.is_submitted() and form.validate():
        flash("Saved.", "ok")
        return redirect(url_for("form"))
    return render_template("gallery_form.html", form=form), 422 if form.is_submitted() else 200


def _edit() -> tuple[str, int]:
    """A form of what stands, as the address says; sent with another revision than 2 it was overtaken."""
    overtaken = request.method == "POST" and request.form["revision"] != "2"
    return render_template("gallery_edit.html", values=request.values, overtaken=overtaken), 409 if overtaken else 200


def _problem(status: int) -> tuple[str, int]:
    values = {
        "title": "You may not do this",
        "message": "Your role does not let you sign.",
        "may": ["CMO", "CRO"],
    }
    return render_template(f"errors/{status}.html", **values), status
