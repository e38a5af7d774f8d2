"""Narrows and sorts records of one kind by their fields: by the JSON values as they are stored.

People ask as they type (German), programs as they say values (ISO); what they mean is the same.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import F, Model, Q, QuerySet
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Collate
from django.utils.translation import gettext as _

from dms.access.actors import Actor
from dms.records.fields.definitions import Field, FieldType
from dms.records.fields.filling import InvalidFields
from dms.records.fields.keeping import current_version, versions_of
from dms.records.fields.models import DossierKind
from dms.records.fields.persons import name_today, whom_meant, with_party
from dms.records.fields.values import Unfit, Value, read_json, read_text
from dms.records.order import COLLATION

M = TypeVar("M", bound=Model)
RANGES = frozenset({FieldType.NUMBER, FieldType.AMOUNT, FieldType.DATE})
"""Asked from and to; of all others one value is asked."""
EXACT = RANGES | {FieldType.YES_NO}
"""Of the others a choice is asked as it is called, and a part of a text."""
FROM, TO = "from", "to"


@dataclass(frozen=True, slots=True)
class Asked:
    """One field as it was asked; with an `error` it narrows nothing. `typed` and `wanted`, what that means as it is
    stored, by "", FROM or TO."""

    field: Field
    typed: Mapping[str, str]
    wanted: Mapping[str, Value | None]
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


@dataclass(frozen=True, slots=True)
class Told:
    """What a program asks of a field: its key, the end of a range or "", and the value as programs say it."""

    key: str
    end: str
    text: str
    parameter: str
    """What the program calls it, for what is wrong."""


def read_told(kind: DossierKind | None, told: Iterable[Told]) -> list[Asked]:
    """Raises InvalidFields, by parameter, with all that is wrong."""
    version = current_version(kind)
    known = {one.key: one for one in version.asked} if version else {}
    found, errors = list[Asked](), dict[str, str]()
    for one in told:
        try:
            found.append(_told(known.get(one.key), one))
        except Unfit as error:
            errors[one.parameter] = str(error)
    if errors:
        raise InvalidFields(errors)
    return found


def is_asked(kind: DossierKind | None, key: str) -> bool:
    """Whether the kind has such a field today."""
    version = current_version(kind)
    return version is not None and any(one.key == key for one in version.asked)


def narrowed(actor: Actor, records: QuerySet[M], kind: DossierKind, asked: list[Asked]) -> QuerySet[M]:
    """Those of the kind in which every field that was asked holds what was asked."""
    records = records.filter(kind=kind)
    for one in asked:
        if one.is_used and not one.error:
            records = _where(actor, records.filter(_alike(kind, one.field)), one)
    return records


def sorted_by(records: QuerySet[M], kind: DossierKind, key: str, *, descending: bool) -> QuerySet[M]:
    """What has no value there stands last, whichever way; equal ones stand the newest first."""
    version = current_version(kind)
    field = version.field(key) if version else None
    if field is None:
        return records
    if field.type == FieldType.PERSON:
        records = with_party(records, key)
    order = _order_of(field)
    placed = order.desc(nulls_last=True) if descending else order.asc(nulls_last=True)
    return records.order_by(placed, "-opened_at", "id")


def _order_of(field: Field) -> Any:
    if field.type in EXACT:
        return KeyTransform(field.key, F("field_values"))
    if field.type == FieldType.PERSON:
        return Collate(name_today(field.key), COLLATION)
    return Collate(KeyTextTransform(field.key, F("field_values")), COLLATION)


def _asked(field: Field, parameters: Mapping[str, str]) -> Asked:
    ends = (FROM, TO) if field.type in RANGES else ("",)
    typed = {end: _typed(parameters, f"f_{field.key}_{end}" if end else f"f_{field.key}") for end in ends}
    try:
        return Asked(field, typed, {end: _wanted(field, text) for end, text in typed.items()})
    except Unfit as error:
        return Asked(field, typed, {}, str(error))


def _told(field: Field | None, told: Told) -> Asked:
    """Raises Unfit."""
    if field is None:
        raise Unfit(_("Dieses Feld gibt es hier nicht."))
    if (field.type in RANGES) != bool(told.end):
        sentence = _("Dieses Feld wird mit `from` und `to` gefragt.") if field.type in RANGES else _(
            "Dieses Feld hat keinen Anfang und kein Ende; bitte nach einem Wert fragen."
        )  # fmt: skip
        raise Unfit(sentence)
    if not told.text:
        raise Unfit(_("Bitte einen Wert angeben."))
    value = read_json(field, _json_of(field, told.text)) if field.type in EXACT else told.text
    return Asked(field, {told.end: told.text}, {told.end: value})


def _json_of(field: Field, text: str) -> Any:
    """An address knows only texts: a number and a yes are told as JSON has them, else as they are."""
    if field.type not in {FieldType.NUMBER, FieldType.YES_NO}:
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text


def _typed(parameters: Mapping[str, str], name: str) -> str:
    return parameters.get(name, "").replace("\0", "").strip()[:200]


def _where(actor: Actor, records: QuerySet[M], asked: Asked) -> QuerySet[M]:
    """By aliases and not by paths: a key may be called as a lookup is."""
    key, alias = asked.field.key, f"asked_{asked.field.key}"
    for end, value in asked.wanted.items():
        if value is None:
            continue
        if asked.is_range:
            records = records.alias(**{alias: KeyTransform(key, F("field_values"))})
            records = records.filter(**{f"{alias}__{'gte' if end == FROM else 'lte'}": value})
        elif asked.field.type in {FieldType.CHOICE, FieldType.YES_NO}:
            records = records.filter(field_values__contains={key: value})
        elif asked.field.type == FieldType.PERSON:
            records = whom_meant(actor, records, key, value)
        else:
            records = records.alias(**{alias: KeyTextTransform(key, F("field_values"))}).filter(
                **{f"{alias}__icontains": value}
            )
    return records


def _wanted(field: Field, text: str) -> Value | None:
    """Parts of texts are looked for as they were typed; a value no longer in the list finds what still has it."""
    return read_text(field, text) if field.type in EXACT else text or None


def _alike(kind: DossierKind, field: Field) -> Q:
    """Under versions in which the field was of this type: texts and days do not compare."""
    alike = [one.pk for one in versions_of(kind) if (was := one.field(field.key)) and was.type == field.type]
    return Q(field_version__in=alike)
