"""Makes what was found in a document fit for the database, which takes no NUL and no half characters in text."""

from __future__ import annotations

import json
import math
import re
from typing import Any

UNFIT = re.compile("[\0\ud800-\udfff]")


def storable(value: Any) -> Any:
    """The same JSON value with each such character replaced by U+FFFD (texts keep their length), and None for a
    number that JSON does not know (NaN, infinity)."""
    if isinstance(value, str):
        return UNFIT.sub("�", value)
    if isinstance(value, dict):
        return {storable(key): storable(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [storable(one) for one in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def as_stored(facts: Any) -> Any:
    """The facts as the database will give them back. Raises TypeError or ValueError for what is no JSON value."""
    return json.loads(json.dumps(storable(facts)))
