"""The description of the API, made from its routes and schemas (OpenAPI)."""

from __future__ import annotations

from typing import Any, cast

from flask import Flask, current_app
from flask_smorest import Api, Blueprint

from abm.api.bearer import init_pace
from abm.api.schemas import ProblemSchema
from abm.kit.security import csrf


class PlainApi(Api):  # type: ignore[misc] # its library ships no types
    """The errors of all other pages stay the application's own."""

    ERROR_SCHEMA = ProblemSchema

    def _register_error_handlers(self) -> None:
        return


def init_api(app: Flask, blueprint: Blueprint) -> None:
    """Give the app its API: no session, so no form token; its description is served here, with nothing from outside."""
    app.config.update(API_TITLE="Accountable", API_VERSION="1", OPENAPI_VERSION="3.1.0")
    api = PlainApi(app)
    api.spec.components.security_scheme("token", {"type": "http", "scheme": "bearer"})
    api.spec.options["security"] = [{"token": []}]
    csrf.exempt(blueprint)
    api.register_blueprint(blueprint)
    app.extensions["abm-api"] = api
    init_pace(app)


def description() -> dict[str, Any]:
    """The document, as programs read it."""
    return cast(dict[str, Any], current_app.extensions["abm-api"].spec.to_dict())
