"""What happened to an entry of the register, as sentences; and with it what happened to those merged into it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dms.access.actors import actor_in_words
from dms.audit.events import RULES, Event
from dms.audit.models import EventRow
from dms.records.dossiers.history import FieldTold, Told
from dms.records.parties.models import AddressKind, Party, PartyAddress, PartyKind

FIELDS: dict[str, Promise] = {
    "kind": gettext_lazy("Art"),
    "academic_title": gettext_lazy("Titel"),
    "given_names": gettext_lazy("Vornamen"),
    "family_name": gettext_lazy("Nachname"),
    "birth_name": gettext_lazy("Geburtsname"),
    "birth_date": gettext_lazy("Geburtsdatum"),
    "organisation": gettext_lazy("Name der Organisation"),
    "addition": gettext_lazy("Zusatz"),
    "street": gettext_lazy("Straße und Hausnummer"),
    "postcode": gettext_lazy("Postleitzahl"),
    "city": gettext_lazy("Ort"),
    "country": gettext_lazy("Land"),
    "value": gettext_lazy("E-Mail oder Telefon"),
    "valid_from": gettext_lazy("gilt ab"),
    "valid_to": gettext_lazy("gilt bis"),
}
_DATES = {"birth_date", "valid_from", "valid_to"}


def party_history(party: Party) -> list[Told]:
    """The first event first. The caller checks that the actor keeps this entry."""
    chains = [party.chain, *(one.chain for one in Party.objects.filter(standing=party))]
    rows = EventRow.objects.filter(chain__in=chains).order_by("id")
    return [_told(number, row, json.loads(row.body)) for number, row in enumerate(rows, start=1)]


def _told(number: int, row: EventRow, body: dict[str, Any]) -> Told:
    facts = body["facts"]
    merger = f"„{facts['merged']}“ → „{facts['into']}“" if "merged" in facts else ""
    return Told(
        number=number, at=row.at, actor=row.actor, who=actor_in_words(row.actor), name=row.name,
        what=str(RULES[Event(row.name)].text) if row.name in set(Event) else row.name,
        about=merger, reason=body["reason"], changes=list(_changes(body["rows"])),
    )  # fmt: skip


def _changes(rows: list[dict[str, Any]]) -> Iterator[FieldTold]:
    """An address that came or went is told in all its parts."""
    for row in rows:
        label = row["row"].partition(":")[0]
        if label not in {Party._meta.label_lower, PartyAddress._meta.label_lower}:
            continue
        for name, text in FIELDS.items():
            before, after = row["before"].get(name), row["after"].get(name)
            if (before or after) and before != after:
                yield FieldTold(str(text), _shown(name, before), _shown(name, after))


def _shown(name: str, value: Any) -> str:
    if not value:
        return _("(leer)")
    if name in _DATES:
        return f"{date.fromisoformat(value):%d.%m.%Y}"
    if name == "kind":
        return str((AddressKind if value in AddressKind.values else PartyKind)(value).label)
    return f"„{value}“"
