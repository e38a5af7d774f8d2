"""How well real scans are read: stated, not judged. The pages are old print, receipts and photocopies.

The figures stand in the test report as properties and on the terminal (`pytest -rP -k accuracy`).
"""

from __future__ import annotations

import csv
import statistics
import unicodedata
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from rapidfuzz.distance import Levenshtein

from dms.adapters.tesseract import Tesseract
from ingest.reading.limits import Limits
from ingest.reading.page_reading import decode_page
from ingest.reading.recognise import read_again, read_picture
from tests.shared_data import shared_data

ENGINE = Tesseract("deu")
OLD_LETTERS = str.maketrans({"ſ": "s", "ꝛ": "r", "—": "-", "–": "-", "⸗": "-", "„": '"', "“": '"', "’": "'"})


def normal(text: str) -> str:
    """White space, dashes, quotation marks and the long s do not count as errors."""
    plain = unicodedata.normalize("NFC", text.replace("aͤ", "ä").replace("oͤ", "ö").replace("uͤ", "ü"))
    return " ".join(plain.translate(OLD_LETTERS).split())


def read(picture: Path, folder: Path) -> tuple[str, float | None]:
    page = decode_page(picture, "frame", 1, folder, Limits())
    found = read_picture(ENGINE, page.picture, page.dpi, folder)
    found = read_again(ENGINE, page.picture, page.dpi, folder, found) if found.doubtful else found
    return found.text.text, found.confidence


def plain_truth(picture: Path) -> str:
    return picture.with_suffix(".txt").read_text(encoding="utf-8")


def page_truth(picture: Path) -> str:
    """The lines of a PAGE XML file in the order in which they stand there."""
    root = ET.parse(picture.with_suffix(".xml")).getroot()  # noqa: S314 - test data of our own choice
    space = root.tag.partition("}")[0] + "}"
    lines = root.iter(f"{space}TextLine")
    return "\n".join(line.findtext(f"{space}TextEquiv/{space}Unicode") or "" for line in lines)


def receipt_truth(picture: Path) -> str:
    table = picture.with_name(picture.name.replace("img_", "box_")).with_suffix(".csv")
    with table.open(encoding="utf-8", newline="") as rows:
        return "\n".join(",".join(row[8:]) for row in csv.reader(rows))


GROUPS: dict[str, tuple[str, str, int, Callable[[Path], str]]] = {
    "English photocopy": ("scan-gt", "test__8071*.tif", 1, plain_truth),
    "English, two columns": ("scan-gt", "ocrmypdf__linn.png", 1, plain_truth),
    "German print of 1879 (Fraktur)": ("scan-gt", "*bebel*0186.tif", 1, page_truth),
    "German print of 1815 (Fraktur)": ("scan-gt", "*clauren*.jpg", 2, page_truth),
    "German print of 1837 (Fraktur)": ("scan-gt", "*laube*0105.jpg", 1, page_truth),
    "receipts": ("receipt-gt", "*img_*.jpg", 4, receipt_truth),
}


@pytest.mark.slow
@pytest.mark.parametrize("group", GROUPS)
def test_accuracy_on_foreign_scans_is_stated(group: str, tmp_path: Path, state: Callable[[str], None]) -> None:
    kind, pattern, most, truth = GROUPS[group]
    pictures = sorted((shared_data() / kind).glob(pattern))[:most]
    if not pictures:
        pytest.skip(f"no file {kind}/{pattern}")
    rates, sure = [], []
    for number, picture in enumerate(pictures):
        folder = tmp_path / str(number)
        folder.mkdir()
        text, confidence = read(picture, folder)
        expected = normal(truth(picture))
        rates.append(Levenshtein.distance(expected, normal(text)) / len(expected))
        sure.append(confidence or 0.0)
    rate = f"CER {statistics.mean(rates):.1%} ({min(rates):.1%} to {max(rates):.1%})"
    state(f"{group}: {rate}, {len(rates)} pages, mean confidence {statistics.mean(sure):.0f}")
    assert any(rate < 1 for rate in rates)
