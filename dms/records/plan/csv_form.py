"""The file plan as a table for spreadsheets: written as Excel in German offices opens it, read as people save it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from dms.records.plan.retention import Retention
from dms.records.plan.rows import PlanRow, RowProblem
from dms.records.plan.words import (
    APPRAISAL_LETTERS,
    CONFIDENCE_WORDS,
    read_day,
    read_keeping,
    write_day,
    write_keeping,
)
from dms.records.tables import UnreadableTable, read_table, write_table

COLUMNS = (
    "Nummer", "Übergeordnet", "Titel", "Beschreibung", "Gültig von", "Gültig bis", "Stand", "Aufbewahrung",
    "Beginn der Frist", "Hinweis zur Frist", "Bewertung", "Rechtsgrundlage", "Sicherheit", "Geprüft von",
)  # fmt: skip
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
        try:
            rows.append(_row(given, line))
        except _Unreadable as error:
            problems.append(RowProblem(line, given["Nummer"], str(error)))
    return rows, problems


class _Unreadable(ValueError):
    pass


def _cells(row: PlanRow) -> list[str]:
    rule = row.retention
    return [
        row.number, row.parent, row.title, row.description, write_day(row.valid_from), write_day(row.valid_to),
        "stillgelegt" if row.retired else "aktiv", write_keeping(rule.keeping, rule.length, rule.unit), rule.start,
        rule.note, APPRAISAL_LETTERS.get(rule.appraisal, ""), rule.legal_basis,  # type: ignore[call-overload]
        CONFIDENCE_WORDS.get(rule.confidence, ""), rule.reviewed_by,  # type: ignore[call-overload]
    ]  # fmt: skip


def _row(given: Mapping[str, str], line: int) -> PlanRow:
    keeping, length, unit = _read(given, "Aufbewahrung", read_keeping)
    rule = Retention(
        keeping, length, unit, given["Beginn der Frist"], given["Hinweis zur Frist"],
        _read(given, "Bewertung", lambda typed: _by_word(APPRAISAL_LETTERS, typed)), given["Rechtsgrundlage"],
        _read(given, "Sicherheit", lambda typed: _by_word(CONFIDENCE_WORDS, typed)), given["Geprüft von"],
    )  # fmt: skip
    return PlanRow(
        given["Nummer"], given["Titel"], given["Übergeordnet"], given["Beschreibung"],
        _read(given, "Gültig von", read_day), _read(given, "Gültig bis", read_day),
        _read(given, "Stand", lambda typed: STATES[typed.strip().lower()]), rule, where=line,
    )  # fmt: skip


def _read(given: Mapping[str, str], column: str, reader: Callable[[str], Any]) -> Any:
    try:
        return reader(given[column])
    except (ValueError, KeyError):
        sentence = _("In der Spalte „{column}“ steht „{value}“, das ist dort nicht vorgesehen.")
        raise _Unreadable(sentence.format(column=column, value=given[column][:40])) from None


def _by_word(words: Mapping[Any, str], typed: str) -> str:
    typed = typed.strip().lower()
    return next(str(value) for value, word in words.items() if word.lower() == typed) if typed else ""
