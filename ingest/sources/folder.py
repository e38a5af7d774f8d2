"""The watched folder (Scan-Ordner): takes in each finished file below it, and removes it once it is safe with us.

Half-written files wait: a name that says so, a writer that still has the file open, a change within the last seconds.
"""

from __future__ import annotations

import fcntl
import hashlib
import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from dms.access.actors import Actor
from dms.access.models import Scope
from dms.adapters.chosen import object_store
from dms.ports import Clock, ObjectStoreError
from ingest.intake import Delivery, take_in
from ingest.models import InboxItem, Source

log = logging.getLogger(__name__)

UNFINISHED_ENDINGS = (".part", ".tmp", ".temp", ".crdownload", ".filepart", ".swp", "~")


@dataclass(frozen=True, slots=True)
class Found:
    path: Path
    size: int
    modified_ns: int
    inode: int

    @property
    def source_key(self) -> str:
        """The same file is known again, another file under the same name is not."""
        identity = f"{self.path}\0{self.size}\0{self.modified_ns}\0{self.inode}"
        return "folder:" + hashlib.sha256(identity.encode("utf-8", "surrogateescape")).hexdigest()


def finished_files(folder: Path, *, quiet_seconds: float, now: float) -> Iterator[Found]:
    """All files below the folder, sub-folders included, that nobody is writing any more; oldest first."""
    found = sorted(_files(folder), key=lambda f: f.modified_ns)
    for file in found:
        if now - file.modified_ns / 1e9 >= quiet_seconds and not _has_writer(file.path):
            yield file


def take_in_folder(folder: Path, *, actor: Actor, scope: Scope, clock: Clock, quiet_seconds: float) -> list[InboxItem]:
    """One look at the folder. A file that cannot be read is said in the log and stays; the others go on.

    Raises StoreUnavailable: then nothing is removed, and the next look tries again.
    """
    taken = []
    for file in finished_files(folder, quiet_seconds=quiet_seconds, now=clock.now().timestamp()):
        try:
            taken.append(_take_in_file(file, folder, actor=actor, scope=scope, clock=clock))
        except OSError as error:
            log.warning("%s stays in the folder: %s", file.path, error)
    return taken


def _take_in_file(file: Found, folder: Path, *, actor: Actor, scope: Scope, clock: Clock) -> InboxItem:
    delivery = Delivery(
        filename=_printable(file.path.name),
        source=Source.FOLDER,
        source_path=_printable(str(file.path.relative_to(folder))),
        source_key=file.source_key,
    )
    with file.path.open("rb") as stream:
        receipt = take_in(actor, stream, delivery, scope=scope, clock=clock)
    _remove_when_safe(file, receipt.item)
    return receipt.item


def _remove_when_safe(file: Found, item: InboxItem) -> None:
    """Only after the commit, only after every stored byte was read back, and only if the file is still the same one."""
    try:
        object_store().verify(item.key, item.sha256)
    except ObjectStoreError as error:
        log.error("%s stays in the folder, its copy cannot be read back: %s", file.path, error)
        return
    status = file.path.stat()
    if (status.st_size, status.st_mtime_ns, status.st_ino) == (file.size, file.modified_ns, file.inode):
        file.path.unlink()


def _files(folder: Path) -> Iterator[Found]:
    for where, subfolders, names in os.walk(folder):
        subfolders[:] = [name for name in subfolders if not name.startswith(".")]
        for name in names:
            if name.startswith(".") or name.lower().endswith(UNFINISHED_ENDINGS):
                continue
            path = Path(where) / name
            try:
                status = path.lstat()
            except OSError:
                continue  # gone again
            if path.is_symlink() or not path.is_file():
                continue  # a link could point anywhere
            yield Found(path, status.st_size, status.st_mtime_ns, status.st_ino)


def _has_writer(path: Path) -> bool:
    """A read lease is refused while anybody has the file open for writing. Where leases do not work, time must do."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except OSError:
        return False  # unreadable: taking it in will say why
    try:
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return False


def _printable(name: str) -> str:
    """File names are bytes; what is no UTF-8 (old scanners) is shown as far as it can be read."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
