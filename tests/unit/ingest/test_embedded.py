"""Files within an XML invoice are taken out for the malware scanner, to the last byte."""

from __future__ import annotations

import base64
import random
import tracemalloc
from pathlib import Path

import pytest

from ingest.reading.embedded import MOST_FILES, TooManyFiles, embedded_files

ELEMENT = b'<cbc:EmbeddedDocumentBinaryObject filename="a.pdf">%s</cbc:EmbeddedDocumentBinaryObject>'


def invoice(folder: Path, *texts: bytes) -> Path:
    path = folder / "rechnung.xml"
    elements = b"".join(ELEMENT % text for text in texts)
    path.write_bytes(b'<?xml version="1.0"?><Invoice><Note>Danke</Note>' + elements + b"</Invoice>")
    return path


def contents(path: Path) -> list[bytes]:
    return [file.read() for file in embedded_files(path)]


@pytest.mark.parametrize("size", [50, 51, 52, 53, 1000, 3_000_001])
@pytest.mark.parametrize("lines", [False, True], ids=["one line", "lines"])
def test_each_file_comes_out_whole(tmp_path: Path, size: int, lines: bool) -> None:
    content = random.Random(size).randbytes(size)
    text = base64.encodebytes(content).replace(b"\n", b"\r\n  ") if lines else base64.b64encode(content)
    assert contents(invoice(tmp_path, text, text)) == [content, content]


def test_padding_may_be_missing(tmp_path: Path) -> None:
    text = base64.b64encode(b"x" * 100).rstrip(b"=")
    assert contents(invoice(tmp_path, text)) == [b"x" * 100]


def test_it_is_read_in_small_pieces_too(tmp_path: Path) -> None:
    content = bytes(range(256)) * 20
    path = invoice(tmp_path, base64.b64encode(content))
    for opened in embedded_files(path):
        pieces = []
        while piece := opened.read(7):
            pieces.append(piece)
        assert b"".join(pieces) == content


@pytest.mark.parametrize("content", [b"", b"Guten Tag", b"<a>kurz</a>", b"From: a\n\n>" + b"A" * 100 + b"<"])
def test_other_files_hold_none(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "brief.txt"
    path.write_bytes(content)
    assert contents(path) == []


def test_too_many_files_are_told(tmp_path: Path) -> None:
    text = base64.b64encode(b"x" * 100)
    assert len(contents(invoice(tmp_path, *[text] * MOST_FILES))) == MOST_FILES
    with pytest.raises(TooManyFiles):
        contents(invoice(tmp_path, *[text] * (MOST_FILES + 1)))


def test_a_large_file_takes_little_memory(tmp_path: Path) -> None:
    path = invoice(tmp_path, base64.b64encode(bytes(30_000_000)))
    tracemalloc.start()
    try:
        for file in embedded_files(path):
            while file.read(100_000):
                pass
        assert tracemalloc.get_traced_memory()[1] < 12_000_000
    finally:
        tracemalloc.stop()
