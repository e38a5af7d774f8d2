"""What happened to a document: the events of its chain that are about it, what each changed in it, and what follows."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db.models import Q, QuerySet

from dms.audit.events import Event
from dms.audit.models import EventRow, target_name
from dms.audit.notes import NOTES
from dms.records.models import Document, KindSource


@dataclass(frozen=True, slots=True)
class FieldChange:
    """An audited field of the document, as JSON values."""

    field: str
    before: Any
    after: Any


class Decision(StrEnum):
    """What a person did about the kind."""

    CONFIRMED = "confirmed"
    """It stood there already: suggested, or decided by somebody before."""
    CHOSEN = "chosen"
    """Nothing stood there."""
    CHANGED = "changed"
    """Another kind stood there."""


@dataclass(frozen=True, slots=True)
class KindDecision:
    """The `event` by which the kind is what it is. `before`: slug of the kind that stood there, if one did."""

    event: EventRow
    decision: Decision
    before: str | None


def kind_decision(document: Document) -> KindDecision | None:
    """None where no person has decided about the kind, and where that was taken back."""
    if document.kind_source != KindSource.PERSON:
        return None
    names = [Event.DOCUMENT_CLASSIFIED, Event.DOCUMENT_REVERTED]
    taken_back: set[tuple[str, int]] = set()
    for event in EventRow.objects.filter(target=target_name(document), name__in=names).order_by("-id"):
        if event.name == Event.DOCUMENT_REVERTED:
            taken_back.add((event.chain, json.loads(event.body)["facts"]["reverts"]))
        elif (event.chain, event.number) not in taken_back:
            return _decided(event, document)
    return None


def _decided(event: EventRow, document: Document) -> KindDecision:
    changes = {change.field: change for change in changes_of(event, document)}
    kind, source = changes.get("kind_id"), changes.get("kind_source")
    if kind is not None and kind.before:
        return KindDecision(event, Decision.CHANGED, kind.before)
    was_unsure = kind is not None or (source is not None and source.before == KindSource.NONE)
    return KindDecision(event, Decision.CHOSEN if was_unsure else Decision.CONFIRMED, None)


def last_change(document: Document) -> EventRow | None:
    """The newest event about the document itself, in whichever chain."""
    about = EventRow.objects.filter(target=target_name(document)).exclude(name__in=NOTES)
    return about.order_by("-id").first()


def events_about(document: Document) -> QuerySet[EventRow]:
    """In no order. How it came in is told by the chain of its item, what happened since it was filed by that of its
    dossier; what happened to the other documents of both is left out. `id` gives the order of time."""
    own = target_name(document)
    others = Q(target__startswith=f"{document._meta.label_lower}:") & ~Q(target=own)
    about = EventRow.objects.filter(Q(chain=document.item_chain) | Q(target=own)).exclude(others)
    return about.exclude(name__in=NOTES)


def reason_of(event: EventRow) -> str:
    """What the person gave as the reason, else empty."""
    return str(json.loads(event.body)["reason"])


def changes_of(event: EventRow, document: Document) -> list[FieldChange]:
    """Empty for the event that created it: that stands in the document itself."""
    own = target_name(document)
    touched = [row for row in json.loads(event.body)["rows"] if row["row"] == own and row["op"] == "change"]
    return [
        FieldChange(name, row["before"].get(name), value) for row in touched for name, value in row["after"].items()
    ]
