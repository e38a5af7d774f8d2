"""The first steps: what comes in is whole, harmless, known, taken apart and looked into; or it says why not."""

from __future__ import annotations

import csv
import io
import json
import time
import zipfile
from email.message import EmailMessage
from pathlib import Path
from typing import Any, BinaryIO

import pikepdf
import pytest
from django.utils import translation
from PIL import Image

from dms.ports import ScannerUnavailable, ScanResult, ScanVerdict
from ingest.reading.limits import Limits
from ingest.reading.pdf_text import open_pdf, read_text_page
from ingest.reasons import Reason
from ingest.steps.contract import Done, Reject, Retry
from tests.shared_data import shared_data
from tests.unit.ingest.drawing import scan_picture, text_pdf
from tests.unit.ingest.walking import Walk, walk

FOLDERS = ("malformed", "bomb", "pdf", "pdfa", "image", "mail", "office", "eicar", "barcode")


class Scanner:
    """Answers what a real one would: it knows one bad word, and may be away."""

    def __init__(self, *, away: bool = False) -> None:
        self.away = away

    def scan(self, source: BinaryIO) -> ScanResult:
        if self.away:
            raise ScannerUnavailable("no answer")
        bad = b"MALWARE" in source.read()
        return ScanResult(ScanVerdict.INFECTED, "Test.Malware") if bad else ScanResult(ScanVerdict.CLEAN)


def refusal(done: Walk) -> tuple[str, Reason]:
    assert isinstance(done.outcome, Reject), done.outcome
    return done.last, done.outcome.reason


def letter(tmp_path: Path, **more: Any) -> bytes:
    return text_pdf(tmp_path / "letter.pdf", **more).read_bytes()


def mail_with(*attachments: tuple[bytes, str]) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "Erika <e@example.org>", "rathaus@example.org", "Antrag Müller"
    message["Date"] = "Mon, 05 Jan 2026 07:54:40 +0100"
    message.set_content("Anbei die Unterlagen.")
    for content, name in attachments:
        message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return message


# --- receive, check_malware, identify_format ---------------------------------------------------------------


def test_a_stored_file_that_changed_is_refused(tmp_path: Path) -> None:
    content = letter(tmp_path)
    first = walk(tmp_path, content, "a.pdf")
    stored = first.store.folder / first.item.original.key
    stored.chmod(0o600)
    stored.write_bytes(content[:-1] + b"!")
    from ingest.steps import receive
    from ingest.steps.contract import StepContext
    from ingest.work.workspace import StoreWorkspace

    workspace = StoreWorkspace(first.store, "item/", tmp_path)
    outcome = receive.run(StepContext(first.item, {}, workspace, None, Scanner()))  # type: ignore[arg-type]
    assert isinstance(outcome, Reject)
    assert outcome.reason is Reason.ORIGINAL_DAMAGED


def test_an_empty_file_says_so(tmp_path: Path) -> None:
    assert refusal(walk(tmp_path, b"", "a.pdf")) == ("receive", Reason.EMPTY_FILE)


def test_malware_stops_here(tmp_path: Path) -> None:
    done = walk(tmp_path, b"MALWARE", "a.txt", scanner=Scanner())
    assert refusal(done) == ("check_malware", Reason.MALWARE_FOUND)


def test_nothing_passes_while_the_scanner_is_away(tmp_path: Path) -> None:
    assert isinstance(walk(tmp_path, b"Hallo", "a.txt", scanner=Scanner(away=True)).outcome, Retry)


def test_without_a_scanner_a_file_is_never_called_clean(tmp_path: Path) -> None:
    assert walk(tmp_path, b"Hallo", "a.txt").facts["check_malware"]["verdict"] == "not_scanned"


def test_a_strange_format_is_refused_and_a_broken_one_is_called_broken(tmp_path: Path) -> None:
    assert refusal(walk(tmp_path, b"<html></html>", "a.html")) == ("identify_format", Reason.UNSUPPORTED_FORMAT)
    assert refusal(walk(tmp_path, b"\x01\x02\x03\x80\x00\x91" * 40, "a.pdf")) == (
        "identify_format",
        Reason.DAMAGED_FILE,
    )


