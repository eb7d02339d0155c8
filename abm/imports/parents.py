"""Which account stands above another, as a file says it: by id or name, known already or in a row further down."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from abm.accounts.identity import normal_name
from abm.accounts.matching import Matcher
from abm.accounts.models import GENERATIONS, Account
from abm.imports.lines import Line
from abm.imports.models import Action
from abm.imports.planned import Planned
from abm.kit.text import shortened

Node = tuple[str, int]  # ("account", id) or ("row", number)


class Parents:
    """The families of all accounts and of the file together."""

    def __init__(self, session: Session, matcher: Matcher, lines: Sequence[Line], plans: Sequence[Planned]) -> None:
        self.matcher = matcher
        rows = session.execute(select(Account.id, Account.name, Account.parent_id)).all()
        self._names: dict[Node, str] = {("account", row.id): row.name for row in rows}
        pairs = ((row.id, row.parent_id) for row in rows if row.parent_id)
        self._above: dict[Node, Node] = {("account", below): ("account", above) for below, above in pairs}
        self._by_id: dict[str, Node] = {}
        self._by_name: dict[str, list[Node]] = {}
        for line, plan in zip(lines, plans, strict=True):
            if plan.action is not Action.BAD:
                self._note(line, plan)

    def plan(self, plan: Planned) -> None:
        """Find the parent that a row names; one that is not there is said, and left out."""
        name, external = plan.facts["parent"]
        if not name and not external:
            return
        parent, node = self._find(name, external), _node(plan)
        if parent is None:
            plan.remark(f"There is no account {shortened(name or external)}: it comes in without a parent.")
        elif self._is_below(parent, node):
            plan.remark(f"{self._names[parent]} belongs to it, so it cannot be its parent too: that is left out.")
        else:
            self._set(plan, node, parent)

    def _set(self, plan: Planned, node: Node, parent: Node) -> None:
        before = self._above.get(node)
        self._above[node] = parent
        if parent[0] == "row":
            plan.facts["parent_row"] = parent[1]
        else:
            plan.facts["columns"]["parent_id"] = parent[1]
        if plan.target_id is not None and before != parent:
            plan.note("parent", self._names[before] if before else "", self._names[parent])

    def _note(self, line: Line, plan: Planned) -> None:
        node, name, external = _node(plan), line.name("name"), line.name("external_id")
        self._names.setdefault(node, name)
        self._by_name.setdefault(normal_name(name), []).append(node)
        if external:
            self._by_id[external] = node

    def _find(self, name: str, external: str) -> Node | None:
        """By id first, then by a name that only one account has."""
        if external:
            known = self.matcher.match(external=external).account
            found = ("account", known.id) if known else self._by_id.get(external)
            if found:
                return found
        named = set(self._by_name.get(normal_name(name), ())) if name else set()
        match = self.matcher.match(name=name)
        if match.account is not None and match.certain:
            named.add(("account", match.account.id))
        return named.pop() if len(named) == 1 else None

    def _is_below(self, parent: Node, node: Node) -> bool:
        """Whether a node is the one that its parent, or anybody above it, would be."""
        above: Node | None = parent
        for _ in range(GENERATIONS):
            if above is None or above == node:
                return above == node
            above = self._above.get(above)
        return True


def _node(plan: Planned) -> Node:
    return ("row", plan.number) if plan.target_id is None else ("account", plan.target_id)
