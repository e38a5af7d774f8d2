"""Every page says what was read on it or why not; one bad page spoils no other; nothing without text is done."""

from __future__ import annotations

import os
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from PIL import Image

from dms.adapters.tesseract import Tesseract
from dms.ports import Recognition
from ingest.reading.limits import Limits
from ingest.reasons import Reason
from ingest.steps import read_text
from ingest.steps.contract import Done, ObjectRef, Outcome, PageRange, Reject, StepContext
from ingest.steps.reading_file import unpack_reading
from tests.unit.ingest.scans import LETTER, inspected, jpeg, letter_pdf, scan, scanned_pdf


def read(context: StepContext) -> tuple[list[dict[str, Any]], Outcome]:
    """The facts of all ranges, and what the step makes of them."""
    done = [read_text.read_range(context, one) for one in read_text.ranges(context)]
    facts = [dict(one.facts) for one in done if isinstance(one, Done)]
    assert len(facts) == len(done)
    context.facts["read_text"] = {"ranges": facts}  # type: ignore[index]
    return facts, read_text.run(context)


def text_of(context: StepContext, facts: dict[str, Any]) -> list[str]:
    packed = context.workspace.fetch(ObjectRef.from_facts(facts["reading"])).read_bytes()
    return [page.text.text for page in unpack_reading(packed)]


def joined(*files: bytes) -> bytes:
    whole = pikepdf.new()
    for file in files:
        with pikepdf.open(BytesIO(file)) as part:
            whole.pages.extend(part.pages)
    buffer = BytesIO()
    whole.save(buffer)
    return buffer.getvalue()


def test_pages_for_ocr_are_read_one_by_one_and_text_pages_together(tmp_path: Path) -> None:
    plan = ["text"] * 45 + ["embedded", "render"] + ["text"] * 2
    with inspected(tmp_path, b"x", "pdf", plan) as context:
        found = [(one.first, one.last) for one in read_text.ranges(context)]
    assert found == [(1, 40), (41, 45), (46, 46), (47, 47), (48, 49)]


def test_a_part_that_cannot_be_read_has_no_ranges(tmp_path: Path) -> None:
    with inspected(tmp_path, b"x", "pdf", ["text"], problem="damaged_file") as context:
        assert read_text.ranges(context) == []


def test_a_mixed_document_keeps_the_order_of_its_pages(tmp_path: Path) -> None:
    content = joined(letter_pdf(["Deckblatt mit Anschreiben"]), scanned_pdf([scan()]), letter_pdf(["Anlage"]))
    with inspected(tmp_path, content, "pdf", ["text", "embedded", "text"]) as context:
        facts, outcome = read(context)
        assert isinstance(outcome, Done)
        part = outcome.facts["parts"][0]
        assert [(page["number"], page["source"]) for page in part["pages"]] == [
            (1, "text_layer"),
            (2, "ocr"),
            (3, "text_layer"),
        ]
        assert [text_of(context, one) for one in facts] == [
            ["Deckblatt mit Anschreiben"],
            ["\n".join(LETTER)],
            ["Anlage"],
        ]
        assert all(page["image"] and page["width"] > 500 for page in part["pages"])
        assert part["readings"] == [one["reading"] for one in facts]


def test_a_text_page_without_letters_is_looked_at_by_ocr(tmp_path: Path) -> None:
    with inspected(tmp_path, scanned_pdf([scan()]), "pdf", ["text"]) as context:
        facts, _ = read(context)
    assert facts[0]["pages"][0]["source"] == "ocr"


def test_the_same_page_gives_the_same_reading(tmp_path: Path) -> None:
    with inspected(tmp_path, letter_pdf(), "pdf", ["text"]) as context:
        one, other = (read_text.read_range(context, PageRange(0, 1, 1)) for _ in range(2))
    assert isinstance(one, Done)
    assert isinstance(other, Done)
    assert one.facts["reading"]["sha256"] == other.facts["reading"]["sha256"]


@pytest.mark.parametrize(
    ("content", "limits", "reason"),
    [
        (jpeg(scan([])), Limits(), Reason.NO_TEXT),
        (jpeg(scan())[:20_000], Limits(), Reason.DAMAGED_FILE),
        (jpeg(scan()), Limits(pixels=1_000_000), Reason.PICTURE_TOO_LARGE),
        (jpeg(scan()), Limits(seconds=0), Reason.TOO_EXPENSIVE),
        (jpeg(Image.new("RGB", (6000, 6000))), Limits(memory_mb=50), Reason.TOO_EXPENSIVE),
    ],
    ids=["empty", "damaged", "too large", "too slow", "too much memory"],
)
def test_a_document_without_a_word_is_refused_with_the_reason(
    tmp_path: Path, content: bytes, limits: Limits, reason: Reason
) -> None:
    with inspected(tmp_path, content, "image", ["frame"], limits=limits) as context:
        _, outcome = read(context)
    assert outcome == Reject(reason)


def test_an_empty_document_that_a_person_accepted_goes_on(tmp_path: Path) -> None:
    content = jpeg(scan([]))
    with inspected(tmp_path, content, "image", ["frame"], accepts_missing_text=True) as context:
        facts, outcome = read(context)
    assert isinstance(outcome, Done)
    assert outcome.facts["parts"][0]["problem"] == Reason.NO_TEXT.value
    assert facts[0]["pages"][0]["blank"]
    assert facts[0]["pages"][0]["image"]


def test_one_damaged_page_says_so_and_the_others_are_read(tmp_path: Path) -> None:
    buffer = BytesIO()
    good = scan()
    good.save(buffer, "TIFF", compression="jpeg", save_all=True, append_images=[scan(["Zweite Seite des Antrags"])])
    broken = bytearray(buffer.getvalue())
    with inspected(tmp_path, bytes(broken), "image", ["frame", "frame", "frame"]) as context:  # there are only two
        facts, outcome = read(context)
    assert isinstance(outcome, Done)
    assert [one["pages"][0]["problem"] for one in facts] == [None, None, Reason.DAMAGED_FILE.value]
    assert [bool(one["pages"][0]["chars"]) for one in facts] == [True, True, False]


class Dying(Tesseract):
    """Ends its process as the library does when memory is refused."""

    def recognise(self, picture: Path, *, dpi: int, folder: Path) -> Recognition:
        os.abort()


def test_a_page_that_the_engine_dies_of_is_too_expensive_and_keeps_its_picture(tmp_path: Path) -> None:
    with inspected(tmp_path, jpeg(scan()), "image", ["frame"]) as context:
        facts, outcome = read(replace(context, ocr=Dying()))
    assert outcome == Reject(Reason.TOO_EXPENSIVE)
    assert facts[0]["pages"][0]["image"]


def test_a_spoilt_text_page_costs_no_other_page(tmp_path: Path) -> None:
    content = joined(letter_pdf(["Erste Seite"]), letter_pdf(["Zweite Seite"]))
    with inspected(tmp_path, content, "pdf", ["text", "text", "text"]) as context:  # there is no third page
        facts, _ = read(context)
        assert text_of(context, facts[0]) == ["Erste Seite", "Zweite Seite"]
    assert [page["problem"] for page in facts[0]["pages"]] == [None, None, Reason.DAMAGED_FILE.value]
