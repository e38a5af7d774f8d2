"""Asks the index for this person: always with the person's own filter."""

from __future__ import annotations

from dms.access.actors import Actor
from dms.access.rule import search_filter
from frontend.asked import Asked
from search.chosen import search_index
from search.ports import SearchHits


def find(actor: Actor, asked: Asked) -> SearchHits:
    """One page of the list. Raises SearchUnavailable."""
    return search_index().search(asked.query(search_filter(actor)))


def find_around(actor: Actor, asked: Asked, position: int) -> SearchHits:
    """The hit at this position of the list (from 0) with its neighbours. Raises SearchUnavailable."""
    first = max(position - 1, 0)
    return search_index().search(asked.query(search_filter(actor), offset=first, limit=position - first + 2))
