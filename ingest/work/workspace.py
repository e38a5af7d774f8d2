"""Where a running step gets and keeps bytes: the object store, with a scratch folder that vanishes with the step."""

from __future__ import annotations

import hashlib
import io
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from uuid import UUID

from dms.ports import ObjectDamaged, ObjectStore
from ingest.steps.contract import ObjectRef, ObjectRole
from ingest.work.scratch import open_scratch

CHUNK = 1024 * 1024
ITEM_KEY = re.compile(r"\d{4}/\d{2}/\d{2}/([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})/")


def item_prefix(item_id: UUID | str, received_at: datetime) -> str:
    """All objects of an item lie below this: by day, so that people and janitors find them without the database."""
    return f"{received_at:%Y/%m/%d}/{item_id}/"


def item_of(key: str) -> UUID | None:
    """The item that a key belongs to; None for what is of no item, such as a trained model."""
    found = ITEM_KEY.match(key)
    return UUID(found.group(1)) if found else None


def fresh_key(prefix: str, name: str) -> str:
    """A key that was never used: a step that repeats after a kill never meets its own earlier objects."""
    stem, _, ending = name.lower().rpartition(".")
    safe = re.sub(r"[^a-z0-9]+", "-", stem or ending).strip("-")[:60] or "object"
    suffix = f".{ending}" if stem and re.fullmatch(r"[a-z0-9]{1,8}", ending) else ""
    return f"{prefix}{safe}-{secrets.token_hex(4)}{suffix}"


class StoreWorkspace:
    """Workspace on the object store; see `ingest.steps.contract.Workspace`."""

    def __init__(self, store: ObjectStore, prefix: str, scratch: Path) -> None:
        self.scratch = scratch
        self._store, self._prefix = store, prefix
        self._fetched: dict[str, Path] = {}

    def fetch(self, ref: ObjectRef) -> Path:
        if ref.key not in self._fetched:
            self._fetched[ref.key] = self._copy(ref)
        return self._fetched[ref.key]

    def keep(self, source: Path | bytes, *, name: str, role: ObjectRole, media_type: str) -> ObjectRef:
        key = fresh_key(self._prefix, name)
        if isinstance(source, bytes):
            stored = self._store.put(key, io.BytesIO(source))
        else:
            with source.open("rb") as stream:
                stored = self._store.put(key, stream)
        return ObjectRef(stored.key, stored.sha256, stored.size, media_type, role)

    def _copy(self, ref: ObjectRef) -> Path:
        path = self.scratch / f"fetched-{len(self._fetched)}{Path(ref.key).suffix}"
        digest = hashlib.sha256()
        with self._store.read(ref.key) as stream, path.open("wb") as target:
            while chunk := stream.read(CHUNK):
                digest.update(chunk)
                target.write(chunk)
        if digest.hexdigest() != ref.sha256:
            raise ObjectDamaged(f"{ref.key}: expected {ref.sha256}, got {digest.hexdigest()}")
        path.chmod(0o440)
        return path


@contextmanager
def open_workspace(store: ObjectStore, prefix: str) -> Iterator[StoreWorkspace]:
    with open_scratch() as scratch:
        yield StoreWorkspace(store, prefix, scratch)
