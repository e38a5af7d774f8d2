"""What was asked for, as values, and the terms that find it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from search.german.lexemes import FORM, PART, SENDER, Forms, is_exact
from search.german.similar import near_lexemes, shapes_of
from search.terms import Near, One, Row, Term, any_of, each_leaf

_NEAR = 6
DATE_SHARE = 0.25
"""What a month's name and a year weigh beside other words as rare: they say when, and half of all letters say it."""


@dataclass(frozen=True, slots=True)
class Spellings:
    """How else a word may be written: as whatever looks like it and is in no dictionary, and as those of the `near`
    lexemes that are a slip away from it."""

    near: frozenset[str] = frozenset()

    @classmethod
    def near_to(cls, words: Iterable[Forms]) -> Spellings:
        """A slip away from any of the words."""
        return cls(frozenset(lexeme for word in words for lexeme in near_lexemes(word)))

    def of(self, word: Forms) -> tuple[str, ...]:
        """Lexemes that stand for the word, its own not among them."""
        if not word.stem:
            return ()
        near = (lexeme for lexeme in near_lexemes(word) if lexeme in self.near) if self.near else ()
        return tuple(dict.fromkeys((*shapes_of(word.form), *near)))


AS_TYPED: Spellings | None = None
"""To the letter, in any inflection."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One thing that was asked for: a word, a phrase, or words written together.

    `whole` holds the lexemes that stand for all its words at once (2018/0335, email). With `of_sender` all of it must
    stand in the sender; nothing on a page is meant then."""

    words: tuple[Forms, ...]
    whole: tuple[str, ...] = ()
    prefix: bool = False
    quoted: bool = False
    of_sender: bool = False

    def term(self, spellings: Spellings | None = AS_TYPED) -> Term:
        """What must be found. Words in a row, a beginning, what is quoted and references are found as they were typed
        only."""
        words = self._words_term(spellings if self.may_be_misspelt else AS_TYPED)
        term = any_of([*map(One, self.whole), words])
        return each_leaf(_in_sender, term) if self.of_sender else term

    def _words_term(self, spellings: Spellings | None) -> Term:
        *first, last = self.words
        if not first:
            return prefix_term(last) if self.prefix else word_term(last, spellings)
        return Row((*(One(word.main) for word in first), prefix_term(last) if self.prefix else One(last.main)))

    @property
    def may_be_misspelt(self) -> bool:
        """Whether other spellings may do as well."""
        return not (self.quoted or self.meant_exactly or self.prefix)

    @property
    def is_blurred(self) -> bool:
        """Whether other spellings, and only some of its words, may do as well."""
        return not (self.is_binding or self.prefix)

    @property
    def is_binding(self) -> bool:
        """Quoted, a reference, or the sender: not given up for the sake of more finds."""
        return self.quoted or self.of_sender or bool(self.meant_exactly)

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

    def term(self, spellings: Spellings | None = AS_TYPED) -> Term:
        return any_of([wanted.term(spellings) for wanted in self.alternatives])

    @property
    def is_binding(self) -> bool:
        return any(wanted.is_binding for wanted in self.alternatives)


@dataclass(frozen=True, slots=True)
class ParsedQuery:
    clauses: tuple[Clause, ...] = ()
    excluded: tuple[Wanted, ...] = ()

    @property
    def insists(self) -> bool:
        """Whether something was put in quotation marks, or a sender named: that is never given up, even if nothing is
        found then."""
        return any(wanted.quoted or wanted.of_sender for wanted in self.wanted)

    @property
    def wanted(self) -> tuple[Wanted, ...]:
        return tuple(wanted for clause in self.clauses for wanted in clause.alternatives)

    @property
    def anywhere(self) -> tuple[Wanted, ...]:
        """What may stand anywhere, on the pages too: by it documents are ranked. One is no better for its sender."""
        return tuple(wanted for wanted in self.wanted if not wanted.of_sender)

    @property
    def words(self) -> tuple[Forms, ...]:
        """All single words that are wanted anywhere, in the order typed."""
        return tuple(word for wanted in self.anywhere for word in wanted.words)

    @property
    def blurred_words(self) -> tuple[Forms, ...]:
        """The different words that may be spelt otherwise, and given up."""
        return tuple(dict.fromkeys(word for wanted in self.wanted if wanted.is_blurred for word in wanted.words))

    @property
    def misspelt_words(self) -> tuple[Forms, ...]:
        """The different words for which other spellings may do."""
        return tuple(dict.fromkeys(word for wanted in self.wanted if wanted.may_be_misspelt for word in wanted.words))


def _in_sender(one: One) -> One:
    return replace(one, lexeme=SENDER + one.lexeme)


def word_term(word: Forms, spellings: Spellings | None = AS_TYPED) -> Term:
    """The word itself in any inflection, a compound it is part of, or its own parts in a longer compound."""
    terms: list[Term] = [One(word.main)]
    if word.stem:
        terms.append(One(PART + word.stem))
    if len(word.leaves) > 1:
        terms.append(One(PART + word.parts[-1]))
    return any_of([*terms, *map(One, spellings.of(word) if spellings else ())])


def prefix_term(word: Forms) -> Term:
    return One(FORM + word.form, prefix=True)


def apart_term(word: Forms) -> Term | None:
    """The two parts of a compound as words of their own, near each other (Bescheid über die Steuer)."""
    if len(word.leaves) != 2:
        return None
    return Near(One(word.leaves[0]), One(word.leaves[1]), _NEAR)
