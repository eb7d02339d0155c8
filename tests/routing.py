"""Routes that learn to write their address once per run instead of once per app.

Werkzeug compiles a function for every route of every app. For one app at a start that is nothing; for the app that each
test has of its own it was nine tenths of making it, and half of all that tests cost.
"""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask
from werkzeug.routing import Rule

Builder = Callable[..., tuple[str, str]]
_builders: dict[tuple[object, ...], Builder] = {}


class RuleOfMany(Rule):
    """A rule that takes over the function of an equal one; a function knows nothing of its rule or its app."""

    def _compile_builder(self, append_unknown: bool = True) -> Builder:
        if self.defaults:
            return super()._compile_builder(append_unknown)
        same = (append_unknown, *self._trace)
        if same not in _builders:
            _builders[same] = super()._compile_builder(append_unknown)
        return _builders[same]


def share_routes() -> None:
    """Make the routes of every app from here on such rules."""
    Flask.url_rule_class = RuleOfMany
