"""Progress bars of the commands: lively at a terminal, a line now and then in a log that nobody watches."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from tqdm import tqdm

LOG_SECONDS = 20


class _Lines(tqdm):
    """Lines instead of one line that is written over: a log keeps every one of them."""

    @staticmethod
    def status_printer(file: Any) -> Callable[[str], None]:
        def print_status(text: str) -> None:
            if text.strip():
                file.write(f"{text.strip()}\n")
                file.flush()

        return print_status

    def close(self) -> None:
        """The last state, and no line of its own for the end of the bar."""
        if not self.disable:
            self.display()
        self.leave, self.disable = False, True
        self._decr_instances(self)  # type: ignore[attr-defined]


def progress_bar(iterable: Any = None, **options: Any) -> Any:
    """`tqdm` with its arguments; without a terminal one line every LOG_SECONDS and one at the end."""
    if sys.stderr.isatty():
        return tqdm(iterable, **options)
    return _Lines(iterable, **{**options, "mininterval": LOG_SECONDS, "ncols": 80, "ascii": True})
