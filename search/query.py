"""What a person means by what was typed into the search box.

Words must all occur; "…" is a phrase, `Gebühr*` a beginning, `-Wort` or `NICHT Wort` excludes, `A ODER B` leaves the
choice; `absender:Müller` and `absender:"Müller GmbH"` must stand in the sender. What is written together belongs
together (73.8-7837/25, Baden-Württemberg, a:b:c), also when the separators differ. Everything else is ignored: there
is no wrong input.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from search.german.analysis import analyse, clean
from search.german.lexemes import AMOUNT, DAY, Analysis, Span, Token, Whole, reference_lexeme
from search.wanted import Clause, ParsedQuery, Wanted

MAX_TEXT = 2_000
"""Signs of a query that are looked at."""
MAX_CLAUSES = 40


@lru_cache(maxsize=256)
def parse(text: str) -> ParsedQuery:
    """Never raises. Only the first MAX_TEXT signs and MAX_CLAUSES requirements count."""
    clauses: list[Clause] = []
    excluded: list[Wanted] = []
    joins = False
    for sign, wanted in _signed(clean(text[:MAX_TEXT])):
        if wanted is None:
            joins = sign == _OR
        elif sign == _NOT:
            excluded.append(wanted)
        elif joins and clauses:
            clauses[-1] = Clause((*clauses[-1].alternatives, wanted))
            joins = False
        else:
            clauses.append(Clause((wanted,)))
    telling = [clause for clause in clauses if any(wanted.is_telling for wanted in clause.alternatives)]
    return ParsedQuery(tuple(dict.fromkeys(telling or clauses))[:MAX_CLAUSES], tuple(excluded[:MAX_CLAUSES]))


_AND, _OR, _NOT = "UND", "ODER", "NICHT"
_OPERATORS = {_AND, _OR, _NOT}
"""In capitals and German only: OR is the local council (Ortschaftsrat) in many a title."""
_QUOTED = re.compile('["„“”«»]([^"„“”«»]*)["„“”«»]')
_STAR = re.compile(r"\*(?!\w)")
_MINUS = re.compile(r"(?:^|(?<=\s))[-\u2212]$")
_SENDER = re.compile(r"(?:^|(?<=[\s(\-\u2212]))(?:absender|sender)[ \t]*:\s*", re.IGNORECASE)
"""Also with a space behind it. The English word is understood as well: programs ask, too."""


def _signed(text: str) -> Iterator[tuple[str, Wanted | None]]:
    """Everything wanted with the operator in front of it; `None` for an operator alone."""
    position, sign = 0, _AND
    for quoted in [*_QUOTED.finditer(text), None]:
        before = text[position : quoted.start() if quoted else len(text)]
        marks = [mark.span() for mark in _SENDER.finditer(before)]
        for operator, wanted in _loose(before, marks):
            if wanted is None:
                sign = operator
                yield operator, None
            else:
                yield (_NOT if _NOT in (sign, operator) else _AND), wanted
                sign = _AND
        if quoted:
            tokens = analyse(quoted.group(1))
            if tokens.tokens:
                mark = next((start for start, end in marks if end == len(before)), None)
                minus = _MINUS.search(before[:mark])
                wholes = tuple(lexeme for whole in tokens.wholes if _covers(whole, tokens) for lexeme in whole.lexemes)
                words = tuple(token.forms for token in tokens.tokens)
                wanted = Wanted(words, wholes, quoted=True, of_sender=mark is not None)
                yield (_NOT if minus or sign == _NOT else _AND), wanted
                sign = _AND
            position = quoted.end()


def _covers(whole: object, analysis: Analysis) -> bool:
    return getattr(whole, "first", 0) == 0 and getattr(whole, "last", -1) == len(analysis.tokens) - 1


def _loose(text: str, marks: list[Span]) -> Iterator[tuple[str, Wanted | None]]:
    """Text outside quotes, group by group. `marks`: where it says that what follows is the sender."""
    for start, end in marks:
        text = f"{text[:start]} {';' * (end - start - 2)} {text[end:]}"  # neither a word nor part of what stands beside
    analysis = analyse(text)
    for group in _groups(analysis, text):
        tokens = analysis.tokens[group.start : group.stop]
        word = text[tokens[0].start : tokens[-1].end]
        if len(tokens) == 1 and word in _OPERATORS:
            yield word, None
            continue
        wholes = [
            lexeme
            for w in analysis.wholes
            if (w.first, w.last) == (group.start, group.stop - 1)
            for lexeme in w.lexemes
        ]
        if not wholes and len(tokens) > 1 and all(token.forms.form.isdigit() for token in tokens):
            wholes = [reference_lexeme(token.forms.form for token in tokens)]
        mark = _mark_before(tokens[0], text, marks)
        minus = _MINUS.search(text[: tokens[0].start if mark is None else mark])
        starred = _STAR.match(text, tokens[-1].end) is not None
        wanted = Wanted(tuple(t.forms for t in tokens), tuple(wholes), prefix=starred, of_sender=mark is not None)
        yield (_NOT if minus else _AND), wanted


def _mark_before(token: Token, text: str, marks: list[Span]) -> int | None:
    """Where the mark begins that stands right before the word, perhaps with an opening bracket or quote between."""
    for start, end in marks:
        if end <= token.start and not re.search(r"[\w\s]", text[end : token.start]):
            return start
    return None


def _groups(analysis: Analysis, text: str) -> Iterator[range]:
    """What is written without a space between, what makes up a reference, day or amount, and numbers in a row; but a
    day or a sum begins and ends where it does, also beside other numbers (Rechnung 4711 3.4.2026)."""
    closed = [whole for whole in analysis.wholes if _is_closed(whole, analysis, text)]
    borders = {border for whole in closed for border in (whole.first, whole.last + 1)}
    together = {
        place
        for whole in analysis.wholes
        if whole in closed or borders.isdisjoint(range(whole.first + 1, whole.last + 1))
        for place in range(whole.first + 1, whole.last + 1)
    }
    start = 0
    for place, token in enumerate(analysis.tokens):
        if place == 0:
            continue
        before = analysis.tokens[place - 1]
        gap = text[before.end : token.start]
        alike = place not in borders and _both_numbers(before, token, gap)
        if place in together or not re.search(r"\s", gap) or alike:
            continue
        yield range(start, place)
        start = place
    if analysis.tokens:
        yield range(start, len(analysis.tokens))


def _is_closed(whole: Whole, analysis: Analysis, text: str) -> bool:
    """A day, or a number with a comma; one with a point may as well be part of a reference."""
    written = text[analysis.tokens[whole.first].start : analysis.tokens[whole.last].end]
    return whole.lexemes[0].startswith(DAY) or (whole.lexemes[0].startswith(AMOUNT) and "," in written)


def _both_numbers(before: Token, token: Token, gap: str) -> bool:
    return gap.isspace() and before.forms.form.isdigit() and token.forms.form.isdigit()
