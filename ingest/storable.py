"""Makes what was found in a document fit for the database, which takes no NUL and no half characters in text."""

from __future__ import annotations

from typing import Any


def storable(value: Any) -> Any:
    """The same JSON value with each such character replaced by U+FFFD."""
    if isinstance(value, str):
        return value.replace("\0", "�").encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, dict):
        return {storable(key): storable(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [storable(one) for one in value]
    return value
