"""Knows the file in which the text of a range of pages is kept: gzipped JSON, one entry per page with its lines."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from dms.pages import PageText
from ingest.facts import ReadTextFacts
from ingest.steps.contract import ObjectRef, Workspace

MEDIA_TYPE = "application/gzip"


class ReadingDamaged(ValueError):
    """The bytes are no reading: no gzip, no JSON, or not its shape."""


@dataclass(frozen=True, slots=True)
class NumberedPage:
    """`number` counts from 1 within the part."""

    number: int
    text: PageText


def pack_reading(pages: Iterable[NumberedPage]) -> bytes:
    """The same pages give the same bytes (no time stamp inside)."""
    entries = [{"number": page.number, "lines": page.text.to_json()} for page in pages]
    return gzip.compress(json.dumps(entries, ensure_ascii=False, separators=(",", ":")).encode(), mtime=0)


def unpack_reading(packed: bytes) -> list[NumberedPage]:
    """Raises ReadingDamaged."""
    try:
        entries = json.loads(gzip.decompress(packed))
        return [NumberedPage(int(entry["number"]), PageText.from_json(entry["lines"])) for entry in entries]
    except (OSError, EOFError, zlib.error, ValueError, KeyError, IndexError, TypeError) as error:
        raise ReadingDamaged(f"not a reading: {error}") from error


def read_pages(facts: ReadTextFacts, part: int, workspace: Workspace) -> Iterator[NumberedPage]:
    """The pages of one part in order, fetched one range at a time, so that whoever stops early reads no more.

    A part that was not read (a kept attachment) has no pages. Raises ReadingDamaged, and what the workspace raises.
    """
    for read_part in facts["parts"]:
        if read_part["part"] != part:
            continue
        for reading in read_part["readings"]:
            yield from unpack_reading(workspace.fetch(ObjectRef.from_facts(dict(reading))).read_bytes())
