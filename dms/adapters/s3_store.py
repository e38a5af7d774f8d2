"""Keeps objects in a bucket of an S3 server with object lock: encrypted, never rewritten, destroyed with every version.

The layout is that of the folder store (docs/storage-format.md). Tried on MinIO.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import BinaryIO, cast

from django.utils.http import content_disposition_header
from minio.datatypes import Object
from minio.error import S3Error

from dms.adapters.object_keys import checked_key
from dms.adapters.read_back import read_back
from dms.adapters.s3_bucket import check_bucket, make_bucket
from dms.adapters.s3_client import Credentials, S3Client
from dms.adapters.s3_download import Download
from dms.adapters.s3_errors import meaning, translating
from dms.adapters.s3_upload import Upload
from dms.ports import ObjectLocked, ObjectMissing, StoredBytes

TRIAL_KEY = "trial/of-the-bucket"
REFUSED = {"AccessDenied", "InvalidRequest", "ObjectLocked", "MethodNotAllowed"}
"""How servers say that a version is protected; some of them say so when credentials lack a right, too."""


class S3Store:
    """ObjectStore on one bucket. `seconds`: how long an answer may take before the store counts as away.

    `public_endpoint` is the address of the same server for browsers; without it nothing is linked to.
    """

    def __init__(
        self,
        endpoint: str,
        bucket: str,
        credentials: Credentials,
        *,
        region: str = "us-east-1",
        encrypted: bool = True,
        seconds: float = 20,
        authority: str | None = None,
        public_endpoint: str = "",
    ) -> None:
        self.bucket = bucket
        self._endpoint, self._credentials = endpoint, credentials
        self._region, self._encrypted, self._seconds, self._authority = region, encrypted, seconds, authority
        self._process, self._checked = os.getpid(), False
        self._client = self._connected(endpoint)
        self._upload = Upload(self._client, bucket, encrypted=encrypted)
        self._download = Download(self._client, bucket)
        self._public = self._connected(public_endpoint) if public_endpoint else None  # signs links, never talks

    def prepare(self) -> None:
        make_bucket(self._client, self.bucket)
        self._check()
        self._upload.try_out(TRIAL_KEY)

    def ping(self) -> None:
        self._stay_in_this_process()
        self._check()
        self._upload.try_out(TRIAL_KEY)

    def put(self, key: str, source: BinaryIO, *, sha256: str | None = None) -> StoredBytes:
        checked_key(key)
        self._stay_in_this_process()
        if not self._checked:
            self._check()
        return self._upload.put(key, source, sha256)

    def read(self, key: str, *, start: int = 0, length: int | None = None) -> AbstractContextManager[BinaryIO]:
        checked_key(key)
        self._stay_in_this_process()
        return self._download.open(key, start, length)

    def size(self, key: str) -> int:
        checked_key(key)
        self._stay_in_this_process()
        return self._download.size(key)

    def verify(self, key: str, sha256: str) -> None:
        read_back(self, key, sha256)

    def delete(self, key: str) -> None:
        checked_key(key)
        self._stay_in_this_process()
        for version in self._versions(key):
            self._destroy(key, version)

    def keys(self, prefix: str = "") -> Iterator[str]:
        self._stay_in_this_process()
        with translating(self.bucket):
            for found in self._client.list_objects(self.bucket, prefix=prefix, recursive=True):
                yield cast(str, found.object_name)

    def forget_unfinished(self, older_than_seconds: float) -> int:
        self._stay_in_this_process()
        limit = time.time() - older_than_seconds
        with translating(self.bucket):
            old = [one for one in self._client.unfinished(self.bucket) if one.initiated_time.timestamp() < limit]
            for one in old:
                self._client.drop_parts(self.bucket, one.object_name, one.upload_id)
        return len(old)

    def link(self, key: str, *, seconds: int, filename: str, media_type: str) -> str | None:
        checked_key(key)
        if not self._public:
            return None
        disposition = content_disposition_header(True, filename) or "attachment"
        shown = {"response-content-disposition": disposition, "response-content-type": media_type}
        return self._public.presigned_get_object(
            self.bucket, key, expires=timedelta(seconds=seconds), response_headers={**shown}
        )

    def _versions(self, key: str) -> list[Object]:
        """Bytes first, marks of earlier deletions last: when the bytes cannot go, nothing else has changed."""
        with translating(key):
            found = self._client.list_objects(self.bucket, prefix=key, recursive=True, include_version=True)
            ours = [version for version in found if version.object_name == key]
        return sorted(ours, key=lambda version: version.is_delete_marker)

    def _destroy(self, key: str, version: Object) -> None:
        with translating(key):
            try:
                self._client.remove_object(self.bucket, key, version_id=version.version_id)
            except S3Error as error:
                if error.code in REFUSED and (why := self._lock_of(key, version)):
                    raise ObjectLocked(f"{key}: {why}") from error
                if not isinstance(meaning(key, error), ObjectMissing):  # somebody else was quicker
                    raise

    def _lock_of(self, key: str, version: Object) -> str:
        """What protects this version; empty when nothing does, or when we may not ask."""
        try:
            if self._client.is_object_legal_hold_enabled(self.bucket, key, version.version_id):
                return "under legal hold"
            kept = self._client.get_object_retention(self.bucket, key, version.version_id)
        except S3Error:
            return ""
        return f"kept until {kept.retain_until_date:%Y-%m-%d %H:%M} UTC ({kept.mode})" if kept else ""

    def _check(self) -> None:
        check_bucket(self._client, self.bucket)
        self._checked = True

    def _stay_in_this_process(self) -> None:
        """A forked process must not talk through the connections of the one it came from."""
        if self._process != os.getpid():
            self._client = self._connected(self._endpoint)
            self._upload = Upload(self._client, self.bucket, encrypted=self._encrypted)
            self._download = Download(self._client, self.bucket)
            self._process, self._checked = os.getpid(), False

    def _connected(self, endpoint: str) -> S3Client:
        return S3Client(
            endpoint, self._credentials, region=self._region, seconds=self._seconds, authority=self._authority
        )
