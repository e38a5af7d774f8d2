"""What is asked of the search, task by task, and which documents ought to be found."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice

from tests.performance.search_quality.damage import mistype
from tests.performance.search_quality.lexicon import families, nouns, two_parts
from tests.performance.search_quality.material import SEED, Material, Question

_FEWEST, _MOST = 2, 60
"""In how many documents a word of a derived question stands."""
_NEAR = 6
_ENDINGS = ("", "s", "es", "e", "n", "en", "er", "ern")
_SPELT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss"})
_BARE = str.maketrans({"ä": "a", "ö": "o", "ü": "u", "Ä": "A", "Ö": "O", "Ü": "U"})


@dataclass(frozen=True)
class Task:
    """`read_by` names the figures that tell something for this task."""

    name: str
    about: str
    questions: tuple[Question, ...]
    read_by: tuple[str, ...]


FIRST = ("S@1", "S@10")
MANY = ("S@10", "R100")


def derive(material: Material, most: int) -> list[Task]:
    """Every task with at most `most` questions."""

    def of(name: str, about: str, questions: Iterable[Question], read_by: tuple[str, ...]) -> Task:
        return Task(name, about, tuple(islice(questions, most)), read_by)

    words = _Words(material)
    return [
        of("T1", "name of a paper", material.titles, FIRST),
        of("T2", "file number as stored", material.references, FIRST),
        of("T2v", "file number typed otherwise", _retyped_references(material.references), FIRST),
        of("T3", "heading of a section of law", material.sections, FIRST),
        of("T5a", "two nouns for their compound", words.parts_for_compounds(), ("S@10", "R10c", "R100")),
        of("T5b", "compound for its nouns apart", words.compounds_for_parts(), MANY),
        of("T6t", "name of a paper in ae, oe, ue, ss", _respelt(material.titles, _SPELT), FIRST),
        of("T6w", "a word in ae, oe, ue, ss", words.respelt(_SPELT), MANY),
        of("T6b", "a word in a, o, u", words.respelt(_BARE), MANY),
        of("T7", "one form of a noun for the others", words.other_forms(lambda one, other: True), MANY),
        of("T7u", "the same with another vowel", words.other_forms(_vowel_changes), MANY),
        of("T8t", "name of a paper with a slip", _mistyped(material.titles), FIRST),
        of("T8w", "a word with a slip", _mistyped(words.plain()), MANY),
    ]  # fmt: skip


def on_damaged_text(tasks: list[Task], rate: float) -> list[Task]:
    """T4: the same questions to damaged text."""
    kept = [task for task in tasks if task.name in {"T1", "T3", "T6w"}]
    return [replace(task, name=f"T4 {task.name} {rate:.0%}") for task in kept]


def _retyped_references(references: Iterable[Question]) -> Iterator[Question]:
    for question in references:
        year, _, number = question.typed.partition("/")
        short = number.lstrip("0")
        for typed in (
            f"{year}-{number}",
            f"{year} / {short}",
            f"{year}/{short}",
            f"{year} {number}",
            f"Nr. {year}/{short}",
        ):
            if typed != question.typed:
                yield Question(typed, question.relevant)


def _respelt(questions: Iterable[Question], letters: dict[int, str]) -> Iterator[Question]:
    for question in questions:
        if (typed := question.typed.translate(letters)) != question.typed:
            yield Question(typed, question.relevant)


def _mistyped(questions: Iterable[Question]) -> Iterator[Question]:
    chance = random.Random(SEED)
    for question in questions:
        if typed := mistype(question.typed, chance):
            yield Question(typed, question.relevant)


def _vowel_changes(one: str, other: str) -> bool:
    shorter = min(len(one), len(other))
    return (
        any(a != b and f"{a}{b}".translate(_BARE) in {"aa", "oo", "uu"} for a, b in zip(one, other, strict=False))
        and shorter > 2
    )


class _Words:
    """Questions that are made of the words of the texts, in an order that only the seed decides."""

    def __init__(self, material: Material) -> None:
        self._material = material
        self._holders = material.holders
        rare = sorted(word for word, holders in self._holders.items() if _FEWEST <= len(holders) <= _MOST)
        random.Random(SEED).shuffle(rare)
        self._rare = [word for word in rare if len(word) > 4]

    def plain(self) -> Iterator[Question]:
        """Nouns of the dictionary."""
        for word in self._rare:
            if word in nouns() and len(word) > 6:
                yield Question(word.capitalize(), self._holders[word])

    def respelt(self, letters: dict[int, str]) -> Iterator[Question]:
        for word in self._rare:
            if word in nouns() or two_parts(word):
                yield from _respelt([Question(word.capitalize(), self._holders[word])], letters)

    def parts_for_compounds(self) -> Iterator[Question]:
        chance = random.Random(SEED)
        for word in self._rare:
            if parts := two_parts(word):
                ordered = parts if chance.random() < 0.5 else parts[::-1]
                yield Question(" ".join(map(str.capitalize, ordered)), self._with(word))

    def compounds_for_parts(self) -> Iterator[Question]:
        for word in self._rare:
            parts = two_parts(word)
            if parts and (apart := self._apart(*parts) - self._with(word)) and len(apart) <= _MOST:
                yield Question(word.capitalize(), apart)

    def other_forms(self, wanted: Callable[[str, str], bool]) -> Iterator[Question]:
        for word in self._rare:
            others = [form for form in families().get(word, ()) if form != word and wanted(word, form)]
            holders = (
                frozenset().union(*(self._holders.get(form, frozenset()) for form in others)) - self._holders[word]
            )
            if 0 < len(holders) <= _MOST:
                yield Question(word.capitalize(), holders)

    def _with(self, word: str) -> frozenset[int]:
        return frozenset().union(*(self._holders.get(word + ending, frozenset()) for ending in _ENDINGS))

    def _apart(self, one: str, other: str) -> frozenset[int]:
        """Texts in which both stand within a few words, inflected or not."""
        ones, others = ({word + ending for ending in _ENDINGS} for word in (one, other))
        both = self._with(one) & self._with(other)
        return frozenset(number for number in both if _near(self._material.words[number], ones, others))


def _near(words: tuple[str, ...], ones: set[str], others: set[str]) -> bool:
    places = [place for place, word in enumerate(words) if word.lower() in ones]
    other_places = [place for place, word in enumerate(words) if word.lower() in others]
    return any(abs(a - b) <= _NEAR for a in places for b in other_places)
