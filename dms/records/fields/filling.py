"""The values of one record under a version of fields: changed, carried over to another version, never lost.

What does not fit there is set aside with the version it was entered under, and comes back where it fits again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from dms.records.fields.definitions import LONGEST_KEY, Field, FieldType
from dms.records.fields.models import FieldVersion
from dms.records.fields.values import Unfit, Value, fits, parties_in, read_json, read_text, write_text

Former = dict[str, Any]
"""`{"version": id, "key": …, "value": …}`."""


class InvalidFields(ValueError):
    """What was entered cannot stand there: a sentence for each key."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(" ".join(errors.values()))
        self.errors = dict(errors)


@dataclass(frozen=True, slots=True)
class Entered:
    """What somebody wants in some fields, by key: as people type it, or as programs say it. Somebody who was taken from
    the register is said as by programs either way, and judged by `dms.records.fields.persons.entered_by`."""

    said: Mapping[str, Any] = field(default_factory=dict)
    typed: bool = False

    def under(self, version: FieldVersion | None) -> dict[str, Value | None]:
        """As it is stored; None clears the field. Raises InvalidFields, with all that is wrong, and then also what is
        mandatory and said to be empty."""
        known = {one.key: one for one in version.asked} if version else {}
        values, errors = dict[str, Value | None](), dict[str, str]()
        for key, said in self.said.items():
            if key not in known:
                errors[str(key)[:LONGEST_KEY]] = _("Dieses Feld gibt es hier nicht.")
                continue
            read = read_text if self.typed and isinstance(said, str) else read_json
            try:
                values[key] = read(known[key], said)
            except Unfit as error:
                errors[key] = str(error)
        if errors:
            empty = missing_in(version, {key: value for key, value in values.items() if value is not None})
            said = {one.key for one in empty if one.key in values}
            raise InvalidFields(errors | dict.fromkeys(said, _("Diese Angabe ist Pflicht.")))
        return values


@dataclass(frozen=True, slots=True)
class Filled:
    """`former` was set aside, the oldest first. Without a version there are no values."""

    version: FieldVersion | None = None
    values: Mapping[str, Value] = field(default_factory=dict)
    former: tuple[Former, ...] = ()

    def text(self, key: str) -> str:
        """As people read it; empty where nothing stands."""
        known = self.version.field(key) if self.version else None
        return write_text(known, self.values.get(key)) if known else ""


def filled_of(record: Any) -> Filled:
    """Of a dossier or document; its `field_version` has come along."""
    return Filled(record.field_version, dict(record.field_values), tuple(record.former_values))


def put_into(record: Any, filled: Filled) -> None:
    """Not saved yet."""
    record.field_version = filled.version
    record.field_values = dict(filled.values)
    record.former_values = list(filled.former)
    derive(record, filled)


def derive(record: Any, filled: Filled) -> None:
    """What is made of the values, to be found by."""
    record.field_words = words_of(filled)
    record.field_parties = parties_in(filled.values)


def versions_told(before: FieldVersion | None, after: FieldVersion | None) -> dict[str, Any]:
    """For the event: under which fields the values before and after it stand."""
    return {"fields": [str(one.pk) if one else None for one in (before, after)]}


def words_of(filled: Filled) -> str:
    """What the record is found by. A yes or no says nothing to a search."""
    versions = _versions_of(filled.former)
    known = [(filled.version, key, value) for key, value in filled.values.items()]
    known += [(versions.get(one["version"]), one["key"], one["value"]) for one in filled.former]
    texts = []
    for version, key, value in known:
        found = version.field(key) if version else None
        if found and found.type != FieldType.YES_NO:
            texts.append(write_text(found, value))
    return "\n".join(dict.fromkeys(texts))


def begun(version: FieldVersion | None, entered: Mapping[str, Value | None]) -> Filled:
    """For a new record: what is not entered stands as its default. Raises InvalidFields."""
    defaults = {one.key: read_text(one, one.default) for one in version.asked if one.default} if version else {}
    return entered_into(Filled(version), version, {**defaults, **entered})


def entered_into(filled: Filled, version: FieldVersion | None, entered: Mapping[str, Value | None]) -> Filled:
    """Under this version, with what was entered; all that is mandatory has to be there. Raises InvalidFields."""
    carried = carried_over(filled, version)
    values = {key: value for key, value in {**carried.values, **entered}.items() if value is not None}
    if missing := missing_in(version, values):
        raise InvalidFields({one.key: _("Diese Angabe ist Pflicht.") for one in missing})
    order = [one.key for one in version.asked] if version else []
    return replace(carried, values={key: values[key] for key in order if key in values})


def missing_in(version: FieldVersion | None, values: Mapping[str, Value]) -> list[Field]:
    """The mandatory fields in which nothing stands."""
    return [one for one in version.asked if one.mandatory and one.key not in values] if version else []


def carried_over(filled: Filled, version: FieldVersion | None) -> Filled:
    """The same values under another version, as far as they fit. What is mandatory is not asked here."""
    if filled.version == version:
        return filled
    pool = [{"version": str(filled.version.pk), "key": k, "value": v} for k, v in filled.values.items()
            ] if filled.version else []  # fmt: skip
    versions = _versions_of(filled.former, filled.version)
    waiting = [*filled.former, *pool]
    values: dict[str, Value] = {}
    for one in version.asked if version else ():
        for former in reversed([known for known in waiting if known["key"] == one.key]):
            value = carried_value(versions[former["version"]].field(one.key), one, former["value"])
            if value is not None:
                values[one.key] = value
                waiting.remove(former)
                break
    return Filled(version, values, tuple(waiting))


def carried_value(before: Field | None, after: Field, value: Value) -> Value | None:
    """As it stands in the other field; None where it does not fit."""
    if before is None:
        return None
    if before.type == after.type:
        return value if fits(after, value) else None
    try:
        return read_text(after, write_text(before, value))
    except Unfit:
        return None


def _versions_of(former: Iterable[Former], *also: FieldVersion | None) -> dict[str, FieldVersion]:
    known = {str(one.pk): one for one in also if one is not None}
    ids = {UUID(one["version"]) for one in former} - {one.pk for one in known.values()}
    return known | {str(pk): one for pk, one in FieldVersion.objects.in_bulk(ids).items()} if ids else known
