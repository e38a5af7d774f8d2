"""Where on the picture of a page the found words are: groups of boxes, one group per find."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from dms.pages import Box, PageText
from search.german.analysis import analyse
from search.german.lexemes import Token
from search.marking import MarkedPage, find_clauses, without_inner
from search.query import parse


def find_boxes(page: PageText, query_text: str) -> list[list[Box]]:
    """In reading order. A phrase gives the boxes of all its words, a word hyphenated at a line end two boxes; where
    part of a compound was found, the whole word is boxed. Empty when nothing on this page was searched for."""
    query = parse(query_text)
    if not query.clauses:
        return []
    placed = list(page.placed_words())
    starts = [word.start for word in placed]
    marked = MarkedPage(analyse(page.text), query)

    def numbers_of(token: Token) -> list[int]:
        """The words of the page that the token lies on."""
        ranges = (
            range(max(bisect_right(starts, first) - 1, 0), bisect_left(starts, last)) for first, last in token.spans
        )
        return [number for numbers in ranges for number in numbers]

    groups = []
    for occurrence in without_inner(find for finds in find_clauses(marked, query) for find in finds):
        numbers = dict.fromkeys(number for place in occurrence for number in numbers_of(marked.tokens[place]))
        groups.append([placed[number].word.box for number in numbers])
    return groups
