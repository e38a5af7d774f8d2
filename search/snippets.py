"""Which stretch of a page shows best why it was found, with the found words marked."""

from __future__ import annotations

import re

from search.german.analysis import analyse
from search.german.lexemes import Analysis
from search.marking import MarkedPage, Span, find_clauses, without_inner
from search.ports import Run, Snippet
from search.wanted import ParsedQuery

LENGTH = 220
_BEFORE = 60
_LONGEST_PAGE = 60_000
"""Signs of a page that are looked at; a page of print has 3,000."""
_SPACE = re.compile(r"\s+")


def make_snippet(text: str, query: ParsedQuery) -> Snippet:
    """About LENGTH signs of the text on one line; its beginning when nothing was found in it."""
    text = text[:_LONGEST_PAGE]
    analysis = analyse(text)
    page = MarkedPage(analysis, query)
    clauses = find_clauses(page, query)
    finds = [(_span(page, find), number) for number, clause in enumerate(clauses) for find in clause]
    start, end = _window(text, sorted(finds))
    kept = without_inner(find for clause in clauses for find in clause)
    marks = [span for find in kept for place in find for span in page.tokens[place].spans]
    return _runs(text, start, end, marks, _line_ends(analysis))


def _span(page: MarkedPage, find: tuple[int, ...]) -> Span:
    return page.tokens[find[0]].start, page.tokens[find[-1]].end


def _window(text: str, finds: list[tuple[Span, int]]) -> Span:
    """From a little before the find that has the most different clauses after it, cut at spaces."""
    best, most = 0, 0.0
    for place, ((start, _), _) in enumerate(finds):
        inside = [number for (_, end), number in finds[place : place + 50] if end <= start + LENGTH - _BEFORE]
        worth = len(set(inside)) + len(inside) / 100
        if worth > most:
            best, most = start, worth
    start = max(best - _BEFORE, 0)
    if start and (space := _SPACE.search(text, start, best)):
        start = space.end()
    end = start + LENGTH
    if end < len(text) and (space := _SPACE.search(text, end, end + 40)):
        end = space.start()
    return start, min(end, len(text))


def _line_ends(analysis: Analysis) -> list[Span]:
    """The hyphens and line ends inside of words: left out, so that a word reads as one."""
    return [
        (a[1], b[0])
        for token in analysis.tokens
        if len(token.spans) > 1
        for a, b in zip(token.spans, token.spans[1:], strict=False)
    ]


def _runs(text: str, start: int, end: int, marks: list[Span], dropped: list[Span]) -> Snippet:
    signs = [True] * (end - start)
    marked = [False] * (end - start)
    for spans, flags, value in ((dropped, signs, False), (marks, marked, True)):
        for first, last in spans:
            for offset in range(max(first, start), min(last, end)):
                flags[offset - start] = value
    runs: list[Run] = []
    for sign, keep, mark in zip(text[start:end], signs, marked, strict=True):
        if keep:
            if runs and runs[-1].marked == mark:
                runs[-1] = Run(runs[-1].text + sign, mark)
            else:
                runs.append(Run(sign, mark))
    smooth = [Run(_SPACE.sub(" ", run.text), run.marked) for run in runs]
    if smooth and start:
        smooth.insert(0, Run("… "))
    if smooth and end < len(text):
        smooth.append(Run(" …"))
    return tuple(smooth)
