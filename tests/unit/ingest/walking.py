"""Takes a file through the first steps on a real folder store, as the runner would, without a database."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from dms.adapters.folder_store import FolderStore
from dms.adapters.no_scanner import NoScanner
from dms.ports import MalwareScanner, OcrEngine
from ingest.reading.limits import Limits
from ingest.steps import check_malware, identify_format, inspect, receive, unpack
from ingest.steps.contract import Done, ItemView, ObjectRef, ObjectRole, Outcome, StepContext
from ingest.work.workspace import StoreWorkspace

STEPS: tuple[tuple[str, Callable[[StepContext], Outcome]], ...] = (
    ("receive", receive.run),
    ("check_malware", check_malware.run),
    ("identify_format", identify_format.run),
    ("unpack", unpack.run),
    ("inspect", inspect.run),
)


@dataclass(slots=True)
class Walk:
    """How far a file came: the last outcome, and the facts of every step that was done."""

    store: FolderStore
    item: ItemView
    outcome: Outcome
    facts: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    last: str = ""

    def parts(self) -> list[dict[str, Any]]:
        return cast("list[dict[str, Any]]", self.facts["unpack"]["parts"])

    def inspected(self) -> list[dict[str, Any]]:
        return cast("list[dict[str, Any]]", self.facts["inspect"]["parts"])

    def copy_of(self, ref: Mapping[str, Any], target: Path) -> Path:
        """The bytes of a stored object, for looking into them."""
        with self.store.read(ref["key"]) as stream, target.open("wb") as file:
            shutil.copyfileobj(stream, file)
        return target


def stored_item(store: FolderStore, content: bytes, filename: str) -> ItemView:
    with tempfile.SpooledTemporaryFile() as stream:
        stream.write(content)
        stream.seek(0)
        key = f"item/{hashlib.sha256(content).hexdigest()[:12]}-{len(list(store.keys()))}"
        stored = store.put(key, cast("Any", stream))
    original = ObjectRef(stored.key, stored.sha256, stored.size, "application/octet-stream", ObjectRole.ORIGINAL)
    return ItemView("item", filename, datetime(2026, 1, 2, tzinfo=UTC), "upload", original)


def walk(
    folder: Path, content: bytes, filename: str, *, limits: Limits | None = None, scanner: MalwareScanner | None = None
) -> Walk:
    """Every step in turn, until one does not say Done. `folder` may be used again."""
    store = FolderStore(folder / "objects")
    item = stored_item(store, content, filename)
    done = Walk(store, item, Done())
    for name, run in STEPS:
        with tempfile.TemporaryDirectory(dir=folder) as scratch:
            workspace = StoreWorkspace(store, "item/", Path(scratch))
            done.last = name
            done.outcome = run(
                StepContext(
                    item, done.facts, workspace, cast("OcrEngine", None), scanner or NoScanner(), limits or Limits()
                )
            )
        if not isinstance(done.outcome, Done):
            break
        done.facts[name] = done.outcome.facts
    return done
