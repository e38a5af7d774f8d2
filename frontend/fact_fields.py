"""Title, sender and date of a document as people read and type them on its page, each with the form to correct it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dms.records.documents.corrections import Corrections
from dms.records.documents.facts import InvalidFact
from dms.records.models import Document

GERMAN = "%d.%m.%Y"
TYPED_DATES = (GERMAN, "%d.%m.%y", "%Y-%m-%d")
"""3.4.2026 and 03.04.2026, 3.4.26, and 2026-04-03 as some programs copy it."""


@dataclass(frozen=True, slots=True)
class Refused:
    """What somebody typed, and why it was not taken."""

    name: str
    typed: str
    sentence: str


@dataclass(frozen=True, slots=True)
class FactField:
    """`stored` is what the field of the form holds when nobody has typed yet; with an `error` it stays open."""

    name: str
    label: Promise
    command: Promise
    key: str
    """In `frontend.keys`."""
    stored: str
    typed: str
    error: str = ""
    hint: str = ""


def as_typed(day: date | None) -> str:
    return day.strftime(GERMAN) if day else ""


def _read_date(text: str) -> date | None:
    """Raises InvalidFact. Phones with a German keyboard offer a comma beside the figures; people leave blanks."""
    figures = "".join(text.split()).replace(",", ".")
    for form in TYPED_DATES if figures else ():
        try:
            return datetime.strptime(figures, form).date()  # noqa: DTZ007 - a day on a letter has no time zone
        except ValueError:
            continue
    if figures:
        sentence = _("„{typed}“ ist kein Datum. Bitte so eingeben: 3.4.2026")
        raise InvalidFact("letter_date", sentence.format(typed=text.strip()[:40]))
    return None


_LABELS: dict[str, tuple[Promise, Promise, str]] = {
    "title": (gettext_lazy("Titel"), gettext_lazy("Titel berichtigen"), "correct_title"),
    "sender": (gettext_lazy("Absender"), gettext_lazy("Absender berichtigen"), "correct_sender"),
    "letter_date": (gettext_lazy("Datum"), gettext_lazy("Datum berichtigen"), "correct_date"),
}
_READ: dict[str, Callable[[str], Any]] = {"title": str, "sender": str, "letter_date": _read_date}


def is_fact(name: str) -> bool:
    return name in _READ


def fact_label(name: str) -> str:
    return str(_LABELS[name][0])


def read_fact(name: str, typed: str) -> Corrections:
    """Raises InvalidFact."""
    return cast("Corrections", {name: _READ[name](typed)})


def fact_fields(document: Document, refused: Refused | None = None) -> dict[str, FactField]:
    """By name."""
    stored = {"title": document.title, "sender": document.sender, "letter_date": as_typed(document.letter_date)}
    return {name: _field(name, text, refused) for name, text in stored.items()}


def _field(name: str, stored: str, refused: Refused | None) -> FactField:
    label, command, key = _LABELS[name]
    hint = _("TT.MM.JJJJ") if name == "letter_date" else ""
    if refused is None or refused.name != name:
        return FactField(name, label, command, key, stored, stored, hint=hint)
    return FactField(name, label, command, key, stored, refused.typed, refused.sentence, hint)
