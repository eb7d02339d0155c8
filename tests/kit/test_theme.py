"""Light, dark or as the device has it: kept in this browser, and never a way to another site."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.kit.gallery import gallery_app


@pytest.fixture(scope="module")
def gallery() -> Flask:
    app = gallery_app()
    app.config["WTF_CSRF_ENABLED"] = False  # that it is asked for is tested below, with an app of its own
    return app


@pytest.fixture
def visitor(gallery: Flask) -> FlaskClient:
    return gallery.test_client()


def choose(visitor: FlaskClient, theme: str, referrer: str = "http://localhost/form?tier=1") -> TestResponse:
    return visitor.post("/theme", data={"theme": theme}, headers={"Referer": referrer})


def test_a_choice_is_kept_and_leads_back_to_the_page(visitor: FlaskClient) -> None:
    answer = choose(visitor, "dark")
    assert answer.status_code == 303
    assert answer.location == "/form?tier=1"
    assert 'data-theme="dark"' in visitor.get("/").get_data(as_text=True)


def test_as_the_device_has_it_leaves_the_choice_to_the_style_sheet(visitor: FlaskClient) -> None:
    choose(visitor, "light")
    choose(visitor, "auto")
    assert "data-theme" not in visitor.get("/").get_data(as_text=True)


def test_another_theme_is_refused_and_nothing_kept(visitor: FlaskClient) -> None:
    answer = choose(visitor, 'dark" onload="x')
    assert answer.status_code == 422
    assert "Set-Cookie" not in answer.headers


def test_a_cookie_written_by_hand_counts_as_none(visitor: FlaskClient) -> None:
    visitor.set_cookie("theme", "neon")
    assert "neon" not in visitor.get("/").get_data(as_text=True)


@pytest.mark.parametrize(
    "referrer",
    ["https://evil.example/form", "http://localhost//evil.example", "http://localhost/\\evil.example", "x"],
)
def test_the_way_back_stays_on_this_site(visitor: FlaskClient, referrer: str) -> None:
    assert choose(visitor, "dark", referrer).location == "/"


def test_a_choice_without_the_form_of_this_session_is_refused() -> None:
    assert gallery_app().test_client().post("/theme", data={"theme": "dark"}).status_code == 400
