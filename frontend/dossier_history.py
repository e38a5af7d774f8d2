"""The events of a dossier and of its cases as sentences: who did what, when, why, and what stood there before."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dms.audit.events import RULES, Event
from dms.audit.models import EventRow
from dms.records.dossiers.models import Dossier, Medium
from frontend.history import Entry
from frontend.people import person_in_words

MOST = 200
FILING = {Event.DOCUMENT_FILED, Event.DOCUMENT_MOVED, Event.DOCUMENT_LEFT, Event.DOCUMENT_TAKEN_BACK}
LABELS: dict[str, Promise] = {
    "title": gettext_lazy("Betreff"),
    "description": gettext_lazy("Beschreibung"),
    "medium": gettext_lazy("Medium"),
    "location": gettext_lazy("Standort"),
    "reference_number": gettext_lazy("Aktenzeichen"),
}


def dossier_history(dossier: Dossier) -> list[Entry]:
    """The newest first; the caller checks that the actor may see the history."""
    rows = EventRow.objects.filter(chain=dossier.chain).order_by("-number")[:MOST]
    return [Entry(row.at, person_in_words(row.actor), _what(row)) for row in rows]


def _what(row: EventRow) -> str:
    text = str(RULES[Event(row.name)].text) if row.name in set(Event) else row.name
    body = json.loads(row.body)
    details = [*_filed(row, body), *_names(body), *_changes(body)]
    if body["reason"]:
        details.append(body["reason"])
    return f"{text}: {', '.join(details)}" if details else text


def _filed(row: EventRow, body: dict[str, Any]) -> Iterator[str]:
    """Which document; the other place is told in the history of the document, for those who may see it."""
    if row.name in FILING:
        yield f"„{body['facts']['title']}“"


def _names(body: dict[str, Any]) -> Iterator[str]:
    """What came to be, by its number and title."""
    for touched in body["rows"]:
        after = touched["after"]
        if touched["op"] == "create" and "reference_number" in after:
            yield f"{after['reference_number']} „{after['title']}“"


def _changes(body: dict[str, Any]) -> Iterator[str]:
    for touched in body["rows"]:
        if touched["op"] != "change":
            continue
        for name, now in touched["after"].items():
            if name in LABELS:
                before = touched["before"].get(name)
                words = _("{field} {now} statt {before}")
                yield words.format(field=LABELS[name], now=_shown(name, now), before=_shown(name, before))


def _shown(name: str, value: Any) -> str:
    if not value:
        return _("(leer)")
    return str(Medium(value).label) if name == "medium" else f"„{value}“"
