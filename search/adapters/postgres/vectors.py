"""How the lexemes of a document become tsvector literals, within PostgreSQL's limits.

Labels: A the words of the headings, B of the text, C forms as written, D parts of compounds and shapes of words.
Limits (PostgreSQL manual, 12.11): positions to 16,383, 256 per lexeme, a lexeme 2 kB, a tsvector 1 MB.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from search.german.analysis import analyse, clean
from search.german.lexemes import FORM, PART, SENDER, Analysis
from search.ports import IndexEntry

_LAST_POSITION = 16_383
_MOST_POSITIONS = 250
_FEW_POSITIONS = 24
"""Positions of a lexeme in an entry of several pages: enough to rank by; phrases are looked up on the pages."""
_ROOM = 700_000
"""Bytes of lexemes and positions in one vector; what a page or document has beyond is not found by words."""
_GAP = 20
"""Positions between headings and text: no phrase and no nearness reaches across."""
MAX_PAGE_TEXT = 1_000_000


class _Vector:
    """Collects lexemes with positions and labels."""

    def __init__(self, most_positions: int) -> None:
        self._places: dict[str, list[str]] = {}
        self._most = most_positions
        self._room = _ROOM

    def add(self, lexeme: str, position: int, label: str) -> None:
        places = self._places.get(lexeme)
        if places is None:
            self._room -= len(lexeme.encode()) + 12
            if self._room < 0:
                return
            places = self._places[lexeme] = []
        if position <= _LAST_POSITION and len(places) < self._most and self._room > 0:
            places.append(f"{position}{label}")
            self._room -= 2

    def literal(self) -> str:
        return " ".join(f"{quote(lexeme)}:{','.join(p)}" if p else quote(lexeme) for lexeme, p in self._places.items())


class EntryVectors(NamedTuple):
    heading: str
    words: str
    pages: tuple[str | None, ...]


def make_vectors(entry: IndexEntry, texts: tuple[str, ...]) -> EntryVectors:
    """`texts` are the cleaned pages. Page vectors are None when there is one page only."""
    named = (entry.title, entry.reference, entry.sender, entry.filename, *entry.details)
    headings = [analyse(clean(text)) for text in named if text]
    analyses = [analyse(text) for text in texts]
    several = len(texts) > 1
    heading = _Vector(_MOST_POSITIONS)
    words = _Vector(_FEW_POSITIONS if several else _MOST_POSITIONS)
    position = _add_headings((heading, words), headings)
    _add((words,), analyse(clean(entry.sender)), 0, main="A", form="C", part="C", before=SENDER)
    pages: list[str | None] = []
    for analysis in analyses:
        if several:
            page = _Vector(_MOST_POSITIONS)
            _add_text((page,), analysis, 0)
            pages.append(page.literal())
        else:
            pages.append(None)
        position = _add_text((words,), analysis, position)
    return EntryVectors(heading.literal(), words.literal(), tuple(pages))


def _add_headings(vectors: Iterable[_Vector], headings: list[Analysis]) -> int:
    position = 0
    for analysis in headings:
        position = _add(vectors, analysis, position, main="A", form="C", part="C") + _GAP
    return position


def _add_text(vectors: Iterable[_Vector], analysis: Analysis, position: int) -> int:
    return _add(vectors, analysis, position, main="B", form="C", part="")


def _add(
    vectors: Iterable[_Vector], analysis: Analysis, position: int, *, main: str, form: str, part: str, before: str = ""
) -> int:
    """The position of the last word; words count from `position` + 1. `before` stands in front of every lexeme."""
    for vector in vectors:
        for place, token in enumerate(analysis.tokens, start=position + 1):
            forms = token.forms
            if forms.stem:
                vector.add(before + forms.stem, place, main)
                vector.add(before + FORM + forms.form, place, form)
                for stem in forms.parts:
                    vector.add(before + PART + stem, place, part)
                for shape in forms.shapes:
                    vector.add(before + shape, place, part)
            else:
                vector.add(before + FORM + forms.form, place, main)
        for whole in analysis.wholes:
            for lexeme in whole.lexemes:
                vector.add(before + lexeme, position + 1 + whole.first, main)
    return position + len(analysis.tokens)


def quote(lexeme: str) -> str:
    """A lexeme as it stands in tsvector and tsquery literals."""
    escaped = lexeme.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"
