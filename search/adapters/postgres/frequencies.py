"""How telling a lexeme is: PostgreSQL's own statistics say in how many documents the common ones stand."""

from __future__ import annotations

import math
import threading
import time
from dataclasses import dataclass, field

from django.db import connection

from search.german.figures import says_when
from search.german.lexemes import Forms
from search.wanted import DATE_SHARE

_FRESH_SECONDS = 300
_FEW = 200
"""Documents; with fewer than this the words are counted where PostgreSQL has not done so."""


@dataclass(frozen=True, slots=True)
class Frequencies:
    """`shares` of the documents that hold a lexeme; all others stand in fewer than `rarest`."""

    documents: float = 0.0
    shares: dict[str, float] = field(default_factory=dict)
    rarest: float = 0.0

    def documents_with(self, lexeme: str) -> float:
        return self.documents * self.shares.get(lexeme, self.rarest / 2)

    def weight(self, word: Forms) -> float:
        """Inverse document frequency, the same for everything before the first ANALYZE; less for parts of dates."""
        share = DATE_SHARE if says_when(word.form) else 1.0
        if not self.documents:
            return share
        frequency = self.documents_with(word.main)
        return share * math.log(1 + (self.documents - frequency + 0.5) / (frequency + 0.5))


class FrequencyCache:
    """Reads the statistics again when they are older than five minutes; they change with autovacuum only."""

    def __init__(self) -> None:
        self._read_at = -math.inf
        self._frequencies = Frequencies()
        self._lock = threading.Lock()

    def get(self) -> Frequencies:
        with self._lock:
            if time.monotonic() - self._read_at > _FRESH_SECONDS:
                self._frequencies = _read()
                self._read_at = time.monotonic()
            return self._frequencies


def _read() -> Frequencies:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.reltuples, s.most_common_elems::text::text[], s.most_common_elem_freqs"
            " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " LEFT JOIN pg_stats s ON s.schemaname = n.nspname AND s.tablename = c.relname AND s.attname = 'words'"
            " WHERE c.oid = 'search_entry'::regclass"
        )
        documents, lexemes, shares = cursor.fetchone()
    if documents <= 0 or not lexemes:
        return _counted()
    return Frequencies(float(documents), dict(zip(lexemes, shares, strict=False)), min(shares[: len(lexemes)]))


def _counted() -> Frequencies:
    """PostgreSQL gathers no statistics of some fifty rows; these are counted in a moment."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM (SELECT FROM search_entry LIMIT %s) AS few", [_FEW + 1])
        [documents] = cursor.fetchone()
        if not 0 < documents <= _FEW:
            return Frequencies()
        cursor.execute("SELECT word, ndoc FROM ts_stat('SELECT words FROM search_entry') WHERE ndoc > 1")
        shares = {lexeme: number / documents for lexeme, number in cursor.fetchall()}
    return Frequencies(float(documents), shares, 2 / documents)
