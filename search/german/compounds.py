"""What a German compound is made of: Grundsteuerbescheid = Grund + Steuer + Bescheid. Without a dictionary of nouns
words have no parts."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, lru_cache

from search.german.dictionary import dictionary
from search.german.folding import fold

_SHORT_NOUNS = """
    Amt Bad Bau Bus Eis Gas Hof Hut Jod See Kfz Lkw Ohr Ort Pkw Rad Rat Tag Tat Tor Tür Weg Zoo Akt Art Arm Eid Erb Hub
    Not Ruf Typ Uhr Zug
"""
_SHORT = frozenset(map(fold, _SHORT_NOUNS.split()))
"""Nouns of three letters that do stand in compounds; the others would split Gewalt into Gew + Alt."""
_ENDINGS_ONLY = "Ende Igel Lich Lein Heit Keit Schaft Schafts Ling Erle Samt"
_NO_PARTS = frozenset(map(fold, _ENDINGS_ONLY.split()))
"""Look like nouns at the end of words, but are endings there."""
_LINKS = ("", "s", "n", "en", "es", "er", "e", "ns", "ens")
_ENDINGS = ("e", "n", "en", "s", "es", "er", "ern")
_LONGEST = 60
_SHORTEST = 7


class Splitter:
    """Splits folded words by a set of folded nouns."""

    def __init__(self, nouns: Iterable[str]) -> None:
        folded = (fold(noun) for noun in nouns)
        self.nouns = frozenset(n for n in folded if (len(n) > 3 or n in _SHORT) and n not in _NO_PARTS)

    def parts(self, form: str) -> tuple[str, ...]:
        """The smallest nouns in a folded word, left to right; () for no compound."""
        if not _SHORTEST <= len(form) <= _LONGEST or not self.nouns:
            return ()
        split = self._split(form, {})
        if split is None:
            return ()
        return tuple(leaf for part in split for leaf in self.parts(part) or (part,))

    def _split(self, form: str, known: dict[str, tuple[str, ...] | None]) -> tuple[str, ...] | None:
        """The fewest nouns that make up the whole word; with equally many, the longest last one."""
        if form in known:
            return known[form]
        known[form] = best = None
        for cut in range(3, len(form) - 2):
            left = self._noun(form[:cut])
            if left is None:
                continue
            rest = form[cut:]
            right = (rest,) if self._stands_last(rest) else self._split(rest, known)
            if right is not None and (best is None or len(right) + 1 < len(best)):
                best = (left, *right)
        known[form] = best
        return best

    def _stands_last(self, rest: str) -> bool:
        """A noun, inflected or not (Vergleichs-preise)."""
        return rest in self.nouns or any(
            rest.endswith(ending) and len(rest) > len(ending) + 3 and rest[: -len(ending)] in self.nouns
            for ending in _ENDINGS
        )

    def _noun(self, left: str) -> str | None:
        """The noun in front of a joint: with a linking sound (Amt-s-), or without its own e (Schul-)."""
        for link in _LINKS:
            noun = left.removesuffix(link) if link else left
            if (link == "" or noun != left) and noun in self.nouns:
                return noun
        return left + "e" if len(left) > 3 and left + "e" in self.nouns else None


@cache
def _splitter() -> Splitter:
    return Splitter(dictionary().nouns)


@lru_cache(maxsize=16_384)
def compound_parts(form: str) -> tuple[str, ...]:
    """Parts of a folded word by the installed dictionaries, which are loaded at the first call."""
    return _splitter().parts(form)
