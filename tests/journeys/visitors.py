"""Browsers of the people in a journey, and what the browser itself complains of meanwhile."""

from __future__ import annotations

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

NOBODY = "nobody"


class Visitors:
    """Everyone has one page that stays open. Whatever the browser complains of is kept in `complaints`.

    That holds violations of the content security policy, faults of scripts and failed requests, since a browser
    writes all of them to its console as errors.
    """

    def __init__(self, browser: Browser, site: str) -> None:
        self.browser = browser
        self.site = site
        self.complaints: list[str] = []
        self._contexts: list[BrowserContext] = []
        self._pages: dict[str, Page] = {}

    def page_of(self, name: str) -> Page:
        """The page of one of the cast, who chose "View as …" at first; of nobody, signed out."""
        if name not in self._pages:
            page = self.newcomer()
            if name != NOBODY:
                page.goto("/demo")
                page.get_by_role("button", name=f"View as {name}", exact=True).click()
            self._pages[name] = page
        return self._pages[name]

    def newcomer(self, *, script: bool = True) -> Page:
        """Somebody who was never here."""
        # Without motion, as a visitor may ask: axe would measure colours half-way through a change.
        context = self.browser.new_context(base_url=self.site, java_script_enabled=script, reduced_motion="reduce")
        context.set_default_timeout(10_000)
        self._contexts.append(context)
        page = context.new_page()
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))
        return page

    def leave(self) -> None:
        """Close every browser."""
        for context in self._contexts:
            context.close()

    def _note(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.append(f"{message.location['url']}: {message.text}")
