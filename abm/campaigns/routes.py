from __future__ import annotations

from flask import Blueprint

campaigns = Blueprint("campaigns", __name__)
