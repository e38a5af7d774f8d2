"""Bodies that change something: a field that is unknown or cannot be changed is refused by name, never dropped."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiSerializerExtension
from drf_spectacular.openapi import AutoSchema
from rest_framework import serializers
from rest_framework.settings import api_settings

MOST_NAMED = 20
"""So many wrong fields are named; whoever sends more needs no longer list."""
LONGEST_NAME = 100


class ChangeSerializer(serializers.Serializer):
    """Something must be changed, and nothing but its own fields. `shown` is how the changed thing is answered."""

    shown: ClassVar[type[serializers.Serializer]]

    def to_internal_value(self, data: Any) -> Any:
        """Raises ValidationError with all that is wrong, by field."""
        refused = self._refused(data) if isinstance(data, Mapping) else {}
        try:
            values = super().to_internal_value(data)
        except serializers.ValidationError as error:
            raise serializers.ValidationError({**refused, **error.detail}) from error  # type: ignore[dict-item]
        if not refused and not data:
            refused = {api_settings.NON_FIELD_ERRORS_KEY: [_("Es steht nichts darin, was geändert werden soll.")]}
        if refused:
            raise serializers.ValidationError(refused)
        return values

    def _refused(self, data: Mapping[Any, Any]) -> dict[str, list[str]]:
        shown = self.shown().fields
        unfit = [str(name) for name in data if name not in self.fields][:MOST_NAMED]
        fixed, unknown = _("Dieses Feld lässt sich nicht ändern."), _("Dieses Feld gibt es nicht.")
        return {_printable(name): [fixed if name in shown else unknown] for name in unfit}


class ChangeSerializerExtension(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]
    """Says the same in the description of the API."""

    target_class = ChangeSerializer
    match_subclasses = True

    def map_serializer(self, auto_schema: AutoSchema, direction: str) -> Any:
        plainly: Any = auto_schema._map_serializer  # noqa: SLF001 - as the documentation of extensions has it
        described = plainly(self.target, direction, bypass_extensions=True)
        return {**described, "additionalProperties": False, "minProperties": 1}


def _printable(name: str) -> str:
    """A name that came in, fit for an answer: half characters have no place in UTF-8."""
    return name[:LONGEST_NAME].encode("utf-8", "backslashreplace").decode()
