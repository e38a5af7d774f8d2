"""Half a file is told from a whole one, whatever scanner writes it."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from ingest.sources.completeness import looks_complete
from tests.shared_data import shared_data

CUTS = [0.02, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99]


def page(mode: str = "L", size: tuple[int, int] = (300, 400)) -> Image.Image:
    return Image.effect_noise(size, 80).convert(mode)


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def jpeg_with_preview() -> bytes:
    """As cameras write it: a small whole picture, end mark included, stands in the headers of the large one."""
    exif = Image.Exif()
    preview = saved(page(size=(40, 40)), "JPEG")
    large = saved(page("RGB"), "JPEG", exif=exif)
    header = b"\xff\xe5" + struct.pack(">H", len(preview) + 2) + preview
    return large[:2] + header + large[2:]


def made_pdf(**options: object) -> bytes:
    pdf = pikepdf.new()
    for _ in range(3):
        pdf.add_blank_page()
        stream = pdf.make_stream(bytes(range(256)) * 40)
        pdf.pages[-1]["/Padding"] = stream
    buffer = io.BytesIO()
    pdf.save(buffer, **options)  # type: ignore[arg-type]
    return buffer.getvalue()


def made_zip() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("word/document.xml", "Sehr geehrte Damen und Herren " * 500)
    return buffer.getvalue()


def tiff(**options: object) -> bytes:
    return saved(page(), "TIFF", save_all=True, append_images=[page(), page()], **options)


FILES: dict[str, Callable[[], bytes]] = {
    "PDF": made_pdf,
    "PDF made for the web": lambda: made_pdf(linearize=True),
    "JPEG": lambda: saved(page("RGB"), "JPEG"),
    "progressive JPEG": lambda: saved(page("RGB"), "JPEG", progressive=True),
    "JPEG with a preview": jpeg_with_preview,
    "PNG": lambda: saved(page(), "PNG"),
    "WebP": lambda: saved(page("RGB"), "WEBP"),
    "TIFF": tiff,
    "TIFF, compressed": lambda: tiff(compression="tiff_lzw"),
    "TIFF for fax": lambda: saved(page("1"), "TIFF", compression="group4"),
    "TIFF with large offsets": lambda: tiff(big_tiff=True),
    "office document": made_zip,
}


@pytest.fixture(params=FILES)
def content(request: pytest.FixtureRequest) -> bytes:
    return FILES[request.param]()


def complete(folder: Path, content: bytes) -> bool:
    path = folder / "scan"
    path.write_bytes(content)
    return looks_complete(path)


def test_a_whole_file_is_complete(tmp_path: Path, content: bytes) -> None:
    assert complete(tmp_path, content)


@pytest.mark.parametrize("share", CUTS)
def test_a_file_cut_anywhere_is_not(tmp_path: Path, content: bytes, share: float) -> None:
    cut = content[: int(len(content) * share)]
    # of the last hundredth of a WebP or JPEG nobody but the mark at the end tells that it is missing
    assert not complete(tmp_path, cut)


def test_what_hangs_behind_the_end_does_no_harm(tmp_path: Path, content: bytes) -> None:
    assert complete(tmp_path, content + bytes(200))


def test_a_tiff_is_not_complete_before_its_first_directory_is_written(tmp_path: Path) -> None:
    assert not complete(tmp_path, b"II*\0" + bytes(4) + bytes(5000))


@pytest.mark.parametrize("content", [b"", b"Guten Tag", b"From: a@b\n\nText", bytes(100), b"%PD", b"\xff\xd8"])
def test_what_has_no_end_of_its_own_counts_as_complete(tmp_path: Path, content: bytes) -> None:
    assert complete(tmp_path, content)


def test_a_file_that_was_built_to_keep_us_busy_is_given_up_and_taken_as_it_is(tmp_path: Path) -> None:
    """Two thousand directories that all name the same long list; the last one leads beyond the end."""
    count, directory = 2000, struct.calcsize("<HHHIII")
    listed = 8 + count * directory
    chain = [
        struct.pack("<HHHIII", 1, 273, 4, 100_000, listed, 8 + (number + 1) * directory) for number in range(count - 1)
    ]
    content = b"II*\0" + struct.pack("<I", 8) + b"".join(chain)
    content += struct.pack("<HHHIII", 1, 273, 4, 100_000, listed, 2**32 - 1) + bytes(400_000)
    assert complete(tmp_path, content)
    short = content[:8] + content[8 + (count - 1) * directory :].ljust(listed + 400_000, b"\0")
    assert not complete(tmp_path, short), "one such directory alone is judged as it is"


def test_directories_that_go_round_in_a_circle_end(tmp_path: Path) -> None:
    directory = struct.pack("<HI", 0, 8)
    assert complete(tmp_path, b"II*\0" + struct.pack("<I", 8) + directory)


def test_sound_files_from_everywhere_are_complete() -> None:
    """Otherwise they would all have to wait. Those that are not here lack their end in truth."""
    folders = ("pdf", "pdfa", "image", "invoice", "barcode", "office", "mail")
    files = [path for folder in folders for path in (shared_data() / folder).rglob("*") if path.is_file()]
    assert files
    assert [path.name for path in files if not looks_complete(path)] == []
