"""A week narrowed to a segment or a campaign, and how many people answered: on the page, behind it and in the file."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from abm.accounts.contacts import add_contact
from abm.accounts.merging import merge_contacts
from abm.campaigns.creating import create_campaign
from abm.campaigns.launches import AudienceMember
from abm.progress.weekly import AccountWeek
from abm.touches.kinds import Channel, Direction, TouchSide
from abm.touches.logging import log_touch
from tests.cast import sign_in
from tests.progress.freezing import IN_LAST, LAST, freeze, seen
from tests.progress.ground import MONDAY, NOW, WEEK, Ground


def segments(ground: Ground, *names: str) -> None:
    """What the accounts of tiers 1, 2 and 3 belong to."""
    for account, name in zip(ground.accounts, names, strict=True):
        account.change(by=ground.cast.wen, at=NOW, segment=name)
    ground.session.commit()


def cold_chain(ground: Ground, since: datetime, until: datetime | None = None) -> None:
    """A campaign that works the account of tier 1, and holds that of tier 2 out."""
    campaign = create_campaign(
        ground.cast.organisation,
        name="Cold chain",
        starts_on=date(2026, 11, 2),
        ends_on=date(2026, 12, 18),
        by=ground.cast.priya,
        at=NOW,
    )
    for account, held_out in zip(ground.accounts[:2], (False, True), strict=True):
        taken = AudienceMember(account_id=account.id, tier=1, starts=since, ends=until, held_out=held_out)
        campaign.audience.append(taken)
    ground.session.commit()


def answer(ground: Ground, tier: int, names: str, when: datetime = MONDAY) -> None:
    """People of an account, by name, reply to an e-mail."""
    account = ground.accounts[tier - 1]
    for name in names.split():
        person = add_contact(account, name=name, by=ground.cast.wen, at=NOW)
        log_touch(
            account, organisation=ground.cast.organisation, by=ground.cast.tomas, at=NOW, client_key=f"{tier}-{name}",
            imported=True, side=TouchSide.SALES, direction=Direction.INBOUND, channel=Channel.EMAIL, outcome="replied",
            when=when, contact=person,
        )  # fmt: skip
    ground.session.commit()


def file(client: FlaskClient, choice: str) -> list[dict[str, str]]:
    text = client.get(f"/progress/{WEEK}/accounts.csv?{choice}").text
    return list(csv.DictReader(io.StringIO(text.lstrip("\ufeff"))))


def people(rows: Sequence[AccountWeek]) -> dict[str, int]:
    return {row.name: row.people for row in rows}


def test_an_account_is_worked_by_the_campaigns_that_have_it_in_their_audience_at_that_moment(ground: Ground) -> None:
    cold_chain(ground, since=MONDAY - timedelta(days=10), until=MONDAY)
    for week, expected in ((WEEK.plus(-2), ("cold-chain",)), (WEEK.plus(-1), ("cold-chain",)), (WEEK, ())):
        worked = {row.tier: row.campaigns for row in ground.week(week).rows}
        assert worked == {1: expected, 2: (), 3: ()}, week


def test_the_page_its_accounts_and_the_file_are_narrowed_alike(app: Flask, ground: Ground) -> None:
    segments(ground, "Enterprise", "Enterprise", "Growth")
    cold_chain(ground, since=MONDAY)
    client = sign_in(app.test_client(), ground.cast.vera)
    for choice, names in (
        ("segment=Enterprise", {"Company 1", "Company 2"}),
        ("campaign=cold-chain", {"Company 1"}),
        ("segment=Growth&campaign=cold-chain", set()),
    ):
        page, behind = (client.get(f"/progress/{WEEK}{of}?{choice}").text for of in ("", "/accounts"))
        assert (f" of {len(names)} accounts this week" if names else "No account here") in page
        assert {name for name in ("Company 1", "Company 2", "Company 3") if name in behind} == names
        assert {row["Account"] for row in file(client, choice)} == names
    (row,) = file(client, "campaign=cold-chain")
    assert (row["Segment"], row["Campaigns"]) == ("Enterprise", "Cold chain")


def test_a_figure_leads_to_its_accounts_of_the_same_segment(app: Flask, ground: Ground) -> None:
    segments(ground, "Enterprise", "", "Growth")
    page = sign_in(app.test_client(), ground.cast.vera).get(f"/progress/{WEEK}?segment=Growth").text
    assert '<option value="Growth" selected>' in page
    assert f"/progress/{WEEK}/accounts?figure=untouched&amp;segment=Growth" in page


@pytest.mark.parametrize("kind", ["segment", "campaign"])
def test_a_frozen_week_keeps_what_accounts_belonged_to(app: Flask, ground: Ground, kind: str) -> None:
    segments(ground, "Enterprise", "Growth", "Growth")
    cold_chain(ground, since=IN_LAST, until=MONDAY)
    freeze(ground)
    segments(ground, "Other", "Other", "Other")
    ground.session.query(AudienceMember).update({"held_out": True})
    ground.session.commit()
    assert {row.tier: (row.segment, row.campaigns) for row in seen(ground).rows} == {
        1: ("Enterprise", ("cold-chain",)), 2: ("Growth", ()), 3: ("Growth", ())
    }  # fmt: skip
    choice = {"segment": "segment=Enterprise", "campaign": "campaign=cold-chain"}[kind]
    behind = sign_in(app.test_client(), ground.cast.vera).get(f"/progress/{LAST}/accounts?{choice}").text
    assert "1 account," in behind


def test_the_figures_of_a_segment_and_of_a_campaign_are_kept_for_comparison(ground: Ground) -> None:
    segments(ground, "Enterprise", "Enterprise", "")
    cold_chain(ground, since=IN_LAST)
    kept = freeze(ground).headlines
    assert kept["segment Enterprise"]["accounts"] == 2
    assert kept["campaign cold-chain"]["accounts"] == 1
    assert "segment " not in kept


def test_people_who_responded_are_counted_once_each_within_the_window(ground: Ground) -> None:
    answer(ground, 1, "Ada Bo Cy")
    answer(ground, 2, "Dee", datetime(2026, 8, 29, 9, 0, tzinfo=UTC))  # the 90th day up to 26 November
    answer(ground, 3, "Eve", datetime(2026, 8, 28, 9, 0, tzinfo=UTC))
    ground.log(2, TouchSide.SALES, MONDAY, (Channel.EMAIL, "replied"), Direction.INBOUND)  # nobody knows who
    assert people(ground.week().rows) == {"Company 1": 3, "Company 2": 1, "Company 3": 0}


def test_whoever_was_merged_is_one_of_the_people(ground: Ground) -> None:
    answer(ground, 1, "Ada Adele")
    ada, adele = sorted(ground.accounts[0].contacts, key=lambda one: one.name)
    merge_contacts(ada, adele, by=ground.cast.wen, at=NOW)
    ground.session.commit()
    assert people(ground.week().rows)["Company 1"] == 1


def test_the_page_counts_buying_groups_and_leads_to_them(app: Flask, ground: Ground) -> None:
    answer(ground, 1, "Ada Bo")
    answer(ground, 2, "Cy")
    client = sign_in(app.test_client(), ground.cast.vera)
    page = client.get(f"/progress/{WEEK}").text
    place = page.index("Buying group")
    assert ">1</a>" in page[place : place + 400]
    behind = client.get(f"/progress/{WEEK}/accounts?figure=buying-group").text
    assert "Company 1" in behind
    assert "; 2 people responded" in behind
    assert "Company 2" not in behind


def test_a_frozen_week_keeps_how_many_people_had_responded(ground: Ground) -> None:
    answer(ground, 1, "Ada Bo", IN_LAST)
    assert freeze(ground).headlines["all"]["buying groups"] == 1
    answer(ground, 1, "Cy", IN_LAST)
    assert people(seen(ground).rows)["Company 1"] == 2
