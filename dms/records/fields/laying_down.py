"""Checks fields before they become those of a kind: keys, labels, patterns, choices and defaults that hold."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from django.utils.translation import gettext as _

from dms.records.documents.facts import InvalidFact, one_line
from dms.records.fields.definitions import (
    LONGEST_CHOICE,
    LONGEST_HELP,
    LONGEST_KEY,
    LONGEST_LABEL,
    MOST_CHOICES,
    MOST_FIELDS,
    WITH_PATTERN,
    Field,
    FieldType,
)
from dms.records.fields.patterns import UnusablePattern, check_pattern
from dms.records.fields.values import Unfit, read_text, write_text

_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")


class InvalidField(InvalidFact):
    """A field that cannot be laid down so. `number` is its place in the list, from 0; `field` what is wrong in it."""

    def __init__(self, number: int, field: str, sentence: str) -> None:
        super().__init__(field, sentence)
        self.number = number


def clean_fields(fields: Sequence[Field]) -> tuple[Field, ...]:
    """As they are stored. Raises InvalidField for the first that cannot be so."""
    if len(fields) > MOST_FIELDS:
        raise InvalidField(MOST_FIELDS, "key", _("Mehr als {most} Felder hat keine Art.").format(most=MOST_FIELDS))
    clean: list[Field] = []
    for number, field in enumerate(fields):
        try:
            clean.append(_clean(field, {one.key for one in clean}, {one.label for one in clean if not one.retired}))
        except InvalidFact as error:
            raise InvalidField(number, error.field, str(error)) from error
    return tuple(clean)


def key_for(label: str, taken: Iterable[str]) -> str:
    """A key that tells what the label says, for whoever need not think of one."""
    plain = label.casefold()
    for umlaut, letters in (("ä", "ae"), ("ö", "oe"), ("ü", "ue")):
        plain = plain.replace(umlaut, letters)
    stem = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[: LONGEST_KEY - 4]
    stem = stem if _KEY.fullmatch(stem) else f"field_{stem}".rstrip("_")[: LONGEST_KEY - 4]
    number, key = 1, stem
    while key in set(taken):
        number += 1
        key = f"{stem}_{number}"
    return key


def _clean(field: Field, keys: set[str], labels: set[str]) -> Field:
    if not _KEY.fullmatch(field.key):
        raise InvalidFact("key", _("Ein Schlüssel besteht aus kleinen Buchstaben, Ziffern und _, etwa plot_number."))
    if field.key in keys:
        raise InvalidFact("key", _("Diesen Schlüssel hat schon ein anderes Feld."))
    label = one_line("label", field.label, LONGEST_LABEL)
    if not label:
        raise InvalidFact("label", _("Ein Feld braucht eine Bezeichnung."))
    if label in labels and not field.retired:
        raise InvalidFact("label", _("Diese Bezeichnung hat schon ein anderes Feld."))
    clean = replace(
        field, label=label, help=one_line("help", field.help, LONGEST_HELP), choices=_clean_choices(field),
        default=field.default.strip(),
    )  # fmt: skip
    pattern, message = _clean_pattern(clean)
    clean = replace(clean, pattern=pattern, pattern_message=message)
    return replace(clean, default=_clean_default(clean))


def _clean_choices(field: Field) -> tuple[str, ...]:
    if field.type != FieldType.CHOICE:
        return ()
    lines = [one_line("choices", choice, LONGEST_CHOICE) for choice in field.choices]
    choices = tuple(dict.fromkeys(line for line in lines if line))
    if not choices:
        raise InvalidFact("choices", _("Eine Auswahl braucht wenigstens einen Wert; jeder steht auf einer Zeile."))
    if len(choices) > MOST_CHOICES:
        raise InvalidFact("choices", _("Mehr als {most} Werte hat keine Auswahl.").format(most=MOST_CHOICES))
    return choices


def _clean_pattern(field: Field) -> tuple[str, str]:
    if field.type not in WITH_PATTERN or not field.pattern:
        return "", ""
    try:
        check_pattern(field.pattern)
    except UnusablePattern as error:
        raise InvalidFact("pattern", str(error)) from error
    message = one_line("pattern_message", field.pattern_message, LONGEST_HELP)
    if not message:
        raise InvalidFact("pattern_message", _("Bitte sagen, was einzugeben ist, wenn das Muster nicht passt."))
    return field.pattern, message


def _clean_default(field: Field) -> str:
    if not field.default:
        return ""
    try:
        value = read_text(field, field.default)
    except Unfit as error:
        raise InvalidFact("default", str(error)) from error
    return write_text(field, value)
