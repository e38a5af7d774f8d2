"""The file plan as a table for spreadsheets: written as Excel in German offices opens it, read as people save it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from dms.records.plan.retention import Keeping, Retention
from dms.records.plan.rows import PlanRow, RowProblem, row_faults
from dms.records.plan.words import (
    APPRAISAL_LETTERS,
    CONFIDENCE_WORDS,
    read_day,
    read_keeping,
    write_day,
    write_keeping,
)
from dms.records.tables import UnreadableTable, read_table, write_table

TOLD_BY = {
    "Nummer": ("number",), "Übergeordnet": ("parent",), "Titel": ("title",), "Beschreibung": ("description",),
    "Gültig von": ("valid_from",), "Gültig bis": ("valid_to",), "Stand": ("retired",),
    "Aufbewahrung": ("keeping", "length", "unit"), "Beginn der Frist": ("start",), "Hinweis zur Frist": ("note",),
    "Bewertung": ("appraisal",), "Rechtsgrundlage": ("legal_basis",), "Sicherheit": ("confidence",),
    "Geprüft von": ("reviewed_by",),
}  # fmt: skip
"""The columns, with the fields of PlanRow and Retention that each of them tells."""
COLUMNS = tuple(TOLD_BY)
NEEDED = ("Nummer", "Titel")
STATES = {"": False, "aktiv": False, "stillgelegt": True}


class UnreadablePlan(ValueError):
    """The file as a whole is no plan that can be read. The message is for people."""


def write_csv(rows: Iterable[PlanRow]) -> str:
    return write_table(COLUMNS, map(_cells, rows))


def read_csv(content: bytes) -> tuple[list[PlanRow], list[RowProblem]]:
    """Rows that can be read, and what is wrong with the others, by line. Raises UnreadablePlan."""
    rows, problems = [], []
    try:
        table = list(read_table(content, {name: (name,) for name in COLUMNS}, NEEDED))
    except UnreadableTable as error:
        raise UnreadablePlan(str(error)) from error
    for line, cells in table:
        given = dict.fromkeys(COLUMNS, "") | cells
        untold = frozenset(name for column in COLUMNS if column not in cells for name in TOLD_BY[column])
        try:
            rows.append(replace(_row(given, line), untold=untold))
        except _Unreadable as error:
            problems += [RowProblem(line, given["Nummer"], sentence) for sentence in error.sentences]
    return rows, problems


class _Unreadable(ValueError):
    """With all that is wrong with a line, each in a sentence."""

    def __init__(self, sentences: Sequence[str]) -> None:
        super().__init__(" ".join(sentences))
        self.sentences = sentences


def _cells(row: PlanRow) -> list[str]:
    rule = row.retention
    return [
        row.number, row.parent, row.title, row.description, write_day(row.valid_from), write_day(row.valid_to),
        "stillgelegt" if row.retired else "aktiv", write_keeping(rule.keeping, rule.length, rule.unit), rule.start,
        rule.note, APPRAISAL_LETTERS.get(rule.appraisal, ""), rule.legal_basis,  # type: ignore[call-overload]
        CONFIDENCE_WORDS.get(rule.confidence, ""), rule.reviewed_by,  # type: ignore[call-overload]
    ]  # fmt: skip


def _row(given: Mapping[str, str], line: int) -> PlanRow:
    faults: list[str] = []

    def read(column: str, reader: Callable[[str], Any], otherwise: Any) -> Any:
        try:
            return reader(given[column])
        except (ValueError, KeyError):
            sentence = _("In der Spalte „{column}“ steht „{value}“, das ist dort nicht vorgesehen.")
            faults.append(sentence.format(column=column, value=given[column][:40]))
            return otherwise

    keeping, length, unit = read("Aufbewahrung", read_keeping, (Keeping.UNSET, None, ""))
    rule = Retention(
        keeping, length, unit, given["Beginn der Frist"], given["Hinweis zur Frist"],
        read("Bewertung", lambda typed: _by_word(APPRAISAL_LETTERS, typed), ""), given["Rechtsgrundlage"],
        read("Sicherheit", lambda typed: _by_word(CONFIDENCE_WORDS, typed), ""), given["Geprüft von"],
    )  # fmt: skip
    row = PlanRow(
        given["Nummer"], given["Titel"], given["Übergeordnet"], given["Beschreibung"],
        read("Gültig von", read_day, None), read("Gültig bis", read_day, None),
        read("Stand", lambda typed: STATES[typed.strip().lower()], False), rule, where=line,
    )  # fmt: skip
    if faults:  # of what stands in for an unread cell nothing is said
        raise _Unreadable([*faults, *(str(one) for one in row_faults(row) if one.field in {"number", "title"})])
    return row


def _by_word(words: Mapping[Any, str], typed: str) -> str:
    typed = typed.strip().lower()
    return next(str(value) for value, word in words.items() if word.lower() == typed) if typed else ""
