"""Comments on an entry: whom they ask, how they wait on that person's home, and how they are answered and corrected."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from abm.audit.models import Event, Personal
from abm.kit.rules import RuleBroken
from abm.people.mail import Address, Letter, Security, set_mail_server
from abm.people.models import User
from abm.targets.comments import CommentMention, EntryComment, comment_on, open_mentions
from abm.targets.mentions import mentioned
from abm.targets.models import Entry
from abm.targets.queries import Colleague
from abm.targets.waiting import waiting_for
from tests.targets.browsing import LIST, text
from tests.targets.building import at, candidates
from tests.targets.conftest import NOW, Ground, Web

PEOPLE = [
    Colleague("1", "Priya Raman"),
    Colleague("2", "Tomás Ferreira"),
    Colleague("3", "Tom Ferreira"),
    Colleague("4", "Ines Calder"),
    Colleague("5", "Ines Calder-Voss"),
    Colleague("6", "Jo Ann Lee"),
    Colleague("7", "Wen"),
]


@pytest.mark.parametrize(
    ("said", "whom"),
    [
        ("@Priya, who knows them?", ["1"]),
        ("Ask @priya raman or @PRIYA", ["1"]),
        ("@Tomas knows", ["2"]),
        ("@tom knows", ["3"]),
        ("@Ines Calder, please", ["4"]),
        ("@Ines Calder-Voss, please", ["5"]),
        ("(@Wen)", ["7"]),
        ("@Jo Ann Lee and @Tomás Ferreira", ["6", "2"]),
        ("write to ana@halden.example", []),
        ("at 5 @ the plant", []),
        ("", []),
    ],
)
def test_a_mention_is_a_whole_name_or_a_first_name_that_one_person_has(said: str, whom: list[str]) -> None:
    assert [one.public_id for one in mentioned(said, PEOPLE)] == whom


@pytest.mark.parametrize(
    ("said", "refusal"),
    [
        ("@Ines knows", "2 people here are called Ines: write @Ines Calder or Ines Calder-Voss."),
        ("@Priyanka knows", "Nobody here is called Priyanka"),
    ],
)
def test_a_name_that_nobody_or_that_several_have_is_refused_in_a_sentence(said: str, refusal: str) -> None:
    with pytest.raises(RuleBroken, match=re.escape(refusal)):
        mentioned(said, PEOPLE)


def waiting(ground: Ground, web: Web, person: User) -> list[tuple[str, str, str]]:
    with web.client.application.test_request_context():
        rows = waiting_for(ground.session, person, ground.cast.organisation)
        found = [(one.verb, one.object, one.href) for one in rows if one.verb == "Answer"]
    ground.session.rollback()
    return found


def the_comment(ground: Ground) -> EntryComment:
    return ground.session.scalars(select(EntryComment).order_by(EntryComment.id.desc()).limit(1)).one()


def test_a_mention_waits_on_home_with_a_letter_until_it_is_answered(web: Web, ground: Ground) -> None:
    entry, cast = candidates(ground, 1)[0], ground.cast
    server = Address("mail.example", 25, Security.NONE, "", "abm@fathom.example")
    set_mail_server(ground.session, server, password=None, by=cast.wen, at=NOW)
    ground.session.commit()
    web.sign_in(cast.priya)
    said = {"text": "@Tomás who is <their> buyer?", "ask": cast.ines.public_id, "idempotency_key": "k" * 32}
    answer = web.post(at(entry, "/comments?missing=marketing"), data=said)
    comment = the_comment(ground).public_id
    assert answer.location == at(entry, f"?missing=marketing#comment-{comment}")
    assert web.post(at(entry, "/comments?missing=marketing"), data=said).location == answer.location  # once
    asked = [("Answer", "Priya Raman on Company 0000", at(entry, f"#comment-{comment}"))]
    assert waiting(ground, web, cast.tomas) == asked
    assert waiting(ground, web, cast.ines) == asked
    letters = ground.session.scalars(select(Letter).order_by(Letter.to)).all()
    assert [(one.to, one.subject) for one in letters] == [
        ("ines@fathom.example", "Priya Raman asks you about Company 0000"),
        ("tomás@fathom.example", "Priya Raman asks you about Company 0000"),
    ]
    assert f"{at(entry)}#comment-{comment}" in letters[1].text
    assert "who is <their> buyer?" in letters[1].text
    assert "who is &lt;their&gt; buyer?" in letters[1].html
    web.sign_in(cast.tomas)
    page = web.get(at(entry)).text
    assert f'id="comment-{comment}"' in page
    assert "asks you" in page
    assert "1 comment" in text(web.get(LIST))
    assert web.post(at(entry, "/comments"), data={"text": "Their COO"}).status_code == 303
    assert waiting(ground, web, cast.tomas) == []
    web.sign_in(cast.ines)
    assert web.post(at(entry, f"/comments/{comment}/answers")).status_code == 303
    assert waiting(ground, web, cast.ines) == []
    verbs = ground.session.scalars(select(Event.verb).where(Event.subject == "comment_mention")).all()
    assert verbs == ["answered", "answered"]


def test_who_is_not_clear_gets_the_comment_back_with_a_sentence(web: Web, ground: Ground) -> None:
    entry = candidates(ground, 1)[0]
    web.sign_in(ground.cast.priya)
    for said, mend in (("@Zoe who?", "Nobody here is called Zoe"), (" ", "Write what you want to say.")):
        answer = web.post(at(entry, "/comments"), data={"text": said})
        assert answer.status_code == 422
        assert mend in text(answer)
    web.sign_in(ground.cast.vera)
    assert web.post(at(entry, "/comments"), data={"text": "Hello"}).status_code == 403
    assert ground.session.scalars(select(EntryComment)).all() == []


def test_only_the_author_corrects_a_comment_and_what_it_said_stays_in_the_history(web: Web, ground: Ground) -> None:
    entry, cast = candidates(ground, 1)[0], ground.cast
    web.sign_in(cast.priya)
    web.post(at(entry, "/comments"), data={"text": "@Tomás, who?"})
    comment = the_comment(ground).public_id
    address = at(entry, f"/comments/{comment}")
    assert "@Tomás, who?" in web.get(f"{address}/edit").text
    assert web.post(f"{address}/corrections", data={"text": "@Ines, who?"}).status_code == 303
    assert waiting(ground, web, cast.tomas) == []
    assert [one[1] for one in waiting(ground, web, cast.ines)] == ["Priya Raman on Company 0000"]
    assert "Corrected" in text(web.get(at(entry)))
    event = ground.session.scalars(select(Event).where(Event.verb == "corrected")).one()
    assert event.after == {"mentioned": [cast.ines.id]}
    assert ground.session.get_one(Personal, event.id).data == {"text": "@Ines, who?", "former_text": "@Tomás, who?"}
    web.sign_in(cast.ines)
    assert web.get(f"{address}/edit").status_code == 403
    assert web.post(f"{address}/corrections", data={"text": "Mine"}).status_code == 403
    assert web.post(at(entry, f"/comments/{'x' * 16}/answers")).status_code == 404


def test_nobody_is_asked_twice_by_one_comment_nor_by_their_own(ground: Ground) -> None:
    entry, cast = candidates(ground, 1)[0], ground.cast
    comment_on(entry, "@Tomás @Tomás @Priya", [cast.tomas, cast.tomas, cast.priya], by=cast.priya, at=NOW)
    assert [one.user_id for one in ground.session.scalars(select(CommentMention))] == [cast.tomas.id]
    assert open_mentions(entry, cast.priya) == []
    with pytest.raises(RuleBroken, match="Tomás Ferreira is asked, not you"):
        open_mentions(entry, cast.tomas)[0].answer(by=cast.ines, at=NOW)


def test_a_comment_of_another_entry_is_not_here(web: Web, ground: Ground) -> None:
    first, second = candidates(ground, 2)
    comment = comment_on(first, "Who?", by=ground.cast.priya, at=NOW)
    ground.session.commit()
    web.sign_in(ground.cast.priya)
    assert web.get(at(first, f"/comments/{comment.public_id}/edit")).status_code == 200
    assert web.get(at(second, f"/comments/{comment.public_id}/edit")).status_code == 404
    assert ground.session.scalars(select(Entry)).all() == [first, second]
