"""`abm commitments recompute` and `abm rollups rebuild` name what differs from the facts, and set it right."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, update

from abm.outbound.drift import Drift, drifts
from abm.outbound.models import Credit
from abm.touches.models import Rollup
from abm.touches.rebuilding import differences
from tests.outbound.world import NOW, World


def test_a_credit_that_was_changed_behind_the_back_is_named_and_set_right(world: World) -> None:
    halden = world.account()
    first, second = world.promise(halden, wanted=1), world.promise(halden, wanted=1)
    touch, lost = world.log(halden, when=NOW - timedelta(hours=2)), world.log(halden)
    assert list(drifts(world.session)) == []
    world.session.execute(update(Credit).where(Credit.touch_id == touch.id).values(commitment_id=second.id))
    world.session.execute(delete(Credit).where(Credit.touch_id == lost.id))

    wrong = [Drift(touch.id, second.id, first.id), Drift(lost.id, None, second.id)]
    assert list(drifts(world.session)) == wrong
    assert list(drifts(world.session, mend=True)) == wrong

    assert list(drifts(world.session)) == []


def test_a_rollup_that_lost_a_line_and_one_that_counts_too_much_are_named_and_set_right(world: World) -> None:
    halden, kestrel = world.account(), world.account("Kestrel Foods")
    for account in (halden, halden, kestrel):
        world.log(account)
    assert list(differences(world.session)) == []
    world.session.execute(delete(Rollup).where(Rollup.account_id == halden.id))
    world.session.execute(update(Rollup).where(Rollup.account_id == kestrel.id).values(touches=5, minutes=7))

    found = [(one.kind.account_id, one.stored, one.counted) for one in differences(world.session)]
    assert found == [(halden.id, (0, 0), (2, 0)), (kestrel.id, (5, 7), (1, 0))]
    list(differences(world.session, mend=True))

    assert list(differences(world.session)) == []
