from __future__ import annotations

from flask import Blueprint

targets = Blueprint("targets", __name__)
