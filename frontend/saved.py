"""What the page of a document says after something was done to it, and whether that can be taken back.

The notice with the way back greets in the session that made the correction. Wherever else the same person is logged
in, the correction is named below the details, with the same way back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from dms.access.actors import actor_in_words
from dms.audit.events import RULES, Event
from dms.audit.models import EventRow
from dms.records.documents.history import last_change
from dms.records.documents.kinds import kind_labels, kind_value
from dms.records.documents.undo import UNDO_TIME, LastCorrection, last_correction, overtaken
from dms.records.models import Document
from frontend.fact_fields import fact_fields, fact_label, is_fact
from frontend.notices import Tone
from frontend.people import actor_of

SAVED_HERE = "saved_here"
"""In the session: `{document: number of the event}` of the corrections made in it."""
MOST_KEPT = 20


@dataclass(frozen=True, slots=True)
class Saved:
    text: str
    tone: Tone = Tone.GOOD
    can_undo: bool = False


@dataclass(frozen=True, slots=True)
class OwnCorrection:
    """This person's last correction of the document, which can be taken back until `until`."""

    text: str
    at: datetime
    until: datetime
    is_from_here: bool

    @property
    def notice(self) -> Saved | None:
        return Saved(self.text, can_undo=True) if self.is_from_here else None


def own_correction(request: HttpRequest, document: Document, *, now: datetime) -> OwnCorrection | None:
    """Also after the page was loaded anew."""
    last = last_correction(actor_of(request), document, now=now)
    if last is None:
        return None
    here = _saved_here(request).get(str(document.pk)) == last.number
    return OwnCorrection(_told(last, document), last.at, last.at + UNDO_TIME, here)


def undo_overtaken(request: HttpRequest, document: Document, *, now: datetime) -> str:
    """Why what this person did a moment ago is not offered to be taken back any more; empty: nothing to say."""
    found = overtaken(actor_of(request), document, now=now)
    if found is None:
        return ""
    sentence = _(
        "„{own}“ um {when} Uhr lässt sich nicht mehr zurücknehmen, weil danach etwas geschah: {what} ({who}, {at} Uhr)."
    )
    by_hand, elsewhere = (
        _("Bitte nötigenfalls von Hand berichtigen."), _("Wo das Dokument liegt, ändert „Verschieben“ im Feld Ablage."),
    )  # fmt: skip
    next_step = elsewhere if found.is_filing else by_hand
    when, at = (f"{timezone.localtime(row.at):%H:%M}" for row in (found.own, found.by))
    told = sentence.format(
        own=_event(found.own), when=when, what=_event(found.by), who=actor_in_words(found.by.actor), at=at
    )
    return f"{told} {next_step}"


def _event(row: EventRow) -> str:
    return str(RULES[Event(row.name)].text) if row.name in set(Event) else row.name


def note_saved(request: HttpRequest, document: Document) -> None:
    """What was just done to the document was done in this session."""
    event = last_change(document)
    if event is not None:
        kept = {**_saved_here(request), str(document.pk): event.number}
        request.session[SAVED_HERE] = dict(list(kept.items())[-MOST_KEPT:])


def changed_meanwhile(request: HttpRequest, document: Document, fact: str = "") -> str:
    """Why a form that was older than the document was not taken, and what to do.

    The page shows the new state; of the `fact` whose form stays open, the sentence does.
    """
    event = last_change(document)
    if event is None:
        cause = _("Das Dokument wurde inzwischen geändert.")
    elif event.actor == actor_of(request).key:
        cause = _("Sie selbst haben das Dokument inzwischen an anderer Stelle geändert.")
    else:
        cause = _("Inzwischen hat {who} das Dokument geändert.").format(who=actor_in_words(event.actor))
    stands = _("hier steht der neue Stand")
    if fact:
        stored = fact_fields(document)[fact].stored
        stands = _("jetzt steht dort {value}").format(value=f"„{stored}“" if stored else _("(leer)"))
    rest = _("Nichts wurde überschrieben; {stands}. Bitte prüfen und nötigenfalls noch einmal speichern.")
    return f"{cause} {rest.format(stands=stands)}"


def _saved_here(request: HttpRequest) -> dict[str, Any]:
    kept: dict[str, Any] = request.session.get(SAVED_HERE, {})
    return kept


def _told(last: LastCorrection, document: Document) -> str:
    if last.event is Event.DOCUMENT_CLASSIFIED:
        return _("Dokumentart gespeichert: {kind}").format(kind=kind_labels()[kind_value(document)])
    names = [fact_label(name) for name in last.before if is_fact(name)]
    if "field_values" in last.before:
        names.append(_("Felder der Dokumentart"))
    changed = ", ".join(names)
    return _("Gespeichert: {fields}").format(fields=changed)
