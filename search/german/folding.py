"""Which spellings of a word are the same: case, umlauts (Müller, Mueller, Muller), ß and ss, accents, ligatures."""

from __future__ import annotations

import re
import unicodedata

_SPELT_OUT = re.compile(r"(?<=[ao])e|(?<=(?<![aeiouq])u)e")
"""ae, oe always; ue not after a vowel or q (neue, Mauer, Quelle), as in Lucene's German normalisation."""
_DROPPED = re.compile("[\u00ad'’‘`\u0300-\u036f]")


def fold(word: str) -> str:
    """The comparable form of one word; may be shorter or longer than the word."""
    if word.isascii():
        return _SPELT_OUT.sub("", word.lower().replace("'", "").replace("`", ""))
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", word).casefold())
    return _SPELT_OUT.sub("", _DROPPED.sub("", decomposed))
