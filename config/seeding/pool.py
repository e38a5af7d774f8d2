"""Divides the batches among processes. Each child is a fresh Python, so nothing here needs Django when it is loaded."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, wait
from datetime import datetime
from multiprocessing import get_context
from queue import Empty
from typing import Any

from config.seeding.schedule import Batch

Progress = Callable[[int], object]
_LOOK_SECONDS = 0.5
_here: dict[str, Any] = {}
"""Of a child: what it needs for every batch, and where it tells how far it is."""


def write_by_many(
    processes: int, seed: int, until: datetime, batches: Sequence[Batch], progress: Progress
) -> None:  # fmt: skip
    """All of one entry in one process: numbers below it are given in the order of time."""
    context = get_context("spawn")
    done = context.Queue()
    with ProcessPoolExecutor(processes, context, initializer=_begin, initargs=(seed, until, done)) as pool:
        waiting = {pool.submit(_write_share, share) for share in _shares(batches, processes)}
        while waiting:
            finished, waiting = wait(waiting, timeout=_LOOK_SECONDS)
            for share in finished:
                share.result()
            for size in _told(done):
                progress(size)


def _shares(batches: Sequence[Batch], processes: int) -> list[list[Batch]]:
    """The largest entry first, each to whoever has least so far."""
    entries: dict[str, list[Batch]] = {}
    for batch in batches:
        entries.setdefault(batch.entry, []).append(batch)
    shares: list[list[Batch]] = [[] for _ in range(processes)]
    loads = [0] * processes
    for of_entry in sorted(entries.values(), key=lambda one: -sum(batch.size for batch in one)):
        least = loads.index(min(loads))
        shares[least] += of_entry
        loads[least] += sum(batch.size for batch in of_entry)
    return shares


def _begin(seed: int, until: datetime, done: Any) -> None:
    import django

    django.setup()
    from config.seeding.writing import Desk

    _here.update(desk=Desk(seed, until), done=done)


def _write_share(batches: Sequence[Batch]) -> None:
    from config.seeding.writing import write_batches

    write_batches(_here["desk"], batches, _here["done"].put)


def _told(done: Any) -> Iterator[int]:
    while True:
        try:
            yield done.get_nowait()
        except Empty:
            return
