"""What the product needs from a search index: the SearchIndex Protocol with its value types and errors.

Every adapter passes `tests/conformance/test_search_index.py` unchanged. Texts go in as they were read; how a word is
folded, stemmed and split is decided once, in `search.german`, and the adapters only store and compare its lexemes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from django.utils import timezone


class SearchUnavailable(Exception):
    """The index does not answer. Everything else of the product goes on; trying again later may help."""


class IndexMissing(SearchUnavailable):
    """The index has to be built from the records first: its server is new, or has lost it."""


class RebuildRunning(Exception):
    """Another rebuild of the index is under way."""


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """One document as the index knows it. `pages` are the plain texts of its pages (`PageText.text`), page 1 first."""

    document_id: UUID
    scope_id: int
    title: str
    kind: str | None
    state: str
    date: dt.date | None
    received_at: dt.datetime
    sender: str = ""
    reference: str = ""
    filename: str = ""
    pages: tuple[str, ...] = ()
    level: int = 0
    """How secret it is; see `SearchQuery.clearance`."""
    details: tuple[str, ...] = ()
    """What else it is found by: how its place is called, and what people entered about both."""

    @property
    def day(self) -> dt.date:
        """By what the document is sorted and put under a year: its own date, else the day it came in (town's time)."""
        return self.date or timezone.localdate(self.received_at)


class Sort(StrEnum):
    RELEVANCE = "relevance"
    NEWEST = "newest"
    OLDEST = "oldest"


MAX_LIMIT = 200


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """What is asked, and by whom: `scopes` and `clearance` are the actor's filter. Without scopes nothing is found,
    counted or told, and never an entry whose level is above the clearance.

    An empty `text` finds everything the actor may see. Within `kinds`, `years` and `states` any value fits (no value:
    no restriction); `""` in `kinds` stands for documents without a type (`dms.records.documents.kinds` has one more
    that is no slug; the index takes it as one). `limit` is cut at MAX_LIMIT.
    """

    text: str
    scopes: frozenset[int]
    kinds: frozenset[str] = frozenset()
    years: frozenset[int] = frozenset()
    states: frozenset[str] = frozenset()
    sort: Sort = Sort.RELEVANCE
    offset: int = 0
    limit: int = 25
    clearance: int = 0


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of a snippet; `marked` where it was searched for. Plain text: whoever shows it escapes it."""

    text: str
    marked: bool = False


Snippet = tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Hit:
    """A found document with its best page (1 is the first). Scores compare within one answer only. `similar`: found
    only because a word in it is written similarly, misread by the scanner or mistyped in the question."""

    document_id: UUID
    page: int
    snippet: Snippet
    score: float
    similar: bool = False


@dataclass(frozen=True, slots=True)
class Facets:
    """Value → documents. Each facet counts as if nothing were chosen in itself, so that another value can be added."""

    kind: Mapping[str, int] = field(default_factory=dict)
    year: Mapping[int, int] = field(default_factory=dict)
    state: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SearchHits:
    """`count` is exact and over all pages of the answer. `relaxed`: too few documents hold all words, so `hits` goes on
    with those that hold some of them (they stand behind). `similar`: so many of the `count` were found by a similar
    spelling alone (they stand behind, too). `wordless`: something was typed, but nothing that could be looked for, so
    nothing was."""

    count: int
    hits: tuple[Hit, ...] = ()
    facets: Facets = field(default_factory=Facets)
    relaxed: bool = False
    similar: int = 0
    wordless: bool = False


class Rebuild(Protocol):
    """A new generation of the index in the making. Searches go on in the old one; live writes reach both."""

    def put(self, entries: Iterable[IndexEntry]) -> None:
        """Adds entries; a document that was put or removed live since the rebuild began is left as it is."""

    def finish(self) -> None:
        """From one moment to the next all searches use the new generation; then the old one is deleted."""

    def abort(self) -> None:
        """Throws the new generation away; nothing has changed for anyone."""


class SearchIndex(Protocol):
    """All methods raise SearchUnavailable when the index does not answer."""

    def put(self, entries: Iterable[IndexEntry]) -> None:
        """Adds or replaces; what was put is found by the next search (for PostgreSQL: once the transaction commits)."""

    def remove(self, document_ids: Collection[UUID]) -> None:
        """Forgets documents; unknown ones are fine."""

    def search(self, query: SearchQuery) -> SearchHits:
        """Answers any text whatsoever; never raises because of what was typed."""

    def digests(self) -> Iterator[tuple[UUID, str]]:
        """Every indexed document with the `search.digest.digest` of its entry, to compare index and database."""

    def size(self) -> int:
        """How many documents are indexed."""

    def begin_rebuild(self) -> Rebuild:
        """Raises RebuildRunning. What a killed rebuild left is cleared first."""

    def ping(self) -> None:
        """Returns when searches can be answered, else raises SearchUnavailable."""
