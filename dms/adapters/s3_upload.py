"""How bytes get into a bucket: in one request, or in parts when there are many, in constant memory either way.

The digest of the whole object is part of its metadata, so that it can be proven without our database.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from dms.adapters.s3_client import ENCRYPTION, OUR_DIGEST, Part, S3Client
from dms.adapters.s3_errors import NO_ENCRYPTION, translating
from dms.adapters.s3_parts import PART, Piece, compare, cut, read_full
from dms.ports import ObjectStoreError, StoredBytes, StoreMisconfigured

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
        with cut(key, first, source, sha256) as (digest, pieces):
            return self._put_in_parts(key, digest, pieces)

    def try_out(self, key: str) -> None:
        """Proves that we may write here and that it is encrypted, without leaving anything."""
        with translating(self._bucket):
            upload = self._client.begin_parts(self._bucket, key, self._headers("0" * 64))
        with self._dropped_on_error(key, upload):
            self._send_part(key, upload, 1, Piece(b"trial", hashlib.sha256(b"trial").digest()))
        with translating(self._bucket):
            self._client.drop_parts(self._bucket, key, upload)

    def _put_at_once(self, key: str, data: bytes, sha256: str | None) -> StoredBytes:
        digest = hashlib.sha256(data)
        compare(key, sha256, digest.hexdigest())
        with translating(key):
            headers = self._headers(digest.hexdigest())
            encryption = self._client.put_new(self._bucket, key, data, digest.digest(), headers)
        self._check_encrypted(encryption)
        return StoredBytes(key, digest.hexdigest(), len(data))

    def _put_in_parts(self, key: str, sha256: str, pieces: Iterator[Piece]) -> StoredBytes:
        with translating(key):
            upload = self._client.begin_parts(self._bucket, key, self._headers(sha256))
        sent: list[Part] = []
        size = 0
        with self._dropped_on_error(key, upload):
            for number, piece in enumerate(pieces, start=1):
                sent.append(self._send_part(key, upload, number, piece))
                size += len(piece.data)
            with translating(key):
                self._client.finish_parts(self._bucket, key, upload, sent)
        return StoredBytes(key, sha256, size)

    def _send_part(self, key: str, upload: str, number: int, piece: Piece) -> Part:
        with translating(key):
            part = self._client.put_part(self._bucket, key, upload, number, piece.data, piece.sha256)
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
