"""Takes off a PDF what PDF/A does not know and no reader sees, and writes in place what stands elsewhere without need.

Nothing that carries content is touched: no page content, no picture, no attachment.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Stream, String

FROM_PAGE = (Name.Trans, Name.Thumb, Name.Dur, Name.PieceInfo, Name.AA, Name.PZ)
FROM_ROOT = (Name.OpenAction, Name.AA, Name.PieceInfo)
FROM_TRAILER = (Name("/DocChecksum"),)
FROM_FONT_DESCRIPTOR = (Name.CIDSet, Name.CharSet)
"""Lists of the glyphs inside: PDF/A-2 needs none, and a wrong one spoils a file."""
LISTS_ATTACHMENTS = Name.UseAttachments
"""As what the viewer shows first: unknown to PDF/A."""


def take_off(pdf: pikepdf.Pdf) -> None:
    """LibreOffice, reportlab, Word and scanners write these."""
    _delete(pdf.Root, FROM_ROOT)
    _delete(pdf.trailer, FROM_TRAILER)
    if pdf.Root.get(Name.PageMode) == LISTS_ATTACHMENTS:
        del pdf.Root[Name.PageMode]
    for page in pdf.pages:
        _delete(page.obj, FROM_PAGE)
        for image in page.get_images().values():
            _delete(image, (Name.Metadata,))


def write_in_place(pdf: pikepdf.Pdf) -> None:
    """Texts and short lists that are objects of their own, which the validator does not follow; and glyph lists."""
    for thing in pdf.objects:
        if isinstance(thing, Dictionary | Stream):
            _write_in_place(thing)


def _write_in_place(thing: Dictionary | Stream) -> None:
    for key, value in list(thing.items()):
        if isinstance(value, String) and value.is_indirect:
            thing[str(key)] = String(bytes(value))
        elif isinstance(value, Dictionary) and not value.is_indirect:
            _write_in_place(value)
    if thing.get(Name.Type) == Name.FontDescriptor:
        _delete(thing, FROM_FONT_DESCRIPTOR)
    for listed in (Name.Differences, Name.Nums):
        if isinstance(found := thing.get(listed), Array):
            thing[listed] = Array(list(_direct(found)))


def _direct(entries: Array) -> Iterator[Object]:
    """Labels of pages are dictionaries without further parts; a structure tree's numbers point to what must stay."""
    for entry in cast("list[Object]", list(entries)):
        label = isinstance(entry, Dictionary) and Name.S in entry and Name.Type not in entry and Name.P not in entry
        yield Dictionary(dict(entry.items())) if label else entry


def _delete(holder: Object, keys: tuple[Name, ...]) -> None:
    for key in keys:
        if key in holder:
            del holder[key]
