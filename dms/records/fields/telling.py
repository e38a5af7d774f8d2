"""What stands in the fields of a record, and what an event changed in them, as people read it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from dms.records.fields.definitions import FieldType
from dms.records.fields.filling import Filled, carried_over, filled_of, missing_in
from dms.records.fields.keeping import current_version
from dms.records.fields.models import DossierKind, FieldVersion
from dms.records.fields.persons import Register
from dms.records.fields.values import party_of, write_text


@dataclass(frozen=True, slots=True)
class FieldShown:
    """`is_missing`: mandatory, and nothing stands there."""

    key: str
    label: str
    help: str
    text: str
    is_long: bool = False
    is_missing: bool = False
    is_person: bool = False
    party: UUID | None = None
    """The entry of the register to which the person leads; whoever reads the record may see it."""


@dataclass(frozen=True, slots=True)
class FieldChanged:
    label: str
    before: str
    after: str


def fields_shown(record: Any) -> tuple[list[FieldShown], list[FieldShown]]:
    """As its kind asks them today, and those that stand under former fields of it, the newest first."""
    version = current_version(record.kind)
    filled = carried_over(filled_of(record), version)
    missing = {one.key for one in missing_in(version, filled.values)}
    values = Register.of([filled.values]).today(filled.values)
    asked = [
        FieldShown(
            one.key, one.label, one.help, write_text(one, values.get(one.key)), one.type == FieldType.LONG_TEXT,
            one.key in missing, one.type == FieldType.PERSON, party_of(values.get(one.key)),
        )
        for one in (version.asked if version else ())
    ]  # fmt: skip
    return asked, list(_former(filled))


def field_changes(event_facts: Mapping[str, Any], before: Any, after: Any) -> Iterator[FieldChanged]:
    """Of one row as an event touched it: `before` and `after` are its audited fields as far as they changed."""
    if "field_values" not in after:
        return
    was, now = event_facts.get("fields") or (before.get("field_version_id"), after.get("field_version_id"))
    versions = FieldVersion.objects.in_bulk([UUID(one) for one in {was, now} if one])
    stood = _filled(versions, was, before["field_values"])
    stands = _filled(versions, now, after["field_values"])
    for key in _in_order(stands, stood):
        before_text, after_text = _then(stood, key), _then(stands, key)
        if before_text != after_text:
            yield FieldChanged(_label(key, stands, stood), before_text, after_text)


def values_then(values: Mapping[str, Any]) -> Iterator[FieldChanged]:
    """Of audited fields as they stood at a past moment; `after` is what stood there."""
    version_id = values.get("field_version_id")
    filled = _filled(FieldVersion.objects.in_bulk([UUID(version_id)]) if version_id else {}, version_id,
                     values.get("field_values") or {})  # fmt: skip
    for key in _in_order(filled):
        yield FieldChanged(_label(key, filled), "", _then(filled, key))


def kind_label(slug: str | None) -> str:
    """Empty for none."""
    kind = DossierKind.objects.filter(pk=slug).first() if slug else None
    return kind.label if kind else (slug or "")


def _filled(versions: Mapping[UUID, FieldVersion], version_id: str | None, values: Mapping[str, Any]) -> Filled:
    return Filled(versions.get(UUID(version_id)) if version_id else None, values)


def _in_order(*filled: Filled) -> Iterator[str]:
    """As the fields are asked: the database keeps no order of keys."""
    keys = dict.fromkeys(key for one in filled if one.version for key in (field.key for field in one.version.fields))
    yield from (key for key in keys if any(key in one.values for one in filled))


def _then(filled: Filled, key: str) -> str:
    """As it was called then; that somebody was taken from the register is told, for the name may be the same."""
    text = filled.text(key)
    return _("{name} (aus dem Verzeichnis)").format(name=text) if party_of(filled.values.get(key)) else text


def _label(key: str, *filled: Filled) -> str:
    for one in filled:
        known = one.version.field(key) if one.version else None
        if known:
            return known.label
    return key


def _former(filled: Filled) -> Iterator[FieldShown]:
    versions = FieldVersion.objects.in_bulk({UUID(one["version"]) for one in filled.former})
    for one in reversed(filled.former):
        version = versions.get(UUID(one["version"]))
        known = version.field(one["key"]) if version else None
        if known:
            yield FieldShown(one["key"], known.label, known.help, write_text(known, one["value"]))
