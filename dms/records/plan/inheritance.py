"""Which retention rule holds for an entry: its own, else that of the nearest entry above that has one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from dms.access.actors import Actor
from dms.records.plan.models import PlanEntry
from dms.records.plan.retention import Retention


@dataclass(frozen=True, slots=True)
class Place:
    """Where an entry stands: `above` are the entries over it that the actor may see, main group first.

    `rule` holds here, by `rule_from`; that is None when nothing is laid down, and when the actor may not see it.
    """

    above: Sequence[PlanEntry]
    rule: Retention
    rule_from: PlanEntry | None


def places_of(actor: Actor, entries: Sequence[PlanEntry]) -> dict[UUID, Place]:
    """By two queries, however many there are."""
    ids = {above for entry in entries for above in entry.ancestors}
    over: Mapping[UUID, PlanEntry] = PlanEntry.objects.in_bulk(ids)
    seen = set(PlanEntry.objects.filter(pk__in=ids).visible_to(actor).values_list("pk", flat=True)) if ids else set()
    return {entry.pk: _place(entry, over, seen) for entry in entries}


def _place(entry: PlanEntry, over: Mapping[UUID, PlanEntry], seen: set[UUID]) -> Place:
    line = [over[above] for above in entry.ancestors]
    ruling = next((one for one in [entry, *reversed(line)] if one.retention.is_set), None)
    told = ruling if ruling and (ruling.pk == entry.pk or ruling.pk in seen) else None
    return Place([one for one in line if one.pk in seen], ruling.retention if ruling else Retention(), told)
