"""A setting that makes no sense stops the start, with a sentence that names it."""

from __future__ import annotations

from pathlib import Path

import pytest

from abm.kit.config import BadSetting, Config


def test_without_settings_a_laptop_gets_a_file_and_a_secret_of_its_own(tmp_path: Path) -> None:
    first = Config.load({"ABM_DATA_DIR": str(tmp_path)})
    assert first.database_url == f"sqlite:///{tmp_path}/accountable.sqlite3"
    assert len(first.secret_key) >= 48
    assert Config.load({"ABM_DATA_DIR": str(tmp_path)}).secret_key == first.secret_key
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600


def test_the_demonstration_has_a_file_of_its_own(tmp_path: Path) -> None:
    config = Config.load({"ABM_DATA_DIR": str(tmp_path)}, demo=True)
    assert config.database_url.endswith("/demo.sqlite3")
    assert config.demo


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_way_of_writing_postgresql_uses_psycopg(scheme: str, tmp_path: Path) -> None:
    config = Config.load({"ABM_DATA_DIR": str(tmp_path), "ABM_DATABASE_URL": f"{scheme}://ada:secret@db/abm"})
    assert config.database_url == "postgresql+psycopg://ada:secret@db/abm"


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("ABM_DATABASE_URL", "mysql://db/abm", "mysql"),
        ("ABM_DATABASE_URL", "not a url", "ABM_DATABASE_URL"),
        ("ABM_BASE_URL", "abm.example.com", "ABM_BASE_URL"),
        ("ABM_BASE_URL", "http://abm.example.com", "https"),
        ("ABM_TRUSTED_PROXIES", "-1", "ABM_TRUSTED_PROXIES"),
        ("ABM_UPLOAD_LIMIT_MB", "²", "ABM_UPLOAD_LIMIT_MB"),
        ("ABM_SECRET_KEY", "short", "ABM_SECRET_KEY"),
    ],
)
def test_a_bad_setting_is_named(name: str, value: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match=says):
        Config.load({"ABM_DATA_DIR": str(tmp_path), name: value})
