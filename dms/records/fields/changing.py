"""The service that gives a kind a new version of its fields, and what that would touch, told before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import models, transaction
from django.utils.translation import gettext as _

from dms.access.actors import Actor
from dms.access.permissions import Permission
from dms.access.rule import require
from dms.audit.door import change
from dms.audit.events import Event
from dms.records.documents.facts import one_line
from dms.records.dossiers.models import Dossier
from dms.records.fields.definitions import Field
from dms.records.fields.filling import Filled, carried_over, missing_in
from dms.records.fields.keeping import Kind, authority, changed_meanwhile, current_version
from dms.records.fields.laying_down import InvalidField, clean_fields
from dms.records.fields.models import CHAIN, DossierKind, FieldVersion
from dms.records.meanwhile import ChangedMeanwhile
from dms.records.models import Document, DocumentKind

LONGEST_REASON = 500
NO_VERSION = "0"


@dataclass(frozen=True, slots=True)
class FieldDifference:
    """`what` is `added`, `changed`, `retired`, `restored` or `moved`."""

    label: str
    what: str


@dataclass(frozen=True, slots=True)
class Impact:
    """What a new version touches. Counted are all records of the kind, also those that the actor may not see.

    `lacking`: records in which something mandatory would be missing. `unfit`: values that would be set aside, by label
    of the field they stand in now.
    """

    base: str
    fields: tuple[Field, ...]
    differences: tuple[FieldDifference, ...]
    records: int
    lacking: int
    unfit: dict[str, int]


def base_of(kind: Kind) -> str:
    """What the fields are now; a change made from an older state is refused."""
    version = current_version(kind)
    return str(version.number) if version else NO_VERSION


def fields_compare(actor: Actor, kind: Kind, fields: Sequence[Field]) -> Impact:
    """Changes nothing. Raises NotAllowed, InvalidField."""
    require(actor, Permission.KINDS_CHANGE, authority())
    clean, before = clean_fields(fields), current_version(kind)
    _refuse_dropped(before, clean)
    return _impact(kind, before, clean)


def fields_change(
    actor: Actor, kind: Kind, fields: Sequence[Field], *, now: datetime, base: str | None = None, reason: str = ""
) -> FieldVersion:
    """With `base` it must still be what was looked at. Where nothing differs, the present version stays.

    Raises NotAllowed, InvalidField, InvalidFact, ChangedMeanwhile.
    """
    clean = clean_fields(fields)
    why = one_line("reason", reason, LONGEST_REASON)
    with transaction.atomic():
        held: Kind = models.QuerySet(type(kind)).select_for_update().get(pk=kind.pk)
        before = current_version(held)
        require(actor, Permission.KINDS_CHANGE, authority())
        if base is not None and base != (str(before.number) if before else NO_VERSION):
            raise ChangedMeanwhile(changed_meanwhile())
        _refuse_dropped(before, clean)
        if before and before.fields == clean:
            return before
        with change(actor, Event.FIELDS_CHANGED, chain=CHAIN, scope=authority(), reason=why, at=now) as opened:
            made = _next(held, before, clean)
            made.made_at, made.made_by, made.reason = now, actor.key, why
            opened.save(made)
    return made


def differences_between(before: Sequence[Field], after: Sequence[Field]) -> Iterator[FieldDifference]:
    known = {field.key: field for field in before}
    for field in after:
        was = known.get(field.key)
        if was is None:
            yield FieldDifference(field.label, "added")
        elif was.retired != field.retired:
            yield FieldDifference(field.label, "retired" if field.retired else "restored")
        elif was != field:
            yield FieldDifference(field.label, "changed")
    stood = [field.key for field in before]
    if [field.key for field in after if field.key in known] != stood:
        yield from (FieldDifference(field.label, "moved") for field in _moved(before, after))


def _moved(before: Sequence[Field], after: Sequence[Field]) -> Iterator[Field]:
    """The fewest that have to be taken out and put elsewhere: those outside the longest run that kept its order."""
    place = {field.key: number for number, field in enumerate(before)}
    there = [field for field in after if field.key in place]
    best: list[list[Field]] = []
    for number, field in enumerate(there):
        runs = [best[earlier] for earlier in range(number) if place[there[earlier].key] < place[field.key]]
        best.append([*max(runs, key=len, default=[]), field])
    kept = {field.key for field in max(best, key=len, default=[])}
    yield from (field for field in there if field.key not in kept)


def _next(kind: Kind, before: FieldVersion | None, fields: Iterable[Field]) -> FieldVersion:
    owner = {"dossier_kind": kind} if isinstance(kind, DossierKind) else {"document_kind": kind}
    number = before.number + 1 if before else 1
    return FieldVersion(number=number, stored_fields=[field.to_json() for field in fields], **owner)


def _refuse_dropped(before: FieldVersion | None, fields: Iterable[Field]) -> None:
    """A field that stood there is retired and not left out: its values stay readable by its label."""
    dropped = [one for one in (before.fields if before else ()) if one.key not in {field.key for field in fields}]
    if dropped:
        sentence = _("Das Feld „{label}“ fehlt. Ein Feld wird stillgelegt, nicht gelöscht, damit seine Werte bleiben.")
        raise InvalidField(len(list(fields)), "key", sentence.format(label=dropped[0].label))


def _impact(kind: Kind, before: FieldVersion | None, fields: tuple[Field, ...]) -> Impact:
    imagined = _next(kind, before, fields)
    versions: dict[UUID | None, FieldVersion | None] = {one.pk: one for one in _all_versions(kind)} | {None: None}
    records, lacking, unfit = 0, 0, dict[str, int]()
    for version_id, values in _rows_of(kind):
        records += 1
        stands = Filled(versions.get(version_id), values)
        carried = carried_over(stands, imagined)
        lacking += bool(missing_in(imagined, carried.values))
        for key in values.keys() - carried.values.keys():
            was = stands.version.field(key) if stands.version else None
            unfit[was.label if was else key] = unfit.get(was.label if was else key, 0) + 1
    told = tuple(differences_between(before.fields if before else (), fields))
    return Impact(str(before.number) if before else NO_VERSION, fields, told, records, lacking, unfit)


def _all_versions(kind: Kind) -> Iterable[FieldVersion]:
    """Also those of other kinds whose records came over: a document keeps the version it was filled in under."""
    return FieldVersion.objects.filter(pk__in=_of_kind(kind).exclude(field_version=None).values("field_version"))


def _rows_of(kind: Kind) -> Iterable[tuple[UUID | None, dict[str, Any]]]:
    return _of_kind(kind).values_list("field_version_id", "field_values").iterator(chunk_size=2000)


def _of_kind(kind: Kind) -> models.QuerySet[Any]:
    model: type[models.Model] = Document if isinstance(kind, DocumentKind) else Dossier
    return models.QuerySet(model).filter(kind=kind)
