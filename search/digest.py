"""Whether an index entry is what would be written today: one digest over all it says and how texts are analysed."""

from __future__ import annotations

import hashlib
import json
from dataclasses import astuple

from search.german.fingerprint import fingerprint
from search.ports import IndexEntry

FORM = 2
"""Raised whenever the same entry is written in another way: all documents are indexed anew then (`search.refresh`)."""


def digest(entry: IndexEntry) -> str:
    """Lower-case hex, 32 digits."""
    *fields_before_levels, level = astuple(entry)
    values = (
        FORM,
        fingerprint(),
        *fields_before_levels,
        *([level] if level else []),
    )  # what was indexed earlier stays good
    fields = json.dumps(values, default=str, ensure_ascii=True, separators=(",", ":"))
    return hashlib.blake2b(fields.encode(), digest_size=16).hexdigest()
