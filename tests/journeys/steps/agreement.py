"""The target list: drafted by both sides, declined once with a reason, signed, and changed as a difference."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.journeys.steps.hands import choose, field, follow, go, needs_me, panel, press, refused, said, tick, write


def start_list(priya: Page) -> None:
    """The draft, its tier policy, and every account as a candidate."""
    go(priya, "Target list")
    press(priya, "Start the list")
    follow(priya, "Tier policy")
    write(priya.get_by_role("region", name="Tier 1"), {"Accounts at most": "2", "Touches by Sales at least": "3"})
    press(priya, "Save the policy")
    said(priya, "The tier policy of the draft is saved.")
    follow(priya, "Add candidates")
    tick(priya, "All that the search finds")
    press(priya, "Add as candidates")
    said(priya, "4 candidates added.")


def nominate(page: Page, account: str, why: str) -> None:
    """Sales' word, along what home says."""
    needs_me(page, "Nominate")
    follow(page, account)
    word = panel(page, "Sales' word")
    choose(word, {"Priority": "High"})
    write(word, {"Why Sales wants it": why})
    press(word, "Nominate")
    said(page, f"{account} is nominated.")


def assess(page: Page, account: str) -> None:
    """Marketing's word; what is missing is said before it counts."""
    needs_me(page, "Assess")
    follow(page, account)
    word = panel(page, "Marketing's word")
    choose(word, {"Can we reach it?": "Needs more first"})
    press(word, "Assess")
    refused(page, "What helps or is missing")
    write(word, {"What helps or is missing": "A second contact in operations"})
    press(word, "Assess")
    said(page, f"{account} is assessed.")


def place(page: Page, account: str, tier: int, ae: str, *, outcome: str = "In", why: str = "") -> None:
    """Decide one entry, found among all, those that are out as well."""
    go(page, "Target list")
    search = page.get_by_role("search", name="Search the draft")
    choose(search, {"Outcome": "All"})
    search.get_by_role("searchbox").fill(account)
    search.get_by_role("searchbox").press("Enter")
    expect(page.locator("#grid tbody tr")).to_have_count(1)
    follow(page, account)
    part = panel(page, "Where it is placed")
    choose(part, {"Outcome": outcome, "Tier": f"Tier {tier}", "Planned AE": ae})
    write(part, {"Why": why})
    press(part, "Save")
    said(page, f"{account} is placed.")


def place_together(page: Page, *accounts: str) -> None:
    """Several at once in the grid; planned is the AE who answers for each."""
    go(page, "Target list")
    tick(page, *accounts)
    change = page.get_by_role("group", name="Change the ticked accounts")
    choose(change, {"Tier": "Tier 2", "Outcome": "In"})
    press(change, "Change")
    said(page, f"{len(accounts)} entries changed.")


def too_much(page: Page, sentence: str) -> None:
    """The draft says what stops its proposal, and offers no way to propose it."""
    go(page, "Target list")
    expect(panel(page, "Propose")).to_contain_text(sentence)
    expect(panel(page, "Propose").get_by_role("button", name="Propose for signing")).to_have_count(0)


def accept_more(page: Page, title: str, why: str) -> None:
    """A seat accepts that a tier holds more than agreed, with its reason."""
    go(page, "Target list")
    part = panel(page, "How full it is")
    part.get_by_role("textbox").first.fill(why)
    press(part, f"Accept for {title}")
    said(page, "Accepted, with your reason.")


def roll_over(page: Page, accounts: int) -> None:
    """The next quarter starts from this one: every suggestion accepted at once."""
    go(page, "Target list")
    follow(page, "Next quarter")
    page.get_by_role("link", name="Start from").first.click()
    page.get_by_role("checkbox", name="that are open in this view").check()
    press(page, "Accept")
    said(page, f"{accounts} in, 0 out.")


def propose(page: Page, number: int) -> None:
    go(page, "Target list")
    press(page, "Propose for signing")
    said(page, f"Version {number} is proposed.")


def decline(page: Page, number: int, why: str) -> None:
    """Not without the reason."""
    needs_me(page, "Review and sign")
    press(page, "Decline")
    refused(page, "Say why you decline.")
    field(page, "Comment").fill(why)
    press(page, "Decline")
    said(page, f"Version {number} is declined")
    expect(panel(page, "Signatures")).to_contain_text(why)


def sign(page: Page, number: int, message: str, *, password: str = "") -> None:
    """Two clicks from home: to the difference, then one's name under it. After a while, the password between them."""
    needs_me(page, "Review and sign")
    expect(field(page, "Your password")).to_have_count(1 if password else 0)
    if password:
        press(page, f"Sign version {number}")
        expect(panel(page, "Signatures")).not_to_contain_text("Withdraw")
        field(page, "Your password").fill(password)
    press(page, f"Sign version {number}")
    said(page, message)


def difference(page: Page, *facts: str) -> None:
    """What a version changes stands first on its page."""
    shown = page.locator("#difference")
    for fact in facts:
        expect(shown).to_contain_text(fact)
