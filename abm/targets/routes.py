"""The target list: its draft, its versions, and what both seats say of them."""

from __future__ import annotations

from flask import Blueprint

targets = Blueprint("targets", __name__)
