from __future__ import annotations

from flask import Blueprint

progress = Blueprint("progress", __name__)
