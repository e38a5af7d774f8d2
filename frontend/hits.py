"""Hits as they stand in the list: what the index found, with title, kind and dates read from the records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse

from dms.access.actors import Actor
from dms.records.documents.duplicates import duplicates_of, receipt_of
from dms.records.models import Document, DocumentVersion, ObjectRole, StoredObject
from dms.records.protection.reading import shown_only_when_opened
from frontend.asked import Asked
from search.ports import Hit, Snippet
from search.withheld import withheld


@dataclass(frozen=True, slots=True)
class HitCard:
    document: Document
    page: int
    page_count: int
    snippet: Snippet
    similar: bool
    has_thumbnail: bool
    attachments: int
    duplicate_of: Document | None
    """With the very same bytes, and here before."""
    address: str
    preview_address: str
    is_closed: bool


def hit_cards(actor: Actor, asked: Asked, hits: Sequence[Hit], first: int) -> list[HitCard]:
    """`first` is the position of the first hit in the whole list, from 0. A document that was just taken away, or that
    the index still holds but the actor may no longer see, is left out."""
    ids = [hit.document_id for hit in hits]
    documents = {d.pk: d for d in Document.objects.visible_to(actor).with_current_version().filter(pk__in=ids)}
    closed = shown_only_when_opened(documents.values())
    hits = withheld(hits, closed)
    beside = _Beside(_with_thumbnail(ids) - closed, _attachment_counts(ids), _earlier(actor, documents), closed)
    return [
        _card(asked, hit, documents[hit.document_id], position, beside)
        for position, hit in enumerate(hits, start=first)
        if hit.document_id in documents
    ]


def latest_version(document: Document) -> DocumentVersion | None:
    """From the versions that came along with the list."""
    return max(document.versions.all(), key=lambda version: version.number, default=None)


@dataclass(frozen=True, slots=True)
class _Beside:
    """What is looked up for all hits of a list at once, by the id of the document."""

    pictures: set[UUID]
    attachments: Mapping[UUID, int]
    earlier: Mapping[UUID, Document]
    closed: set[UUID]
    """Sensitive: shown only when opened."""


def _card(asked: Asked, hit: Hit, document: Document, position: int, beside: _Beside) -> HitCard:
    version = latest_version(document)
    page = f"{reverse('document', args=[document.pk])}{asked.address(page=hit.page, hit=position)}"
    preview = reverse("document-page", args=[document.pk, hit.page])
    pages = version.page_count if version else 0
    return HitCard(
        document, hit.page, pages, hit.snippet, hit.similar, document.pk in beside.pictures,
        beside.attachments.get(document.pk, 0), beside.earlier.get(document.pk), page,
        f"{preview}{Asked(text=asked.text).address()}" if pages and document.pk not in beside.closed else "",
        is_closed=document.pk in beside.closed,
    )  # fmt: skip


def _with_thumbnail(ids: Sequence[UUID]) -> set[UUID]:
    pictures = StoredObject.objects.filter(role=ObjectRole.THUMBNAIL, version__document_id__in=ids)
    return set(pictures.values_list("version__document_id", flat=True))


def _attachment_counts(ids: Sequence[UUID]) -> dict[UUID, int]:
    counts: dict[UUID, int] = {}
    for parent in Document.objects.filter(parent_id__in=ids).values_list("parent_id", flat=True):
        counts[parent] = counts.get(parent, 0) + 1
    return counts


def _earlier(actor: Actor, documents: Mapping[UUID, Document]) -> dict[UUID, Document]:
    originals = StoredObject.objects.filter(role=ObjectRole.ORIGINAL, version__document_id__in=documents)
    found = originals.order_by("version__number").select_related("version")
    receipts = {one.version.document_id: receipt_of(documents[one.version.document_id], one) for one in found}
    return duplicates_of(actor, receipts)
