"""Retention as people write it in tables: `10 Jahre`, `dauernd`, `A`, `hoch`. German, whoever reads: it is data."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

from dms.records.plan.retention import Appraisal, Confidence, Keeping, Retention, Unit

KEEPING_WORDS = {
    Keeping.UNSET: "",
    Keeping.AT_ONCE: "sofort",
    Keeping.EVENT: "ereignisabhängig",
    Keeping.PERMANENT: "dauernd",
}
UNIT_WORDS = {Unit.DAYS: ("Tag", "Tage"), Unit.MONTHS: ("Monat", "Monate"), Unit.YEARS: ("Jahr", "Jahre")}
APPRAISAL_LETTERS = {Appraisal.ARCHIVE: "A", Appraisal.ASSESS: "B", Appraisal.DESTROY: "V"}
CONFIDENCE_WORDS = {Confidence.HIGH: "hoch", Confidence.MEDIUM: "mittel", Confidence.LOW: "gering"}
_PERIOD = re.compile(r"(\d{1,4})\s*([A-Za-z]+)")


def write_keeping(keeping: str, length: int | None, unit: str) -> str:
    if keeping == Keeping.PERIOD and length:
        one, many = UNIT_WORDS[Unit(unit)]
        return f"{length} {one if length == 1 else many}"
    return KEEPING_WORDS[Keeping(keeping)]


def read_keeping(typed: str) -> tuple[Keeping, int | None, str]:
    """Raises ValueError for what is none of these."""
    words = " ".join(typed.split()).lower()
    for keeping, known in KEEPING_WORDS.items():
        if words == known:
            return keeping, None, ""
    if found := _PERIOD.fullmatch(words):
        for unit, names in UNIT_WORDS.items():
            if found[2] in {name.lower() for name in names} and int(found[1]):
                return Keeping.PERIOD, int(found[1]), unit
    raise ValueError(typed)


def read_day(typed: str) -> date | None:
    """`01.02.2020` or `2020-02-01`. Raises ValueError."""
    words = typed.strip()
    if not words:
        return None
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", words):
        return date.fromisoformat(words)
    return datetime.strptime(words, "%d.%m.%Y").date()  # noqa: DTZ007 - a day has no zone


def write_day(day: date | None) -> str:
    return day.strftime("%d.%m.%Y") if day else ""


def write_rule(rule: Retention) -> str:
    """In one line: `10 Jahre ab z. d. A., B, KAG (gering)`; empty where the entry above decides."""
    if not rule.is_set:
        return ""
    kept = write_keeping(rule.keeping, rule.length, rule.unit)
    begun = f"{kept} ab {rule.start}" if rule.start else kept
    sure = CONFIDENCE_WORDS[Confidence(rule.confidence)]
    return f"{begun}, {APPRAISAL_LETTERS[Appraisal(rule.appraisal)]}, {rule.legal_basis} ({sure})"


def write_value(value: Any) -> str:
    """Of a field of PlanRow, for people to compare."""
    match value:
        case Retention():
            return write_rule(value)
        case bool():
            return "stillgelegt" if value else "aktiv"
        case date():
            return write_day(value)
        case _:
            return str(value or "")
