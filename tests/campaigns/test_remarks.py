"""A review from its first remark to its end: kept, finished, taken up, corrected, reminded of."""

from __future__ import annotations

import html
import re
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from abm.campaigns.differences import changes
from abm.campaigns.kinds import CommentKind, PlanState, Section
from abm.campaigns.plan import Plan
from abm.campaigns.reviewing import PlanReview, ReviewAsk, ReviewVerdict, finish, pending_of, remark
from abm.campaigns.reviews import ReviewComment
from abm.campaigns.waiting import waiting_for
from abm.kit.rules import RuleBroken
from abm.kit.wording import word_changes
from tests.campaigns.world import ADDRESS, NOW, Signed, World

REMARKS = f"{ADDRESS}/plan/versions/1/remarks"


def said(world: World) -> list[tuple[str, str, str]]:
    world.session.rollback()
    rows = world.session.scalars(select(ReviewComment).order_by(ReviewComment.id))
    found = [(row.section.value, row.kind.value, row.body) for row in rows]
    world.session.rollback()  # what was only read keeps no request waiting
    return found


# Kept until it is finished


def test_a_remark_is_seen_by_nobody_else_until_its_review_is_finished(world: World, as_: Signed) -> None:
    ines, priya, tomas = as_("ines"), as_("priya"), as_("tomas")
    sent = {"section": "offer", "kind": "requested change", "body": "Legal has not seen this."}
    assert ines.post(REMARKS, data=sent).status_code == 303
    assert "Legal has not seen this." in ines.get(f"{ADDRESS}/review").text
    for other in (priya, tomas, as_("renata")):
        assert "Legal has not seen this." not in other.get(f"{ADDRESS}/review").text
    assert said(world) == []
    done = ines.post(f"{ADDRESS}/plan/versions/1/reviews", data={"verdict": "request changes", "summary": "Nearly."})
    assert done.status_code == 303
    assert said(world) == [("offer", "requested change", "Legal has not seen this.")]
    page = priya.get(f"{ADDRESS}/review").text
    assert "Legal has not seen this." in page
    assert "Ines Calder asked for changes" in page
    assert "Nearly." in page


def test_a_kept_remark_survives_leaving_and_can_be_changed_and_taken_back(world: World, as_: Signed) -> None:
    ines = as_("ines")
    for body in ("First.", "Second."):
        ines.post(REMARKS, data={"section": "message", "kind": "comment", "body": body})
    again = as_("ines")  # another browser, another day
    page = again.get(f"{ADDRESS}/review").text
    first, second = re.findall(rf"{ADDRESS}/remarks/([\w-]+)/deletions", page)
    assert "2 remarks of yours nobody else has seen" in page
    assert again.post(f"{ADDRESS}/remarks/{first}", data={"body": "First, better."}).status_code == 303
    assert again.post(f"{ADDRESS}/remarks/{first}", data={"body": " "}).status_code == 422
    assert again.post(f"{ADDRESS}/remarks/{second}/deletions").status_code == 303
    assert as_("tomas").post(f"{ADDRESS}/remarks/{first}/deletions").status_code == 404, "nobody else's is there"
    again.post(f"{ADDRESS}/plan/versions/1/reviews", data={"verdict": "comment"})
    assert said(world) == [("message", "comment", "First, better.")]


@pytest.mark.parametrize(
    ("kinds", "verdict", "sentence"),
    [
        ([], ReviewVerdict.REQUEST, "Say first, at its section, what should change"),
        ([CommentKind.COMMENT], ReviewVerdict.REQUEST, "Say first, at its section"),
        ([CommentKind.REQUEST], ReviewVerdict.COMMENT, "You ask for a change of the offer and proof: finish with"),
        (
            [CommentKind.REQUEST],
            ReviewVerdict.APPROVE,
            "You ask for a change of the offer and proof: .* take that back",
        ),
    ],
)
def test_the_verdict_fits_what_was_said(
    world: World, kinds: list[CommentKind], verdict: ReviewVerdict, sentence: str
) -> None:
    campaign, version = world.submitted()
    for kind in kinds:
        remark(campaign, version, section=Section.OFFER, kind=kind, body="Look.", by=world.cast.ines, at=NOW)
    with pytest.raises(RuleBroken, match=sentence):
        finish(campaign, version, verdict, by=world.cast.ines, at=NOW)


