"""The hits before and after a document in the list it was opened from."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from dms.access.actors import Actor
from dms.records.models import Document
from dms.records.protection.reading import shown_only_when_opened
from frontend.asked import LAST_OFFSET, Asked
from frontend.finding import find_around
from search.ports import Hit, SearchUnavailable
from search.withheld import withheld


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Addresses of the documents beside this one, empty at the ends of the list. `number` counts from 1."""

    number: int
    count: int
    previous: str
    next: str


def neighbours_of(actor: Actor, asked: Asked, document: Document, position_text: str) -> Neighbours | None:
    """None when the document was not opened from a list, or the list has changed since."""
    if not (position_text.isascii() and position_text.isdigit()) or len(position_text) > 5:
        return None
    position = min(int(position_text), LAST_OFFSET)
    try:
        found = find_around(actor, asked, position)
    except SearchUnavailable:
        return None
    hits = dict(enumerate(found.hits, start=max(position - 1, 0)))
    if position not in hits or hits[position].document_id != document.pk:
        return None
    beside = _without_secrets({place: hit for place, hit in hits.items() if place != position})
    return Neighbours(
        number=position + 1,
        count=found.count,
        previous=_address(asked, beside.get(position - 1), position - 1),
        next=_address(asked, beside.get(position + 1), position + 1),
    )


def _without_secrets(hits: dict[int, Hit]) -> dict[int, Hit]:
    """An address tells no more of a document than the list does."""
    closed = shown_only_when_opened(Document.objects.filter(pk__in=[hit.document_id for hit in hits.values()]))
    return dict(zip(hits, withheld(hits.values(), closed), strict=True))


def _address(asked: Asked, hit: Hit | None, position: int) -> str:
    if hit is None:
        return ""
    return f"{reverse('document', args=[hit.document_id])}{asked.address(page=hit.page, hit=position)}"
