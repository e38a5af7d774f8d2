"""Which inflected forms are one word: Snowball's German stemmer over the folded form.

Folding comes first, so that all spellings of an umlaut reach the same stem. Since 3.0 the algorithm "german" holds
what used to be "german2", and it takes the feminine forms with it (Käuferinnen, Käufer).
"""

from __future__ import annotations

import threading

import Stemmer

_local = threading.local()
_MIN_STEM = 3


def stem(form: str) -> str:
    """`form` must be folded. The stemmer is not thread-safe, hence one per thread."""
    stemmer = getattr(_local, "german", None)
    if stemmer is None:
        stemmer = _local.german = Stemmer.Stemmer("german", 0)
    stemmed: str = stemmer.stemWord(form)
    return stemmed if len(stemmed) >= _MIN_STEM else form
