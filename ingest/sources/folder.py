"""The watched folder (Scan-Ordner): takes in each finished file below it, and removes it once it is safe with us.

Half-written files wait: a name that says so, a writer that still has the file open, a change within the last seconds.
"""

from __future__ import annotations

import fcntl
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

from dms.access.actors import Actor
from dms.access.models import Scope
from dms.adapters.chosen import object_store
from dms.ports import Clock, ObjectStoreError, StoreUnavailable
from ingest.intake import Delivery, Receipt, take_in
from ingest.models import InboxItem, Source
from ingest.sources.found_file import FoundFile, NotReadable, printable
from ingest.sources.troubles import Troubles

UNFINISHED_BEGINNINGS = (".", "~$")
UNFINISHED_ENDINGS = (".part", ".tmp", ".temp", ".crdownload", ".filepart", ".swp", "~")

OnError = Callable[[OSError], None]


def take_in_folder(
    folder: Path, *, actor: Actor, scope: Scope, clock: Clock, quiet_seconds: float, troubles: Troubles
) -> list[InboxItem]:
    """One look at the folder; returns the items of the files that it found ready, also when they were known.

    A file that cannot be read, stored or removed is said in the log and stays; the others go on.
    Raises StoreUnavailable: then nothing is removed, and the next look tries again.
    """
    now = clock.now()
    troubles.forget_old(now)

    def unreadable(error: OSError) -> None:
        troubles.note(str(error.filename), f"the folder {error.filename} cannot be read: {error.strerror}", now)

    taken = []
    for file in finished_files(folder, quiet_seconds=quiet_seconds, now=now.timestamp(), on_error=unreadable):
        if troubles.rests(file.source_key(), now):
            continue
        try:
            taken.append(_take_in_file(file, folder, actor=actor, scope=scope, clock=clock))
        except StoreUnavailable:
            raise
        except (OSError, NotReadable, ObjectStoreError) as error:
            troubles.note(file.source_key(), f"{printable(str(file.path))} stays in the folder: {error}", now)
    return taken


def finished_files(
    folder: Path, *, quiet_seconds: float, now: float, on_error: OnError | None = None
) -> Iterator[FoundFile]:
    """All files below the folder, sub-folders included, that nobody is writing any more; oldest first."""
    found = sorted(_files(folder, on_error), key=lambda file: file.modified_ns)
    for file in found:
        if now - file.changed_ns / 1e9 >= quiet_seconds and not _has_writer(file.path):
            yield file


def _take_in_file(file: FoundFile, folder: Path, *, actor: Actor, scope: Scope, clock: Clock) -> InboxItem:
    def deliver(source_key: str) -> Receipt:
        delivery = Delivery(
            filename=printable(file.path.name),
            source=Source.FOLDER,
            source_path=printable(str(file.path.relative_to(folder))),
            source_key=source_key,
        )
        with file.open() as stream:
            return take_in(actor, stream, delivery, scope=scope, clock=clock)

    receipt = deliver(file.source_key())
    if not receipt.created and (digest := file.digest()) != receipt.item.sha256:
        # disks use inodes again, and some scanners write files of one size with times of whole seconds
        receipt = deliver(file.source_key(digest))
    _remove_when_safe(file, receipt.item)
    return receipt.item


def _remove_when_safe(file: FoundFile, item: InboxItem) -> None:
    """Only after the commit, only after every stored byte was read back, and only if the file is still the same one.

    Raises OSError, ObjectMissing, ObjectDamaged, StoreUnavailable: the file stays.
    """
    object_store().verify(item.key, item.sha256)
    try:
        if file.is_still(file.path.lstat()):
            file.path.unlink()
    except FileNotFoundError:
        pass  # somebody else removed it


def _files(folder: Path, on_error: OnError | None) -> Iterator[FoundFile]:
    for where, subfolders, names in os.walk(folder, onerror=on_error):
        subfolders[:] = [name for name in subfolders if not name.startswith(".")]
        for name in names:
            if name.startswith(UNFINISHED_BEGINNINGS) or name.lower().endswith(UNFINISHED_ENDINGS):
                continue
            path = Path(where) / name
            try:
                if path.is_file() and not path.is_symlink():  # a link could point anywhere
                    yield FoundFile.at(path)
            except OSError:
                continue  # gone again


def _has_writer(path: Path) -> bool:
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
