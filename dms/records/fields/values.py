"""The typed forms of a value: as people type and read it (German), as it is stored, and as programs say it (ISO).

Stored are JSON values that sort as they are: text, number, ISO day, whole cents, true and false; for a person
`{"name": …}`, with `"party"` where an id of the register says who is meant. Numbers have at most 15 digits, so that
none is changed on its way.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from dms.records.documents.facts import InvalidFact, one_line
from dms.records.fields.definitions import WITH_PATTERN, Field, FieldType
from dms.records.fields.patterns import fits_pattern

LONGEST_TEXT = 300
LONGEST_LONG_TEXT = 4000
MOST_DIGITS = 15
EARLIEST_YEAR = 1500
_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,3}(?:\.[0-9]{3})+|[0-9]+)(?:,[0-9]+)?")
_DAY = re.compile(r"([0-9]{1,2})[.,]([0-9]{1,2})[.,]([0-9]{4})")
_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_ISO_AMOUNT = re.compile(r"-?[0-9]{1,13}(?:\.[0-9]{1,2})?")
_YES, _NO = frozenset({"ja", "j", "yes", "true", "1"}), frozenset({"nein", "n", "no", "false", "0"})
Value = Any
"""A stored value: never None."""


class Unfit(ValueError):
    """This cannot stand in the field. The message is for people, with the next step."""


def read_text(field: Field, typed: str) -> Value | None:
    """None for nothing. Raises Unfit."""
    text = typed.replace("\0", "").strip()
    return _kept(field, FORMS[field.type].read(text)) if text else None


def read_json(field: Field, told: Any) -> Value | None:
    """As programs say it; None for null and for an empty text. Raises Unfit."""
    if told is None or told == "":
        return None
    return _kept(field, FORMS[field.type].parse(told))


def write_text(field: Field, value: Value | None) -> str:
    """As people read it; `read_text` of it gives the value again."""
    return "" if value is None else FORMS[field.type].write(value)


def write_json(field: Field, value: Value | None) -> Any:
    return None if value is None else FORMS[field.type].tell(value)


def fits(field: Field, value: Value) -> bool:
    """Whether a stored value of the field's type may stand there."""
    try:
        return bool(_checked(field, value) == value)
    except Unfit:
        return False


def party_of(value: Value | None) -> UUID | None:
    """To which entry of the register a person leads."""
    named = value.get("party") if isinstance(value, dict) else None
    return UUID(named) if named else None


def parties_in(values: Mapping[str, Value]) -> list[UUID]:
    """To which entries of the register values lead, each once."""
    return list(dict.fromkeys(party for value in values.values() if (party := party_of(value))))


def _kept(field: Field, value: Value) -> Value | None:
    """Signs that cannot be seen are left out, and perhaps nothing is left."""
    return None if value in ("", {"name": ""}) else _checked(field, value)


def _checked(field: Field, value: Value) -> Value:
    if field.type == FieldType.CHOICE and value not in field.choices:
        sentence = _("„{typed}“ steht nicht zur Auswahl. Vorgesehen sind: {choices}")
        raise Unfit(sentence.format(typed=str(value)[:40], choices=", ".join(field.choices)[:300]))
    if field.type in WITH_PATTERN and field.pattern and not fits_pattern(field.pattern, value):
        raise Unfit(field.pattern_message)
    return value


def _line(text: Any) -> str:
    if not isinstance(text, str):
        raise Unfit(_("Hier wird ein Text erwartet."))
    try:
        return one_line("", text, LONGEST_TEXT)
    except InvalidFact as error:
        raise Unfit(str(error)) from error


def _lines(text: Any) -> str:
    if not isinstance(text, str):
        raise Unfit(_("Hier wird ein Text erwartet."))
    seen = "\n".join(
        "".join(sign for sign in line if sign.isprintable() or sign == "\t").rstrip() for line in text.splitlines()
    ).strip()
    if len(seen) > LONGEST_LONG_TEXT:
        sentence = _("Höchstens {most} Zeichen haben Platz; es sind {number}.")
        raise Unfit(sentence.format(most=LONGEST_LONG_TEXT, number=len(seen)))
    return seen


def _decimal_of(typed: str, example: str) -> Decimal:
    figures = "".join(typed.split()).replace("\N{MINUS SIGN}", "-")
    if not _NUMBER.fullmatch(figures):
        sentence = _("„{typed}“ ist keine Zahl. Bitte so eingeben: {example}")
        raise Unfit(sentence.format(typed=typed[:40], example=example))
    return Decimal(figures.replace(".", "").replace(",", "."))


def _stored_number(number: Decimal) -> int | float:
    figures = f"{number:f}".lstrip("-").partition(".")
    if len(figures[0].lstrip("0") + figures[2].rstrip("0")) > MOST_DIGITS:
        raise Unfit(_("Eine Zahl hat hier höchstens {most} Stellen.").format(most=MOST_DIGITS))
    return int(number) if number == number.to_integral_value() else float(number)


def _read_number(typed: str) -> int | float:
    return _stored_number(_decimal_of(typed, "1234,5"))


def _parse_number(told: Any) -> int | float:
    if isinstance(told, bool) or not isinstance(told, int | float):
        raise Unfit(_("Hier wird eine Zahl erwartet."))
    number = Decimal(repr(told)) if abs(told) < 10**MOST_DIGITS else Decimal("Infinity")
    if not number.is_finite():
        raise Unfit(_("Hier wird eine Zahl erwartet."))
    return _stored_number(number)


