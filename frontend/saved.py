"""What the page of a document says after something was done to it, and whether that can be taken back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from dms.access.actors import Actor
from dms.audit.events import Event
from dms.records.kinds import kind_labels, kind_value
from dms.records.models import Document
from dms.records.undo import LastCorrection, last_correction
from frontend.fact_fields import fact_label, is_fact
from frontend.notices import Tone


@dataclass(frozen=True, slots=True)
class Saved:
    text: str
    tone: Tone = Tone.GOOD
    can_undo: bool = False


def last_saved(actor: Actor, document: Document, *, now: datetime) -> Saved | None:
    """The correction that this person made a moment ago and may take back; also after the page was loaded anew."""
    last = last_correction(actor, document, now=now)
    return Saved(_told(last, document), can_undo=True) if last else None


def _told(last: LastCorrection, document: Document) -> str:
    if last.event is Event.DOCUMENT_CLASSIFIED:
        return _("Dokumentart gespeichert: {kind}").format(kind=kind_labels()[kind_value(document)])
    changed = ", ".join(fact_label(name) for name in last.before if is_fact(name))
    return _("Gespeichert: {fields}").format(fields=changed)
