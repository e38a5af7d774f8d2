"""The file plan as a tree for the page: nested nodes of what the person may see, all of it or what a search leaves."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self
from uuid import UUID

from dms.access.actors import Actor
from dms.records.dossiers.models import Dossier
from dms.records.plan.models import EntryState, PlanEntry


@dataclass(slots=True)
class Node:
    """`found`: the search meant this one; the others are there to show where it stands. `dossiers` lie at the entry and
    below it, as many as the list of dossiers shows the person."""

    entry: PlanEntry
    found: bool = False
    dossiers: int = 0
    below: list[Self] = field(default_factory=list)

    @property
    def is_retired(self) -> bool:
        return self.entry.state == EntryState.RETIRED


def plan_tree(actor: Actor, words: str = "") -> tuple[list[Node], int]:
    """The main groups with all below them, and how many were found; by three queries."""
    entries = list(PlanEntry.objects.visible_to(actor))
    dossiers = Dossier.objects.visible_to(actor).count_under_entries()
    if not words:
        return _nested(entries, set(), dossiers), 0
    found = set(PlanEntry.objects.visible_to(actor).matching(words).values_list("pk", flat=True))
    wanted = found | {above for entry in entries if entry.pk in found for above in entry.ancestors}
    return _nested([entry for entry in entries if entry.pk in wanted], found, dossiers), len(found)


def _nested(entries: Sequence[PlanEntry], found: Container[UUID], dossiers: Mapping[UUID, int]) -> list[Node]:
    """In their order. What stands below a hidden entry comes up to the next one above that is there."""
    nodes = {entry.pk: Node(entry, entry.pk in found, dossiers.get(entry.pk, 0)) for entry in entries}
    roots: list[Node] = []
    for node in nodes.values():
        above = next((nodes[one] for one in reversed(node.entry.ancestors) if one in nodes), None)
        (above.below if above else roots).append(node)
    return roots
