"""A file that lies there to be taken in: what tells it from any other one, and reading it whole or not at all."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, cast

CHUNK = 1024 * 1024


class NotReadable(Exception):
    """The file cannot be read now, or changed meanwhile. It stays where it is.

    No OSError, so that trouble with one file is never taken for trouble with the store that its bytes go to.
    """


@dataclass(frozen=True, slots=True)
class FoundFile:
    path: Path
    size: int
    modified_ns: int
    inode: int
    changed_ns: int
    """When this machine last saw a change of it; the time of modification is whatever the sender says."""

    @classmethod
    def at(cls, path: Path) -> FoundFile:
        """Raises OSError."""
        status = path.stat(follow_symlinks=False)
        return cls(path, status.st_size, status.st_mtime_ns, status.st_ino, status.st_ctime_ns)

    @property
    def changed_at(self) -> datetime:
        return datetime.fromtimestamp(self.changed_ns / 1e9, UTC)

    def as_changed_at(self, moment: datetime) -> FoundFile:
        """The same file to everybody who asks what it is."""
        return replace(self, changed_ns=int(moment.timestamp() * 1e9))

    def quiet_seconds(self, now: float) -> float:
        """How long nobody has changed it. `now`: seconds since the epoch."""
        return now - self.changed_ns / 1e9

    def source_key(self, digest: str = "") -> str:
        """The same file is known again, another file under the same name is not.

        With `digest`: other bytes that by every other sign are the same file.
        """
        identity = f"{self.path}\0{self.size}\0{self.modified_ns}\0{self.inode}{digest and chr(0) + digest}"
        return "folder:" + hashlib.sha256(identity.encode("utf-8", "surrogateescape")).hexdigest()

    def is_still(self, status: os.stat_result) -> bool:
        return (status.st_size, status.st_mtime_ns, status.st_ino) == (self.size, self.modified_ns, self.inode)

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """Reading it raises NotReadable, also at the end when it is not the file any more that was found."""
        try:
            stream = self.path.open("rb")
        except OSError as error:
            raise NotReadable(str(error)) from error
        with stream:
            yield cast(BinaryIO, _WholeFile(stream, self))

    def digest(self) -> str:
        """SHA-256 in lower-case hex. Raises NotReadable."""
        digest = hashlib.sha256()
        with self.open() as stream:
            while chunk := stream.read(CHUNK):
                digest.update(chunk)
        return digest.hexdigest()


class _WholeFile:
    def __init__(self, stream: BinaryIO, found: FoundFile) -> None:
        self._stream, self._found = stream, found

    def read(self, size: int = -1) -> bytes:
        try:
            data = self._stream.read(size)
        except OSError as error:
            raise NotReadable(str(error)) from error
        if not data and not self._found.is_still(os.fstat(self._stream.fileno())):
            raise NotReadable("it changed while it was read")
        return data


def printable(name: str) -> str:
    """File names are bytes; what is no UTF-8 (old scanners) is shown as far as it can be read."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
