"""A file that travels with a comparison, packed in the form: nothing of it is kept here before somebody says so."""

from __future__ import annotations

import base64
import binascii
import zlib

from django.http import HttpRequest


def carried_file(request: HttpRequest, largest: int) -> tuple[bytes | None, str]:
    """What was chosen, or what came back with the comparison, and its name; None for neither and for what is too large.

    `largest`: in bytes.
    """
    name = request.POST.get("name", "")[:255]
    if file := request.FILES.get("file"):
        content = file.read() if (file.size or 0) <= largest else None
        return content, file.name or name
    try:
        return _unpacked(request.POST.get("packed", ""), largest), name
    except (ValueError, binascii.Error, zlib.error):
        return None, name


def file_packed(content: bytes) -> str:
    return base64.b64encode(zlib.compress(content)).decode("ascii")


def _unpacked(packed: str, largest: int) -> bytes | None:
    """Never more than was packed, whatever somebody sends."""
    if not packed:
        return None
    unpacker = zlib.decompressobj()
    content = unpacker.decompress(base64.b64decode(packed, validate=True), largest + 1)
    return content if len(content) <= largest else None
