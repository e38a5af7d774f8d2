"""What Debian's German dictionaries say about words: which there are, which are nouns, verbs, and people in -er.

They are read where they are installed (wngerman and hunspell-de-de, both GPL, hence not shipped); a system check says
when they are not. Everything is folded. Reading takes about half a second and 30 MB, once per process.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from functools import cache
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from search.german.folding import fold

WORD_LIST, AFFIX_DICTIONARY = DICTIONARIES = (Path("/usr/share/dict/ngerman"), Path("/usr/share/hunspell/de_DE.dic"))
_HELPER, _FEMALE, _PLURAL_IN_ER = "h", "F", "R"
"""Flags of hunspell's dictionary: no word by itself; takes -in; takes -er in the plural."""
_INFINITIVE = {"D", "I"}
"""Takes -d and the endings of the present; abzulehnen takes only the first, nähmen only the second."""
_NAME_FLAGS = ({"S"}, {"S", "m"})
"""What the entry of a place or a person has: a genitive, but no plural and no compounds."""
_NOUN_ENDINGS = {"N": ["n"], "S": ["s"], "E": ["e"], "P": ["en"], "T": ["es"], "R": ["er", "ern"], "p": ["e", "en"]}
"""By flag, on folded words (p: with umlaut); the plain list leaves out many plurals."""
_AT_ONCE = 10_000


class Dictionary(NamedTuple):
    """`nouns` in all forms; `names` of places and persons; `verbs` as infinitives; `actors` the nouns in -er that are
    words of their own, no plural nor where somebody is from (Müller, Lager, Käufer; but not Kinder, Berliner)."""

    nouns: frozenset[str]
    names: frozenset[str]
    verbs: frozenset[str]
    actors: frozenset[str]
    hashes: array[int]

    def has_form(self, form: str) -> bool:
        """Whether a folded word is in the dictionaries, in any form they list."""
        sought = hash(form)
        place = bisect_left(self.hashes, sought)
        return place < len(self.hashes) and self.hashes[place] == sought


class DictionaryBuilder:
    """Takes lines one after the other, so that little of the files is in memory at once."""

    def __init__(self) -> None:
        self._nouns: set[str] = set()
        self._verbs: set[str] = set()
        self._hashes = array("q")
        self._flags: dict[str, set[str]] = {}

    def add_word(self, word: str, folded: str) -> None:
        """A form of a word, as a plain list has it."""
        self._hashes.append(hash(folded))
        if word[:1].isupper() and word[1:].islower():
            self._nouns.add(folded)

    def add_entry(self, line: str, folded: str) -> None:
        """A line of hunspell's dictionary: the word, a stroke, its flags."""
        word, _, flags = line.partition("/")
        folded = folded.partition("/")[0]
        if _HELPER not in flags:
            self.add_word(word, folded)
            if word[:1].isupper():
                self._flags.setdefault(word, set()).update(flags)
                for ending in (ending for flag in flags for ending in _NOUN_ENDINGS.get(flag, ())):
                    self.add_word(word + ending, folded + ending)
            elif set(flags) >= _INFINITIVE and folded.endswith("n"):
                self._verbs.add(folded)

    def build(self) -> Dictionary:
        names = map(fold, (word for word, flags in self._flags.items() if flags in _NAME_FLAGS))
        return Dictionary(
            frozenset(self._nouns),
            frozenset(names),
            frozenset(self._verbs),
            frozenset(_actors(self._flags)),
            array("q", sorted(self._hashes)),
        )


def _actors(flags: Mapping[str, AbstractSet[str]]) -> Iterator[str]:
    for word, own in flags.items():
        if not word.endswith("er") or len(word) < 5:
            continue
        bases = [flags[base] for base in (word[:-2], word[:-1]) if base in flags]
        from_place = any(base in _NAME_FLAGS for base in bases) or flags.get(word[:-2]) == set()
        plural = any(_PLURAL_IN_ER in base for base in bases)
        if not from_place and not plural and (bases or _FEMALE in own):
            yield fold(word)


@cache
def dictionary() -> Dictionary:
    """The installed one; empty where nothing is installed."""
    builder = DictionaryBuilder()
    for path, add in ((WORD_LIST, builder.add_word), (AFFIX_DICTIONARY, builder.add_entry)):
        for line, folded in _lines(path):
            add(line, folded)
    return builder.build()


def _lines(path: Path) -> Iterator[tuple[str, str]]:
    """As written, and folded: many at once, because that is quicker."""
    if not path.is_file():
        return
    with path.open(encoding="utf-8", errors="replace") as file:
        while lines := list(islice(file, _AT_ONCE)):
            text = "".join(lines)
            yield from zip(text.split("\n"), fold(text).split("\n"), strict=True)
