"""Every file of the collected material ends in a named state, with a reason that a scanning clerk understands."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings

from dms.access.actors import system_ingest, system_setup
from dms.access.models import Scope
from dms.adapters.chosen import SystemClock, malware_scanner, object_store
from dms.audit.door import change
from dms.audit.events import Event
from dms.records.models import Document, DocumentKind, ObjectRole, TextState
from ingest.classification.kinds import KINDS
from ingest.intake import Delivery, take_in
from ingest.models import InboxItem, ItemState, Source
from ingest.no_rendition import no_rendition_sentence
from ingest.reasons import Reason
from ingest.work.page_ranges import read_range
from ingest.work.pending import pending_ranges
from ingest.work.runner import advance_item
from ingest.work.tools import chosen_tools
from tests.clamd import PROGRAM, RunningClamd, running_clamd
from tests.shared_data import DATA
from tests.verapdf import approved_at_the_end

KINDS_OF_FILES = ("malformed", "bomb", "pdf", "pdfa", "image", "mail", "office", "eicar", "barcode")

PAGES_DIFFER: dict[str, str] = {}
"""Where we count other pages than SOURCES.tsv, and why."""

TEXT_DIFFERS = {
    "pdf/pdfplumber__la-precinct-bulletin-2014-p1.pdf": "the expected line runs across columns; we read each column",
    "pdf/sample-files__multicolumn.pdf": "the expected line runs across columns; we read each column",
    "pdf/pdfplumber__scotus-transcript-p1.pdf": "line numbers stand in a column of their own",
    "mail/froide__test_mail_10.eml": "expects broken umlauts; UTF-8 declared as ISO-8859-1 is noticed and put right",
}
"""Where `must_contain` of SOURCES.tsv is not found word for word, and why."""


@dataclass(frozen=True)
class Foreign:
    name: str
    path: Path
    expected: dict[str, Any]

    @property
    def phrases(self) -> list[str]:
        return list(self.expected.get("must_contain", []))


def foreign_files() -> list[Foreign]:
    if not (DATA / "SOURCES.tsv").exists():
        return []
    with (DATA / "SOURCES.tsv").open(encoding="utf-8") as table:
        rows = csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [
            Foreign(row["file"], DATA / row["file"], json.loads(row["expected_json"] or "{}"))
            for row in rows
            if row["kind"] in KINDS_OF_FILES
        ]


FOREIGN = foreign_files()
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not FOREIGN, reason=f"the collected material is not at {DATA}"),
]


@pytest.fixture
def inbox() -> Scope:
    scope = Scope(name="Posteingang")
    with change(system_setup(), Event.SCOPE_CREATED, chain="town") as opened:
        opened.save(scope)
    with change(system_setup(), Event.KIND_CREATED, chain="town") as opened:
        opened.create_many(DocumentKind(slug=kind.slug, label=str(kind.label)) for kind in KINDS)
    return scope


@pytest.fixture(scope="module")
def renditions(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Here every PDF/A of the material is put."""
    yield from approved_at_the_end(tmp_path_factory.mktemp("renditions"))


@pytest.fixture(scope="module")
def clamd() -> Iterator[RunningClamd | None]:
    """The real scanner where it is installed: its tests say that they were skipped, these go on without it."""
    if not Path(PROGRAM).exists():
        yield None
        return
    with running_clamd() as running:
        yield running


@pytest.fixture(autouse=True)
def scanner(clamd: RunningClamd | None, settings: LazySettings) -> Iterator[None]:
    if clamd is not None:
        settings.MALWARE_SCANNER = {"adapter": "dms.adapters.clamd.Clamd", "url": clamd.unix_url}
    malware_scanner.cache_clear()
    yield
    malware_scanner.cache_clear()


@pytest.mark.parametrize("foreign", FOREIGN, ids=lambda foreign: foreign.name)
def test_it_ends_in_a_named_state_and_its_original_is_kept(
    foreign: Foreign,
    inbox: Scope,
    renditions: Path,
    clamd: RunningClamd | None,
    state: Callable[[str], None],
) -> None:
    item = run_through(foreign.path, inbox)
    assert item.state in {ItemState.DONE, ItemState.REFUSED}, f"{item.state}: {item.detail}"
    assert_original_is_kept(item, foreign.path)
    if item.state == ItemState.REFUSED:
        assert item.reason_text is not None
        assert str(item.reason_text.sentence)
        assert str(item.reason_text.next_step)
        assert foreign.name.startswith("eicar/") == (item.reason == Reason.MALWARE_FOUND.value) or clamd is None
        return
    assert not foreign.name.startswith("eicar/"), "the virus scan must fire"
    documents = list(Document.objects.filter(item_id=item.pk).order_by("part"))
    assert documents, "done without a document"
    keep_renditions(documents, renditions, state)
    text = text_of(documents)
    assert text.strip(), "an empty document is never done"
    assert_agrees_with_sources(foreign, documents[0], text)


def run_through(path: Path, scope: Scope) -> InboxItem:
    """Through the real pipeline, in this process."""
    tools = chosen_tools()
    delivery = Delivery(path.name, Source.COMMAND, source_path=str(path))
    with path.open("rb") as stream:
        item = take_in(system_ingest(), stream, delivery, scope=scope, clock=SystemClock()).item
    while advance_item(item.pk, tools) and (open_ranges := pending_ranges(tools.clock)):
        for pk in open_ranges:
            read_range(pk, tools)
    item.refresh_from_db()
    return item


def keep_renditions(documents: list[Document], folder: Path, state: Callable[[str], None]) -> None:
    """Either there is one, or the reason why not is stated."""
    for document in documents:
        version = document.versions.get()
        stored = version.stored_objects.filter(role=ObjectRole.RENDITION).first()
        assert (stored is None) == bool(version.no_rendition)
        if stored is None:
            state(f"{document.filename}: {no_rendition_sentence(version.no_rendition, version.rendition_detail)}")
            continue
        with object_store().read(stored.key) as stream:
            (folder / f"{document.pk}-{squeezed(document.filename)}.pdf").write_bytes(stream.read())


def assert_original_is_kept(item: InboxItem, path: Path) -> None:
    with object_store().read(item.key) as stream:
        assert hashlib.sha256(stream.read()).hexdigest() == hashlib.sha256(path.read_bytes()).hexdigest() == item.sha256


def text_of(documents: list[Document]) -> str:
    pages = (page for document in documents for page in document.versions.get().pages.all())
    return "\n".join(page.page_text.text for page in pages)


def assert_agrees_with_sources(foreign: Foreign, document: Document, text: str) -> None:
    version = document.versions.get()
    if "pages" in foreign.expected and foreign.name not in PAGES_DIFFER:
        assert version.page_count == foreign.expected["pages"]
    if document.text_state == TextState.READ and foreign.name not in TEXT_DIFFERS:
        read = squeezed(text)
        for phrase in foreign.phrases:
            assert squeezed(phrase) in read


def squeezed(text: str) -> str:
    """Only what is printed counts: libraries put spaces and line ends where they like."""
    return "".join(character for character in text.lower() if character.isalnum())
