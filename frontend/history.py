"""The events of a document as sentences: who did what, when, and what it changed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from dms.audit.events import RULES, Event
from dms.audit.models import EventRow
from dms.records.models import Document
from frontend.steps import WORDS

MOST = 200
SYSTEM = "system:"
PERSON = "user:"


@dataclass(frozen=True, slots=True)
class Entry:
    at: datetime
    who: str
    what: str


def history_of(document: Document, kinds: Mapping[str, str]) -> list[Entry]:
    """The newest first; the caller checks that the actor may see the history."""
    rows = EventRow.objects.filter(chain=document.chain).order_by("-number")[:MOST]
    return [Entry(row.at, _who(row.actor), _what(row, document, kinds)) for row in rows]


def _who(actor: str) -> str:
    if actor.startswith(PERSON):
        return actor.removeprefix(PERSON)
    names = {"ingest": _("Posteingang (System)"), "setup": _("Einrichtung (System)")}
    return names.get(actor.removeprefix(SYSTEM), actor)


def _what(row: EventRow, document: Document, kinds: Mapping[str, str]) -> str:
    text = str(RULES[Event(row.name)].text) if row.name in set(Event) else row.name
    details = list(_details(row.name, json.loads(row.body), document, kinds))
    return f"{text}: {', '.join(details)}" if details else text


def _details(name: str, body: Mapping[str, Any], document: Document, kinds: Mapping[str, str]) -> Iterator[str]:
    for touched in body.get("rows", []):
        before, after = touched["before"], touched["after"]
        if name == Event.ITEM_ADVANCED and (done := before.get("step")):
            yield str(WORDS.get(done, done))
        if name == Event.DOCUMENT_CLASSIFIED and touched["row"].endswith(str(document.pk)) and "kind_id" in after:
            was = kinds.get(before.get("kind_id") or "", _("unsicher"))
            yield _("von „{was}“ zu „{now}“").format(was=was, now=kinds.get(after["kind_id"] or "", _("unsicher")))
    if reason := body.get("reason"):
        yield str(reason)
