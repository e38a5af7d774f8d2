"""What happened to a document: the events of its chain that are about it, and what each changed in it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from dms.audit.models import EventRow, target_name
from dms.records.models import Document


@dataclass(frozen=True, slots=True)
class FieldChange:
    """An audited field of the document, as JSON values."""

    field: str
    before: Any
    after: Any


def events_about(document: Document) -> QuerySet[EventRow]:
    """In no order. The chain tells of the whole item; what happened to its other documents is left out."""
    others = Q(target__startswith=f"{document._meta.label_lower}:") & ~Q(target=target_name(document))
    return EventRow.objects.filter(chain=document.chain).exclude(others)


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
