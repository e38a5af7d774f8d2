"""How names are compared: whatever way umlauts are spelt, in any order, and by their sound (Kölner Phonetik)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

_SPELT_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "ø": "oe", "å": "a", "ł": "l"})
_WORD = re.compile(r"[^\W_]+")
SAYS_NOTHING = frozenset({
    "dr", "prof", "professor", "dipl", "ing", "med", "jur", "phil", "herr", "frau", "familie", "firma", "fa", "von",
    "vom", "van", "zu", "zur", "zum", "der", "die", "das", "und", "de", "co", "gmbh", "mbh", "ag", "kg", "ohg", "ug",
    "gbr", "ev", "e", "v", "eg", "se", "partg",
})  # fmt: skip
"""Words of a name by which nobody is told apart."""

_PLAIN = {**dict.fromkeys("aeijouy", "0"), "b": "1", "f": "3", "v": "3", "w": "3", **dict.fromkeys("gkq", "4"),
          "l": "5", **dict.fromkeys("mn", "6"), "r": "7", **dict.fromkeys("sz", "8")}  # fmt: skip


def folded(text: str) -> str:
    """`Müller`, `Mueller` and `MÜLLER` are one; other accents are left out."""
    plain = unicodedata.normalize("NFC", text).casefold().translate(_SPELT_OUT)
    return "".join(sign for sign in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(sign))


def folded_words(text: str) -> list[str]:
    return _WORD.findall(folded(text))


def telling_words(text: str) -> list[str]:
    """Without titles, forms of address and legal forms; all of them where nothing else is there."""
    words = folded_words(text)
    return [word for word in words if word not in SAYS_NOTHING] or words


def name_key(name: str) -> str:
    """The same for the same name, in whatever order its parts stand."""
    return " ".join(sorted(telling_words(name)))


def sounds_of(name: str) -> list[str]:
    """The sound of each telling word, each once, in a fixed order."""
    return sorted({sound for word in telling_words(name) if (sound := sound_of(word))})


def sound_of(word: str) -> str:
    """The code of Kölner Phonetik (Postel 1969): alike for what sounds alike in German. Empty for figures alone."""
    letters = "".join(sign for sign in folded(word) if sign.isascii() and sign.isalpha())
    code = "".join(_codes(letters))
    shortened = re.sub(r"(.)\1+", r"\1", code)
    return (shortened[:1] + shortened[1:].replace("0", ""))[:40]


def _codes(letters: str) -> Iterator[str]:
    for place, letter in enumerate(letters):
        before = letters[place - 1] if place else ""
        after = letters[place + 1] if place + 1 < len(letters) else ""
        yield _code(letter, before, after)


def _code(letter: str, before: str, after: str) -> str:
    if letter == "h":
        return ""
    if letter == "p":
        return "3" if after == "h" else "1"
    if letter in "dt":
        return "8" if after and after in "csz" else "2"
    if letter == "c":
        return _code_of_c(before, after)
    if letter == "x":
        return "8" if before and before in "ckq" else "48"
    return _PLAIN[letter]


def _code_of_c(before: str, after: str) -> str:
    if not before:
        return "4" if after and after in "ahkloqrux" else "8"
    return "4" if before not in "sz" and after and after in "ahkoqux" else "8"
