"""Notes who reads what is sensitive, and asks for the purpose first where that is laid down.

Called where a record is found by its id (`opening.py`); of what is not sensitive nothing is noted
(docs/decisions/0021). One reading is one event; pictures and parts of pages belong to the view they are part of.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from dms.access.actors import Actor
from dms.audit.events import Event
from dms.audit.models import EventRow, target_name
from dms.audit.notes import note
from dms.records.dossiers.models import Case, Dossier
from dms.records.models import Document
from dms.records.protection.sensitivity import Protection, protections

Readable = Dossier | Case | Document
VIEW_LASTS = timedelta(minutes=30)
LONGEST_PURPOSE = 300
SESSION_KEY = "purposes"
"""Where a session keeps what somebody said they read a dossier for, by its id."""
ANY_FILE = ""
"""The purpose of a request that names one for all it reads."""


class Way(StrEnum):
    PAGE = "page"
    TEXT = "text"
    DATA = "data"
    DOWNLOAD = "download"
    EXPORT = "export"
    PART = "part"
    """Part of a page, or a form about it."""
    IMAGE = "image"
    THUMBNAIL = "thumbnail"


PARTS = frozenset({Way.PART, Way.IMAGE, Way.THUMBNAIL})
"""Noted only where the person has not read the same thing a short while ago."""


class PurposeNeeded(Exception):
    """Nothing was shown. The message is for people."""

    code = "purpose_needed"

    def __init__(self, dossier_id: UUID, protection: Protection) -> None:
        sentence = _("Diese Akte ist besonders geschützt ({name}). Bitte den Zweck angeben, zu dem Sie sie lesen.")
        super().__init__(sentence.format(name=protection.sensitive.label))
        self.dossier_id = dossier_id


def note_reading(actor: Actor, thing: Readable, way: Way) -> None:
    """Before anything of it is shown to who may see it. Raises PurposeNeeded."""
    note_readings(actor, [thing], way)


def note_readings(actor: Actor, things: Iterable[Readable], way: Way, *, said: str = "") -> None:
    """Of several at once: all of them, or none. `said` is the purpose of what is done itself, such as an answer to
    somebody who asks what is kept about them. Raises PurposeNeeded."""
    placed = [(thing, key) for thing in things if (key := _dossier_of(thing))]
    protected = protections({key for _thing, key in placed})
    read = [(thing, key, protected[key]) for thing, key in placed if key in protected]
    for _thing, key, protection in read:
        if protection.asks_purpose and not (said or purpose_of(actor, key)):
            raise PurposeNeeded(key, protection)
    for thing, key, protection in read:
        if way not in PARTS or not _viewed_lately(actor, thing):
            facts = {"way": str(way), "class": str(protection.sensitive)}
            purpose = said[:LONGEST_PURPOSE] or purpose_of(actor, key)
            note(actor, Event.RECORD_READ, thing, chain=reads_chain(key), facts=facts, reason=purpose)


def purpose_of(actor: Actor, dossier_id: UUID) -> str:
    """What the person said, for this dossier or for the whole request; else empty."""
    said = actor.purposes.get(str(dossier_id)) or actor.purposes.get(ANY_FILE) or ""
    return said.strip()[:LONGEST_PURPOSE]


def shown_only_when_opened(documents: Iterable[Document]) -> set[UUID]:
    """Those of which a list shows neither text nor picture, because a list is no reading."""
    placed = {document.pk: document.dossier_id for document in documents if document.dossier_id}
    protected = protections(set(placed.values()))
    return {key for key, dossier in placed.items() if dossier in protected}


def reads_chain(dossier_id: UUID) -> str:
    """Readers wait for each other at this chain alone, not at that of the dossier's changes."""
    return f"reads:{dossier_id}"


def _dossier_of(thing: Readable) -> UUID | None:
    """None: it lies in the inbox still."""
    return thing.pk if isinstance(thing, Dossier) else thing.dossier_id


def _viewed_lately(actor: Actor, thing: Readable) -> bool:
    since = timezone.now() - VIEW_LASTS
    lately = EventRow.objects.filter(target=target_name(thing), name=Event.RECORD_READ, at__gte=since)
    return lately.filter(actor=actor.key).exists()
