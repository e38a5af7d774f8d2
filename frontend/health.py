"""All parts asked at once, none for longer than a few seconds: what `/readyz` and the status page tell."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooSlow
from dataclasses import replace

from django.db import Error as DatabaseFault
from django.db import connections
from django.utils import translation
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from dms.adapters.chosen import SystemClock, malware_scanner, object_store
from dms.health import Condition, Grade, Part, broker_condition, database_condition, scanner_condition, store_condition
from ingest.health import workers_condition
from search.chosen import search_index
from search.health import search_condition

PATIENCE_SECONDS = 5
SLOW_SECONDS = 2
"""What is well takes a hundredth of it."""
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
_asking: dict[Part, Future[Condition]] = {}
"""What has not answered yet: it is not asked a second time, or each question would leave one more thread behind."""
_alone = threading.Lock()


def conditions() -> list[Condition]:
    """One for each part, in the order of `Part`, at most FRESH_SECONDS old."""
    language = translation.get_language()
    when, known = _told.get(language, (0.0, []))
    if not known or time.monotonic() - when > FRESH_SECONDS:
        with _alone:
            when, known = _told.get(language, (0.0, []))  # somebody else may have asked meanwhile
            if not known or time.monotonic() - when > FRESH_SECONDS:
                known = _ask_all(language)
                _told[language] = time.monotonic(), known
    return known


def _ask_all(language: str | None) -> list[Condition]:
    """Takes no longer than PATIENCE_SECONDS. A part that hangs is told as away; its thread ends when it may."""
    pool = ThreadPoolExecutor(len(QUESTIONS), thread_name_prefix="health")
    try:
        until = time.monotonic() + PATIENCE_SECONDS
        for part, question in QUESTIONS.items():
            if part not in _asking or _asking[part].done():
                _asking[part] = pool.submit(_ask, question, language)
        return [_answer(part, _asking[part], until) for part in QUESTIONS]
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _ask(question: Callable[[], Condition], language: str | None) -> Condition:
    begun = time.monotonic()
    try:
        with translation.override(language):
            told = question()
    finally:
        connections.close_all()
    works = told.grade in (Grade.WELL, Grade.BUSY)
    return _slow(told) if works and time.monotonic() - begun > SLOW_SECONDS else told


def _slow(told: Condition) -> Condition:
    sentence = format_lazy(
        "{} {}", told.sentence, _("Die Antwort kommt aber langsam; was darauf angewiesen ist, dauert länger.")
    )
    return replace(told, grade=Grade.SLOW, sentence=sentence, advice=_("Auslastung von Dienst und Netz prüfen."))


def _answer(part: Part, future: Future[Condition], until: float) -> Condition:
    try:
        return future.result(timeout=max(0.0, until - time.monotonic()))
    except TooSlow:
        return Condition(
            part, Grade.AWAY, _("Keine Antwort innerhalb von fünf Sekunden."), _("Dienst und Netz prüfen.")
        )
    except DatabaseFault:
        return Condition(part, Grade.AWAY, _("Nicht zu erfahren, solange die Datenbank nicht antwortet."))
