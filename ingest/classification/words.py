"""Decides what the classifier sees of a text: its words, and of long German words also how they begin and end."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

TEXT_LIMIT = 3_000
"""Characters from the start: the kind of a letter shows on its first page, annexes only dilute it."""
WORD = re.compile(r"[^\W\d_]{3,}")
BROKEN_WORD = re.compile(r"(?<=[^\W\d_])-\n(?=[^\W\d_])")
BEGINNING, ENDING = 6, 7
LONG, VERY_LONG = 9, 12


def words_of(text: str) -> Iterator[str]:
    """In lower case, without figures; words broken at the end of a line are whole again."""
    for match in WORD.finditer(BROKEN_WORD.sub("", text[:TEXT_LIMIT]).lower()):
        yield match[0]


def features_of(word: str) -> list[str]:
    """The word "gewerbeanmeldung" is also "gewerb…" and "…meldung": inflected forms and compounds share what they mean,
    and a letter misread in one half leaves the other."""
    features = [word]
    if len(word) >= LONG:
        features.append(f"{word[:BEGINNING]}…")
    if len(word) >= VERY_LONG:
        features.append(f"…{word[-ENDING:]}")
    return features


def count_features(text: str) -> Counter[str]:
    return Counter(feature for word in words_of(text) for feature in features_of(word))
