"""Does the same with many things, a few at a time beside each other, and keeps their order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")
WORKERS = 4


def side_by_side(work: Callable[[T], R], things: Iterable[T]) -> Iterator[R]:
    """The things are taken by the caller's thread, only a few ahead; `work` runs in others and must not use the
    database. What it raises is raised here."""
    waiting: deque[Future[R]] = deque()
    with ThreadPoolExecutor(WORKERS) as pool:
        for thing in things:
            waiting.append(pool.submit(work, thing))
            if len(waiting) > 2 * WORKERS:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
