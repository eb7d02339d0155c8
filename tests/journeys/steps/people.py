"""An empty installation becomes a company: its founding, its people by one-time links, their team."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.journeys.steps.hands import choose, field, follow, go, press, refused, said, tick, write
from tests.journeys.visitors import Visitors

ZONE = "Europe/Berlin"
PASSWORD = "river lantern oboe stone"
# Who is invited: role, and team where they have one.
INVITED = {
    "Ines Calder": ("Sales manager", None),
    "Priya Raman": ("Marketer", None),
    "Tomás Ferreira": ("AE", "Europe"),
    "Marcus Bell": ("AE", "Europe"),
}


class Company:
    """The people of the company, each with a page of their own that stays open."""

    def __init__(self, visitors: Visitors, *, script: bool) -> None:
        self.visitors, self.script = visitors, script
        self.wen = self._found()
        self.amara, self.renata = (self._let_in(name) for name in ("Amara Osei", "Renata Voss"))
        self.ines = self._invite("Ines Calder")
        self._add_team()
        self.priya, self.tomas, self.marcus = map(self._invite, ("Priya Raman", "Tomás Ferreira", "Marcus Bell"))

    @property
    def everyone(self) -> dict[str, Page]:
        return {name: page for name, page in vars(self).items() if isinstance(page, Page)}

    def _found(self) -> Page:
        """Wen sets it up and names both seats; a wrong time zone is said, and nothing typed is lost."""
        page = self.visitors.newcomer(script=self.script)
        page.goto("/")
        write(page, {"Organisation": "Fathom Freightware", "Time zone": "Berlin upon Spree"})
        write(page, {"Your name": "Wen Zhao", "Your e-mail": "wen@fathom.example", "Password": PASSWORD})
        tick(page, "Neither: I set things up (RevOps)")
        for side, name in (("Marketing", "Amara Osei"), ("Sales", "Renata Voss")):
            seat = page.get_by_role("group", name=side, exact=True)
            write(seat, {"Who holds it": name, "Their e-mail": address_of(name)})
        press(page, "Found the organisation")
        refused(page, "There is no such time zone")
        write(page, {"Time zone": ZONE, "Password": PASSWORD})
        press(page, "Found the organisation")
        said(page, "Fathom Freightware is founded, and you are signed in.")
        self._keep_links(page)
        return page

    def _keep_links(self, page: Page) -> None:
        """Links are shown once: note each, by the name beside it."""
        rows = page.get_by_role("table", name="One-time links").locator("tbody tr")
        expect(rows.first).to_be_visible()
        self.links = {row.locator("th").inner_text().strip(): row.locator("code").inner_text() for row in rows.all()}

    def _invite(self, name: str) -> Page:
        role, team = INVITED[name]
        self.wen.goto("/admin/people/new")
        write(self.wen, {"Name": name, "E-mail": address_of(name)})
        if team is not None:
            choose(self.wen, {"Team": team})
        tick(self.wen, role)
        press(self.wen, "Add and invite")
        self._keep_links(self.wen)
        return self._let_in(name)

    def _let_in(self, name: str) -> Page:
        """Open the one-time link, choose a password, and stand on one's own home."""
        page = self.visitors.newcomer(script=self.script)
        page.goto(self.links[name])
        field(page, "Password").fill(PASSWORD)
        press(page, "Keep this password")
        said(page, "Your password is kept, and you are signed in.")
        return page

    def _add_team(self) -> None:
        go(self.wen, "More", "People")
        follow(self.wen, "Teams")
        write(self.wen, {"Team": "Europe", "Region": "EMEA"})
        choose(self.wen, {"Sales manager": "Ines Calder"})
        press(self.wen, "Add team")
        said(self.wen, "Europe is added.")


def address_of(name: str) -> str:
    return f"{name.split(maxsplit=1)[0].lower().replace('á', 'a')}@fathom.example"