def _write_number(value: float) -> str:
    return f"{Decimal(repr(value)):f}".replace(".", ",")


def _cents(amount: Decimal, typed: str) -> int:
    cents = amount * 100
    if cents != cents.to_integral_value():
        sentence = _("„{typed}“ hat mehr als zwei Stellen hinter dem Komma. Bitte auf Cent genau eingeben.")
        raise Unfit(sentence.format(typed=typed[:40]))
    if abs(cents) >= 10**MOST_DIGITS:
        raise Unfit(_("Eine Zahl hat hier höchstens {most} Stellen.").format(most=MOST_DIGITS))
    return int(cents)


def _read_amount(typed: str) -> int:
    bare = re.sub(r"(?i)^\s*(?:€|eur|euro)|(?:€|eur|euro)\s*$", "", typed)
    return _cents(_decimal_of(bare, "1.234,56"), typed)


def _parse_amount(told: Any) -> int:
    if not isinstance(told, str) or not _ISO_AMOUNT.fullmatch(told):
        raise Unfit(_("Ein Betrag wird als Text in der Form 1234.56 erwartet."))
    return _cents(Decimal(told), told)


def _write_amount(cents: int) -> str:
    euros, rest = divmod(abs(cents), 100)
    grouped = f"{euros:,}".replace(",", ".")
    return f"{'-' if cents < 0 else ''}{grouped},{rest:02} €"


def _tell_amount(cents: int) -> str:
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02}"


def _stored_day(day: date) -> str:
    if day.year < EARLIEST_YEAR:
        raise Unfit(_("Bitte die Jahreszahl prüfen: So weit zurück reicht hier kein Datum."))
    return day.isoformat()


def read_day(typed: str) -> str:
    """As `31.12.2026` or ISO, stored as ISO. Raises Unfit."""
    figures = "".join(typed.split())
    found = _DAY.fullmatch(figures)
    iso = f"{found[3]}-{found[2]:0>2}-{found[1]:0>2}" if found else figures
    if _ISO_DAY.fullmatch(iso):
        try:
            day = date.fromisoformat(iso)
        except ValueError:
            sentence = _("„{typed}“ gibt es im Kalender nicht. Bitte Tag und Monat prüfen.")
            raise Unfit(sentence.format(typed=typed[:40])) from None
        return _stored_day(day)
    sentence = _("„{typed}“ ist kein Datum. Bitte mit vierstelliger Jahreszahl eingeben: 31.12.2026")
    raise Unfit(sentence.format(typed=typed[:40]))


def _parse_day(told: Any) -> str:
    try:
        if isinstance(told, str) and _ISO_DAY.fullmatch(told):
            return _stored_day(date.fromisoformat(told))
    except Unfit:
        raise
    except ValueError:
        pass
    raise Unfit(_("Ein Datum wird in der Form JJJJ-MM-TT erwartet."))


def _write_day(value: str) -> str:
    day = date.fromisoformat(value)
    return f"{day.day:02}.{day.month:02}.{day.year:04}"


def _read_person(typed: str) -> dict[str, str]:
    return {"name": _line(typed)}


def _parse_person(told: Any) -> dict[str, str]:
    """With a party its name may be left out: the register says it."""
    if not isinstance(told, dict) or not told or told.keys() - {"name", "party"}:
        raise Unfit(_('Eine Person wird in der Form {"name": "…"} oder {"party": "…"} erwartet.'))
    party = told.get("party")
    if party in (None, ""):
        return {"name": _line(told.get("name"))}
    try:
        return {"name": _line(told.get("name") or ""), "party": str(UUID(party))}
    except (AttributeError, TypeError, ValueError) as error:
        sentence = _("Bei `party` wird die Kennung (id) eines Eintrags im Verzeichnis der Beteiligten erwartet.")
        raise Unfit(sentence) from error


def _read_yes_no(typed: str) -> bool:
    word = typed.casefold()
    if word in _YES | _NO:
        return word in _YES
    raise Unfit(_("Hier wird Ja oder Nein erwartet."))


def _parse_yes_no(told: Any) -> bool:
    if not isinstance(told, bool):
        raise Unfit(_("Hier wird true oder false erwartet."))
    return told


@dataclass(frozen=True, slots=True)
class _Form:
    read: Callable[[str], Value]
    write: Callable[[Value], str]
    parse: Callable[[Any], Value]
    tell: Callable[[Value], Any]


FORMS: dict[FieldType, _Form] = {
    FieldType.TEXT: _Form(_line, str, _line, str),
    FieldType.LONG_TEXT: _Form(_lines, str, _lines, str),
    FieldType.NUMBER: _Form(_read_number, _write_number, _parse_number, lambda value: value),
    FieldType.DATE: _Form(read_day, _write_day, _parse_day, str),
    FieldType.AMOUNT: _Form(_read_amount, _write_amount, _parse_amount, _tell_amount),
    FieldType.CHOICE: _Form(_line, str, _line, str),
    FieldType.PERSON: _Form(_read_person, lambda value: str(value["name"]), _parse_person, dict),
    FieldType.YES_NO: _Form(
        _read_yes_no, lambda value: "Ja" if value else "Nein", _parse_yes_no, bool
    ),
}  # fmt: skip
