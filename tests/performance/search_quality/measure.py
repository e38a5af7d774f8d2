"""Fills an index with the material and asks it everything."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from itertools import islice
from uuid import UUID

from search.ports import IndexEntry, SearchIndex, SearchQuery
from tests.performance.search_quality.damage import damage
from tests.performance.search_quality.material import SEED, Material
from tests.performance.search_quality.scoring import Score, score
from tests.performance.search_quality.tasks import Task, derive, on_damaged_text

SCOPE = 1
_BATCH = 200


def measure(
    make_index: Callable[[], SearchIndex],
    material: Material,
    *,
    most: int,
    rates: Sequence[float] = (),
    only: Collection[str] = (),
    settle: Callable[[], None] = lambda: None,
) -> Iterator[Score]:
    """All tasks on the clean text, then those of T4 at each rate of damage; with `only`, the tasks of these names.

    `settle` is called when an index is filled: there an adapter's server may bring its statistics up to date.
    """
    tasks = [task for task in derive(material, most) if task.questions and (not only or task.name in only)]
    yield from _scores(make_index(), tasks, material.texts, material.filed_under, settle)
    for rate in rates:
        chance = random.Random(SEED)
        damaged = (damage(text, rate, chance) for text in material.texts)
        yield from _scores(make_index(), on_damaged_text(tasks, rate), damaged, material.filed_under, settle)


def _scores(
    index: SearchIndex,
    tasks: list[Task],
    texts: Iterable[str],
    filed_under: Iterable[str],
    settle: Callable[[], None],
) -> Iterator[Score]:
    fill(index, zip(texts, filed_under, strict=True))
    settle()
    for task in tasks:
        yield score(task, lambda typed, limit: _ask(index, typed, limit))


def _ask(index: SearchIndex, typed: str, limit: int) -> tuple[int, list[int]]:
    found = index.search(SearchQuery(typed, frozenset({SCOPE}), limit=limit))
    return found.count, [hit.document_id.int - 1 for hit in found.hits]


def fill(index: SearchIndex, documents: Iterable[tuple[str, str]]) -> None:
    """The index holds exactly these texts with their file numbers then, as documents numbered from 1."""
    fresh = index.begin_rebuild()
    entries = (_entry(number, *document) for number, document in enumerate(documents, start=1))
    while batch := list(islice(entries, _BATCH)):
        fresh.put(batch)
    fresh.finish()


def _entry(number: int, text: str, filed_under: str) -> IndexEntry:
    day = datetime(2024, 3, 1, 8, 0, tzinfo=UTC)
    return IndexEntry(
        UUID(int=number), SCOPE, "", None, "received", date(2024, 3, 1), day, reference=filed_under, pages=(text,)
    )
