"""What the town keeps about a party, to be given to that person (right of access, Art. 15 GDPR).

It holds what the actor who makes it may see; that it was made is an event of its own.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone
from django.utils.translation import gettext as _

from dms.access.actors import Actor
from dms.audit.door import change
from dms.audit.events import Event
from dms.records.models import Document
from dms.records.parties.history import FIELDS, party_history
from dms.records.parties.models import Party, PartyAddress
from dms.records.parties.naming import place_shown, records_naming
from dms.records.parties.taking_part import files_of
from dms.records.protection.reading import Way, note_readings
from dms.records.tables import write_table

_PARTY = ("kind", "academic_title", "given_names", "family_name", "birth_name", "birth_date", "organisation")
_ADDRESS = ("kind", "addition", "street", "postcode", "city", "country", "value", "valid_from", "valid_to")


class TellingForm(StrEnum):
    JSON = "json"
    CSV = "csv"

    @property
    def media_type(self) -> str:
        return "application/json" if self is TellingForm.JSON else "text/csv; charset=utf-8"


def party_tell(actor: Actor, party: Party, form: TellingForm, *, now: datetime, reason: str = "") -> bytes:
    """All that is kept about this person or organisation. Raises NotAllowed."""
    with change(actor, Event.PARTY_TOLD, party, chain=party.chain, reason=reason, at=now) as opened:
        opened.facts["form"] = str(form)
    _note_readings(actor, party, reason)
    told = _told(actor, party, now)
    if form is TellingForm.JSON:
        return json.dumps(told, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2).encode()
    columns = (_("Bereich"), _("Eintrag"), _("Feld"), _("Inhalt"))
    return write_table(columns, _rows(told)).encode()


def _note_readings(actor: Actor, party: Party, reason: str) -> None:
    """What is sensitive is read for this answer: that is its purpose."""
    files = {row.dossier_id: row.dossier for row in files_of(actor, party)}
    named = {one.record.pk: one.record for one in records_naming(actor, party)}
    read = (files | named).values()
    note_readings(actor, read, Way.EXPORT, said=reason or _("Auskunft nach Art. 15 DSGVO"))


def _told(actor: Actor, party: Party, now: datetime) -> dict[str, Any]:
    merged = list(Party.objects.filter(standing=party).order_by("entered_at"))
    files = files_of(actor, party)
    return {
        "made_at": now, "id": party.pk,
        "entries": [_entry(one) for one in (party, *merged)],
        "files": [
            {
                "reference_number": (row.case or row.dossier).reference_number,
                "title": (row.case or row.dossier).title, "role": str(row.role), "since": row.since,
                "documents": _documents(actor, row),
            }
            for row in files
        ],
        "fields": list(_fields(actor, party)),
        "history": [{"at": one.at, "who": one.who, "what": one.sentence} for one in party_history(party)],
    }  # fmt: skip


def _entry(party: Party) -> dict[str, Any]:
    addresses = PartyAddress.objects.filter(party=party)
    return {
        "entered_at": party.entered_at,
        **{name: getattr(party, name) for name in _PARTY},
        "addresses": [{name: getattr(one, name) for name in _ADDRESS} for one in addresses],
    }


def _fields(actor: Actor, party: Party) -> Iterator[dict[str, str]]:
    """Where a field of a dossier or document names this party, without taking part there."""
    for one in records_naming(actor, party):
        place = place_shown(actor, one)
        number = place.reference_number if place else ""
        for label in one.labels:
            yield {"reference_number": number, "title": one.record.title, "field": label}


def _documents(actor: Actor, row: Any) -> list[dict[str, Any]]:
    found = Document.objects.visible_to(actor).filter(dossier=row.dossier)
    if row.case:
        found = found.filter(case=row.case)
    names = ("title", "sender", "letter_date", "received_at")
    return [{name: getattr(one, name) for name in names} for one in found.order_by("received_at")]


def _rows(told: dict[str, Any]) -> Iterable[tuple[str, str, str, str]]:
    person, file, history = _("Angaben"), _("Akte oder Vorgang"), _("Verlauf")
    for number, entry in enumerate(told["entries"], start=1):
        yield from ((person, str(number), str(FIELDS[name]), _text(entry[name])) for name in _PARTY if entry[name])
        for address in entry["addresses"]:
            yield from (
                (_("Anschrift"), str(number), str(FIELDS[name]), _text(address[name]))
                for name in _ADDRESS if address[name]
            )  # fmt: skip
    for one in told["files"]:
        yield file, one["reference_number"], one["role"], one["title"]
        for document in one["documents"]:
            yield file, one["reference_number"], _("Dokument"), _document_text(document)
    for one in told["fields"]:
        yield _("Feld einer Akte oder eines Dokuments"), one["reference_number"], one["field"], one["title"]
    for one in told["history"]:
        yield history, _text(one["at"]), one["who"], one["what"]


def _document_text(document: dict[str, Any]) -> str:
    return ", ".join(filter(None, (document["title"], document["sender"], _text(document["received_at"]))))


def _text(value: Any) -> str:
    if isinstance(value, datetime):
        return f"{timezone.localtime(value):%d.%m.%Y %H:%M}"
    return f"{value:%d.%m.%Y}" if hasattr(value, "strftime") else str(value)
