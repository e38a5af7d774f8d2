"""Which store is written to and which is read from as well, at this very moment: a file that every process looks at.

While nothing was ever moved there is no such file, and the settings say where objects lie. `./manage.py objects move`
writes it; all running processes see it with their next use of the store, so a move needs no restart.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from dms.adapters.store_places import NotAPlace, Place
from dms.adapters.two_stores import TwoStores
from dms.ports import ObjectStore, StoredBytes, StoreMisconfigured


@dataclass(frozen=True, slots=True)
class Plan:
    """`also_read` is set from the beginning of a move until the old store is emptied; `since` is when writing went over
    to `write_to`; `proven` when all was found there."""

    write_to: Place
    also_read: Place | None = None
    since: datetime | None = None
    proven: datetime | None = None

    def open(self) -> ObjectStore:
        """Raises NotAPlace."""
        store = self.write_to.open()
        return TwoStores(store, self.also_read.open()) if self.also_read else store


class PlanFile:
    """Readable by its owner alone, because it holds the credentials that a move was given."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def stamp(self) -> tuple[int, int] | None:
        """Changes with every plan; None while there is none."""
        try:
            found = self.path.stat()
        except FileNotFoundError:
            return None
        return found.st_mtime_ns, found.st_ino

    def read(self) -> Plan | None:
        """Raises StoreMisconfigured when it cannot be read, OSError."""
        try:
            said = json.loads(self.path.read_text(encoding="utf-8"))
            also_read = Place(**said["also_read"]) if said["also_read"] else None
            since, proven = (said[name] and datetime.fromisoformat(said[name]) for name in ("since", "proven"))
            return Plan(Place(**said["write_to"]), also_read, since, proven)
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError) as error:
            raise StoreMisconfigured(f"{self.path} cannot be understood: {error}") from error

    def write(self, plan: Plan) -> None:
        """In one step, and flushed: after a power cut there is the old plan or the new one."""
        times = {
            name: moment and moment.isoformat() for name, moment in (("since", plan.since), ("proven", plan.proven))
        }
        said = asdict(plan) | times
        draft = self.path.with_name(f"{self.path.name}.new")
        draft.unlink(missing_ok=True)
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
            json.dump(said, out, indent=1)
            out.flush()
            os.fsync(out.fileno())
            owner = self.path.parent.stat()
            if os.geteuid() == 0:  # an administrator moves what belongs to the user of the product
                os.fchown(out.fileno(), owner.st_uid, owner.st_gid)
        draft.replace(self.path)
        descriptor = os.open(self.path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


class PlannedStore:
    """ObjectStore: whatever the plan says when it is used; `default` when there is no plan.

    Raises StoreMisconfigured from every method while the plan cannot be read.
    """

    def __init__(self, default: Place, file: PlanFile) -> None:
        self._default, self._file = default, file
        self._stamp = file.stamp()
        self._store = self._open()

    @property
    def plan_file(self) -> PlanFile:
        return self._file

    def plan(self) -> Plan:
        """Raises StoreMisconfigured when it cannot be read, OSError."""
        return self._file.read() or Plan(self._default)

    def prepare(self) -> None:
        self._now().prepare()

    def ping(self) -> None:
        self._now().ping()

    def put(self, key: str, source: BinaryIO, *, sha256: str | None = None) -> StoredBytes:
        return self._now().put(key, source, sha256=sha256)

    def read(self, key: str, *, start: int = 0, length: int | None = None) -> AbstractContextManager[BinaryIO]:
        return self._now().read(key, start=start, length=length)

    def size(self, key: str) -> int:
        return self._now().size(key)

    def verify(self, key: str, sha256: str) -> None:
        self._now().verify(key, sha256)

    def delete(self, key: str) -> None:
        self._now().delete(key)

    def keys(self, prefix: str = "") -> Iterator[str]:
        return self._now().keys(prefix)

    def forget_unfinished(self, older_than_seconds: float) -> int:
        return self._now().forget_unfinished(older_than_seconds)

    def link(self, key: str, *, seconds: int, filename: str, media_type: str) -> str | None:
        return self._now().link(key, seconds=seconds, filename=filename, media_type=media_type)

    def _now(self) -> ObjectStore:
        if (stamp := self._file.stamp()) != self._stamp:
            self._store, self._stamp = self._open(), stamp
        return self._store

    def _open(self) -> ObjectStore:
        try:
            return self.plan().open()
        except (NotAPlace, OSError) as error:
            raise StoreMisconfigured(str(error)) from error
