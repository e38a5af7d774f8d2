"""Narrows and sorts records of one kind by their fields: by the JSON values as they are stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import F, Model, Q, QuerySet
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Collate

from dms.records.fields.definitions import Field, FieldType
from dms.records.fields.keeping import current_version, versions_of
from dms.records.fields.models import DossierKind
from dms.records.fields.values import Unfit, Value, read_text
from dms.records.order import COLLATION

M = TypeVar("M", bound=Model)
RANGES = frozenset({FieldType.NUMBER, FieldType.AMOUNT, FieldType.DATE})
"""Asked from and to; of all others one value is asked."""
FROM, TO = "from", "to"


@dataclass(frozen=True, slots=True)
class Asked:
    """One field as it was asked; with an `error` it narrows nothing. `typed` by "", FROM or TO."""

    field: Field
    typed: Mapping[str, str]
    error: str = ""

    @property
    def name(self) -> str:
        return f"f_{self.field.key}"

    @property
    def parameters(self) -> dict[str, str]:
        return {f"{self.name}_{end}" if end else self.name: text for end, text in self.typed.items()}

    @property
    def value(self) -> str:
        return self.typed.get("", "")

    @property
    def ends(self) -> list[tuple[str, str]]:
        """Of a range: the names of its two parameters, with what was typed."""
        return [(f"{self.name}_{end}", self.typed.get(end, "")) for end in (FROM, TO)]

    @property
    def is_range(self) -> bool:
        return self.field.type in RANGES

    @property
    def is_used(self) -> bool:
        return any(self.typed.values())


def read_asked(kind: DossierKind | None, parameters: Mapping[str, str]) -> list[Asked]:
    """All fields of the kind as they can be asked; parameters are `f_KEY`, of a range `f_KEY_from` and `f_KEY_to`."""
    version = current_version(kind)
    return [_asked(one, parameters) for one in (version.asked if version else ())]


def narrowed(records: QuerySet[M], kind: DossierKind, asked: list[Asked]) -> QuerySet[M]:
    """Those of the kind in which every field that was asked holds what was asked."""
    records = records.filter(kind=kind)
    for one in asked:
        if one.is_used and not one.error:
            records = _where(records.filter(_alike(kind, one.field)), one)
    return records


def sorted_by(records: QuerySet[M], kind: DossierKind, key: str, *, descending: bool) -> QuerySet[M]:
    """What has no value there stands last, whichever way; equal ones stand the newest first."""
    version = current_version(kind)
    field = version.field(key) if version else None
    if field is None:
        return records
    order = _order_of(field)
    placed = order.desc(nulls_last=True) if descending else order.asc(nulls_last=True)
    return records.order_by(placed, "-opened_at", "id")


def _order_of(field: Field) -> Any:
    if field.type in RANGES or field.type == FieldType.YES_NO:
        return KeyTransform(field.key, F("field_values"))
    return Collate(_text_of(field), COLLATION)


def _asked(field: Field, parameters: Mapping[str, str]) -> Asked:
    ends = (FROM, TO) if field.type in RANGES else ("",)
    typed = {end: _typed(parameters, f"f_{field.key}_{end}" if end else f"f_{field.key}") for end in ends}
    try:
        for text in typed.values():
            _wanted(field, text)
    except Unfit as error:
        return Asked(field, typed, str(error))
    return Asked(field, typed)


def _typed(parameters: Mapping[str, str], name: str) -> str:
    return parameters.get(name, "").replace("\0", "").strip()[:200]


def _where(records: QuerySet[M], asked: Asked) -> QuerySet[M]:
    """By aliases and not by paths: a key may be called as a lookup is."""
    key, alias = asked.field.key, f"asked_{asked.field.key}"
    for end, text in asked.typed.items():
        value = _wanted(asked.field, text)
        if value is None:
            continue
        if asked.is_range:
            records = records.alias(**{alias: KeyTransform(key, F("field_values"))})
            records = records.filter(**{f"{alias}__{'gte' if end == FROM else 'lte'}": value})
        elif asked.field.type in {FieldType.CHOICE, FieldType.YES_NO}:
            records = records.filter(field_values__contains={key: value})
        else:
            records = records.alias(**{alias: _text_of(asked.field)}).filter(**{f"{alias}__icontains": value})
    return records


def _text_of(field: Field) -> Any:
    if field.type == FieldType.PERSON:
        return KeyTextTransform("name", KeyTransform(field.key, F("field_values")))
    return KeyTextTransform(field.key, F("field_values"))


def _wanted(field: Field, text: str) -> Value | None:
    """Parts of texts are looked for as they were typed; a value no longer in the list finds what still has it."""
    if field.type in RANGES or field.type == FieldType.YES_NO:
        return read_text(field, text)
    return text or None


def _alike(kind: DossierKind, field: Field) -> Q:
    """Under versions in which the field was of this type: texts and days do not compare."""
    alike = [one.pk for one in versions_of(kind) if (was := one.field(field.key)) and was.type == field.type]
    return Q(field_version__in=alike)
