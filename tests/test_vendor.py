"""What others wrote and we serve is exactly what they published, with their licence beside it."""

from __future__ import annotations

import hashlib
from pathlib import Path

VENDOR = Path(__file__).parents[1] / "abm" / "static" / "vendor"


def checksums() -> dict[str, str]:
    lines = (VENDOR / "CHECKSUMS").read_text(encoding="utf-8").splitlines()
    pairs = [line.split() for line in lines if not line.startswith("#")]
    return {name: digest for digest, name in pairs}


def test_every_vendored_file_is_listed_and_unchanged() -> None:
    found = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in VENDOR.iterdir()
        if path.name != "CHECKSUMS"
    }
    assert found == checksums()


def test_every_vendored_script_has_its_licence() -> None:
    for script in VENDOR.glob("*.js"):
        library = script.name.split(".")[0].removesuffix("-ext")
        assert "Permission" in (VENDOR / f"{library}.LICENSE").read_text(encoding="utf-8")


def test_htmx_is_the_version_whose_behaviour_we_rely_on() -> None:
    assert 'version:"2.0.11"' in (VENDOR / "htmx.min.js").read_text(encoding="utf-8")
