"""A seat is given by whoever saw how it stands."""

from __future__ import annotations

import re

from flask import Flask

from abm.people.seats import Side, seats
from tests.cast import Cast, sign_in
from tests.people.conftest import Looking


def stood(cast: Cast) -> str:
    """What the form of the sales seat carries, as long as nobody changed it."""
    return f"{cast.renata.public_id} CRO"


def test_who_opened_the_seat_before_somebody_else_took_it_overwrites_nothing(app: Flask, cast: Cast) -> None:
    wen = sign_in(app.test_client(), cast.wen)
    shown = re.search(r'name="sales-seat-stood"[^>]*value="([^"]*)"', wen.get("/admin/seats").text)
    assert shown is not None
    assert shown[1] == stood(cast)
    older = {"sales-seat-title": "CRO", "sales-seat-holder": "", "sales-seat-stood": shown[1]}
    newer = {"sales-seat-title": "VP Sales", "sales-seat-holder": cast.ines.public_id, "sales-seat-stood": shown[1]}
    assert wen.post("/admin/seats/sales", data=newer).status_code == 303
    refused = wen.post("/admin/seats/sales", data=older)
    assert refused.status_code == 409
    assert "Somebody changed this seat meanwhile: Ines Calder holds it as VP Sales." in refused.text
    stands = re.search(r'name="sales-seat-stood"[^>]*value="([^"]*)"', refused.text)
    assert stands is not None
    assert wen.post("/admin/seats/sales", data={**older, "sales-seat-stood": stands[1]}).status_code == 303


def test_a_refused_change_of_a_seat_keeps_what_was_chosen(app: Flask, cast: Cast, looking: Looking) -> None:
    amara = sign_in(app.test_client(), cast.amara)
    form = {"sales-seat-title": "Chief", "sales-seat-holder": cast.vera.public_id, "sales-seat-stood": stood(cast)}
    answer = amara.post("/admin/seats/sales", data=form)
    assert answer.status_code == 409
    assert "Renata Voss or RevOps gives CRO" in answer.text
    assert 'value="Chief"' in answer.text
    with looking() as session:
        assert seats(session)[Side.SALES].title == "CRO"
