"""How bytes get into a bucket: in one request, or in parts when there are many, in constant memory either way.

The digest of the whole object is part of its metadata, so that it can be proven without our database. S3 takes
metadata before the first byte, and has no SHA-256 over parts; hence a long source is read twice, once for its digest.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, cast

from dms.adapters.s3_client import DIGEST, ENCRYPTION, OUR_DIGEST, Part, S3Client
from dms.adapters.s3_errors import NO_ENCRYPTION, translating
from dms.ports import ObjectDamaged, ObjectStoreError, StoredBytes, StoreMisconfigured

PART = 8 * 1024 * 1024
"""Bytes in memory per upload. S3 takes 10,000 parts, so an object may have 80 GB."""
CHUNK = 1024 * 1024
AES256 = "AES256"


class Upload:
    """Puts one object after the other into a bucket. `encrypted`: the server must say that it encrypts each."""

    def __init__(self, client: S3Client, bucket: str, *, encrypted: bool) -> None:
        self._client, self._bucket, self._encrypted = client, bucket, encrypted

    def put(self, key: str, source: BinaryIO, sha256: str | None) -> StoredBytes:
        """As `ObjectStore.put`."""
        first = read_full(source, PART)
        if len(first) < PART:
            return self._put_at_once(key, first, sha256)
        with _source_with_digest(first, source, sha256) as (rest, digest):
            return self._put_in_parts(key, first, rest, digest)

    def try_out(self, key: str) -> None:
        """Proves that we may write here and that it is encrypted, without leaving anything."""
        with translating(self._bucket):
            upload = self._client.begin_parts(self._bucket, key, self._headers("0" * 64))
        with self._dropped_on_error(key, upload):
            self._send_part(key, upload, 1, b"trial")
        with translating(self._bucket):
            self._client.drop_parts(self._bucket, key, upload)

    def _put_at_once(self, key: str, data: bytes, sha256: str | None) -> StoredBytes:
        digest = hashlib.sha256(data)
        found = digest.hexdigest()
        _compare(key, sha256, found)
        headers = {**self._headers(found), DIGEST: base64.b64encode(digest.digest()).decode()}
        with translating(key):
            encryption = self._client.put_new(self._bucket, key, data, headers)
        self._check_encrypted(encryption)
        return StoredBytes(key, found, len(data))

    def _put_in_parts(self, key: str, first: bytes, rest: BinaryIO, sha256: str) -> StoredBytes:
        with translating(key):
            upload = self._client.begin_parts(self._bucket, key, self._headers(sha256))
        with self._dropped_on_error(key, upload):
            digest, size, parts = self._send(key, upload, first, rest)
            _compare(key, sha256, digest)
            with translating(key):
                self._client.finish_parts(self._bucket, key, upload, parts)
        return StoredBytes(key, digest, size)

    def _send(self, key: str, upload: str, first: bytes, rest: BinaryIO) -> tuple[str, int, list[Part]]:
        """Digest and size of all that was sent."""
        parts: list[Part] = []
        whole, size, data = hashlib.sha256(), 0, first
        while data:
            whole.update(data)
            size += len(data)
            parts.append(self._send_part(key, upload, len(parts) + 1, data))
            data = read_full(rest, PART)
        return whole.hexdigest(), size, parts

    def _send_part(self, key: str, upload: str, number: int, data: bytes) -> Part:
        digest = hashlib.sha256(data).digest()
        with translating(key):
            part = self._client.put_part(self._bucket, key, upload, number, data, digest)
        self._check_encrypted(part.encryption)
        return part

    @contextmanager
    def _dropped_on_error(self, key: str, upload: str) -> Iterator[None]:
        try:
            yield
        except BaseException:
            with contextlib.suppress(ObjectStoreError), translating(key):  # what stays is removed by forget_unfinished
                self._client.drop_parts(self._bucket, key, upload)
            raise

    def _headers(self, sha256: str) -> dict[str, str]:
        return {OUR_DIGEST: sha256, **({ENCRYPTION: AES256} if self._encrypted else {})}

    def _check_encrypted(self, encryption: str) -> None:
        """Some servers take the wish and do nothing about it."""
        if self._encrypted and encryption != AES256:
            raise StoreMisconfigured(f"{self._bucket}: {NO_ENCRYPTION}")


def read_full(source: BinaryIO, size: int) -> bytes:
    """`size` bytes, fewer only at the end: sockets and pipes give what they have."""
    pieces, left = [], size
    while left > 0 and (piece := source.read(min(left, CHUNK))):
        pieces.append(piece)
        left -= len(piece)
    return b"".join(pieces)


@contextmanager
def _source_with_digest(first: bytes, source: BinaryIO, sha256: str | None) -> Iterator[tuple[BinaryIO, str]]:
    """What follows `first`, and the digest of it all. A source that can be read only once is kept aside meanwhile."""
    if sha256 is not None:
        yield source, sha256
        return
    digest = hashlib.sha256(first)
    if _can_be_read_again(source):
        place = source.tell()
        while chunk := source.read(CHUNK):
            digest.update(chunk)
        source.seek(place)
        yield source, digest.hexdigest()
        return
    with tempfile.TemporaryFile() as copy:
        while chunk := source.read(CHUNK):
            digest.update(chunk)
            copy.write(chunk)
        copy.seek(0)
        yield cast(BinaryIO, copy), digest.hexdigest()


def _can_be_read_again(source: BinaryIO) -> bool:
    seekable = getattr(source, "seekable", None)
    return bool(seekable and seekable())


def _compare(key: str, expected: str | None, found: str) -> None:
    if expected is not None and expected != found:
        raise ObjectDamaged(f"{key}: expected {expected}, got {found}")
