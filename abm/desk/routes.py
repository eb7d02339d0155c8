from __future__ import annotations

from flask import Blueprint

desk = Blueprint("desk", __name__)
