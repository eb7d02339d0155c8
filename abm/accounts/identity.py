"""How a company is recognised again: its name without the trimmings, the domain out of an address."""

from __future__ import annotations

import re

from abm.kit import text as texts
from abm.kit.rules import require
from abm.kit.text import bare

# How legal forms are written at the end of a name, once case and punctuation are gone.
LEGAL_FORMS = frozenset(
    """
    ab ag aps as asa bhd bt bv co company corp corporation cv doo eg ehf ev gmbh hf holding holdings
    inc incorporated kft kg kgaa kk limited llc llp lp ltd ltda mbh nv ohg oy oyj plc pte pty pvt sa
    sab sapi sarl sas sasu sdn se sl slu spa srl srls sro uab ug zrt
    """.split()  # noqa: SIM905 so many words read better as words
)
# Shops, networks, hosts and mailboxes that thousands of companies share: never anybody's identity.
SHARED_HOSTS = frozenset(
    """
    apps.apple.com itunes.apple.com play.google.com apps.microsoft.com appgallery.huawei.com
    facebook.com fb.com instagram.com linkedin.com twitter.com x.com youtube.com tiktok.com xing.com
    vk.com weibo.com crunchbase.com wikipedia.org medium.com github.com github.io gitlab.com
    gitlab.io sites.google.com docs.google.com blogspot.com wordpress.com wixsite.com wix.com
    weebly.com tumblr.com squarespace.com etsy.com myshopify.com notion.site tistory.com
    blog.naver.com cafe.naver.com blog.daum.net cafe.daum.net linktr.ee bit.ly goo.gl t.co
    tinyurl.com herokuapp.com vercel.app netlify.app web.app gmail.com googlemail.com outlook.com
    hotmail.com live.com yahoo.com icloud.com aol.com gmx.de gmx.net web.de t-online.de mail.ru
    qq.com 163.com protonmail.com proton.me
    """.split()  # noqa: SIM905 so many words read better as words
)
DOMAIN = re.compile(r"(?:[a-z0-9_](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
LONGEST_NAME = 200
RESERVED_SLUGS = frozenset({"new"})


def normal_name(name: str) -> str:
    """A name for comparing: case, accents, punctuation, "The" and legal forms gone, at most 200 characters.

    A name that consists of nothing else keeps its words; one without letters and digits is "".
    """
    words = _words(name[:LONGEST_NAME])
    kept = words[1:] if words[:1] == ["the"] else words
    kept = kept[:-1] if kept[-1:] == ["the"] else kept  # "Home Depot (The)"
    while kept and kept[-1] in LEGAL_FORMS:
        kept = kept[:-1]
    kept = kept[:-1] if kept[-1:] == ["and"] else kept  # "Tiffany & Co."
    return " ".join(kept or words)[:LONGEST_NAME]


def slug_of(name: str) -> str:
    """A readable piece of address from a name; `account` where no letter of it is Latin."""
    slug = texts.slug_of(name, otherwise="account")
    return f"{slug}-account" if slug in RESERVED_SLUGS else slug


def clean_domain(text: str) -> str:
    """`https://www.Halden.com/about` as `halden.com`. Raises RuleBroken for what is no domain."""
    host = re.sub(r"^[a-z][a-z+.-]{0,20}:[/\\]+|^[/\\]+", "", text[:400].strip().lower())
    host = re.split(r"[/\\?#]", host, maxsplit=1)[0].rpartition("@")[2].partition(":")[0].strip(".")
    host = host.removeprefix("www.")
    try:
        host = host if host.isascii() else host.encode("idna").decode("ascii")
    except UnicodeError:
        host = ""
    is_domain = len(host) <= LONGEST_NAME and DOMAIN.fullmatch(host) is not None
    message = f"{text.strip()[:60]!r} is not a web domain: write one like halden.com."
    require(is_domain, message, field="domains")
    return host


def can_identify(domain: str) -> bool:
    """Whether a domain may stand for one company: an app store or a host never does, nor a page on one."""
    parts = domain.split(".")
    return not any(".".join(parts[start:]) in SHARED_HOSTS for start in range(len(parts) - 1))


def _words(text: str) -> list[str]:
    spelled = bare(text).replace("&", " and ").replace("'", "")
    return re.findall(r"\w+", re.sub(r"\b(\w)\.(?=\w\b)", r"\1", spelled))
