"""Puts pages of stored originals together into new files, in a limited process, while somebody waits for the answer.

What that may cost is bounded, because it is done in the web process (docs/decisions/0028): how long, of how many pages,
and for how many people at once.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from dms.adapters.chosen import object_store
from dms.audit.lifecycle import NotPossible
from dms.records.models import DocumentVersion, ObjectRole, StoredObject
from ingest.reading.formats import kind_of
from ingest.reading.limits import Limits
from ingest.reading.page_assembly import (
    ASSEMBLY_TROUBLE,
    PickedPage,
    TakenPages,
    assemble_files,
    assemble_pages,
)
from ingest.reading.sandbox import run_limited
from ingest.steps.contract import ObjectRef, Workspace
from ingest.steps.contract import ObjectRole as StepRole
from ingest.steps.limited import FILE_TROUBLE
from ingest.work.workspace import open_workspace

LIMITS = Limits(seconds=20)
MOST_PAGES = 2_000
"""In all files together."""
MOST_AT_ONCE = 2
"""In one web process, of its eight threads."""
PATIENCE = 3.0
"""Seconds that somebody waits for room."""
_room = threading.BoundedSemaphore(MOST_AT_ONCE)


class PagesFixed(NotPossible):
    code = "pages_fixed"

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)


class AssemblyBusy(NotPossible):
    code = "assembly_busy"

    def __init__(self) -> None:
        super().__init__(
            _("Gerade werden schon andere Seiten zusammengestellt. Bitte in einigen Sekunden noch einmal versuchen.")
        )


@dataclass(frozen=True, slots=True)
class Taken:
    """Pages of a version, in this order."""

    version: DocumentVersion
    pages: Sequence[PickedPage]


def all_pages(version: DocumentVersion) -> Taken:
    return Taken(version, [PickedPage(number) for number in range(1, version.page_count + 1)])


@contextmanager
def changed_pages(taken: Taken) -> Iterator[Path]:
    """A file of these pages; with all of them, what else is in the original stays. Raises PagesFixed, AssemblyBusy."""
    with _workspace([taken]) as workspace:
        target = Path(workspace.scratch) / "pages.pdf"
        source, is_picture = _source(workspace, taken.version)
        with _told():
            run_limited(assemble_pages, source, is_picture, _as_seen(taken), target, LIMITS, limits=LIMITS)
        yield target


@contextmanager
def assembled(files: Sequence[Sequence[Taken]]) -> Iterator[list[Path]]:
    """A PDF for each of `files`. Raises PagesFixed, AssemblyBusy, StoreUnavailable."""
    with _workspace([taken for file in files for taken in file]) as workspace:
        wanted = [[TakenPages(*_source(workspace, one.version), _as_seen(one)) for one in file] for file in files]
        with _told():
            made = run_limited(assemble_files, wanted, Path(workspace.scratch), LIMITS, limits=LIMITS)
        yield made


@contextmanager
def _workspace(taken: Sequence[Taken]) -> Iterator[Workspace]:
    if sum(len(one.pages) for one in taken) > MOST_PAGES:
        sentence = _("Auf einmal lassen sich höchstens {most} Seiten zusammenstellen.")
        raise PagesFixed(sentence.format(most=MOST_PAGES))
    if not _room.acquire(timeout=PATIENCE):
        raise AssemblyBusy
    try:
        with open_workspace(object_store(), "") as workspace:
            yield workspace
    finally:
        _room.release()


def _as_seen(taken: Taken) -> list[PickedPage]:
    """Reading may have set a page upright that lies otherwise in its file; people turn what they see."""
    turns = dict(taken.version.pages.exclude(turn=0).values_list("number", "turn"))
    return [PickedPage(one.number, (one.turn + turns.get(one.number, 0)) % 360) for one in taken.pages]


def _source(workspace: Workspace, version: DocumentVersion) -> tuple[Path, bool]:
    """The original as a file whose digest was checked, and whether it is a picture."""
    original = StoredObject.objects.get(version=version, role=ObjectRole.ORIGINAL)
    ref = ObjectRef(original.key, original.sha256, original.size, original.media_type, StepRole.ORIGINAL)
    return workspace.fetch(ref), kind_of(version.media_type) == "image"


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except (*FILE_TROUBLE, *ASSEMBLY_TROUBLE) as trouble:
        sentence = _("Die Seiten dieser Datei lassen sich nicht ändern: Sie ist zu groß oder beschädigt.")
        raise PagesFixed(sentence) from trouble
