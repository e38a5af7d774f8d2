"""The watched folder (Scan-Ordner): takes in each finished file below it, and removes it once it is safe with us; a
sub-folder that was copied here with its files goes after them.

Half-written files wait: a name that says so, a writer that still has the file open, a change within the last seconds,
or an end that is missing by the file's own format. The last is a bounded wait: what stays incomplete is taken in as it
is, marked, and left in the folder for as long again, so that a late rest still makes the file whole.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from dms.access.actors import Actor
from dms.access.models import Scope
from dms.adapters.chosen import object_store
from dms.ports import Clock, ObjectStoreError, StoreUnavailable
from ingest.intake import Delivery, Receipt, take_in
from ingest.models import InboxItem, Source
from ingest.reasons import FolderReason
from ingest.sources.brought_folders import BroughtFolders
from ingest.sources.completeness import looks_complete
from ingest.sources.finished import Writing, files_below, has_writer, writing_of
from ingest.sources.found_file import FoundFile, NotReadable, printable
from ingest.sources.troubles import Troubles
from ingest.sources.waiting import Notice, publish

LONG = timedelta(hours=1)
"""After so long a file that is still being written is worth a word."""
STILL_WRITING = {
    Writing.NAMED_UNFINISHED: FolderReason.NAMED_UNFINISHED,
    Writing.HELD_OPEN: FolderReason.HELD_OPEN,
}


@dataclass(slots=True)
class WatchedFolder:
    """One folder as one process watches it; `look` again and again.

    `patience_seconds`: how long a file without its end is waited for, and how long it stays afterwards.
    """

    folder: Path
    actor: Actor
    scope: Scope
    clock: Clock
    quiet_seconds: float
    patience_seconds: float
    troubles: Troubles = field(default_factory=Troubles)
    _complete: dict[str, bool] = field(default_factory=dict)
    """What is known already of the files that are there, by their key: what changes has another one."""
    _seen: dict[str, datetime] = field(default_factory=dict)
    """Since when the files are known that, by a clock that jumped, have changed only in the future."""
    _published: dict[str, Notice] | None = None
    _brought: BroughtFolders = field(init=False)

    def __post_init__(self) -> None:
        self._brought = BroughtFolders(self.folder)

    def look(self) -> list[InboxItem]:
        """Returns the items of the files that it found ready, also when they were known.

        A file that cannot be read, stored or removed is said in the log and on the page of the inbox, and stays; the
        others go on. Raises StoreUnavailable: then nothing is removed, and the next look tries again.
        """
        now = self.clock.now()
        self.troubles.forget_old(now)
        notices: dict[str, Notice] = {}
        taken = []
        found = {file.source_key(): file for file in files_below(self.folder, self._unreadable_folder)}
        files = {key: self._by_our_clock(file, key, now) for key, file in found.items()}
        for key, file in files.items():
            if self.troubles.rests(key, now) or self._waits(file, key, now, notices):
                continue
            if item := self._take(file, key, now):
                taken.append(item)
        self._complete = {key: known for key, known in self._complete.items() if key in files}
        self._seen = {key: known for key, known in self._seen.items() if key in files}
        self._brought.look((file.path for file in files.values()), now)
        self._publish(notices | self.troubles.notices(now, files.keys()))
        return taken

    def _by_our_clock(self, file: FoundFile, key: str, now: datetime) -> FoundFile:
        """The clock was turned back, or a file server's is ahead of ours: nobody waits until ours has come that far."""
        if file.changed_at <= now:
            return file
        seen = self._seen[key] = min(self._seen.get(key, now), now)
        return file.as_changed_at(seen)

    def _waits(self, file: FoundFile, key: str, now: datetime, notices: dict[str, Notice]) -> bool:
        """Whether it is too early; with a notice when people should know why."""
        writing = writing_of(file, quiet_seconds=self.quiet_seconds, now=now.timestamp())
        if writing is not Writing.OVER:
            if writing in STILL_WRITING and now - file.changed_at >= LONG:
                notices[key] = self._notice(file, STILL_WRITING[writing])
            return True
        until = file.changed_at + timedelta(seconds=self.patience_seconds)
        waits = now < until and not self._is_complete(file, key)
        if waits:
            notices[key] = self._notice(file, FolderReason.INCOMPLETE, until)
        return waits

    def _is_complete(self, file: FoundFile, key: str) -> bool:
        if key not in self._complete:
            try:
                self._complete[key] = looks_complete(file.path)
            except OSError:
                return True  # unreadable: taking it in says why
        return self._complete[key]

    def _take(self, file: FoundFile, key: str, now: datetime) -> InboxItem | None:
        try:
            complete = self._is_complete(file, key)
            item = _take_in_file(file, self, complete)
            stays_until = file.changed_at + timedelta(seconds=2 * self.patience_seconds)
            if not complete and now < stays_until:
                self.troubles.rest(key, self._notice(file, FolderReason.TAKEN_INCOMPLETE), stays_until)
            else:
                self._remove(file, item, key, now)
            return item
        except StoreUnavailable:
            raise
        except (OSError, NotReadable) as error:
            self._trouble(file, key, FolderReason.UNREADABLE, error, now)
        except ObjectStoreError as error:
            self._trouble(file, key, FolderReason.NOT_STORED, error, now)
        return None

    def _remove(self, file: FoundFile, item: InboxItem, key: str, now: datetime) -> None:
        try:
            _remove_when_safe(file, item)
        except OSError as error:
            self._trouble(file, key, FolderReason.NOT_REMOVABLE, error, now)

    def _trouble(self, file: FoundFile, key: str, reason: FolderReason, error: Exception, now: datetime) -> None:
        message = f"{printable(str(file.path))} stays in the folder: {error}"
        self.troubles.note(key, message, self._notice(file, reason, detail=str(error)), now)

    def _unreadable_folder(self, error: OSError) -> None:
        now, where = self.clock.now(), Path(str(error.filename))
        message = f"the folder {where} cannot be read: {error.strerror}"
        notice = Notice(_shown(where, self.folder), FolderReason.FOLDER_UNREADABLE, now, detail=str(error.strerror))
        self.troubles.note(str(where), message, notice, now)

    def _notice(self, file: FoundFile, reason: FolderReason, until: datetime | None = None, detail: str = "") -> Notice:
        return Notice(_shown(file.path, self.folder), reason, file.changed_at, until, printable(detail))

    def _publish(self, notices: dict[str, Notice]) -> None:
        if notices != self._published:
            publish(notices, self.scope)
            self._published = notices


