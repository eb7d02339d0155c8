"""Every pair of colours that stands on one another can be read: WCAG 2.2 AA, computed from the tokens."""

from __future__ import annotations

import re

import pytest

from abm.kit.assets import STATIC

TOKENS = {
    name: {"light": light, "dark": dark}
    for name, light, dark in re.findall(
        r"--([\w-]+): light-dark\(#(\w{6}), #(\w{6})\)",
        (STATIC / "css" / "tokens.css").read_text(encoding="utf-8"),
    )
}
GROUNDS = ("canvas", "surface", "raised")
TEXTS = [
    *((text, ground) for text in ("ink", "ink-second", "accent") for ground in GROUNDS),
    *((tone, f"{tone}-tint") for tone in ("ok", "warn", "bad")),
    *(("ink", f"{tone}-tint") for tone in ("ok", "warn", "bad")),
    *(("accent", f"{tone}-tint") for tone in ("ok", "warn", "bad")),
    *((tone, "surface") for tone in ("ok", "warn", "bad")),
    ("ink-second", "warn-tint"),
    ("ink-second", "ok-tint"),
    ("on-accent", "accent"),
    ("on-accent", "accent-strong"),
]
DRAWINGS = [
    *(
        (mark, ground)
        for mark in ("control", "focus", "marketing", "sales", "joint")
        for ground in ("canvas", "surface")
    ),
    ("comparison", "surface"),
]


def luminance(colour: str) -> float:
    """Relative luminance of a six-digit colour (WCAG 2.2, definitions)."""
    shares = [int(colour[start : start + 2], 16) / 255 for start in (0, 2, 4)]
    linear = [share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_computed_as_the_standard_has_it() -> None:
    assert contrast("000000", "FFFFFF") == pytest.approx(21)
    assert contrast("777777", "FFFFFF") == pytest.approx(4.48, abs=0.005)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), TEXTS)
def test_text_reaches_four_and_a_half_to_one(text: str, ground: str, theme: str) -> None:
    assert contrast(TOKENS[text][theme], TOKENS[ground][theme]) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("mark", "ground"), DRAWINGS)
def test_borders_focus_and_marks_reach_three_to_one(mark: str, ground: str, theme: str) -> None:
    assert contrast(TOKENS[mark][theme], TOKENS[ground][theme]) >= 3


def test_colours_are_named_once_and_used_by_name() -> None:
    """A colour written into a component would not follow the theme."""
    for sheet in (STATIC / "css").glob("*.css"):
        if sheet.stem not in {"tokens", "print"}:
            colours = re.findall(r"#[0-9A-Fa-f]{6,8}\b", sheet.read_text(encoding="utf-8"))
            assert colours == [], sheet.name
