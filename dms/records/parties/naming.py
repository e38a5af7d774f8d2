"""In which dossiers and documents a field leads to a party: for its page, and for what is told to that person."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from dms.access.actors import Actor
from dms.access.permissions import Permission
from dms.access.rule import can
from dms.records.dossiers.models import Dossier
from dms.records.fields.values import party_of
from dms.records.models import Document
from dms.records.parties.models import Party
from dms.records.protection.sensitivity import protections


@dataclass(frozen=True, slots=True)
class Named:
    """A record with the labels of the fields that name the party, as they were called when they were filled in."""

    record: Dossier | Document
    labels: tuple[str, ...]

    @property
    def dossier(self) -> Dossier | None:
        """Of a document, where it lies; None while that is the inbox."""
        return self.record if isinstance(self.record, Dossier) else self.record.dossier

    @property
    def document(self) -> Document | None:
        return None if isinstance(self.record, Dossier) else self.record


def records_naming(actor: Actor, party: Party) -> list[Named]:
    """As far as the actor may read them, dossiers first, the newest first; also by those who were merged into it."""
    ids = [party.pk, *Party.objects.filter(standing=party).values_list("pk", flat=True)]
    leads = Q(field_parties__overlap=ids)
    dossiers = Dossier.objects.readable_by(actor).filter(leads).select_related("field_version")
    documents = Document.objects.visible_to(actor).filter(leads).select_related("field_version", "dossier")
    return [Named(one, tuple(_labels(one, set(ids)))) for one in (*dossiers, *documents)]


def naming_listed(actor: Actor, party: Party) -> list[Named]:
    """The same for lists. A list is no reading: of what is sensitive it is not told as what somebody stands there."""
    found = records_naming(actor, party)
    closed = protections({one.dossier.pk for one in found if one.dossier})
    return [Named(one.record, () if one.dossier and one.dossier.pk in closed else one.labels) for one in found]


def place_shown(actor: Actor, named: Named) -> Dossier | None:
    """Who may read a document but no dossiers is not told where it lies."""
    dossier = named.dossier
    return dossier if dossier and can(actor, Permission.DOSSIER_VIEW, dossier) else None


def _labels(record: Dossier | Document, ids: set[UUID]) -> Iterator[str]:
    for one in record.field_version.fields if record.field_version else ():
        if party_of(record.field_values.get(one.key)) in ids:
            yield one.label
