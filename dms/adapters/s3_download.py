"""How bytes come out of a bucket: a stream that goes on where a connection broke off, and tells damage from absence.

A server that finds its own bytes damaged does not say so: MinIO breaks the connection off, or answers "slow down". Such
a stretch fails again and again while the server knows all about the object: that is damage. Whatever else goes wrong is
a store that is away for now.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import BinaryIO, cast

import urllib3
from minio.error import S3Error

from dms.adapters.s3_client import S3Client
from dms.adapters.s3_errors import BrokenOff, translating
from dms.ports import ObjectDamaged, ObjectMissing, StoreMisconfigured

NOTHING_LEFT = "InvalidRange"
TRIES = 3
"""How often in a row the same stretch may break off."""
PAUSE_SECONDS = 0.2
CHUNK = 1024 * 1024


class Download:
    """Reads objects of one bucket. Both methods raise ObjectMissing and StoreUnavailable."""

    def __init__(self, client: S3Client, bucket: str) -> None:
        self._client, self._bucket = client, bucket

    def size(self, key: str) -> int:
        try:
            with translating(key):
                return self._client.stat_object(self._bucket, key).size or 0
        except ObjectMissing:
            self._check_bucket()
            raise

    @contextmanager
    def open(self, key: str, start: int, length: int | None) -> Iterator[BinaryIO]:
        """Reading from the stream raises ObjectDamaged, too."""
        if length == 0:
            self.size(key)
            yield io.BytesIO()
            return
        stream = Stream(self, key, start, length)
        try:
            yield cast(BinaryIO, stream)
        finally:
            stream.close()

    def get(self, key: str, start: int, length: int | None) -> urllib3.BaseHTTPResponse:
        """Raises what the SDK raises. Without a length: to the end."""
        return self._client.get_object(self._bucket, key, offset=start, length=length or 0)

    def _check_bucket(self) -> None:
        """Asked for the size only, servers do not say whether the object or the whole bucket is missing."""
        with translating(self._bucket):
            there = self._client.bucket_exists(self._bucket)
        if not there:
            raise StoreMisconfigured(f"there is no bucket {self._bucket}")


class Stream:
    """The bytes of one stretch, as they arrive."""

    def __init__(self, download: Download, key: str, start: int, length: int | None) -> None:
        self._download, self._key = download, key
        self._place, self._left = start, length
        self._answer: urllib3.BaseHTTPResponse | None = None
        self._trying(self._open)

    def read(self, size: int = -1) -> bytes:
        if size < 0:
            return b"".join(iter(lambda: self.read(CHUNK), b""))
        return self._trying(lambda: self._read(size))

    def close(self) -> None:
        if self._answer:
            self._answer.close()  # what was not read to the end cannot be used for the next request
            self._answer.release_conn()
            self._answer = None

    def _open(self) -> bytes:
        try:
            self._answer = self._download.get(self._key, self._place, self._left)
        except S3Error as error:
            if error.code != NOTHING_LEFT:
                raise
            self._left = 0
        return b""

    def _read(self, size: int) -> bytes:
        if self._left == 0:
            return b""
        if self._answer is None:
            self._open()
        data = self._answer.read(size, decode_content=False) if self._answer else b""
        self._place += len(data)
        if self._left is not None:
            self._left -= len(data)
        return data

    def _trying(self, step: Callable[[], bytes]) -> bytes:
        """A step that breaks off is tried again from where the stream stands."""
        broken: BrokenOff | None = None
        for turn in range(TRIES):
            time.sleep(PAUSE_SECONDS if turn else 0)
            try:
                with translating(self._key):
                    return step()
            except BrokenOff as error:
                self.close()
                broken = error
        self._download.size(self._key)  # says it when the store is away, or the object gone
        raise ObjectDamaged(f"the server cannot read it back: {broken}")
