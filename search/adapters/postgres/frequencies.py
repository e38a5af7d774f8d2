"""How telling a lexeme is: PostgreSQL's own statistics say in how many documents the common ones stand."""

from __future__ import annotations

import math
import threading
import time
from dataclasses import dataclass, field

from django.db import connection

_FRESH_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Frequencies:
    """`shares` of the documents that hold a lexeme; all others stand in fewer than `rarest`."""

    documents: float = 0.0
    shares: dict[str, float] = field(default_factory=dict)
    rarest: float = 0.0

    def documents_with(self, lexeme: str) -> float:
        return self.documents * self.shares.get(lexeme, self.rarest / 2)

    def weight(self, lexeme: str) -> float:
        """Inverse document frequency, 1 for everything before the first ANALYZE."""
        if not self.documents:
            return 1.0
        frequency = self.documents_with(lexeme)
        return math.log(1 + (self.documents - frequency + 0.5) / (frequency + 0.5))


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
        return Frequencies()
    return Frequencies(float(documents), dict(zip(lexemes, shares, strict=False)), min(shares[: len(lexemes)]))
