"""What the dictionaries say about nouns, read anew here: which are made of two others, which forms belong to one.

The product has an understanding of its own of the same files; what is expected of it must not come from there.
"""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cache
from pathlib import Path

WORDS = Path("/usr/share/dict/ngerman")
NOUNS, RULES = Path("/usr/share/hunspell/de_DE.dic"), Path("/usr/share/hunspell/de_DE.aff")
_LINKS = ("s", "", "n", "en", "es", "er")
_NOUN_RULES = frozenset("NSEPRTpF")


@cache
def nouns() -> frozenset[str]:
    """In small letters."""
    lines = WORDS.read_text(encoding="utf-8").split("\n")
    lines += [
        line.split("/")[0]
        for line in NOUNS.read_text(encoding="utf-8").split("\n")
        if "h" not in line.partition("/")[2]
    ]
    return frozenset(word.lower() for word in lines if len(word) > 3 and word[0].isupper() and word[1:].islower())


def two_parts(word: str) -> tuple[str, str] | None:
    """The two nouns of a compound in small letters, the longest possible second one."""
    for cut in range(4, len(word) - 3):
        left, right = word[:cut], word[cut:]
        if right not in nouns():
            continue
        for link in _LINKS:
            noun = left.removesuffix(link) if link else left
            if noun in nouns() and (not link or noun != left):
                return noun, right
    return None


@cache
def families() -> dict[str, frozenset[str]]:
    """Every form of a noun in small letters → all forms of that noun; forms of several nouns are left out."""
    rules = _rules()
    owner: dict[str, set[int]] = defaultdict(set)
    groups: list[frozenset[str]] = []
    for line in NOUNS.read_text(encoding="utf-8").split("\n"):
        word, _, flags = line.partition("/")
        if not (word[:1].isupper() and word[1:].islower()) or "h" in flags:
            continue
        forms = {word.lower()}
        for flag in _NOUN_RULES & set(flags):
            forms |= {
                word.lower()[: len(word) - len(strip)] + add
                for strip, add, condition in rules[flag]
                if word.endswith(strip) and condition.search(word)
            }
        for form in forms:
            owner[form].add(len(groups))
        groups.append(frozenset(forms))
    return {form: groups[next(iter(numbers))] for form, numbers in owner.items() if len(numbers) == 1}


def _rules() -> dict[str, list[tuple[str, str, re.Pattern[str]]]]:
    found = defaultdict(list)
    for line in RULES.read_text(encoding="utf-8").split("\n"):
        parts = line.split()
        if len(parts) == 5 and parts[0] == "SFX":
            _, flag, strip, add, condition = parts
            zero = {"0": ""}
            found[flag].append((zero.get(strip, strip), zero.get(add, add).lower(), re.compile(condition + "$")))
    return found
