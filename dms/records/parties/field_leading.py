"""Makes a field in which the name of a person stands as text lead to that person in the register."""

from __future__ import annotations

from dataclasses import dataclass

from dms.access.actors import Actor
from dms.records.documents.corrections import document_correct
from dms.records.dossiers.keeping import dossier_describe
from dms.records.dossiers.models import Dossier
from dms.records.fields.definitions import FieldType
from dms.records.fields.filling import Entered, carried_over, filled_of
from dms.records.fields.keeping import current_version
from dms.records.fields.values import party_of
from dms.records.models import Document
from dms.records.parties.models import Party


@dataclass(frozen=True, slots=True)
class NamedInField:
    record: Dossier | Document
    key: str
    label: str
    text: str


def named_in_field(record: Dossier | Document, key: str) -> NamedInField | None:
    """None where no such field is asked, or nobody stands there, or somebody of the register already."""
    version = current_version(record.kind)
    known = next((one for one in version.asked if one.key == key), None) if version else None
    value = carried_over(filled_of(record), version).values.get(key)
    if known is None or known.type != FieldType.PERSON or value is None or party_of(value):
        return None
    return NamedInField(record, key, known.label, value["name"])


def field_lead_to(actor: Actor, named: NamedInField, party: Party) -> None:
    """Raises NotAllowed, InvalidFields, NotPossible."""
    entered = Entered({named.key: {"party": str(party.pk)}})
    if isinstance(named.record, Document):
        document_correct(actor, named.record, {"fields": entered})
    else:
        dossier_describe(actor, named.record, {"fields": entered})
