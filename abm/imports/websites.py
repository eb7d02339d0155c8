"""The web domain in what people write as a website, and whether it can identify one company (domain §3)."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

from tldextract import TLDExtract

from abm.accounts.identity import can_identify
from abm.imports.values import CellFault, says_nothing
from abm.kit.text import one_line, shortened

RESERVED = frozenset({"example", "test"})  # RFC 2606: nobody's, so that demonstrations and trials may use them
_BEFORE_HOST = re.compile(r"(?:(?:https?|ftp):)?/{0,4}", re.ASCII | re.IGNORECASE)
_HOST_NAME = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]", re.ASCII)


@dataclass(frozen=True)
class Website:
    """A domain. On a host that many share it is the whole host name, and identifies nobody."""

    domain: str
    identifies: bool


def website(field: str, text: str) -> Website | None:
    """The domain that a company registered: `acme.co.uk` of `HTTP://investor.Acme.co.uk:80/about`.

    Raises CellFault for what is no web address; None where the cell says nothing.
    """
    if says_nothing(text):
        return None
    host = _host(field, text)
    found = _suffixes()(host)
    if not found.suffix and host.rpartition(".")[2] in RESERVED and host.count("."):
        return Website(".".join(host.split(".")[-2:]), identifies=True)
    if not found.suffix:
        raise _fault(field, text, f"no web domain ends in .{host.rpartition('.')[2]}")
    if found.is_private or not can_identify(host):  # github.io and the like hand out names below their own
        return Website(host.removeprefix("www."), identifies=False)
    domain = found.top_domain_under_public_suffix
    if not domain:
        raise _fault(field, text, "it has no name before its ending")
    return Website(domain, identifies=can_identify(domain))


def websites(field: str, text: str) -> list[Website]:
    """All domains in a cell that lists several, with commas or semicolons between."""
    between = r"[,;]\s" if "/" in text else "[,;]"  # a path may have commas, a domain has none
    found = (website(field, part) for part in re.split(between, text[:4000]))
    return list(dict.fromkeys(one for one in found if one))


def _host(field: str, text: str) -> str:
    """The host name in an address, in small ASCII letters; spaces, ports and odd slashes are looked through."""
    line = one_line(text[:1000]).replace("\\", "/")
    place = re.split("[/?#]", _BEFORE_HOST.sub("", line, count=1), maxsplit=1)[0]
    if "@" in place and "//" not in line:
        raise _fault(field, text, "it is an e-mail address")
    host = place.rpartition("@")[2].partition(":")[0].rstrip(".").lower()
    if " " in host:
        raise _fault(field, text, "it has a space in it")
    try:
        host = host if host.isascii() or len(host) > 253 else host.encode("idna").decode("ascii")
    except UnicodeError:
        host = ""
    if len(host) > 253 or not _HOST_NAME.fullmatch(host):
        raise _fault(field, text, "a domain has letters, digits, dashes and at least one dot")
    return host


def _fault(field: str, text: str, why: str) -> CellFault:
    return CellFault(
        field, text, f"“{shortened(text)}” is no web domain, since {why}: write one like halden.com, or leave it blank."
    )


@functools.cache
def _suffixes() -> TLDExtract:
    """The public suffix list that came with the library: nothing is fetched, nothing written."""
    return TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)
