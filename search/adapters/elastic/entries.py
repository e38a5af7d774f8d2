"""How an index entry becomes what Elasticsearch stores."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from search.adapters.elastic.lexemes import joined, lexemes_of
from search.digest import digest
from search.german.analysis import analyse, clean
from search.german.lexemes import FORM, SENDER, Analysis
from search.ports import IndexEntry

_MOST_SIGNS = 1_000_000
"""Of a page; a page of print has 3,000."""
_ROOM = 5_000_000
"""Signs of a document whose words are kept with their pages and places; those of the pages beyond find the document
only. Bounds what one entry weighs: about six times as much is sent."""
_SHOWN = 60_000
"""Signs of a page that are kept to be shown."""
_LONGEST_VALUE = 8_000
"""Signs of a kind or state. Lucene takes 32,766 bytes."""

Source = dict[str, Any]


def make_source(entry: IndexEntry) -> Source:
    named = (entry.title, entry.reference, entry.sender, entry.filename, *entry.details)
    headings = [analyse(clean(text)) for text in named if text]
    sender = analyse(clean(entry.sender))
    texts = [clean(text[:_MOST_SIGNS]) for text in entry.pages]
    analyses = [analyse(text) for text in texts]
    return {
        "id": str(entry.document_id),
        "scope": entry.scope_id,
        "level": entry.level,
        "kind": clean(entry.kind or "")[:_LONGEST_VALUE],
        "state": clean(entry.state)[:_LONGEST_VALUE],
        "year": entry.day.year,
        "day": entry.day.isoformat(),
        "received": entry.received_at.isoformat(),
        "digest": digest(entry),
        "removed": False,
        "lexemes": joined(dict.fromkeys((*_lexemes_of([*headings, *analyses]), *_marked(lexemes_of(sender))))),
        "heading": _heading(headings, sender),
        "pages": list(_pages(texts, analyses)),
    }


def make_mark(document_id: UUID) -> Source:
    """Stands for a document that was removed, until the next rebuild: neither a late, older write nor the rebuild that
    runs can bring it back. No search sees it."""
    return {"id": str(document_id), "removed": True}


def _heading(headings: list[Analysis], sender: Analysis) -> Source:
    """A value for each heading: the server leaves room between them, and no phrase reaches across. The sender stands
    there once more, as the sender."""
    return {
        "lexemes": joined(dict.fromkeys(_lexemes_of(headings))),
        "row": [*(joined(_row(heading)) for heading in headings), joined(_marked(_row(sender)))],
        "forms": [*(joined(_forms(heading)) for heading in headings), joined(_marked(_forms(sender)))],
    }


def _pages(texts: list[str], analyses: list[Analysis]) -> Iterator[Source]:
    room = _ROOM
    for number, (text, analysis) in enumerate(zip(texts, analyses, strict=True), start=1):
        room -= len(text)
        if room < 0:
            return
        yield {
            "number": number,
            "text": text[:_SHOWN],
            "lexemes": joined(dict.fromkeys(lexemes_of(analysis))),
            "row": joined(_row(analysis)),
            "forms": joined(_forms(analysis)),
        }


def _lexemes_of(analyses: Iterable[Analysis]) -> Iterator[str]:
    for analysis in analyses:
        yield from lexemes_of(analysis)


def _row(analysis: Analysis) -> Iterator[str]:
    return (token.forms.main for token in analysis.tokens)


def _forms(analysis: Analysis) -> Iterator[str]:
    return (FORM + token.forms.form for token in analysis.tokens)


def _marked(lexemes: Iterable[str]) -> Iterator[str]:
    return (SENDER + lexeme for lexeme in lexemes)
