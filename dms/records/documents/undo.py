"""Takes the last correction of a document back: only the one who made it can, and only for a short while."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from dms.access.actors import Actor
from dms.access.rule import can, require
from dms.audit.door import change
from dms.audit.events import RULES, Event
from dms.audit.lifecycle import NotPossible
from dms.audit.models import EventRow, target_name
from dms.records.documents.history import last_change
from dms.records.dossiers.closing import refuse_change_when_closed
from dms.records.fields.filling import derive, filled_of
from dms.records.models import Document, DocumentVerb

UNDO_TIME = timedelta(minutes=10)
"""Later it is no slip any more that somebody takes back, but a decision: a correction of its own."""
CORRECTIONS = frozenset({Event.DOCUMENT_CLASSIFIED, Event.DOCUMENT_CORRECTED})

TAKEN_BACK = frozenset({Event.DOCUMENT_REVERTED, Event.DOCUMENT_TAKEN_BACK})
FILINGS = frozenset({Event.DOCUMENT_FILED, Event.DOCUMENT_MOVED})
UNDOABLE = CORRECTIONS | FILINGS


class NothingToUndo(NotPossible):
    code = "nothing_to_undo"

    def __init__(self, next_step: str = "") -> None:
        sentence = _("Das lässt sich nicht mehr zurücknehmen: Das Dokument wurde inzwischen geändert.")
        super().__init__(f"{sentence} {next_step}".rstrip())


@dataclass(frozen=True, slots=True)
class LastCorrection:
    """`before` are the audited fields that it changed, as they stood before, as JSON values."""

    number: int
    event: Event
    at: datetime
    before: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Overtaken:
    """Something of one's own that could still be taken back, had nothing happened to the document since."""

    own: EventRow
    by: EventRow

    @property
    def is_filing(self) -> bool:
        return self.own.name in FILINGS


def overtaken(actor: Actor, document: Document, *, now: datetime) -> Overtaken | None:
    """None also where what the actor did last can be taken back, or was."""
    by = last_change(document)
    if by is None or (by.actor == actor.key and by.name in UNDOABLE | TAKEN_BACK):
        return None
    theirs = EventRow.objects.filter(target=target_name(document), actor=actor.key, name__in=UNDOABLE | TAKEN_BACK)
    own = theirs.filter(at__gte=now - UNDO_TIME, id__lt=by.pk).order_by("-id").first()
    return None if own is None or own.name in TAKEN_BACK else Overtaken(own, by)


def last_correction(actor: Actor, document: Document, *, now: datetime) -> LastCorrection | None:
    """What this actor can take back now: nothing has happened to the document since."""
    own, row = target_name(document), last_change(document)
    if row is None or row.name not in CORRECTIONS or row.actor != actor.key or row.at < now - UNDO_TIME:
        return None
    changed = [touched["before"] for touched in json.loads(row.body)["rows"] if touched["row"] == own]
    event = Event(row.name)
    if not changed or not can(actor, RULES[event].permission, document):
        return None
    return LastCorrection(row.number, event, row.at, changed[0])


def document_undo(actor: Actor, document: Document, *, now: datetime) -> Document:
    """Everything stands again as before, the kind as a suggestion if it was one. Raises NotAllowed, NothingToUndo."""
    undone = last_correction(actor, document, now=now)
    if undone is None:
        require(actor, RULES[Event.DOCUMENT_REVERTED].permission, document)
        raise NothingToUndo
    verb = DocumentVerb.UNCHECK if "state" in undone.before else DocumentVerb.CORRECT
    with change(actor, Event.DOCUMENT_REVERTED, document, chain=document.chain, verb=verb) as opened:
        if last_correction(actor, document, now=now) != undone:
            raise NothingToUndo  # somebody was faster; from here on the row is locked
        fresh: Document = opened.target
        refuse_change_when_closed(actor, fresh)
        for name, value in undone.before.items():
            setattr(fresh, name, _column(name).to_python(value))
        derive(fresh, filled_of(fresh))
        opened.facts["reverts"] = undone.number
        opened.save(fresh)
    return fresh


def _column(name: str) -> Any:
    return next(field for field in Document._meta.concrete_fields if field.attname == name)