# --- unpack and inspect -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["unterlagen.zip", "rechnung.pdf", "scan.tif"])
def test_an_archive_is_told_as_one_whatever_its_name_says(tmp_path: Path, name: str) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("brief.txt", "Sehr geehrte Damen und Herren")
    step, reason = refusal(walk(tmp_path, content.getvalue(), name))
    assert (step, reason) == ("identify_format", Reason.ARCHIVE_FILE)
    with translation.override("de"):
        assert "auspacken" in str(reason.next_step)
        assert "PDF" not in str(reason.next_step)


def test_a_letter_is_one_part(tmp_path: Path) -> None:
    done = walk(tmp_path, letter(tmp_path, pages=2), "a.pdf")
    assert isinstance(done.outcome, Done)
    (part,), (inspected,) = done.parts(), done.inspected()
    assert (part["kind"], part["parent"], part["original"]["key"]) == ("pdf", None, done.item.original.key)
    assert (inspected["plan"], inspected["working"]) == (["text", "text"], None)


def test_a_mail_and_its_attachments_are_parts_and_a_bad_one_stops_nobody(tmp_path: Path) -> None:
    message = mail_with(
        (letter(tmp_path), "Antrag.pdf"),
        (b"PK\x03\x04", "tabelle.xlsx"),
        (b"%PDF-1.4\nkaputt", "b.pdf"),
        (b"", "c.pdf"),
    )
    done = walk(tmp_path, message.as_bytes(), "post.eml")
    parts, inspected = done.parts(), done.inspected()
    assert [(part["name"], part["kind"], part["parent"]) for part in parts[:2]] == [
        ("post.eml", "mail", None),
        ("Antrag.pdf", "pdf", 0),
    ]
    assert [one["problem"] for one in inspected] == [None, None, "unsupported_format", "damaged_file", "empty_file"]
    assert [one["plan"] for one in inspected] == [["text"], ["text"], [], [], []]
    assert all(part["original"]["role"] == "original" for part in parts)
    assert done.facts["unpack"]["mail"]["subject"] == "Antrag Müller"
    assert done.copy_of(parts[1]["original"], tmp_path / "x").read_bytes() == letter(tmp_path)


def test_the_text_of_a_mail_is_set_with_its_heading(tmp_path: Path) -> None:
    done = walk(tmp_path, mail_with((b"x", "Plan.pdf")).as_bytes(), "post.eml")
    copy = done.copy_of(done.inspected()[0]["working"], tmp_path / "x")
    with open_pdf(copy) as pdf:
        text = read_text_page(pdf, 1).text
    for expected in ("Erika <e@example.org>", "05.01.2026 07:54", "Antrag Müller", "Plan.pdf", "Anbei die Unterlagen."):
        assert expected in text


def test_mails_within_mails_are_opened_to_a_depth(tmp_path: Path) -> None:
    message = mail_with((letter(tmp_path), "innen.pdf"))
    for _ in range(8):
        outer = mail_with()
        outer.add_attachment(message)
        message = outer
    parts = walk(tmp_path, message.as_bytes(), "post.eml").parts()
    assert [part["parent"] for part in parts] == [None, 0, 1, 2, 3, 4, 5]
    assert [part["problem"] for part in parts] == [None] * 6 + ["too_large_when_unpacked"]


def test_a_mail_with_too_much_in_it_is_refused(tmp_path: Path) -> None:
    message = mail_with(*((b"x", f"{number}.txt") for number in range(4)))
    done = walk(tmp_path, message.as_bytes(), "post.eml", limits=Limits(parts=3))
    assert refusal(done) == ("unpack", Reason.TOO_LARGE_WHEN_UNPACKED)


def test_an_encrypted_mail_says_so(tmp_path: Path) -> None:
    content = b"From: a@b.de\r\nTo: c@d.de\r\nContent-Type: application/pkcs7-mime\r\n\r\nMII=\r\n"
    assert refusal(walk(tmp_path, content, "post.eml")) == ("unpack", Reason.ENCRYPTED_MAIL)


def test_plain_text_becomes_a_working_copy_in_pages(tmp_path: Path) -> None:
    done = walk(tmp_path, ("Größe\n" * 100).encode("cp1252"), "a.txt")
    (inspected,) = done.inspected()
    assert inspected["plan"] == ["text", "text"]
    with pikepdf.open(done.copy_of(inspected["working"], tmp_path / "x")) as pdf:
        assert len(pdf.pages) == 2


