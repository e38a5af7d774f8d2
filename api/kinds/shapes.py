"""How kinds, their fields, and the values in these look to programs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from rest_framework import serializers

from api.http.base import TypedTextField
from api.http.changes import ChangeSerializer
from dms.records.fields.changing import LONGEST_REASON, FieldDifference
from dms.records.fields.definitions import (
    LONGEST_CHOICE,
    LONGEST_HELP,
    LONGEST_KEY,
    LONGEST_LABEL,
    MOST_CHOICES,
    MOST_FIELDS,
    Field,
    FieldType,
)
from dms.records.fields.keeping import LONGEST_DESCRIPTION
from dms.records.fields.keeping import LONGEST_LABEL as LONGEST_KIND
from dms.records.fields.models import FieldVersion, KindState
from dms.records.fields.patterns import LONGEST_PATTERN
from dms.records.fields.persons import Register
from dms.records.fields.values import write_json, write_text

SLUG = r"^[a-z][a-z0-9-]{0,39}$"


class FieldsField(serializers.DictField):
    """Values by key, as they are entered or as they stand; which form each has, its type says."""

    child = serializers.JSONField(allow_null=True)

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if not isinstance(data, Mapping):
            raise serializers.ValidationError(_('Die Felder werden in der Form {"schluessel": Wert} erwartet.'))
        return {str(key): value for key, value in data.items()}


class DossierKindNameSerializer(serializers.Serializer):
    """A kind of dossiers in short."""

    slug = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]


class DossierKindSerializer(DossierKindNameSerializer):
    """A kind of dossiers. `slug` is stable, `label` is for people."""

    description = serializers.CharField()
    state = serializers.ChoiceField(KindState.choices)


class DossierKindChangeSerializer(ChangeSerializer):
    """What the registry changes about a kind; at least one of these. The slug stays."""

    shown = DossierKindSerializer

    label = TypedTextField(max_length=LONGEST_KIND, required=False)  # type: ignore[assignment]
    description = TypedTextField(max_length=LONGEST_DESCRIPTION, required=False, allow_blank=True)
    state = serializers.ChoiceField(KindState.choices, required=False)


class NewDossierKindSerializer(ChangeSerializer):
    """A new kind of dossiers."""

    shown = DossierKindSerializer

    slug = serializers.RegexField(SLUG)
    label = TypedTextField(max_length=LONGEST_KIND)  # type: ignore[assignment]
    description = TypedTextField(max_length=LONGEST_DESCRIPTION, required=False, allow_blank=True)


class FieldSerializer(serializers.Serializer):
    """A field as it is laid down. Left out in a new one: nothing."""

    key = serializers.RegexField(r"^[a-z][a-z0-9_]*$", max_length=LONGEST_KEY)
    label = TypedTextField(max_length=LONGEST_LABEL)  # type: ignore[assignment]
    type = serializers.ChoiceField(FieldType.choices)
    help = TypedTextField(max_length=LONGEST_HELP, required=False, allow_blank=True)
    mandatory = serializers.BooleanField(required=False)
    pattern = TypedTextField(max_length=LONGEST_PATTERN, required=False, allow_blank=True)
    pattern_message = TypedTextField(max_length=LONGEST_HELP, required=False, allow_blank=True)
    default = TypedTextField(max_length=LONGEST_HELP, required=False, allow_blank=True)
    choices = serializers.ListField(
        child=TypedTextField(max_length=LONGEST_CHOICE), required=False, max_length=MOST_CHOICES
    )
    retired = serializers.BooleanField(required=False)


class FieldVersionSerializer(serializers.Serializer):
    """The fields of a kind from one moment on. A kind that never had any answers number 0."""

    number = serializers.IntegerField()
    fields = FieldSerializer(many=True)  # type: ignore[assignment]
    made_at = serializers.DateTimeField(allow_null=True)
    made_by = serializers.CharField()
    reason = serializers.CharField()


class FieldsChangeSerializer(serializers.Serializer):
    fields = serializers.ListField(child=FieldSerializer(), max_length=MOST_FIELDS)  # type: ignore[assignment]
    reason = TypedTextField(max_length=LONGEST_REASON, required=False, allow_blank=True, default="")
    apply = serializers.BooleanField(required=False, default=False)


class FieldDifferencesSerializer(serializers.Serializer):
    label = serializers.CharField()  # type: ignore[assignment]
    what = serializers.ChoiceField(["added", "changed", "retired", "restored", "moved"])


class UnfitSerializer(serializers.Serializer):
    label = serializers.CharField()  # type: ignore[assignment]
    count = serializers.IntegerField()


class ImpactSerializer(serializers.Serializer):
    """What the change touches, or has touched."""

    applied = serializers.BooleanField()
    number = serializers.IntegerField()
    differences = FieldDifferencesSerializer(many=True)
    records = serializers.IntegerField()
    lacking = serializers.IntegerField()
    unfit = UnfitSerializer(many=True)


class FormerFieldSerializer(serializers.Serializer):
    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    text = serializers.CharField()


@dataclass(frozen=True, slots=True)
class NoVersion:
    """Of a kind that never had fields."""

    number: int = 0
    fields: tuple[Field, ...] = ()
    made_at: None = None
    made_by: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class FieldsTold:
    """What stands in the fields of one record, as programs read it."""

    values: dict[str, Any]
    version: int | None
    former: list[dict[str, str]]


NOTHING_TOLD = FieldsTold({}, None, [])


def fields_told(records: Iterable[Any]) -> dict[UUID, FieldsTold]:
    """By the id of the record; one query for all versions that they name, one for whom they name from the register."""
    known = list(records)
    ids = {one.field_version_id for one in known if one.field_version_id}
    ids |= {UUID(former["version"]) for one in known for former in one.former_values}
    versions = FieldVersion.objects.in_bulk(ids) if ids else {}
    register = Register.of(one.field_values for one in known)
    return {one.pk: _told(one, versions, register) for one in known}


def difference_names(differences: Iterable[FieldDifference]) -> list[dict[str, str]]:
    return [{"label": one.label, "what": one.what} for one in differences]


def fields_of(sent: Iterable[Mapping[str, Any]]) -> list[Field]:
    """As the serializer has read them."""
    return [
        Field(**{**one, "type": FieldType(one["type"]), "choices": tuple(one.get("choices", ()))}) for one in sent
    ]  # fmt: skip


def _told(record: Any, versions: Mapping[UUID, FieldVersion], register: Register) -> FieldsTold:
    version = versions.get(record.field_version_id)
    stands = register.today(record.field_values)
    values = {
        one.key: write_json(one, stands[one.key]) for one in (version.fields if version else ()) if one.key in stands
    }
    former = []
    for one in record.former_values:
        was = versions[UUID(one["version"])].field(one["key"])
        if was:
            former.append({"key": was.key, "label": was.label, "text": write_text(was, one["value"])})
    return FieldsTold(values, version.number if version else None, former)
