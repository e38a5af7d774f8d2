"""Finds a record by its id for who wants to look at it or change it: only what that person may see, its reading noted.

Pages and REST find everything here that is a dossier, a case or a document, or something about one: who takes part in
it, its volumes and loans, what it is joined with. Whoever found such a thing otherwise would read what is sensitive
without a trace (docs/decisions/0021); a test walks all addresses for that.
"""

from __future__ import annotations

from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet

from dms.access.actors import Actor
from dms.records.models import Case, Document, Dossier, Loan, Participation, Relation, Volume
from dms.records.protection.reading import Readable, Way, note_readings

M = TypeVar("M", bound=Model)


def opened(actor: Actor, rows: QuerySet[M], key: UUID, way: Way | None = Way.PART) -> M | None:
    """Among `rows`, which are those that the actor may see. None: it is not among them.

    In which `way` it is read; None: nothing of its content is shown. Raises PurposeNeeded.
    """
    found = rows.filter(pk=key).first()
    if found is not None and way is not None:
        note_readings(actor, files_behind(found), way)
    return found


def files_behind(thing: Any) -> list[Readable]:
    """What is read by whoever looks at it; what it belongs to has come along. Raises TypeError for anything else."""
    match thing:
        case Dossier() | Case() | Document():
            return [thing]
        case Participation():
            return [thing.case or thing.dossier]
        case Volume() | Loan():
            return [thing.dossier]
        case Relation():
            return [getattr(thing, f"{side}_{thing.sort}") for side in ("from", "to")]
    raise TypeError(type(thing))


def volumes_seen(actor: Actor) -> QuerySet[Volume]:
    return _of_dossiers(actor, Volume.objects.all())


def loans_seen(actor: Actor) -> QuerySet[Loan]:
    return _of_dossiers(actor, Loan.objects.all())


def _of_dossiers(actor: Actor, rows: QuerySet[M]) -> QuerySet[M]:
    return rows.filter(dossier__in=Dossier.objects.visible_to(actor)).select_related("dossier")
