"""What a hit says of a document that is shown only when it is opened."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from uuid import UUID

from search.ports import Hit

FIRST_PAGE = 1


def withheld(hits: Iterable[Hit], closed: Collection[UUID]) -> list[Hit]:
    """Of the documents in `closed` neither what stands there nor on which page: they open at their beginning."""
    return [replace(hit, page=FIRST_PAGE, snippet=()) if hit.document_id in closed else hit for hit in hits]
