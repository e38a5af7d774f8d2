"""The calls to an S3 server that the SDK has no public method for, and how long we wait for an answer.

Each upload says three things that `Minio.put_object` cannot: "only if nothing has this key" (If-None-Match), the
SHA-256 of what is sent, which the server compares, and that it is to be encrypted at rest.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import urllib3
from minio import Minio
from minio.datatypes import CompleteMultipartUploadResult
from minio.error import S3Error
from minio.xml import Element, SubElement, getbytes

CONNECT_SECONDS = 3.0
ONLY_IF_NEW = {"If-None-Match": "*"}
DIGEST = "x-amz-checksum-sha256"
ENCRYPTION = "x-amz-server-side-encryption"
OUR_DIGEST = "x-amz-meta-sha256"


@dataclass(frozen=True, slots=True)
class Credentials:
    access_key: str
    secret_key: str


@dataclass(frozen=True, slots=True)
class Part:
    number: int
    etag: str
    digest: str
    """Base64, as the server wants it."""
    encryption: str
    """What the server says about it; empty when it stores in the clear."""


class S3Client(Minio):
    """Safe between threads, not across a fork. Raises what the SDK raises (`s3_errors.translating`)."""

    def __init__(
        self, endpoint: str, credentials: Credentials, *, region: str, seconds: float, authority: str | None
    ) -> None:
        """`endpoint` is a URL without a path; `authority` a file with the certificate that signed the server's."""
        address = urlsplit(endpoint)
        super().__init__(
            endpoint=address.netloc,
            access_key=credentials.access_key,
            secret_key=credentials.secret_key,
            secure=address.scheme == "https",
            region=region,
            http_client=_pool(seconds, authority),
        )

    def put_new(self, bucket: str, key: str, data: bytes, digest: bytes, headers: dict[str, str]) -> str:
        """One request for the whole object. Returns how the server encrypts it, empty when it does not."""
        wanted: dict[str, Any] = {**headers, **ONLY_IF_NEW, DIGEST: base64.b64encode(digest).decode()}
        answer = self._execute("PUT", bucket, key, body=data, headers=wanted)
        return str(answer.headers.get(ENCRYPTION, ""))

    def begin_parts(self, bucket: str, key: str, headers: dict[str, str]) -> str:
        """Returns the upload's id."""
        wanted: dict[str, Any] = {"x-amz-checksum-algorithm": "SHA256", **headers}
        return self._create_multipart_upload(bucket, key, wanted)

    def put_part(self, bucket: str, key: str, upload: str, number: int, data: bytes, digest: bytes) -> Part:
        """`digest` is the SHA-256 of this part."""
        encoded = base64.b64encode(digest).decode()
        query: dict[str, Any] = {"partNumber": str(number), "uploadId": upload}
        answer = self._execute("PUT", bucket, key, body=data, headers={DIGEST: encoded}, query_params=query)
        etag = answer.headers.get("etag", "").strip('"')
        return Part(number, etag, encoded, answer.headers.get(ENCRYPTION, ""))

    def finish_parts(self, bucket: str, key: str, upload: str, parts: list[Part]) -> None:
        """Only now the object is there, whole. Raises S3Error."""
        headers: dict[str, Any] = {"Content-Type": "application/xml", **ONLY_IF_NEW}
        answer = self._execute(
            "POST", bucket, key, body=_part_list(parts), headers=headers, query_params={"uploadId": upload}
        )
        if not CompleteMultipartUploadResult(answer).etag:  # S3 may find out about an error after it said 200
            raise S3Error.fromxml(answer)

    def _build_headers(
        self, host: str, headers: Any = None, body: bytes | None = None, creds: Any = None
    ) -> tuple[Any, datetime]:
        """The SDK would hash the body once more, for its signature or for an MD5: the digest that we send serves."""
        digest = (headers or {}).get(DIGEST)
        built, date = super()._build_headers(host, headers, None if digest else body, creds)
        if digest:
            built["Content-Length"] = str(len(body or b""))
            built["x-amz-content-sha256"] = base64.b64decode(digest).hex()
            built.pop("Content-MD5", None)
        return built, date

    def drop_parts(self, bucket: str, key: str, upload: str) -> None:
        self._abort_multipart_upload(bucket, key, upload)

    def unfinished(self, bucket: str) -> list[Any]:
        """Uploads in parts that nobody has finished or dropped: `object_name`, `upload_id`, `initiated_time`.

        MinIO tells only of those begun since it was started; older ones it removes by itself after a day.
        """
        found: list[Any] = []
        key_marker = upload_marker = None
        while True:
            page = self._list_multipart_uploads(bucket, key_marker=key_marker, upload_id_marker=upload_marker)
            found += page.uploads
            key_marker, upload_marker = page.next_key_marker, page.next_upload_id_marker
            if not page.is_truncated or not key_marker:
                return found


def _pool(seconds: float, authority: str | None) -> urllib3.PoolManager:
    """Only reading is tried again by itself: a write whose answer was lost may have been done."""
    retries = urllib3.Retry(
        total=3,
        connect=2,
        read=1,
        redirect=0,
        status=2,
        other=0,
        allowed_methods={"GET", "HEAD"},
        status_forcelist={HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT},
        backoff_factor=0.2,
        raise_on_status=False,
        respect_retry_after_header=False,
    )
    timeout = urllib3.Timeout(connect=CONNECT_SECONDS, read=seconds)
    # one connection for each thread of a web process; what is beyond the pool works and is closed after use
    return urllib3.PoolManager(
        maxsize=16, block=False, timeout=timeout, retries=retries, cert_reqs="CERT_REQUIRED", ca_certs=authority
    )


def _part_list(parts: list[Part]) -> bytes:
    root = Element("CompleteMultipartUpload")
    for part in parts:
        element = SubElement(root, "Part")
        SubElement(element, "PartNumber", str(part.number))
        SubElement(element, "ETag", f'"{part.etag}"')
        SubElement(element, "ChecksumSHA256", part.digest)
    return getbytes(root)
