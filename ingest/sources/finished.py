"""Finds the files below a folder, oldest first, and knows how far each is written, as far as it shows from outside."""

from __future__ import annotations

import fcntl
import os
import signal
from collections.abc import Callable, Iterator
from enum import Enum, auto
from pathlib import Path

from ingest.sources.found_file import FoundFile

HIDDEN_BEGINNINGS = (".", "~$")
UNFINISHED_ENDINGS = (".part", ".tmp", ".temp", ".crdownload", ".filepart", ".swp", "~")

OnError = Callable[[OSError], None]


class Writing(Enum):
    NAMED_UNFINISHED = auto()
    """Its name says so; whoever sends it will rename it."""
    JUST_CHANGED = auto()
    HELD_OPEN = auto()
    """A program has it open for writing."""
    OVER = auto()


def files_below(folder: Path, on_error: OnError | None = None) -> list[FoundFile]:
    """Oldest first, sub-folders included; hidden files, links and pipes are passed over."""
    return sorted(_files(folder, on_error), key=lambda file: file.modified_ns)


def writing_of(file: FoundFile, *, quiet_seconds: float, now: float) -> Writing:
    if file.path.name.lower().endswith(UNFINISHED_ENDINGS):
        return Writing.NAMED_UNFINISHED
    if file.quiet_seconds(now) < quiet_seconds:
        return Writing.JUST_CHANGED
    return Writing.HELD_OPEN if has_writer(file.path) else Writing.OVER


def _files(folder: Path, on_error: OnError | None) -> Iterator[FoundFile]:
    for where, subfolders, names in os.walk(folder, onerror=on_error):
        subfolders[:] = [name for name in subfolders if not name.startswith(".")]
        for name in names:
            if name.startswith(HIDDEN_BEGINNINGS):
                continue
            path = Path(where) / name
            try:
                if path.is_file() and not path.is_symlink():  # a link could point anywhere
                    yield FoundFile.at(path)
            except OSError:
                continue  # gone again


def has_writer(path: Path) -> bool:
    """A read lease is refused while anybody has the file open for writing. Where leases do not work, time must do:
    on network file systems, and for files of another user unless we are root."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except OSError:
        return False  # unreadable: taking it in will say why
    try:
        # Whoever opens the file for writing at this very moment has a signal sent to us. The usual one, SIGIO, ends a
        # process that does not expect it; this one is ignored by default.
        fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return False
