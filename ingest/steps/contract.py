"""What a step is: it reads what earlier steps recorded, writes only objects, and returns an outcome as a value.

A step touches no model and no broker, so it repeats safely after a kill and is tested without a database. The runner
(`ingest.work.runner`) alone commits the outcome, the event and the next state, in one transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from dms.ports import MalwareScanner, OcrEngine
from ingest.classification.verdict import Verdict
from ingest.reading.limits import Limits
from ingest.reading.sandbox import KeptChild
from ingest.reasons import Delay, Reason

Facts = Mapping[str, Any]
"""What a step found out, as JSON values only. Kept in the step's row; later steps read it by the step's name."""


class ObjectRole(StrEnum):
    """What a stored object is for. Everything but ORIGINAL can be made again from the original."""

    ORIGINAL = "original"
    RENDITION = "rendition"
    THUMBNAIL = "thumbnail"
    PAGE_IMAGE = "page_image"
    READING = "reading"
    MANIFEST = "manifest"


@dataclass(frozen=True, slots=True)
class ObjectRef:
    """A stored object as it stands in the facts (`as_facts` and back): enough to read it and to prove its bytes."""

    key: str
    sha256: str
    size: int
    media_type: str
    role: ObjectRole

    def as_facts(self) -> dict[str, Any]:
        return {
            "key": self.key,
            "sha256": self.sha256,
            "size": self.size,
            "media_type": self.media_type,
            "role": str(self.role),
        }

    @classmethod
    def from_facts(cls, facts: Facts) -> ObjectRef:
        return cls(facts["key"], facts["sha256"], facts["size"], facts["media_type"], ObjectRole(facts["role"]))


@dataclass(frozen=True, slots=True)
class ItemView:
    """What a step may know of the inbox item."""

    id: str
    filename: str
    received_at: datetime
    source: str
    original: ObjectRef
    accepts_missing_text: bool = False
    """A person looked at it and takes it as it is: pages without text are then no reason to refuse."""
    pages_laid: bool = False
    """A person has laid its pages: none of them is set upright."""
    is_version: bool = False
    """It becomes a new version of a document, so it must be one document."""


class Workspace(Protocol):
    """Where a step gets and keeps bytes. The folder `scratch` is emptied when the step ends."""

    scratch: Path

    def fetch(self, ref: ObjectRef) -> Path:
        """A local, read-only copy of the object's bytes, digest-checked. Same ref, same path."""

    def keep(self, source: Path | bytes, *, name: str, role: ObjectRole, media_type: str) -> ObjectRef:
        """Stores new bytes under a fresh key that ends in `name` (lower-case, e.g. `page-0001.jpg`)."""


class DocumentClassifier(Protocol):
    """The model of the day (`ingest.classification.classifier.Classifier`)."""

    def classify(self, text: str) -> Verdict: ...


@dataclass(frozen=True, slots=True)
class StepContext:
    item: ItemView
    facts: Mapping[str, Facts]
    """By the name of each earlier step."""
    workspace: Workspace
    ocr: OcrEngine
    scanner: MalwareScanner
    limits: Limits = field(default_factory=Limits)
    classifier: DocumentClassifier | None = None
    """None as long as no model was trained: every document is then of no known type."""
    child: KeptChild | None = None
    """The process for the work on this item's files; None: one for each piece of work."""


# --- outcomes -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Done:
    facts: Facts = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Retry:
    """Something outside is not ready (a scanner, the store): the same step again after so many seconds."""

    after_seconds: int
    why: str
    """For the technician; people read `delay`."""
    delay: Delay = Delay.TRIED_AGAIN


@dataclass(frozen=True, slots=True)
class Reject:
    """The item ends here, visibly: the original stays, a person reads the reason and what to do."""

    reason: Reason
    detail: str = ""


Outcome = Done | Retry | Reject


# --- work that runs in parallel -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PageRange:
    """Pages `first` to `last` (from 1, both included) of part `part`: one unit that any worker may read."""

    part: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Step:
    """One named step. With `ranges`, the runner reads the ranges in parallel by `read_range`, and then calls `run`,
    which finds the ranges' facts under `context.facts[name]["ranges"]`, in order."""

    name: str
    run: Callable[[StepContext], Outcome]
    ranges: Callable[[StepContext], Sequence[PageRange]] | None = None
    read_range: Callable[[StepContext, PageRange], Outcome] | None = None
    is_quick: Callable[[StepContext], bool] | None = None
    """Of a step with ranges: whether they are done so soon that nobody else need help, or see the step on its way."""
