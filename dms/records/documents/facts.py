"""What the title, the sender and the date of a document may be when a person enters them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Protocol, TypedDict

from django.utils import timezone
from django.utils.translation import gettext as _

LONGEST = 300
EARLIEST = date(1500, 1, 1)
"""Before this it is a slip of the keyboard rather than an old document."""
LATEST_AFTER_RECEIPT = timedelta(days=366)
"""Some letters are dated ahead, but none by more than a year."""


class Received(Protocol):
    """A document, as far as its facts depend on it."""

    @property
    def received_at(self) -> datetime: ...


class InvalidFact(ValueError):
    """What was entered cannot stand there. The message is for people, `field` says where."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


class Facts(TypedDict, total=False):
    """Only what is to change."""

    title: str
    sender: str
    letter_date: date | None


def clean_facts(document: Received, entered: Facts) -> Facts:
    """As they are stored: texts on one line, without signs that cannot be seen. Raises InvalidFact."""
    clean = Facts()
    if "title" in entered:
        clean["title"] = one_line("title", entered["title"])
        if not clean["title"]:
            raise InvalidFact("title", _("Ein Dokument braucht einen Titel."))
    if "sender" in entered:
        clean["sender"] = one_line("sender", entered["sender"])
    if "letter_date" in entered:
        clean["letter_date"] = _plausible(document, entered["letter_date"])
    return clean


def one_line(field: str, text: str, longest: int = LONGEST) -> str:
    """As it is stored. Raises InvalidFact when it is too long.

    What turns the reading direction or hides in a word would make a title look like another one.
    """
    line = " ".join("".join(sign for sign in text if sign.isprintable() or sign.isspace()).split())
    if len(line) > longest:
        sentence = _("Höchstens {most} Zeichen haben Platz; es sind {number}.")
        raise InvalidFact(field, sentence.format(most=longest, number=len(line)))
    return line


def _plausible(document: Received, day: date | None) -> date | None:
    if day is None:
        return None
    if day < EARLIEST:
        raise InvalidFact("letter_date", _("So alt kann ein Schreiben kaum sein. Bitte die Jahreszahl prüfen."))
    if day > timezone.localdate(document.received_at) + LATEST_AFTER_RECEIPT:
        sentence = _("Das Datum liegt mehr als ein Jahr nach dem Eingang. Bitte die Jahreszahl prüfen.")
        raise InvalidFact("letter_date", sentence)
    return day