def _take_in_file(file: FoundFile, watched: WatchedFolder, complete: bool) -> InboxItem:
    def deliver(source_key: str) -> Receipt:
        delivery = Delivery(
            filename=printable(file.path.name),
            source=Source.FOLDER,
            source_path=_shown(file.path, watched.folder),
            source_key=source_key,
            incomplete=not complete,
        )
        with file.open() as stream:
            return take_in(watched.actor, stream, delivery, scope=watched.scope, clock=watched.clock)

    receipt = deliver(file.source_key())
    if not receipt.created and (digest := file.digest()) != receipt.item.sha256:
        # disks use inodes again, and some scanners write files of one size with times of whole seconds
        receipt = deliver(file.source_key(digest))
    return receipt.item


def _remove_when_safe(file: FoundFile, item: InboxItem) -> None:
    """Only after the commit, only after every stored byte was read back, and only if the file is still the same one:
    whoever goes on writing meanwhile has the whole file taken in once more, as another item.

    Raises OSError, ObjectMissing, ObjectDamaged, StoreUnavailable: the file stays.
    """
    object_store().verify(item.key, item.sha256)
    try:
        if file.is_still(file.path.lstat()) and not has_writer(file.path):
            file.path.unlink()
    except FileNotFoundError:
        pass  # somebody else removed it


def _shown(path: Path, folder: Path) -> str:
    """As people find it in their scan folder."""
    return printable(str(path.relative_to(folder))) if path.is_relative_to(folder) else printable(str(path))
