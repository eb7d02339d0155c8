"""For which side somebody's touches count."""

from __future__ import annotations

from abm.people.models import Role, User
from abm.touches.kinds import TouchSide

MARKETING_ROLES = (Role.CMO, Role.MARKETER)
SALES_ROLES = (Role.CRO, Role.SALES_MANAGER, Role.AE, Role.SDR)


def sides_of(user: User) -> tuple[TouchSide, ...]:
    """For which sides a person logs: that of their roles, or both to choose from; RevOps corrects for either."""
    marketing, sales = user.is_one_of(*MARKETING_ROLES), user.is_one_of(*SALES_ROLES)
    if marketing == sales:
        return (TouchSide.SALES, TouchSide.MARKETING)
    return (TouchSide.SALES,) if sales else (TouchSide.MARKETING,)
