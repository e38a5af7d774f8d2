"""A list of dossiers as a table to take away: the same rows, with the fields of their kind where one was asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from dms.access.actors import Actor
from dms.access.permissions import Permission
from dms.access.rule import allowed_scopes
from dms.records.dossiers.models import Dossier, FileState, Medium
from dms.records.fields.definitions import Field
from dms.records.fields.filling import Filled
from dms.records.fields.keeping import current_version
from dms.records.fields.models import DossierKind, FieldVersion
from dms.records.fields.persons import Register
from dms.records.protection.sensitivity import protections
from dms.records.tables import write_table

COLUMNS = (
    "Aktenzeichen", "Betreff", "Aktenart", "Stand", "Aktenplaneintrag", "Angelegt", "Abgeschlossen", "Medium",
    "Standort",
)  # fmt: skip
"""German, whoever takes it away: tables are read by other programs too."""


def write_dossiers(dossiers: QuerySet[Dossier], kind: DossierKind | None, actor: Actor) -> bytes:
    """In the order given. The caller has narrowed them to what the actor may see.

    A list is no reading, so values of what is sensitive do not go along, nor those that the actor may not read.
    """
    version = current_version(kind)
    fields = version.asked if version else ()
    versions = FieldVersion.objects.in_bulk() if fields else {}
    found = list(dossiers.select_related("kind", "plan_entry"))
    read = allowed_scopes(actor, Permission.DOSSIER_READ)
    hidden = set(protections([one.pk for one in found])) if fields else set()
    hidden |= {one.pk for one in found if one.scope_id not in read}
    register = Register.of(one.field_values for one in found if fields and one.pk not in hidden)
    rows = (
        (*_own(one), *_of_kind(fields, Filled() if one.pk in hidden else _filled(one, versions, register)))
        for one in found
    )
    return write_table((*COLUMNS, *(field.label for field in fields)), rows).encode()


def _filled(one: Dossier, versions: Mapping[UUID, FieldVersion], register: Register) -> Filled:
    version = versions.get(one.field_version_id) if one.field_version_id else None
    return Filled(version, register.today(one.field_values))


def _own(one: Dossier) -> Iterator[str]:
    yield from (one.reference_number, one.title, one.kind.label if one.kind else "", str(FileState(one.state).label))
    yield str(one.plan_entry)
    for moment in (one.opened_at, one.closed_at):
        yield f"{timezone.localtime(moment):%d.%m.%Y}" if moment else ""
    yield from (str(Medium(one.medium).label), one.location)


def _of_kind(fields: Sequence[Field], filled: Filled) -> Iterator[str]:
    """Under the version that the values were entered by."""
    yield from (filled.text(field.key) for field in fields)
