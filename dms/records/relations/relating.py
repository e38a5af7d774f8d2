"""Services that join two things and part them again; and with what a thing is joined, as far as the actor may see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import product
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from dms.access.actors import Actor
from dms.access.permissions import Permission
from dms.access.rule import NotAllowed, can, require
from dms.audit.door import change
from dms.audit.events import Event
from dms.audit.lifecycle import NotPossible
from dms.audit.models import target_name
from dms.records.dossiers.closing import is_open, refuse_closed
from dms.records.models import Case, Document, Dossier
from dms.records.relations.models import ORIGINS, Relation, RelationKind, relation_label

Thing = Dossier | Case | Document
SORTS: dict[str, type[Thing]] = {"dossier": Dossier, "case": Case, "document": Document}
_KEEP = {"dossier": Permission.DOSSIER_KEEP, "case": Permission.DOSSIER_KEEP, "document": Permission.DOCUMENT_CORRECT}
_MADE = {"document": Event.DOCUMENT_RELATED}
_REMOVED = {"document": Event.DOCUMENT_UNRELATED}


class RelatedAlready(NotPossible):
    code = "related_already"

    def __init__(self) -> None:
        super().__init__(_("Diese Verknüpfung gibt es schon."))


class NotToBeRelated(NotPossible):
    code = "not_to_be_related"

    def __init__(self) -> None:
        super().__init__(_("Mit sich selbst lässt sich nichts verknüpfen."))


class OriginStays(NotPossible):
    code = "origin_stays"

    def __init__(self) -> None:
        super().__init__(_("Woher ein Dokument stammt, hält das System selbst fest; das lässt sich nicht ändern."))


@dataclass(frozen=True, slots=True)
class Related:
    """A relation as it is read from one end; `other` may be seen by the actor."""

    relation: Relation
    other: Thing
    outward: bool
    label: str
    may_remove: bool


def sort_of(thing: Thing) -> str:
    return next(name for name, model in SORTS.items() if isinstance(thing, model))


def may_relate(actor: Actor, thing: Thing) -> bool:
    """After closing the registry alone may. Dossier and case of it have come along."""
    if not can(actor, _KEEP[sort_of(thing)], thing):
        return False
    return is_open(*_place(thing)) or can(actor, Permission.DOSSIER_AMEND, thing)


def relation_make(actor: Actor, source: Thing, kind: RelationKind, target: Thing, *, now: datetime) -> Relation:
    """From the source, which the actor keeps, to a thing of the same sort that the actor may see.

    Raises NotAllowed, RelatedAlready, NotToBeRelated, OriginStays, DossierClosed, CaseClosed.
    """
    sort = sort_of(source)
    if kind in ORIGINS:
        raise OriginStays
    if source.pk == target.pk or sort != sort_of(target):
        raise NotToBeRelated
    with transaction.atomic():
        _hold(source, target)
        require(actor, _KEEP[sort], source)
        if not can(actor, Permission.DOSSIER_AMEND, source):
            refuse_closed(*_place(source))
        if _there(sort, kind, source.pk, target.pk):
            raise RelatedAlready
        event = _MADE.get(sort, Event.FILE_RELATED)
        row = _made(actor, source, kind, target, event, now)
        _tell(actor, event, row, source, target, now=now)
    return row


def origin_note(
    actor: Actor, made: Document, kind: RelationKind, origin: Document, event: Event, *, now: datetime
) -> Relation:
    """Where a document comes from, for good; the caller has checked the rights, and both chains tell of it already.

    Within a transaction.
    """
    return _made(actor, made, kind, origin, event, now)


def _made(actor: Actor, source: Thing, kind: RelationKind, target: Thing, event: Event, now: datetime) -> Relation:
    sort = sort_of(source)
    row = Relation(kind=kind, made_at=now, made_by=actor.key)
    setattr(row, f"from_{sort}", source)
    setattr(row, f"to_{sort}", target)
    with change(actor, event, chain=row.chain, scope=source, at=now) as opened:
        opened.save(row)
    return row


def relation_remove(actor: Actor, relation: Relation, *, now: datetime) -> None:
    """By whoever keeps one of both ends and may see the other. Raises NotAllowed, OriginStays."""
    sort = relation.sort
    if relation.kind in ORIGINS:
        raise OriginStays
    with transaction.atomic():
        source, target = (_end(relation, side) for side in ("from", "to"))
        _hold(source, target)
        if not any(may_relate(actor, end) for end in (source, target)):
            raise NotAllowed(actor, _KEEP[sort])
        event = _REMOVED.get(sort, Event.FILE_UNRELATED)
        with change(actor, event, chain=relation.chain, scope=source, at=now) as opened:
            opened.delete(relation)
        _tell(actor, event, relation, source, target, now=now)


def relations_of(actor: Actor, thing: Thing) -> list[Related]:
    """Both directions, in the order in which they were made."""
    return relations_of_many(actor, sort_of(thing), [thing])[thing.pk]


def relations_of_many(actor: Actor, sort: str, things: Sequence[Thing]) -> dict[UUID, list[Related]]:
    """Of each of these, by a constant number of queries."""
    mine: dict[UUID, Thing] = {thing.pk: thing for thing in things}
    source, target = f"from_{sort}_id", f"to_{sort}_id"
    rows = list(Relation.objects.filter(Q(**{f"{source}__in": mine}) | Q(**{f"{target}__in": mine})))
    seen = visible_things(actor, sort).in_bulk({getattr(row, end) for row in rows for end in (source, target)})
    found: dict[UUID, list[Related]] = {key: [] for key in mine}
    for row, (end, other_end) in product(rows, ((source, target), (target, source))):
        here, there = mine.get(getattr(row, end)), seen.get(getattr(row, other_end))
        if here is not None and there is not None:
            label = relation_label(row.kind, outward=end == source)
            may = row.kind not in ORIGINS and (may_relate(actor, here) or may_relate(actor, there))
            found[here.pk].append(Related(row, there, end == source, label, may))
    return found


def visible_things(actor: Actor, sort: str) -> Any:
    """All of this sort that the actor may see, with what is needed to say what may be done with them."""
    found = SORTS[sort].objects.visible_to(actor)
    along = {"dossier": (), "case": ("dossier",), "document": ("dossier", "case")}[sort]
    return found.select_related(*along) if along else found


def relations_seen(actor: Actor) -> QuerySet[Relation]:
    """Those of which the actor may see both ends."""
    both = Q()
    for sort, model in SORTS.items():
        seen = model.objects.visible_to(actor)
        both |= Q(**{f"from_{sort}__in": seen, f"to_{sort}__in": seen})
    return Relation.objects.filter(both)


def _place(thing: Thing) -> tuple[Dossier | None, Case | None]:
    if isinstance(thing, Dossier):
        return thing, None
    return (thing.dossier, thing) if isinstance(thing, Case) else (thing.dossier, thing.case)


def _end(relation: Relation, side: str) -> Thing:
    end: Thing = getattr(relation, f"{side}_{relation.sort}")
    return end


def _hold(source: Thing, target: Thing) -> None:
    """Both rows, in the order of their ids: nobody waits in a ring."""
    rows = type(source).objects.select_for_update(of=("self",), no_key=True)
    list(rows.filter(pk__in=[source.pk, target.pk]).order_by("pk").values_list("pk", flat=True))


def _there(sort: str, kind: str, source: UUID, target: UUID) -> bool:
    """What is the same from both ends is there once."""
    rows = Relation.objects.filter(kind=kind)
    there = Q(**{f"from_{sort}": source, f"to_{sort}": target})
    if kind == RelationKind.SEE_ALSO:
        there |= Q(**{f"from_{sort}": target, f"to_{sort}": source})
    return rows.filter(there).exists()


def _tell(actor: Actor, event: Event, row: Relation, source: Thing, target: Thing, *, now: datetime) -> None:
    """In both places. What the other end is called is not said there: who reads one history may not see the other."""
    for here, other, outward in ((source, target, True), (target, source, False)):
        with change(actor, event, here, chain=here.chain, at=now) as opened:
            opened.facts.update({"kind": row.kind, "outward": outward, "other": target_name(other)})
