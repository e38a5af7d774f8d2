"""Knows which sub-folders of the watched folder came with their files, and removes them when the files are taken in.

A folder that somebody copied here stands empty afterwards and means nothing any more. A folder that a scanner writes to
must stay however long it is empty, or the next scan fails: it was there before its first file. So a folder counts as
brought only when its files were there within BROUGHT_WITHIN of itself; whatever was there when we began to look stays.
Nothing but `rmdir` is ever done to it: what holds anything, hidden files included, stays.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

log = logging.getLogger(__name__)

BROUGHT_WITHIN = timedelta(seconds=30)
"""Nobody makes a folder, enters it at a scanner and scans so fast."""
LONG_AGO = datetime.min.replace(tzinfo=UTC)
AT_REST = timedelta(minutes=1)
"""So long nothing has changed in it: whoever copies into it has finished."""


@dataclass(slots=True)
class BroughtFolders:
    """Of one watched folder as one process watches it."""

    folder: Path
    _appeared: dict[Path, datetime] | None = None
    """When each folder was first seen; None before the first look."""
    _brought: set[Path] = field(default_factory=set)

    def look(self, files: Iterable[Path], now: datetime) -> list[Path]:
        """Returns the folders that it removed. `files`: what lies in the watched folder now."""
        there = sorted(_folders_below(self.folder))  # each behind the one that it lies in
        first_seen = now if self._appeared is not None else LONG_AGO
        appeared = self._appeared = {path: (self._appeared or {}).get(path, first_seen) for path in there}
        holding = {above for path in files for above in path.parents}
        brought = self._brought & set(there)
        for path in there:
            with_files = path in holding and now - appeared[path] <= BROUGHT_WITHIN
            if with_files or (path.parent in brought and appeared[path] - appeared[path.parent] <= BROUGHT_WITHIN):
                brought.add(path)
        self._brought = brought
        return [path for path in reversed(there) if path in brought - holding and _removed(path, now)]


def _removed(path: Path, now: datetime) -> bool:
    try:
        if now - datetime.fromtimestamp(path.lstat().st_ctime, UTC) < AT_REST:
            return False
        path.rmdir()
    except OSError:
        return False  # something lies in it, or it is not ours to remove
    log.info("the folder %s was brought with its files, which are taken in; it was empty and is removed", path)
    return True


def _folders_below(folder: Path) -> Iterable[Path]:
    """Hidden ones are passed over with all that is in them, and so are links."""
    for where, names, _files in os.walk(folder):
        names[:] = [name for name in names if not name.startswith(".")]
        yield from (path for name in names if not (path := Path(where) / name).is_symlink())