def test_approving_publishes_what_was_kept_and_approves_nothing_where_that_is_refused(
    world: World, as_: Signed
) -> None:
    ines = as_("ines")
    ines.post(REMARKS, data={"section": "offer", "kind": "requested change", "body": "Not yet."})
    page = ines.get(f"{ADDRESS}/review").text
    digest = re.search(r'name="digest" value="([0-9a-f]{64})"', page)
    assert digest
    sent = {"digest": digest[1], "summary": "Good otherwise."}
    refused = ines.post(f"{ADDRESS}/plan/versions/1/approvals", data=sent)
    assert refused.status_code == 422
    assert "You ask for a change of the offer and proof" in refused.text
    assert "Good otherwise." in refused.text, "what was typed stays"
    assert said(world) == []
    (pending,) = re.findall(rf"{ADDRESS}/remarks/([\w-]+)/deletions", page)
    ines.post(f"{ADDRESS}/remarks/{pending}/deletions")
    ines.post(REMARKS, data={"section": "offer", "kind": "comment", "body": "I like this."})
    assert ines.post(f"{ADDRESS}/plan/versions/1/approvals", data=sent).status_code == 303
    assert said(world) == [("offer", "comment", "I like this.")]
    assert "Ines Calder approved version 1" in ines.get(f"{ADDRESS}/review").text


def test_what_was_kept_for_an_earlier_version_is_published_to_the_newest(world: World) -> None:
    campaign, version = world.submitted()
    remark(campaign, version, section=Section.OFFER, kind=CommentKind.COMMENT, body="Hm.", by=world.cast.ines, at=NOW)
    campaign.change(Section.MESSAGE, by=world.cast.priya, at=NOW, message="Minutes.")
    _, second = world.submitted(campaign)
    with pytest.raises(RuleBroken, match="open the newest one"):
        finish(campaign, version, ReviewVerdict.COMMENT, by=world.cast.ines, at=NOW)
    finish(campaign, second, ReviewVerdict.COMMENT, by=world.cast.ines, at=NOW)
    assert [one.version.number for one in campaign.comments] == [2]
    assert pending_of(campaign, world.cast.ines) == []


def test_a_finished_review_stays_as_it_was(world: World) -> None:
    campaign, version = world.submitted()
    finish(campaign, version, ReviewVerdict.COMMENT, summary="Fine.", by=world.cast.ines, at=NOW)
    world.session.flush()
    for statement in ("UPDATE plan_review SET summary = 'Bad.'", "DELETE FROM plan_review"):
        with pytest.raises(IntegrityError), world.session.begin_nested():
            world.session.execute(text(statement))


# AEs


def test_the_aes_of_the_audience_are_asked_once_and_have_no_vote(world: World, app: Flask) -> None:
    campaign, version = world.submitted()
    world.session.flush()
    asks = world.session.scalars(select(ReviewAsk).where(ReviewAsk.version_id == version.id)).all()
    assert {(one.user.name, one.accounts) for one in asks} == {("Tomás Ferreira", 2), ("Marcus Bell", 1)}
    tomas, organisation = world.cast.tomas, world.cast.organisation
    with app.test_request_context():
        (row,) = [one for one in waiting_for(world.session, tomas, organisation) if one.verb == "Comment"]
    assert row.why == "Priya Raman asks for your word: it works 2 of your accounts"
    finish(campaign, version, ReviewVerdict.COMMENT, by=tomas, at=NOW)
    world.session.flush()
    with app.test_request_context():
        assert not [one for one in waiting_for(world.session, tomas, organisation) if one.verb == "Comment"]
    with pytest.raises(RuleBroken, match="Sales approves a plan"):
        world.approve(campaign, version, tomas)


# Wordings


def test_a_suggested_wording_is_applied_in_one_step(world: World, as_: Signed) -> None:
    ines, priya = as_("ines"), as_("priya")
    sent = {"section": "message", "kind": "suggested wording", "suggestion": "A late alarm costs a whole load."}
    assert ines.post(REMARKS, data=sent).status_code == 303
    ines.post(f"{ADDRESS}/plan/versions/1/reviews", data={"verdict": "comment"})
    page = html.unescape(priya.get(f"{ADDRESS}/review").text)
    assert "<ins>whole </ins>" in page
    (public_id,) = re.findall(rf"{ADDRESS}/comments/([\w-]+)/applications", page)
    assert ines.post(f"{ADDRESS}/comments/{public_id}/applications").status_code == 403
    assert priya.post(f"{ADDRESS}/comments/{public_id}/applications").status_code == 303
    assert "A late alarm costs a whole load." in priya.get(f"{ADDRESS}/sections/message").text
    assert "took up Ines Calder's wording of the message" in html.unescape(priya.get(ADDRESS).text)
    assert priya.post(f"{ADDRESS}/comments/{public_id}/applications").status_code == 409


