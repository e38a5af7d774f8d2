"""What a person means by what was typed into the search box.

Words must all occur; "…" is a phrase, `Gebühr*` a beginning, `-Wort` or `NICHT Wort` excludes, `A ODER B` leaves the
choice. What is written together (73.8-7837/25, Baden-Württemberg, a:b:c) belongs together, also when the separators
differ. Everything else is ignored: there is no wrong input.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from search.german.analysis import analyse, clean
from search.german.lexemes import AMOUNT, DAY, FORM, PART, Analysis, Forms, Token, Whole, is_exact, reference_lexeme
from search.terms import Near, One, Row, Term, any_of

MAX_TEXT = 2_000
"""Signs of a query that are looked at."""
MAX_CLAUSES = 40
_NEAR = 6


@dataclass(frozen=True, slots=True)
class Wanted:
    """One thing that was asked for: a word, a phrase, or words written together.

    `whole` holds the lexemes that stand for all its words at once (2018/0335, email)."""

    words: tuple[Forms, ...]
    whole: tuple[str, ...] = ()
    prefix: bool = False
    quoted: bool = False

    def term(self) -> Term:
        """What must be found, to the letter of the question."""
        return any_of([*map(One, self.whole), self._words_term()])

    def _words_term(self) -> Term:
        if len(self.words) == 1:
            return prefix_term(self.words[0]) if self.prefix else word_term(self.words[0])
        *first, last = self.words
        return Row((*(One(word.main) for word in first), prefix_term(last) if self.prefix else One(last.main)))

    @property
    def is_binding(self) -> bool:
        """Quoted, or a reference: not given up for the sake of more finds."""
        return self.quoted or bool(self.meant_exactly)

    @property
    def meant_exactly(self) -> tuple[str, ...]:
        """The lexemes of the one thing that is meant: a number rather than a reference (1.500), a reference, a day."""
        numbers = tuple(lexeme for lexeme in self.whole if lexeme.startswith(FORM) and lexeme[1:].isdigit())
        return numbers or tuple(filter(is_exact, self.whole))

    @property
    def is_telling(self) -> bool:
        """Whether it says anything about a document: not a lone stop word."""
        return self.prefix or len(self.words) > 1 or bool(self.words[0].stem) or self.words[0].form.isdigit()


@dataclass(frozen=True, slots=True)
class Clause:
    """One requirement: any of the alternatives (there are several only with ODER)."""

    alternatives: tuple[Wanted, ...]

    def term(self) -> Term:
        return any_of([wanted.term() for wanted in self.alternatives])


@dataclass(frozen=True, slots=True)
class ParsedQuery:
    clauses: tuple[Clause, ...] = ()
    excluded: tuple[Wanted, ...] = ()

    @property
    def quotes(self) -> bool:
        """Whether something was put in quotation marks: that is never given up, even if nothing is found then."""
        return any(wanted.quoted for clause in self.clauses for wanted in clause.alternatives)

    @property
    def words(self) -> tuple[Forms, ...]:
        """All single words that are wanted, in the order typed."""
        return tuple(word for clause in self.clauses for wanted in clause.alternatives for word in wanted.words)


def word_term(word: Forms) -> Term:
    """The word itself in any inflection, a compound it is part of, or its own parts in a longer compound."""
    terms: list[Term] = [One(word.main)]
    if word.stem:
        terms.append(One(PART + word.stem))
    if len(word.leaves) > 1:
        terms.append(One(PART + word.parts[-1]))
    return any_of(terms)


def prefix_term(word: Forms) -> Term:
    return One(FORM + word.form, prefix=True)


def apart_term(word: Forms) -> Term | None:
    """The two parts of a compound as words of their own, near each other (Bescheid über die Steuer)."""
    if len(word.leaves) != 2:
        return None
    return Near(One(word.leaves[0]), One(word.leaves[1]), _NEAR)


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


def _signed(text: str) -> Iterator[tuple[str, Wanted | None]]:
    """Everything wanted with the operator in front of it; `None` for an operator alone."""
    position, sign = 0, _AND
    for quoted in [*_QUOTED.finditer(text), None]:
        before = text[position : quoted.start() if quoted else len(text)]
        for operator, wanted in _loose(before):
            if wanted is None:
                sign = operator
                yield operator, None
            else:
                yield (_NOT if _NOT in (sign, operator) else _AND), wanted
                sign = _AND
        if quoted:
            tokens = analyse(quoted.group(1))
            if tokens.tokens:
                minus = _MINUS.search(before)
                wholes = tuple(lexeme for whole in tokens.wholes if _covers(whole, tokens) for lexeme in whole.lexemes)
                words = tuple(token.forms for token in tokens.tokens)
                yield (_NOT if minus or sign == _NOT else _AND), Wanted(words, wholes, quoted=True)
                sign = _AND
            position = quoted.end()


def _covers(whole: object, analysis: Analysis) -> bool:
    return getattr(whole, "first", 0) == 0 and getattr(whole, "last", -1) == len(analysis.tokens) - 1


def _loose(text: str) -> Iterator[tuple[str, Wanted | None]]:
    """Text outside quotes, group by group."""
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
        minus = _MINUS.search(text[: tokens[0].start])
        starred = _STAR.match(text, tokens[-1].end) is not None
        wanted = Wanted(tuple(t.forms for t in tokens), tuple(wholes), prefix=starred)
        yield (_NOT if minus else _AND), wanted


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
