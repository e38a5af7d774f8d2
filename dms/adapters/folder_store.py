"""Keeps objects as plain files in a folder: written aside, flushed, linked to their name, never rewritten.

The layout is a promise to readers without our software: docs/storage-format.md.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import io
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from dms.adapters.object_keys import checked_key
from dms.adapters.read_back import read_back
from dms.ports import (
    ObjectDamaged,
    ObjectExists,
    ObjectLocked,
    ObjectMissing,
    ObjectStoreError,
    StoredBytes,
    StoreUnavailable,
)

CHUNK = 1024 * 1024
UNFINISHED = ".unfinished"
TRIAL_SIZE = 64 * 1024
NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.ESTALE, errno.ENOTCONN, errno.EACCES}


class FolderStore:
    """ObjectStore on a local or mounted folder. Safe with any number of processes at once.

    The folder is made when a process first turns to the store. When it is gone later, the store is away: nothing is
    said to be missing then, and nothing is written beside it.
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        self.unfinished = self.folder / UNFINISHED
        with contextlib.suppress(OSError):  # said by the first use
            self.unfinished.mkdir(parents=True, exist_ok=True)

    def prepare(self) -> None:
        trial = self.unfinished / secrets.token_hex(16)
        try:
            self.unfinished.mkdir(parents=True, exist_ok=True)
            _write_flushed(trial, io.BytesIO(b"can be written to"))
            trial.unlink()
        except OSError as error:
            raise StoreUnavailable(f"{self.folder}: {error.strerror}") from error

    def put(self, key: str, source: BinaryIO, *, sha256: str | None = None) -> StoredBytes:
        target = self._path(key)
        temporary = self.unfinished / secrets.token_hex(16)
        try:
            digest, size = _write_flushed(temporary, source)
            if sha256 is not None and digest != sha256:
                raise ObjectDamaged(f"{key}: expected {sha256}, got {digest}")
            _make_folders(target.parent, self.folder)
            os.link(temporary, target)  # fails where a rename would silently replace
            _flush_folder(target.parent)
        except FileExistsError as error:
            raise ObjectExists(key) from error
        except OSError as error:
            raise self._translated(key, error) from error
        finally:
            with contextlib.suppress(OSError):  # the store is away, and that is being said
                temporary.unlink(missing_ok=True)
        return StoredBytes(key, digest, size)

    @contextmanager
    def read(self, key: str, *, start: int = 0, length: int | None = None) -> Iterator[BinaryIO]:
        try:
            stream = self._path(key).open("rb")
        except OSError as error:
            raise self._translated(key, error) from error
        with stream:
            stream.seek(start)
            yield stream if length is None else cast(BinaryIO, _Slice(stream, length))

    def ping(self) -> None:
        trial = self.unfinished / secrets.token_hex(16)
        try:
            _write_flushed(trial, io.BytesIO(bytes(TRIAL_SIZE)))
        except OSError as error:
            raise StoreUnavailable(f"{self.folder}: {error.strerror}") from error
        finally:
            with contextlib.suppress(OSError):
                trial.unlink(missing_ok=True)

    def size(self, key: str) -> int:
        try:
            return self._path(key).stat().st_size
        except OSError as error:
            raise self._translated(key, error) from error

    def verify(self, key: str, sha256: str) -> None:
        read_back(self, key, sha256)

    def delete(self, key: str) -> None:
        try:
            self._path(key).unlink(missing_ok=True)
        except OSError as error:
            if error.errno == errno.EPERM:  # `chattr +i`; a folder without write permission says EACCES
                raise ObjectLocked(f"{key}: the file is marked as immutable") from error
            raise self._translated(key, error) from error

    def keys(self, prefix: str = "") -> Iterator[str]:
        if not self.unfinished.is_dir():
            raise StoreUnavailable(f"there is no store at {self.folder}")
        # only the folder that the prefix names is walked, so that one item's objects are found at once
        start = self.folder / prefix.rpartition("/")[0]
        for folder, subfolders, names in os.walk(start):
            subfolders[:] = [name for name in subfolders if name != UNFINISHED]
            relative = Path(folder).relative_to(self.folder)
            for name in names:
                key = (relative / name).as_posix()
                if key.startswith(prefix):
                    yield key

    def forget_unfinished(self, older_than_seconds: float) -> int:
        limit = time.time() - older_than_seconds
        removed = 0
        for path in self.unfinished.glob("*"):
            if path.stat().st_mtime < limit:
                path.unlink(missing_ok=True)
                removed += 1
        return removed

    def link(self, key: str, *, seconds: int, filename: str, media_type: str) -> str | None:
        return None

    def _translated(self, key: str, error: OSError) -> ObjectStoreError:
        if isinstance(error, FileNotFoundError | NotADirectoryError | IsADirectoryError):
            if self.unfinished.is_dir():
                return ObjectMissing(key)
            return StoreUnavailable(f"{key}: there is no store at {self.folder}")
        if error.errno in NO_ROOM:
            return StoreUnavailable(f"{key}: {error.strerror}")
        return ObjectStoreError(f"{key}: {error}")

    def _path(self, key: str) -> Path:
        return self.folder / checked_key(key)


class _Slice:
    """The next `length` bytes of a stream."""

    def __init__(self, stream: BinaryIO, length: int) -> None:
        self._stream, self._left = stream, length

    def read(self, size: int = -1) -> bytes:
        wanted = self._left if size < 0 else min(size, self._left)
        data = self._stream.read(wanted)
        self._left -= len(data)
        return data


def _write_flushed(path: Path, source: BinaryIO) -> tuple[str, int]:
    """Writes and flushes to the disk; returns digest and size of what was read from `source`."""
    digest, size = hashlib.sha256(), 0
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o440)
    with open(descriptor, "wb", buffering=0) as target:
        while chunk := source.read(CHUNK):
            digest.update(chunk)
            view = memoryview(chunk)
            while view:
                view = view[target.write(view) :]
            size += len(chunk)
        os.fsync(descriptor)
    return digest.hexdigest(), size


def _make_folders(folder: Path, top: Path) -> None:
    """Makes missing folders and flushes each parent, so that a power cut cannot lose a folder with its objects."""
    missing = []
    while folder != top and not folder.exists():
        missing.append(folder)
        folder = folder.parent
    for path in reversed(missing):
        path.mkdir(exist_ok=True)
        _flush_folder(path.parent)


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
