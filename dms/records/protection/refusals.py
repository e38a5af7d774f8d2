"""Notes who tried to look at or do what to which record without being allowed to."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from dms.access.actors import Actor
from dms.audit.events import Event
from dms.audit.models import EventRow, target_name
from dms.audit.notes import note
from dms.records.models import Case, Document, Dossier, PlanEntry

ONCE_IN = timedelta(minutes=10)
"""So often the same attempt of the same person at the same record is told, however often it is made."""
MODELS: dict[str, type[Document | Dossier | Case | PlanEntry]] = {
    "document_id": Document, "dossier_id": Dossier, "case_id": Case, "entry_id": PlanEntry,
}  # fmt: skip
"""By the part of an address that names one."""


def note_refusal(actor: Actor, named: str, key: UUID, verb: str, *, forbidden: bool, now: datetime) -> None:
    """After the answer "that does not exist", or (`forbidden`) "you may not". Nothing is noted of what does not exist,
    nor where something else than the record was missing."""
    model = MODELS.get(named)
    thing = model.objects.filter(pk=key).first() if model else None
    if model is None or thing is None:
        return
    if not forbidden and model.objects.visible_to(actor).filter(pk=key).exists():
        return
    if not _told_lately(actor, thing, verb, now):
        note(actor, Event.ACCESS_REFUSED, thing, chain=f"refused:{actor.user_id}", facts={"verb": verb}, at=now)


def _told_lately(actor: Actor, thing: Any, verb: str, now: datetime) -> bool:
    told = EventRow.objects.filter(target=target_name(thing), name=Event.ACCESS_REFUSED, at__gte=now - ONCE_IN)
    bodies = told.filter(actor=actor.key).values_list("body", flat=True)
    return any(json.loads(body)["facts"]["verb"] == verb for body in bodies)
