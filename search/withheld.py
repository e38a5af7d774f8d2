"""What a hit says of a document that is shown only when it is opened."""

from __future__ import annotations

from dataclasses import replace

from search.ports import Hit

FIRST_PAGE = 1


def nothing_told(hit: Hit) -> Hit:
    """Neither what stands there nor on which page: it opens at its beginning."""
    return replace(hit, page=FIRST_PAGE, snippet=())
