"""Whether two index entries say the same: one digest over everything in them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import astuple

from search.ports import IndexEntry


def digest(entry: IndexEntry) -> str:
    """Lower-case hex, 32 digits."""
    fields = json.dumps(astuple(entry), default=str, ensure_ascii=True, separators=(",", ":"))
    return hashlib.blake2b(fields.encode(), digest_size=16).hexdigest()
