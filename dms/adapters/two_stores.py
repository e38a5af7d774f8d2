"""One store made of two while objects move: new ones go to the one, what is not there yet is read from the other."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import BinaryIO, TypeVar

from dms.ports import ObjectExists, ObjectMissing, ObjectStore, StoredBytes

T = TypeVar("T")


class TwoStores:
    """ObjectStore. An object may lie in either, or in both with the same bytes."""

    def __init__(self, new: ObjectStore, old: ObjectStore) -> None:
        self.new, self.old = new, old

    def prepare(self) -> None:
        self.new.prepare()

    def ping(self) -> None:
        self.new.ping()
        self.old.ping()

    def put(self, key: str, source: BinaryIO, *, sha256: str | None = None) -> StoredBytes:
        with contextlib.suppress(ObjectMissing):
            self.old.size(key)
            raise ObjectExists(key)
        return self.new.put(key, source, sha256=sha256)

    @contextmanager
    def read(self, key: str, *, start: int = 0, length: int | None = None) -> Iterator[BinaryIO]:
        # what the reader itself raises within the block must not start a second reading
        with contextlib.ExitStack() as opened:
            yield self._first(lambda store: opened.enter_context(store.read(key, start=start, length=length)))

    def size(self, key: str) -> int:
        return self._first(lambda store: store.size(key))

    def verify(self, key: str, sha256: str) -> None:
        self._first(lambda store: store.verify(key, sha256))

    def delete(self, key: str) -> None:
        # the old one first: who copies meanwhile looks there again afterwards, and takes its copy back
        self.old.delete(key)
        self.new.delete(key)

    def keys(self, prefix: str = "") -> Iterator[str]:
        seen = set()
        for key in self.new.keys(prefix):
            seen.add(key)
            yield key
        yield from (key for key in self.old.keys(prefix) if key not in seen)

    def forget_unfinished(self, older_than_seconds: float) -> int:
        return self.new.forget_unfinished(older_than_seconds) + self.old.forget_unfinished(older_than_seconds)

    def link(self, key: str, *, seconds: int, filename: str, media_type: str) -> str | None:
        with contextlib.suppress(ObjectMissing):
            self.new.size(key)
            return self.new.link(key, seconds=seconds, filename=filename, media_type=media_type)
        return self.old.link(key, seconds=seconds, filename=filename, media_type=media_type)

    def _first(self, use: Callable[[ObjectStore], T]) -> T:
        """What the new store says, unless it has no such object. One that came meanwhile is found by a second look."""
        for store in (self.new, self.old):
            with contextlib.suppress(ObjectMissing):
                return use(store)
        return use(self.new)
