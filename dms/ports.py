"""What the product needs from outside, as small Protocols with their value types and errors.

Adapters live in `dms/adapters/` (and `search/adapters/` for the index); settings choose them. Nothing here
imports a vendor or anything of ours, so every other module may import it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO, Protocol

# --- object store -------------------------------------------------------------------------------


class ObjectStoreError(Exception):
    """The store could not do what was asked; the message says which key and why."""


class ObjectMissing(ObjectStoreError):
    """No object has this key."""


class ObjectExists(ObjectStoreError):
    """An object has this key already; objects are never rewritten."""


class ObjectDamaged(ObjectStoreError):
    """The stored bytes are not the bytes that were put: the digest or the size differs."""


class ObjectLocked(ObjectStoreError):
    """The store itself protects these bytes (retention, legal hold, an immutable file) and refuses to remove them."""


class StoreUnavailable(ObjectStoreError):
    """The store does not answer, is full or read-only. Trying again later may help."""


class StoreMisconfigured(StoreUnavailable):
    """The store answers, but refuses us or lacks what we rely on; the message says what to set. Nothing is lost, and
    work goes on by itself once that is done."""


@dataclass(frozen=True, slots=True)
class StoredBytes:
    """What was stored: `sha256` in lower-case hex, `size` in bytes."""

    key: str
    sha256: str
    size: int


class ObjectStore(Protocol):
    """Keeps bytes under a key, once and for all. Keys are relative POSIX paths of [a-z0-9._/-].

    Every adapter passes `tests/conformance/test_object_store.py` unchanged.
    """

    def prepare(self) -> None:
        """Makes what is missing and proves that the store keeps its promises; called when the product starts.

        Repeats safely. Raises StoreUnavailable, StoreMisconfigured.
        """

    def ping(self) -> None:
        """Returns when the store would take an object and give it out now, which it tries; makes nothing that stays.

        Raises StoreUnavailable.
        """

    def put(self, key: str, source: BinaryIO, *, sha256: str | None = None) -> StoredBytes:
        """Stores all bytes of `source` durably (they survive a power cut once this returns).

        With `sha256` the bytes are checked on the way in: ObjectDamaged, and nothing is stored.
        Raises ObjectExists when the key is taken, StoreUnavailable when there is no room or no answer.
        """

    def read(self, key: str, *, start: int = 0, length: int | None = None) -> AbstractContextManager[BinaryIO]:
        """A stream over `length` bytes from byte `start`, in constant memory. Raises ObjectMissing."""

    def size(self, key: str) -> int:
        """Bytes stored under the key. Raises ObjectMissing."""

    def verify(self, key: str, sha256: str) -> None:
        """Reads every byte back. Raises ObjectMissing, or ObjectDamaged when the digest differs."""

    def delete(self, key: str) -> None:
        """Destroys the object's bytes for good, earlier versions too; a key that is not there is fine.

        Raises ObjectLocked when the store protects them: then they are still there.
        """

    def keys(self, prefix: str = "") -> Iterator[str]:
        """All keys that begin with `prefix`, in no particular order, without unfinished puts."""

    def forget_unfinished(self, older_than_seconds: float) -> int:
        """Removes what killed writers left behind; returns how much. Harmless to running writers of younger puts."""

    def link(self, key: str, *, seconds: int, filename: str, media_type: str) -> str | None:
        """An address from which anybody may save the object within so many seconds, without asking us.

        None unless the store is set up to be reached from outside. Whether the object is there is not checked.
        """


# --- reading ------------------------------------------------------------------------------------


class OcrError(Exception):
    """The engine gave no result; the message says why."""


class OcrGaveUp(OcrError):
    """This picture was too much: the engine ran out of time or memory, or crashed on it. Others may go well."""


@dataclass(frozen=True, slots=True)
class RecognisedWord:
    """One word with its box in pixels of the picture (origin top left) and 0–100 confidence."""

    text: str
    left: int
    top: int
    width: int
    height: int
    confidence: float
    line: int


@dataclass(frozen=True, slots=True)
class Recognition:
    """What one engine run gave: words in reading order."""

    words: tuple[RecognisedWord, ...]


@dataclass(frozen=True, slots=True)
class Orientation:
    """By how many degrees clockwise the picture must be turned to stand upright (0, 90, 180, 270)."""

    turn: int
    confidence: float


class OcrEngine(Protocol):
    def prepare(self) -> None:
        """Loads what every page needs, so that processes forked afterwards have it. Changes nothing else."""

    def recognise(self, picture: Path, *, dpi: int, folder: Path) -> Recognition:
        """Reads one upright page in one run; files it makes go to `folder`. Raises OcrError, OcrGaveUp."""

    def orientation(self, picture: Path, *, dpi: int) -> Orientation | None:
        """None when the page holds too little text to tell. Raises OcrError, OcrGaveUp."""


# --- malware ------------------------------------------------------------------------------------


class ScanVerdict(StrEnum):
    CLEAN = "clean"
    INFECTED = "infected"
    NOT_SCANNED = "not_scanned"
    """No scanner is configured, or it refused the file (too large): visible, and never shown as clean."""


@dataclass(frozen=True, slots=True)
class ScanResult:
    verdict: ScanVerdict
    detail: str = ""


class ScannerUnavailable(Exception):
    """A scanner is configured but does not answer: try again later, never let the file through."""


class MalwareScanner(Protocol):
    def scan(self, source: BinaryIO) -> ScanResult:
        """Raises ScannerUnavailable."""


# --- people of a directory ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DirectoryPerson:
    """As the directory describes somebody. `subject` stays whatever the person is called; `groups`: what those are
    called there, None where none are asked for."""

    subject: str
    username: str
    name: str
    email: str
    groups: tuple[str, ...] | None


class PasswordState(StrEnum):
    """Why the directory lets somebody in with no password, or with this one not now."""

    EXPIRED = "expired"
    MUST_CHANGE = "must_change"
    LOCKED = "locked"
    DISABLED = "disabled"


class PasswordRefused(Exception):
    """By the rules of the directory; `state` says which."""

    def __init__(self, state: PasswordState) -> None:
        super().__init__(f"the directory refuses the password: {state}")
        self.state = state


class DirectoryUnavailable(Exception):
    """No server of it answers, or none as it has to; the log says which and why."""


class Directory(Protocol):
    def person_by_password(self, name: str, password: str) -> DirectoryPerson | None:
        """None for a wrong password and for whoever is not there. Raises PasswordRefused, DirectoryUnavailable."""

    def person_by_subject(self, subject: str) -> DirectoryPerson | None:
        """None for whoever is not there any more, or is none of those who may log in. Raises DirectoryUnavailable."""

    def person_by_name(self, name: str) -> DirectoryPerson | None:
        """Who could log in with this name, without their password. Raises DirectoryUnavailable."""

    def password_opens(self, subject: str, password: str) -> bool:
        """Whether it is the password of this person, whatever they are called now. Raises as `person_by_password`."""


# --- time ---------------------------------------------------------------------------------------


class Clock(Protocol):
    def now(self) -> datetime:
        """The time in UTC, with its time zone."""
