"""The sample mail in every form it comes in: each PDF/A is one by the reference validator too, and holds every word."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from dms.adapters.no_scanner import NoScanner
from dms.adapters.tesseract import Tesseract
from ingest.reading.limits import Limits
from ingest.samples import mailbag
from ingest.samples.mailbag import MAILBAG, SEED, Form, Sending
from ingest.samples.scanning import Noise
from ingest.steps.contract import ObjectRef, StepContext
from ingest.work.workspace import StoreWorkspace
from tests.unit.ingest.rendering import render_all, words_by_poppler, words_read
from tests.unit.ingest.walking import Walk, walk
from tests.verapdf import approved_at_the_end

MOST_PAGES = 3
"""Long letters say nothing new, but take minutes to read."""
WITHOUT = {Form.SIGNED: "signed"}


def one_of_each_form() -> list[Sending]:
    """The shortest; of the scans also one that lies on its head and one that is worn."""
    chosen = {sending.form: sending for sending in sorted(MAILBAG, key=lambda sending: -sending.pages)}
    scans = [one for one in MAILBAG if one.form is Form.SCAN and one.pages <= MOST_PAGES]
    worst = max(scans, key=lambda one: (list(Noise).index(one.noise), one.pages))
    turned = next(one for one in scans if one.upside_down)
    return list(dict.fromkeys([*chosen.values(), worst, turned]))


@pytest.fixture(scope="module")
def renditions(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    yield from approved_at_the_end(tmp_path_factory.mktemp("renditions"))


@pytest.mark.parametrize("sending", one_of_each_form(), ids=lambda sending: sending.name)
def test_its_pdf_a_is_one_and_holds_every_word(sending: Sending, tmp_path: Path, renditions: Path) -> None:
    path = tmp_path / sending.name
    mailbag.write_letter(tmp_path, SEED, sending)
    walked = walk(tmp_path, path.read_bytes(), sending.name)
    with tempfile.TemporaryDirectory(dir=tmp_path) as scratch:
        context = continued(walked, Path(scratch))
        for part in render_all(context):
            assert part["no_rendition"] == WITHOUT.get(sending.form)
            if part["rendition"] is None:
                continue
            target = renditions / f"{path.name}-{part['part']}.pdf"
            shutil.copy(context.workspace.fetch(ObjectRef.from_facts(part["rendition"])), target)
            for number, words in words_read(context, part["part"]).items():
                if is_read_by_ocr(context, part["part"], number):
                    assert words_by_poppler(target, number) == Counter(words), number


def continued(walked: Walk, scratch: Path) -> StepContext:
    workspace = StoreWorkspace(walked.store, "item/", scratch)
    return StepContext(walked.item, walked.facts, workspace, Tesseract("deu"), NoScanner(), Limits())


def is_read_by_ocr(context: StepContext, part: int, number: int) -> bool:
    pages = next(read["pages"] for read in context.facts["read_text"]["parts"] if read["part"] == part)
    return any(page["number"] == number and page["source"] == "ocr" for page in pages)
