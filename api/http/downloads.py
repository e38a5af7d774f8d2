"""How stored bytes leave the product: proven by their digest first, then streamed, and never run by a browser.

A whole download reads every byte twice: `ObjectStore.verify`, and only when the digest is right the first byte goes
out. A part of a file is proven by the whole file as well, but a proof serves further parts for PROOF_SECONDS in the
same process; a viewer that asks for a large file in a hundred parts would otherwise read it a hundred times.

Where the store can be reached from outside (OBJECT_STORE_PUBLIC_URL), saving a whole file is answered with a link to it
that works for LINK_SECONDS: long enough to follow it, too short to pass it on. Every click asks for the right again.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass

from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect, StreamingHttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse
from rest_framework import status
from rest_framework.request import Request

from api.http.byte_range import ByteRange, NotSatisfiable, read_range
from api.http.problems import Problem
from dms.adapters.chosen import object_store

CHUNK = 256 * 1024
PROOF_SECONDS = 300
LINK_SECONDS = 10
SAFE_TYPES = frozenset({"application/pdf", "image/jpeg", "image/png", "image/tiff", "image/webp", "text/plain"})
"""What a browser shows without running it; everything else is sent as bytes of no known type."""
ANY_TYPE = "application/octet-stream"
SENT_ON = {302: OpenApiResponse(description="A link to the file that works for seconds, where the store is public.")}
"""For the description of what can be saved."""


@dataclass(frozen=True, slots=True)
class Download:
    key: str
    sha256: str
    size: int
    media_type: str
    filename: str
    as_attachment: bool = True


class _Proofs:
    """Which objects were read back whole and right a short while ago. Bounded; safe between threads."""

    def __init__(self, most: int = 1000) -> None:
        self._until: OrderedDict[tuple[str, str], float] = OrderedDict()
        self._most, self._lock = most, threading.Lock()

    def holds(self, download: Download) -> bool:
        with self._lock:
            return self._until.get((download.key, download.sha256), 0.0) > time.monotonic()

    def keep(self, download: Download) -> None:
        with self._lock:
            self._until[download.key, download.sha256] = time.monotonic() + PROOF_SECONDS
            self._until.move_to_end((download.key, download.sha256))
            while len(self._until) > self._most:
                self._until.popitem(last=False)


_proofs = _Proofs()


def send(request: Request, download: Download) -> HttpResponseBase:
    """Answers a request for these bytes, whole or in part. Raises ObjectStoreError before anything is sent, Problem."""
    etag = f'"{download.sha256}"'
    bare = HttpResponse()
    _dressed(bare, download, etag)
    unchanged = get_conditional_response(request, etag=etag, response=bare)
    if unchanged is not None and unchanged.status_code == status.HTTP_304_NOT_MODIFIED:
        return unchanged
    if unchanged is not None and unchanged.status_code == status.HTTP_412_PRECONDITION_FAILED:
        sentence = _("Gespeichert ist eine andere Fassung als die genannte.")
        raise Problem(status.HTTP_412_PRECONDITION_FAILED, "precondition_failed", sentence)
    part = _asked_part(request, download, etag)
    _prove(download, part)
    if download.as_attachment and part is None and request.method == "GET" and (link := _link(download)):
        return _sent_on(link, etag)
    return _answer(request, download, part, etag)


def _asked_part(request: Request, download: Download, etag: str) -> ByteRange | None:
    if request.method != "GET":
        return None
    header, if_range = request.headers.get("Range"), request.headers.get("If-Range")
    try:
        return read_range(header, if_range, etag=etag, size=download.size)
    except NotSatisfiable:
        sentence = _("Die Datei hat nur {size} Byte.").format(size=download.size)
        headers = {"Content-Range": f"bytes */{download.size}"}
        raise Problem(
            status.HTTP_416_REQUESTED_RANGE_NOT_SATISFIABLE, "range_not_satisfiable", sentence, headers
        ) from None


def _prove(download: Download, part: ByteRange | None) -> None:
    if part is not None and _proofs.holds(download):
        return
    object_store().verify(download.key, download.sha256)
    _proofs.keep(download)


def _answer(request: Request, download: Download, part: ByteRange | None, etag: str) -> HttpResponseBase:
    wanted = part or ByteRange(0, download.size)
    body = iter(()) if request.method == "HEAD" else _bytes_of(download.key, wanted)
    code = status.HTTP_206_PARTIAL_CONTENT if part else status.HTTP_200_OK
    response = _dressed(StreamingHttpResponse(body, status=code), download, etag)
    response["Content-Length"] = str(wanted.length)
    if part:
        response["Content-Range"] = part.content_range(download.size)
    return response


def _bytes_of(key: str, wanted: ByteRange) -> Iterator[bytes]:
    with object_store().read(key, start=wanted.start, length=wanted.length) as stream:
        while chunk := stream.read(CHUNK):
            yield chunk


def _link(download: Download) -> str | None:
    name, media_type = _safe_name(download), _safe_type(download)
    return object_store().link(download.key, seconds=LINK_SECONDS, filename=name, media_type=media_type)


def _sent_on(link: str, etag: str) -> HttpResponseBase:
    response = HttpResponseRedirect(link)
    response["ETag"] = etag
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "no-referrer"
    return response


def _safe_type(download: Download) -> str:
    return download.media_type if download.media_type in SAFE_TYPES else ANY_TYPE


def _safe_name(download: Download) -> str:
    return "".join(sign for sign in download.filename if sign.isprintable()) or "original"


def _dressed(response: HttpResponseBase, download: Download, etag: str) -> HttpResponseBase:
    """With the headers that every answer about these bytes carries."""
    disposition = content_disposition_header(download.as_attachment, _safe_name(download))
    response["Content-Type"] = _safe_type(download)
    response["Content-Disposition"] = disposition or "attachment"
    response["ETag"] = etag
    response["Accept-Ranges"] = "bytes"
    # the bytes never change, but the right to see them may: every use asks again
    response["Cache-Control"] = "private, no-cache"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox; frame-ancestors 'none'"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
