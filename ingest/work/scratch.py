"""Scratch folders of running steps: gone with the step, and when the step was killed, removed by the next worker.

They hold pages of letters, so none may lie about. A living step holds a lock on its folder, which dies with its
processes; no age has to be guessed.
"""

from __future__ import annotations

import fcntl
import logging
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

log = logging.getLogger(__name__)
PREFIX = "registratur-step-"


@contextmanager
def open_scratch() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(lock, fcntl.LOCK_SH)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def forget_dead_scratch() -> int:
    """Removes the folders of this machine that no process holds; returns how many. Harmless at any moment."""
    return sum(_forget(folder) for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"))


def _forget(folder: Path) -> bool:
    try:
        lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:  # removed meanwhile, or somebody else's
        return False
    try:
        if os.fstat(lock).st_uid != os.getuid() or not any(folder.iterdir()):
            return False  # an empty one may just be being made; it holds nothing
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(folder, ignore_errors=True)
        log.info("removed %s, left by a step that was killed", folder)
    except BlockingIOError:
        return False
    finally:
        os.close(lock)
    return True
