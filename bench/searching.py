"""How fast a clerk finds: one index of real documents and one of many derived ones, by one person and by sixteen.

The questions are those that came with the documents. A clerk may see half of the scopes; the answers hold hits,
snippets, the exact count and the facets, as the page needs them.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from multiprocessing import get_context
from uuid import UUID

from bench.bulk import bare_bulk
from bench.rounds import Better, Measurement, percentile, take_turns
from search.ports import IndexEntry, SearchIndex, SearchQuery
from tests.performance.search_quality.material import Material, load_all
from tests.shared_data import DATA

SEED = 29
SCOPES = 40
MAY_SEE = frozenset(range(1, SCOPES // 2 + 1))
PROCESSES = 2
"""As many as answer the pages (gunicorn), each with threads."""
BATCH = 200
BULK = 3000
"""Documents that product and bare bulk take in, in turns."""
TOLD = 10_000
"""After so many documents the person who waits hears how far it is."""
QUESTIONS = 300
FIRST_DAY = date(2016, 1, 4)
KINDS = ("application", "objection", "invoice", "offer", "inquiry", "contract")


def measure(adapter: str, documents: int, rounds: int) -> list[Measurement]:
    """On an index of the product that runs; whatever the index held is gone. `documents`: 0 for the real ones alone."""
    from search.chosen import search_index

    material = load_all(DATA / "search")
    documents = documents or len(material.texts)
    name = f"{adapter}, {documents:,} documents"
    some = list(_entries(material, min(documents, BULK)))
    _fill(search_index(), some[:BATCH])  # loads what is loaded once: dictionaries
    ours, theirs = take_turns(rounds, lambda _: _fill(search_index(), some), lambda _: bare_bulk(adapter)(some))
    filled = _fill(search_index(), _entries(material, documents))
    print("    all indexed, asking", file=sys.stderr, flush=True)
    questions = _questions(material)
    alone = _latencies(questions, clients=1)
    together = _latencies(questions * 4, clients=16)
    listed = _latencies([""] * 60, clients=1)
    return [
        Measurement(f"{adapter}: indexing {len(some):,}", "docs/s", ours, theirs, "the server's own bulk and analysis"),
        Measurement(f"{name}: indexing", "docs/s", [filled]),
        *_line(f"{name}: search, one client", alone),
        *_line(f"{name}: search, 16 clients", together),
        *_line(f"{name}: list of everything with facets", listed),
    ]


def _line(name: str, seconds: Sequence[float]) -> Iterator[Measurement]:
    notes = [f"p50 {percentile(seconds, 0.5) * 1000:.0f} ms, longest {max(seconds) * 1000:.0f} ms of {len(seconds)}"]
    yield Measurement(f"{name}, p95", "ms", [percentile(seconds, 0.95) * 1000], better=Better.LOWER, notes=notes)


def _fill(index: SearchIndex, entries: Iterable[IndexEntry]) -> float:
    """Documents per second."""
    begun, number, fresh, left = time.monotonic(), 0, index.begin_rebuild(), iter(entries)
    while batch := list(islice(left, BATCH)):
        fresh.put(batch)
        number += len(batch)
        if number % TOLD == 0:
            print(f"    {number:,} documents indexed", file=sys.stderr, flush=True)
    fresh.finish()
    return number / (time.monotonic() - begun)


def _entries(material: Material, documents: int) -> Iterator[IndexEntry]:
    """The real texts first, then derived ones: the paragraphs of one with every third taken from another."""
    chance = random.Random(SEED)
    for number in range(documents):
        text, filed = material.texts[number % len(material.texts)], material.filed_under[number % len(material.texts)]
        if number >= len(material.texts):
            text = _mixed(text, chance.choice(material.texts), chance)
            filed = f"{filed}-{number}" if filed else ""
        day = FIRST_DAY + timedelta(days=number % 3650)
        yield IndexEntry(
            UUID(int=number + 1), number % SCOPES + 1, text[:60], KINDS[number % len(KINDS)], "received", day,
            datetime(day.year, day.month, day.day, 8, tzinfo=UTC), reference=filed, pages=(text,),
        )  # fmt: skip


def _mixed(text: str, other: str, chance: random.Random) -> str:
    mine, others = text.split("\n"), other.split("\n")
    return "\n".join(chance.choice(others) if chance.random() < 1 / 3 else line for line in mine)


def _questions(material: Material) -> list[str]:
    """Names of council papers, file numbers, headings of sections, two words of a text: what people type."""
    chance = random.Random(SEED)
    typed = [
        q.typed for kind in (material.titles, material.references, material.sections) for q in chance.sample(kind, 75)
    ]
    words = [chance.sample(words, 2) for words in chance.sample(material.words, QUESTIONS) if len(words) > 20]
    typed += [" ".join(two) for two in words[: QUESTIONS - len(typed)]]
    chance.shuffle(typed)
    return typed


def _latencies(questions: Sequence[str], *, clients: int) -> list[float]:
    """Seconds of each answer, the first ten left out: they load dictionaries and fill caches."""
    if clients == 1:
        return [_ask(typed) for typed in [*questions[:10], *questions]][10:]
    shares = [list(questions[number::PROCESSES]) for number in range(PROCESSES)]
    with ProcessPoolExecutor(PROCESSES, get_context("spawn"), initializer=_set_up) as pool:
        return [one for part in pool.map(_several, shares, [clients // PROCESSES] * PROCESSES) for one in part]


def _several(questions: Sequence[str], threads: int) -> list[float]:
    for typed in questions[:10]:
        _ask(typed)
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(_ask, questions))


def _ask(typed: str) -> float:
    from search.chosen import search_index

    begun = time.monotonic()
    search_index().search(SearchQuery(typed, MAY_SEE))
    return time.monotonic() - begun


def _set_up() -> None:
    import django

    django.setup()
