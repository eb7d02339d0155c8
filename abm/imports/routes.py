from __future__ import annotations

from flask import Blueprint

imports = Blueprint("imports", __name__)
