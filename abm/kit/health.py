"""Whether this process lives, and whether it can serve: for a watchdog and a load balancer."""

from __future__ import annotations

from flask import Blueprint
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from abm.kit.db import session

health = Blueprint("health", __name__)


@health.get("/healthz")
def alive() -> tuple[str, int]:
    """The process answers. Asks nothing else, so that a database that is away does not kill it."""
    return "alive\n", 200


@health.get("/readyz")
def ready() -> tuple[str, int]:
    """The database answers as well; else 503, until it is back."""
    try:
        session.execute(text("SELECT 1"))
    except SQLAlchemyError:
        session.rollback()
        return "database away\n", 503
    return "ready\n", 200


alive.access = None  # type: ignore[attr-defined]
ready.access = None  # type: ignore[attr-defined]
