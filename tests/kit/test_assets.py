"""One style sheet and one script: complete, small, named by their content, kept for good."""

from __future__ import annotations

import gzip
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from abm.kit import assets
from tests.kit.gallery import gallery_app

KILOBYTE = 1024


@pytest.fixture(scope="module")
def gallery() -> Flask:
    return gallery_app()


@pytest.fixture
def visitor(gallery: Flask) -> FlaskClient:
    return gallery.test_client()


def compressed(kind: str) -> int:
    return len(gzip.compress("\n".join(assets.own_sources(kind)).encode()))


def test_our_own_style_stays_within_15_kilobytes_compressed() -> None:
    assert compressed("css") <= 15 * KILOBYTE


def test_our_own_script_stays_within_8_kilobytes_compressed() -> None:
    assert compressed("js") <= 8 * KILOBYTE


@pytest.mark.parametrize(("kind", "declared"), [("css", assets.SHEETS), ("js", assets.SCRIPTS)])
def test_every_source_is_joined_and_none_is_forgotten(kind: str, declared: tuple[str, ...]) -> None:
    assert sorted(declared) == sorted(path.stem for path in (assets.STATIC / kind).glob(f"*.{kind}"))


def test_squeezing_takes_comments_and_indentation_and_nothing_else() -> None:
    for kind in ("css", "js"):
        joined = "\n".join(assets.own_sources(kind))
        assert "/*" not in joined
        assert not re.search(r"^\s", joined, re.MULTILINE)
        assert joined.count("{") == joined.count("}")


@pytest.mark.parametrize(("kind", "mimetype"), [("css", "text/css"), ("js", "text/javascript")])
def test_a_joined_file_is_kept_for_good(visitor: FlaskClient, kind: str, mimetype: str) -> None:
    answer = visitor.get(f"/assets/{assets.joined(kind).name}")
    assert answer.status_code == 200
    assert answer.mimetype == mimetype
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_the_script_carries_htmx_before_our_own_behaviours() -> None:
    script = assets.joined("js").body.decode()
    assert -1 < script.index("htmx") < script.index("Idiomorph") < script.index("data-takes-focus")


@pytest.mark.parametrize("name", ["accountable-000000000000.css", "tokens.css", "..%2Fkit%2Fconfig.py", "x"])
def test_no_other_name_is_served(visitor: FlaskClient, name: str) -> None:
    assert visitor.get(f"/assets/{name}").status_code == 404


def test_a_page_asks_for_exactly_one_sheet_and_one_script_and_nothing_inline(visitor: FlaskClient) -> None:
    html = visitor.get("/").get_data(as_text=True)
    assert re.findall(r'<link rel="stylesheet" href="([^"]+)"', html) == [f"/assets/{assets.joined('css').name}"]
    assert re.findall(r"<script([^>]*)>", html) == [f' src="/assets/{assets.joined("js").name}" defer']
    assert " style=" not in html
    assert "<style" not in html
    assert "hx-on" not in html
