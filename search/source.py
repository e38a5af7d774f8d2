"""What the index is to know of the records: reads documents and makes index entries of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Protocol
from uuid import UUID

from django.db.models import OuterRef, Subquery

from dms.records.kinds import kind_value
from dms.records.models import Document, DocumentVersion, Page
from search.ports import IndexEntry


class EntrySource(Protocol):
    """Where entries come from."""

    def entries(self, document_ids: Collection[UUID]) -> Iterator[IndexEntry]:
        """The present state of the documents that there are, in no particular order; others are left out."""

    def document_ids(self) -> Iterator[UUID]:
        """All documents that belong into the index, in a fixed order."""

    def size(self) -> int:
        """How many these are."""


class RecordsSource:
    """Entries from the records in the database, at their current version."""

    def entries(self, document_ids: Collection[UUID]) -> Iterator[IndexEntry]:
        newest = DocumentVersion.objects.filter(document=OuterRef("pk")).order_by("-number").values("pk")[:1]
        for document in Document.objects.filter(pk__in=document_ids).annotate(version_id=Subquery(newest)):
            yield _entry(document, _texts(document.version_id))

    def document_ids(self) -> Iterator[UUID]:
        yield from Document.objects.order_by("pk").values_list("pk", flat=True).iterator()

    def size(self) -> int:
        return Document.objects.count()


def _texts(version_id: UUID | None) -> tuple[str, ...]:
    """One page at a time: the word boxes of a long document are many times its text."""
    pages = Page.objects.filter(version_id=version_id).order_by("number").only("number", "lines")
    return tuple(page.page_text.text for page in pages.iterator(chunk_size=20)) if version_id else ()


def _entry(document: Document, texts: tuple[str, ...]) -> IndexEntry:
    return IndexEntry(
        document_id=document.pk,
        scope_id=document.scope_id,
        title=document.title,
        kind=kind_value(document) or None,
        state=document.state,
        date=document.letter_date,
        received_at=document.received_at,
        sender=document.sender,
        filename=document.filename,
        pages=texts,
    )
