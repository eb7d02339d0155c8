"""Settings from the environment. A value that makes no sense stops the start, with a sentence."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError


class BadSetting(Exception):
    """A setting that cannot be used: which one, why, and what to write instead."""


@dataclass(frozen=True)
class Config:
    """What an installation is told from outside; everything else lives in its database."""

    database_url: str
    secret_key: str
    base_url: str = "http://127.0.0.1:8000"
    trusted_hosts: tuple[str, ...] = ()
    demo: bool = False
    testing: bool = False
    trusted_proxies: int = 0
    upload_limit: int = 50 * 1024 * 1024

    @classmethod
    def load(cls, environ: Mapping[str, str] = os.environ, *, demo: bool = False) -> Config:
        """Read ABM_* settings; without any, a SQLite file and a secret in ABM_DATA_DIR (default: ./instance).

        Raises BadSetting.
        """
        folder = Path(environ.get("ABM_DATA_DIR", "instance"))
        name = "demo.sqlite3" if demo else "accountable.sqlite3"
        url = f"sqlite:///{(folder / name).resolve()}"
        if not demo:  # the demonstration never touches the company's database
            url = environ.get("ABM_DATABASE_URL") or url
        base_url = environ.get("ABM_BASE_URL", "http://127.0.0.1:8000").rstrip("/")
        hosts = environ.get("ABM_TRUSTED_HOSTS", "")
        return cls(
            database_url=database_url(url),
            secret_key=_secret(environ, folder),
            base_url=_checked_base_url(base_url),
            trusted_hosts=tuple(host.strip() for host in hosts.split(",") if host.strip()),
            demo=demo,
            trusted_proxies=_whole_number(environ, "ABM_TRUSTED_PROXIES", 0),
            upload_limit=_whole_number(environ, "ABM_UPLOAD_LIMIT_MB", 50) * 1024 * 1024,
        )

    @property
    def https(self) -> bool:
        return self.base_url.startswith("https://")

    @property
    def hosts(self) -> list[str]:
        """The host names that requests may ask for: the site's own and those named in ABM_TRUSTED_HOSTS."""
        own = urlsplit(self.base_url).hostname or "localhost"
        return [own, *self.trusted_hosts, *(["localhost", "127.0.0.1", "[::1]"] if not self.https else [])]


def database_url(text: str) -> str:
    """A SQLAlchemy URL for SQLite or PostgreSQL (through psycopg). Raises BadSetting."""
    try:
        url = make_url(text)
    except ArgumentError as error:
        raise BadSetting("ABM_DATABASE_URL is not a URL: write postgresql://user@host/name.") from error
    backend = url.get_backend_name()
    if backend in {"postgres", "postgresql"}:
        return url.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
    if backend == "sqlite":
        return text
    raise BadSetting(f"ABM_DATABASE_URL names {backend}: use sqlite:/// or postgresql://.")


def _checked_base_url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise BadSetting("ABM_BASE_URL must be the address people open, such as https://abm.example.com.")
    if parts.scheme == "http" and parts.hostname not in {"127.0.0.1", "localhost", "::1"}:
        raise BadSetting("ABM_BASE_URL must be https:// everywhere but on this machine's loopback address.")
    return text


def _whole_number(environ: Mapping[str, str], name: str, default: int) -> int:
    text = environ.get(name, str(default))
    if not text.isascii() or not text.isdigit() or len(text) > 6:
        raise BadSetting(f"{name} must be a whole number, not {text[:40]!r}.")
    return int(text)


def _secret(environ: Mapping[str, str], folder: Path) -> str:
    text = environ.get("ABM_SECRET_KEY")
    if text is None:
        return _kept_secret(folder)
    if len(text) < 32:
        raise BadSetting("ABM_SECRET_KEY is too short to be a secret: use at least 32 random characters.")
    return text


def _kept_secret(folder: Path) -> str:
    """The secret of this installation: made once, kept in a file that only its owner reads.

    It is written under another name first, so that a second process never reads half of it.
    """
    path = folder / "secret_key"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        draft = folder / f"secret_key.{os.getpid()}"
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48))
        with suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return path.read_text(encoding="ascii").strip()
