"""Compares a document at two moments, or two of its versions: what is known of it, and the text page by page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import zip_longest
from typing import Any

from django.db.models import Q

from dms.audit.events import Event
from dms.audit.models import EventRow, target_name
from dms.records.documents.versions import is_former, version_of
from dms.records.models import Document, DocumentVersion, Page
from dms.records.past import document_then

KNOWN = ("title", "sender", "letter_date", "kind_id")
"""Fields of the document."""
OF_THE_FILE = ("name", "media_type", "page_count", "signed")
CONTEXT = 2
"""Lines that stay, shown before and after each change."""
MOST_PAGES = 1_000
"""More are not compared: it is done while somebody waits."""


@dataclass(frozen=True, slots=True)
class Side:
    """A document as it was; `values` are fields as JSON values. None of a field: nobody can tell any more."""

    version: DocumentVersion
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Difference:
    field: str
    before: Any
    after: Any


class Mark(StrEnum):
    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"
    GAP = "gap"
    """Lines that are alike are left out here."""


@dataclass(frozen=True, slots=True)
class Line:
    mark: Mark
    text: str


@dataclass(frozen=True, slots=True)
class PageDifference:
    """A page that differs: its number on either side, None where there is no such page."""

    before: int | None
    after: int | None
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    before: Side
    after: Side
    fields: tuple[Difference, ...]
    pages: tuple[PageDifference, ...]
    too_long: bool


def side_of_version(document: Document, number: int) -> Side | None:
    """A former version with what was known when it came to be, the current one with what is known now."""
    version = version_of(document, number)
    if version is None:
        return None
    then = _added_at(document, number) if is_former(version) else None
    return Side(version, (document_then(document, then) if then else None) or _known_now(document))


def side_at(document: Document, moment: datetime) -> Side | None:
    """None before the document was there. The caller checks that the actor may see histories."""
    values = document_then(document, moment)
    version = version_of(document, values.get("version_number", 1)) if values else None
    return Side(version, values) if version and values else None


def compare(before: Side, after: Side) -> Comparison:
    fields = [*_known_differences(before, after), *_file_differences(before, after)]
    longest = max(before.version.page_count, after.version.page_count)
    too_long = longest > MOST_PAGES
    same = before.version.pk == after.version.pk
    pages = () if too_long or same else tuple(_page_differences(_texts(before), _texts(after)))
    return Comparison(before, after, tuple(fields), pages, too_long and not same)


def _known_now(document: Document) -> dict[str, Any]:
    day = document.letter_date
    return {
        "title": document.title,
        "sender": document.sender,
        "letter_date": day.isoformat() if day else None,
        "kind_id": document.kind_id,
    }


def _added_at(document: Document, number: int) -> datetime | None:
    """When the version became the current one."""
    events = EventRow.objects.filter(target=target_name(document), name=Event.DOCUMENT_VERSION_ADDED).order_by("id")
    if number > 1:
        return events.values_list("at", flat=True)[number - 2 : number - 1].first()
    came = Q(chain=document.item_chain, name=Event.ITEM_DONE)
    came |= Q(target=target_name(document), name=Event.DOCUMENT_CAME_AS_COPY)
    registered = EventRow.objects.filter(came).order_by("id")
    return registered.values_list("at", flat=True).first()


def _known_differences(before: Side, after: Side) -> Iterator[Difference]:
    for name in KNOWN:
        one, other = before.values.get(name), after.values.get(name)
        if (one or None) != (other or None):
            yield Difference(name, one, other)


def _file_differences(before: Side, after: Side) -> Iterator[Difference]:
    for name in OF_THE_FILE:
        one, other = getattr(before.version, name), getattr(after.version, name)
        if one != other:
            yield Difference(name, one, other)


def _texts(side: Side) -> list[str]:
    pages = Page.objects.filter(version=side.version).order_by("number").only("number", "lines")
    return [page.page_text.text for page in pages.iterator(chunk_size=20)]


def _page_differences(before: Sequence[str], after: Sequence[str]) -> Iterator[PageDifference]:
    """Pages that are alike find each other, also when others came between them."""
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        for one, other in zip_longest(range(i1, i2), range(j1, j2)):
            old, new = (before[one] if one is not None else ""), (after[other] if other is not None else "")
            lines = tuple(_line_differences(old.splitlines(), new.splitlines()))
            yield PageDifference(_number(one), _number(other), lines)


def _number(index: int | None) -> int | None:
    return None if index is None else index + 1


def _line_differences(before: Sequence[str], after: Sequence[str]) -> Iterator[Line]:
    for number, group in enumerate(SequenceMatcher(None, before, after, autojunk=False).get_grouped_opcodes(CONTEXT)):
        if number:
            yield Line(Mark.GAP, "")
        for tag, i1, i2, j1, j2 in group:
            if tag == "equal":
                yield from (Line(Mark.SAME, text) for text in before[i1:i2])
                continue
            yield from (Line(Mark.REMOVED, text) for text in before[i1:i2])
            yield from (Line(Mark.ADDED, text) for text in after[j1:j2])
