"""What the index is to know of the records: reads documents and makes index entries of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any, Protocol
from uuid import UUID

from django.db.models import OuterRef, Q, Subquery

from dms.records.documents.kinds import kind_value
from dms.records.models import Document, DocumentVersion, Page, ReferenceNumber
from search.ports import IndexEntry

_FEW_PAGES = 3
_PAGE_FIELDS = ("version_id", "number", "lines")
_DETAILS = 4000
"""Signs of all values in fields by which a document is found: headings have to stay small in the index."""


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
        newest = DocumentVersion.objects.filter(document=OuterRef("pk")).order_by("-number")
        documents = Document.objects.filter(pk__in=document_ids).annotate(
            version_id=Subquery(newest.values("pk")[:1]), length=Subquery(newest.values("page_count")[:1])
        )
        found = list(documents.select_related("dossier", "case"))
        numbers, short = _numbers_of(document_ids), _texts_of([d.version_id for d in found if _is_short(d)])
        for document in found:
            texts = short.get(document.version_id, ()) if _is_short(document) else _texts(document.version_id)
            yield _entry(document, texts, " ".join(numbers.get(document.pk, ())))

    def document_ids(self) -> Iterator[UUID]:
        yield from Document.objects.order_by("pk").values_list("pk", flat=True).iterator()

    def size(self) -> int:
        return Document.objects.count()


def _is_short(document: Any) -> bool:
    return document.version_id is not None and document.length <= _FEW_PAGES


def _texts_of(version_ids: Collection[UUID]) -> dict[UUID, tuple[str, ...]]:
    """Of short documents, by one query for all."""
    texts: dict[UUID, tuple[str, ...]] = {}
    for page in Page.objects.filter(version_id__in=version_ids).order_by("version_id", "number").only(*_PAGE_FIELDS):
        texts[page.version_id] = (*texts.get(page.version_id, ()), page.page_text.text)
    return texts


def _texts(version_id: UUID | None) -> tuple[str, ...]:
    """Of a long one a few pages at a time: its word boxes are many times its text."""
    pages = Page.objects.filter(version_id=version_id).order_by("number").only(*_PAGE_FIELDS)
    return tuple(page.page_text.text for page in pages.iterator(chunk_size=20)) if version_id else ()


def _numbers_of(document_ids: Collection[UUID]) -> dict[UUID, list[str]]:
    """All numbers under which a document may be asked for: of its case and its dossier, the present ones first."""
    found: dict[UUID, list[str]] = {}
    filed = Document.objects.filter(pk__in=document_ids, dossier__isnull=False).values_list(
        "pk", "dossier_id", "case_id"
    )
    places = {pk: (dossier, case) for pk, dossier, case in filed}
    owners, cases = ({place[end] for place in places.values()} for end in (0, 1))
    numbers = ReferenceNumber.objects.filter(Q(dossier_id__in=owners) | Q(case_id__in=cases - {None}))
    given = list(numbers.order_by("-replaced_at", "text").values_list("dossier_id", "case_id", "text"))
    for pk, (dossier, case) in places.items():
        found[pk] = [text for owner, of_case, text in given if (of_case == case if of_case else owner == dossier)]
    return found


def _entry(document: Document, texts: tuple[str, ...], reference: str) -> IndexEntry:
    return IndexEntry(
        document_id=document.pk,
        scope_id=document.scope_id,
        title=document.title,
        kind=kind_value(document) or None,
        state=document.state,
        date=document.letter_date,
        received_at=document.received_at,
        sender=document.sender,
        reference=reference,
        filename=document.filename,
        pages=texts,
        level=document.level,
        details=_details(document),
    )


def _details(document: Document) -> tuple[str, ...]:
    """A heading of its own each: no phrase reaches from one into the next."""
    dossier, case = document.dossier, document.case
    words = (document.field_words, dossier.field_words if dossier else "")
    lines = [line for text in words for line in text[:_DETAILS].splitlines()]
    titles = (one.title for one in (dossier, case) if one)
    return tuple(dict.fromkeys((*titles, *lines)))
