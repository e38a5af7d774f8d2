"""Lists of dossiers narrowed and sorted by the fields of their kind, in the forms in which programs say values."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from dms.access.actors import Actor
from dms.records.dossiers.queries import DossierQuerySet
from dms.records.fields.asking import FROM, TO, Told, is_asked, narrowed, read_told, sorted_by
from dms.records.fields.filling import InvalidFields
from dms.records.fields.keeping import sees_kinds
from dms.records.fields.models import DossierKind

ENDS = {"field": "", "field_from": FROM, "field_to": TO}
LONGEST = 200
_PARAMETER = re.compile(r"(field|field_from|field_to)\[([^\[\]]*)\]")
_SHAPE = {"type": "object", "additionalProperties": {"type": "string", "maxLength": LONGEST}}


def _parameter(name: str, words: str) -> OpenApiParameter:
    return OpenApiParameter(name, _SHAPE, style="deepObject", explode=True, description=words)


BY_FIELD = [
    _parameter(
        "field",
        "By key: a choice as it is called, `true` or `false`, or a part of a text; of a person a part "
        "of the name, as entered or as in the register today, or the `id` of a party.",
    ),
    _parameter("field_from", "By key: number (`1.5`), amount (`1234.56`) or date (`2026-01-31`), at least this."),
    _parameter("field_to", "By key: number, amount or date, at most this."),
]
"""For the OpenAPI document."""


def by_fields(
    actor: Actor, dossiers: DossierQuerySet, chosen: Mapping[str, Any], request: Request
) -> DossierQuerySet:  # fmt: skip
    """Raises ValidationError, naming each wrong parameter."""
    told, sort = list(_told(request)), chosen.get("sort", "")
    if not told and not sort:
        return dossiers
    kind = _kind(actor, chosen.get("kind", []))
    try:
        asked = read_told(kind, told)
    except InvalidFields as error:
        raise ValidationError({name: [said] for name, said in error.errors.items()}) from error
    key = sort.removeprefix("-")
    if sort and not is_asked(kind, key):
        raise ValidationError({"sort": [_("Dieses Feld gibt es hier nicht.")]})
    found: DossierQuerySet = narrowed(actor, dossiers.readable_by(actor), kind, asked)  # type: ignore[assignment]
    return sorted_by(found, kind, key, descending=sort.startswith("-")) if sort else found  # type: ignore[return-value]


def _told(request: Request) -> Iterator[Told]:
    for name, text in request.query_params.items():
        if read := _PARAMETER.fullmatch(name):
            yield Told(read[2], ENDS[read[1]], str(text).replace("\0", "").strip()[:LONGEST], name)


def _kind(actor: Actor, slugs: list[str]) -> DossierKind:
    """Raises ValidationError."""
    if len(slugs) != 1:
        raise ValidationError({"kind": [_("Felder gehören zu einer Aktenart. Bitte genau eine nennen.")]})
    kind = DossierKind.objects.filter(pk=slugs[0]).first() if sees_kinds(actor) else None
    if kind is None:
        raise ValidationError({"kind": [_("Diese Aktenart gibt es nicht.")]})
    return kind