@pytest.mark.parametrize("kind", ["TIFF", "JPEG", "PNG", "WEBP"])
def test_every_picture_is_a_page_and_a_tiff_may_have_several(tmp_path: Path, kind: str) -> None:
    stream = io.BytesIO()
    more: dict[str, Any] = (
        {"save_all": True, "append_images": [scan_picture(size=(90, 80))] * 2} if kind == "TIFF" else {}
    )
    scan_picture().save(stream, kind, **more)
    (inspected,) = walk(tmp_path, stream.getvalue(), "scan").inspected()
    assert inspected["plan"] == ["frame"] * (3 if kind == "TIFF" else 1)


def test_a_picture_too_large_to_open_is_told_by_its_header(tmp_path: Path) -> None:
    stream = io.BytesIO()
    Image.new("1", (13_000, 12_000)).save(stream, "PNG")
    assert refusal(walk(tmp_path, stream.getvalue(), "a.png")) == ("inspect", Reason.PICTURE_TOO_LARGE)


def test_a_broken_picture_says_so(tmp_path: Path) -> None:
    assert refusal(walk(tmp_path, b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "a.png")) == ("inspect", Reason.DAMAGED_FILE)


def test_work_that_takes_too_long_is_stopped_with_a_reason(tmp_path: Path) -> None:
    text = "Zeile mit Text\n" * 400_000
    done = walk(tmp_path, text.encode(), "a.txt", limits=Limits(seconds=1, pages=100_000))
    assert refusal(done) == ("inspect", Reason.TOO_EXPENSIVE)


def test_a_very_long_text_is_refused_by_its_pages(tmp_path: Path) -> None:
    done = walk(tmp_path, b"Zeile\n" * 100_000, "a.txt", limits=Limits(pages=20))
    assert refusal(done) == ("inspect", Reason.TOO_MANY_PAGES)


# --- everything that was collected ----------------------------------------------------------------------------

PASSWORDS = {"malformed/paperless-ngx__password-is-test.pdf", "malformed/pdfplumber__password-example.pdf"}
"""Their pages are counted with a password that the file does not come with."""
OTHER_TEXT = {
    # columns of a table or of a page that the sample's maker read across; here each column is read for itself
    "pdf/pdfplumber__la-precinct-bulletin-2014-p1.pdf",
    "pdf/sample-files__multicolumn.pdf",
    # line numbers in a column of their own
    "pdf/pdfplumber__scotus-transcript-p1.pdf",
    # expects "Ã¼": the mail declares ISO-8859-1 and is UTF-8, which is noticed here
    "mail/froide__test_mail_10.eml",
}


def cases() -> list[str]:
    try:
        folder = shared_data()
    except pytest.skip.Exception:
        return []
    return [str(path.relative_to(folder)) for name in FOLDERS for path in sorted((folder / name).iterdir())]


def expectations() -> dict[str, dict[str, Any]]:
    with (shared_data() / "SOURCES.tsv").open(encoding="utf-8", newline="") as file:
        return {row["file"]: json.loads(row["expected_json"]) for row in csv.DictReader(file, delimiter="\t")}


def test_the_collected_files_are_there() -> None:
    assert len(cases()) > 100 or shared_data() is None


@pytest.mark.parametrize("name", cases())
def test_every_collected_file_ends_in_a_plan_or_a_reason(tmp_path: Path, name: str) -> None:
    expected = expectations().get(name, {})
    begin = time.monotonic()
    done = walk(tmp_path, (shared_data() / name).read_bytes(), Path(name).name)
    assert time.monotonic() - begin < 60
    if isinstance(done.outcome, Reject):
        assert not expected.get("pages") or name in PASSWORDS
        return
    assert isinstance(done.outcome, Done)
    inspected = done.inspected()
    wanted = expected.get("pages", expected.get("frames"))
    assert wanted is None or len(inspected[0]["plan"]) == wanted
    if name not in OTHER_TEXT and all(way == "text" for one in inspected for way in one["plan"]):
        text = "".join(all_text(done, tmp_path).split())
        for sentence in expected.get("must_contain", []):
            assert "".join(sentence.split()) in text


def all_text(done: Walk, folder: Path) -> str:
    found = []
    for part, one in zip(done.parts(), done.inspected(), strict=True):
        if one["plan"]:
            with open_pdf(done.copy_of(one["working"] or part["original"], folder / "copy")) as pdf:
                found += [read_text_page(pdf, number).text for number in range(1, len(pdf) + 1)]
    return "\n".join(found)