def test_a_wording_for_what_changed_meanwhile_shows_both(world: World, as_: Signed) -> None:
    ines, priya = as_("ines"), as_("priya")
    ines.post(REMARKS, data={"section": "message", "kind": "suggested wording", "suggestion": "Sooner is cheaper."})
    ines.post(f"{ADDRESS}/plan/versions/1/reviews", data={"verdict": "comment"})
    priya.post(f"{ADDRESS}/sections/message", data={"message": "Minutes, not days."})
    (public_id,) = re.findall(rf"{ADDRESS}/comments/([\w-]+)/applications", priya.get(f"{ADDRESS}/review").text)
    clash = priya.post(f"{ADDRESS}/comments/{public_id}/applications")
    assert clash.status_code == 409
    assert "Minutes, not days." in clash.text
    assert "Sooner is cheaper." in clash.text
    assert priya.post(f"{ADDRESS}/comments/{public_id}/asides").status_code == 303
    assert "put aside" in priya.get(f"{ADDRESS}/review").text


@pytest.mark.parametrize(
    ("section", "suggestion", "sentence"),
    [
        (Section.PLAYS, "A dinner", "The plays is no text: ask for a change instead"),
        (Section.MESSAGE, " ", "Write the section as it should read"),
        (Section.MESSAGE, "A late alarm costs a load.", "This is how it reads already"),
    ],
)
def test_only_a_text_is_worded_anew(world: World, section: Section, suggestion: str, sentence: str) -> None:
    campaign, version = world.submitted()
    kind, ines = CommentKind.SUGGESTION, world.cast.ines
    with pytest.raises(RuleBroken, match=sentence):
        remark(campaign, version, section=section, kind=kind, body="", suggestion=suggestion, by=ines, at=NOW)


# The checklist


def test_a_settled_change_can_be_opened_again_by_who_asked(world: World) -> None:
    campaign, version = world.submitted()
    request = world.ask_for_change(campaign, version)
    day, ines = NOW.date(), world.cast.ines
    request.settle(seat=None, day=day, by=ines, at=NOW)
    with pytest.raises(RuleBroken, match="Ines Calder asked for this change"):
        request.reopen(seat=None, day=day, by=world.cast.tomas, at=NOW)
    request.reopen(seat=None, day=day, by=ines, at=NOW)
    assert campaign.state_of(version) is PlanState.CHANGES_REQUESTED
    with pytest.raises(RuleBroken, match="open already"):
        request.reopen(seat=None, day=day, by=ines, at=NOW)


# What changed since


def test_a_reviewer_sees_only_what_changed_since_they_approved(world: World, as_: Signed) -> None:
    ines, priya = as_("ines"), as_("priya")
    digest = re.search(r'name="digest" value="([0-9a-f]{64})"', ines.get(f"{ADDRESS}/review").text)
    assert digest
    ines.post(f"{ADDRESS}/plan/versions/1/approvals", data={"digest": digest[1]})
    priya.post(f"{ADDRESS}/sections/offer", data={"offer": "A six-week pilot on two lanes."})
    assert priya.post(f"{ADDRESS}/submissions").status_code == 303
    page = html.unescape(ines.get(f"{ADDRESS}/review").text)
    assert "Since version 1, approved by Ines Calder" in page
    assert "A <del>four-week </del><ins>six-week </ins>pilot on two lanes." in page
    assert page.count("As in version 1") == 7
    assert "Approve version 2 again" in page


def test_changes_are_said_in_sentences(world: World) -> None:
    campaign, version = world.submitted()
    before = Plan.read(version.read())
    priya = world.cast.priya
    campaign.change(Section.SALES_ASK, by=priya, at=NOW, ask_touches=4)
    campaign.change(Section.OBJECTIVE, by=priya, at=NOW, ends_on=date(2026, 12, 20))
    after = Plan.read(world.submitted(campaign)[1].read())
    found = changes(before, after)
    assert found[Section.SALES_ASK].sentences == ["Touches per account: 3 before, 4 now."]
    assert found[Section.OBJECTIVE].sentences == ["Last day: 2026-12-18 before, 2026-12-20 now."]
    assert set(found) == {Section.SALES_ASK, Section.OBJECTIVE}


def test_words_in_one_text_give_both_back() -> None:
    before, after = (
        "We see it forty minutes earlier,\nwhoever carries it.",
        "We see it an hour earlier,\nwhoever it is.",
    )
    found = word_changes(before, after)
    assert "".join(one.text for one in found if one.kind != "new") == before
    assert "".join(one.text for one in found if one.kind != "gone") == after


def test_each_review_is_one_row(world: World) -> None:
    campaign, version = world.submitted()
    finish(campaign, version, ReviewVerdict.COMMENT, by=world.cast.tomas, at=NOW)
    world.approve(campaign, version)
    finish(campaign, version, ReviewVerdict.COMMENT, by=world.cast.marcus, at=NOW)
    world.session.flush()
    assert [row.by.name for row in world.session.scalars(select(PlanReview).order_by(PlanReview.id))] == [
        "Tomás Ferreira",
        "Marcus Bell",
    ]
