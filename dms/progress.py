"""Progress bars of the commands: lively at a terminal, a line now and then in a log that nobody watches."""

from __future__ import annotations

import sys
from typing import Any

from tqdm import tqdm

LOG_SECONDS = 20


def progress_bar(iterable: Any = None, **options: Any) -> Any:
    """`tqdm` with its arguments; without a terminal one line every LOG_SECONDS and one at the end."""
    if sys.stderr.isatty():
        return tqdm(iterable, **options)
    return tqdm(iterable, **{**options, "mininterval": LOG_SECONDS, "ncols": 80, "ascii": True})
