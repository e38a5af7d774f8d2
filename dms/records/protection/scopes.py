"""Which scope a plan entry or dossier stands in, and whether it has rules of its own."""

from __future__ import annotations

from dms.audit.models import target_name
from dms.records.dossiers.models import Dossier
from dms.records.plan.models import PlanEntry

Node = PlanEntry | Dossier
"""What can have rules of its own: everything below it stands under them."""


def has_own_scope(node: Node) -> bool:
    return node.scope.place == target_name(node)


def scope_around(node: Node) -> int | None:
    """Of the place where it stands: above its own, if it has one.

    That of a dossier is its entry's, also while the dossier has still to follow the entry into a new one.
    """
    if isinstance(node, Dossier):
        return node.plan_entry.scope_id
    return node.scope.parent_id if has_own_scope(node) else node.scope_id
