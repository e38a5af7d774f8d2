"""What a key of the object store looks like; every adapter refuses anything else before it asks its store."""

from __future__ import annotations

import re

from dms.ports import ObjectStoreError

KEY = re.compile(r"[a-z0-9][a-z0-9._-]*(/[a-z0-9][a-z0-9._-]*)*")


def checked_key(key: str) -> str:
    """The key itself. Raises ObjectStoreError for one that is empty or could lead outside the store."""
    if not KEY.fullmatch(key):
        raise ObjectStoreError(f"not a key: {key!r}")
    return key
