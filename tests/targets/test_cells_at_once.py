"""Several people decide cells of one entry at the same instant, each in a request of their own."""

from __future__ import annotations

import threading

from flask import Flask
from flask.testing import FlaskClient

from abm.people.models import User
from tests.apart import ApartClient
from tests.cast import sign_in
from tests.targets.building import IN_TABLE, at, fresh
from tests.targets.conftest import Ground, Web


def signed_in(app: Flask, ground: Ground, person: User) -> FlaskClient:
    ground.session.rollback()
    return sign_in(ApartClient(app, app.response_class), person)


def test_of_two_in_one_cell_one_is_told_and_who_decides_another_cell_is_heard(
    app: Flask, web: Web, ground: Ground
) -> None:
    entry, cast = ground.put_in(ground.accounts[0], tier=1), ground.cast
    ground.session.commit()
    marcus, tomas = cast.marcus.public_id, cast.tomas.public_id
    decisions = [
        (cast.ines, "tier", {"value": "2", "seen": "1"}),
        (cast.priya, "tier", {"value": "3", "seen": "1"}),
        (cast.wen, "ae", {"value": marcus, "seen": tomas}),
        (cast.amara, "outcome", {"value": "candidate", "seen": "in"}),
    ]
    sent = [(signed_in(app, ground, who), at(entry, f"/cells/{cell}"), data) for who, cell, data in decisions]
    barrier, answers = threading.Barrier(len(sent)), {}

    def send(number: int) -> None:
        client, address, data = sent[number]
        barrier.wait()
        answers[number] = client.post(address, data=data, headers=IN_TABLE).status_code

    threads = [threading.Thread(target=send, args=(number,)) for number in range(len(sent))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted((answers[0], answers[1])) == [200, 409]
    assert (answers[2], answers[3]) == (200, 200)
    found = fresh(ground, entry)
    assert (found.tier, found.ae, found.outcome.value) == (2 if answers[0] == 200 else 3, cast.marcus, "candidate")
