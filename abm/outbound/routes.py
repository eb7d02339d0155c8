from __future__ import annotations

from flask import Blueprint

outbound = Blueprint("outbound", __name__)
