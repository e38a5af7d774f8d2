"""All parts asked at once, none for longer than a few seconds: what `/readyz` and the status page tell."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooSlow

from django.db import DatabaseError, connections
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from dms.adapters.chosen import SystemClock, malware_scanner, object_store
from dms.health import Condition, Grade, Part, broker_condition, database_condition, scanner_condition, store_condition
from ingest.health import workers_condition
from search.chosen import search_index
from search.health import search_condition

PATIENCE_SECONDS = 5
FRESH_SECONDS = 2
"""Anybody may ask `/readyz`, and each answer costs a trial write: within so long the last one is told again."""

QUESTIONS: dict[Part, Callable[[], Condition]] = {
    Part.DATABASE: database_condition,
    Part.OBJECT_STORE: lambda: store_condition(object_store()),
    Part.SEARCH: lambda: search_condition(search_index()),
    Part.BROKER: broker_condition,
    Part.WORKERS: lambda: workers_condition(SystemClock()),
    Part.MALWARE_SCANNER: lambda: scanner_condition(malware_scanner()),
}


_told: dict[str | None, tuple[float, list[Condition]]] = {}


def conditions() -> list[Condition]:
    """One for each part, in the order of `Part`, at most FRESH_SECONDS old."""
    language = translation.get_language()
    when, known = _told.get(language, (0.0, []))
    if not known or time.monotonic() - when > FRESH_SECONDS:
        known = _ask_all(language)
        _told[language] = time.monotonic(), known
    return known


def _ask_all(language: str | None) -> list[Condition]:
    """A part that hangs is told as away; its thread ends when it may."""
    pool = ThreadPoolExecutor(len(QUESTIONS), thread_name_prefix="health")
    try:
        asked = {part: pool.submit(_ask, question, language) for part, question in QUESTIONS.items()}
        return [_answer(part, future) for part, future in asked.items()]
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _ask(question: Callable[[], Condition], language: str | None) -> Condition:
    try:
        with translation.override(language):
            return question()
    finally:
        connections.close_all()


def _answer(part: Part, future: Future[Condition]) -> Condition:
    try:
        return future.result(timeout=PATIENCE_SECONDS)
    except TooSlow:
        return Condition(
            part, Grade.AWAY, _("Keine Antwort innerhalb von fünf Sekunden."), _("Dienst und Netz prüfen.")
        )
    except DatabaseError:
        return Condition(part, Grade.AWAY, _("Nicht zu erfahren, solange die Datenbank nicht antwortet."))
