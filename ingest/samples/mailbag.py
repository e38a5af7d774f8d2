"""Decides which letters lie in the sample mailbag, in which file and in what state, and writes them to a folder."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, time
from enum import StrEnum
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from random import Random

import numpy as np
from PIL import Image

from ingest.classification.kinds import Kind
from ingest.samples import files
from ingest.samples.annexes import make_chronicle, make_items, make_log
from ingest.samples.layout import Page, set_letter
from ingest.samples.letters import Letter, LetterWriter
from ingest.samples.phrases import Share
from ingest.samples.printing import print_pages
from ingest.samples.scanning import Noise, blank_page, picture_pages, stick_barcodes, wear
from ingest.samples.signing import sign_for
from ingest.samples.typefaces import FAMILIES, load_typeface

SEED = 2026


class Form(StrEnum):
    SCAN = "scan"
    FAX = "fax"
    GRAY_TIFF = "gray_tiff"
    PHOTO = "photo"
    PNG = "png"
    DIGITAL = "digital"
    TAGGED = "tagged"
    SIGNED = "signed"
    MAIL = "mail"
    TEXT = "text"


DIGITAL_FORMS = frozenset({Form.DIGITAL, Form.TAGGED, Form.SIGNED, Form.MAIL, Form.TEXT})


@dataclass(frozen=True, slots=True)
class Sending:
    """One file of the mailbag. Page numbers count from 1."""

    name: str
    kind: Kind
    form: Form = Form.SCAN
    noise: Noise = Noise.CLEAN
    pages: int = 1
    topic: str | None = None
    blank_back: bool = False
    upside_down: int | None = None
    on_its_side: int | None = None
    barcode: str = ""
    held_sideways: bool = False


@dataclass(frozen=True, slots=True)
class SampleLetter:
    """What stands in one file: `pages` is the true text page by page, "" for a blank one.

    A mail's pages are its text, then those of its attachments in order. `noise` is None for what was never on paper.
    """

    name: str
    kind: Kind
    form: Form
    noise: Noise | None
    pages: tuple[str, ...]
    subject: str
    sender: str
    day: str
    """ISO date of the letter."""


MAILBAG: tuple[Sending, ...] = (
    Sending("Scan_20260312_0001.pdf", Kind.OBJECTION, noise=Noise.LIGHT, pages=2, topic="waste_fees"),
    Sending("Scan_20260312_0002.pdf", Kind.APPLICATION, noise=Noise.MEDIUM, pages=4, topic="building_permit"),
    Sending("Scan_20260312_0003.pdf", Kind.INVOICE),
    Sending("Scan_20260312_0004.pdf", Kind.REMINDER, noise=Noise.LIGHT, blank_back=True),
    Sending("Scan_20260312_0005.pdf", Kind.OBJECTION, topic="dog_tax"),
    Sending("Scan_20260313_0001.pdf", Kind.COMPLAINT, noise=Noise.HEAVY, pages=2, topic="noise"),
    Sending("Scan_20260313_0002.pdf", Kind.NOTICE_OF_DEFECT, noise=Noise.MEDIUM, pages=3, upside_down=2),
    Sending("Scan_20260313_0003.pdf", Kind.POWER_OF_ATTORNEY, topic="cemetery"),
    Sending("Scan_20260313_0004.pdf", Kind.STATEMENT, noise=Noise.LIGHT, pages=5, on_its_side=4),
    Sending("Scan_20260316_0001.pdf", Kind.REGISTRATION, noise=Noise.LIGHT, pages=2, barcode="NAL-EINGANG-2026-004711"),
    Sending("Scan_20260316_0002.pdf", Kind.TAX_MATTER, noise=Noise.LIGHT, pages=2),
    Sending("Scan_20260316_0003.pdf", Kind.OFFER, noise=Noise.MEDIUM, pages=2),
    Sending("Scan_20260316_0004.pdf", Kind.CANCELLATION, topic="daycare"),
    Sending("Scan_20260317_0001.pdf", Kind.INFORMATION_REQUEST, noise=Noise.LIGHT, topic="trees"),
    Sending("Scan_20260317_0002.pdf", Kind.INQUIRY, noise=Noise.HEAVY, topic="wedding_hall"),
    Sending("Scan_20260317_0003.pdf", Kind.CONTRACT, pages=5),
    Sending("Scan_20260317_0004.pdf", Kind.APPLICATION, pages=3, topic="parking_permit"),
    Sending("Scan_20260318_0001.pdf", Kind.JOB_APPLICATION, noise=Noise.LIGHT, pages=2),
    Sending("Scan_20260318_0002.pdf", Kind.CERTIFICATE, noise=Noise.MEDIUM),
    Sending("Scan_20260318_0003.pdf", Kind.INVITATION, noise=Noise.LIGHT),
    Sending("Widerspruch Müller.pdf", Kind.OBJECTION, Form.DIGITAL, topic="water"),
    Sending("Bewerbung_Sachbearbeitung.pdf", Kind.JOB_APPLICATION, Form.DIGITAL, pages=2),
    Sending("Rechnung_2026-0417.pdf", Kind.INVOICE, Form.DIGITAL),
    Sending("Stellungnahme Schalltechnik (Entwurf 3).pdf", Kind.STATEMENT, Form.DIGITAL, pages=20),
    Sending("Einladung Jahreshauptversammlung.pdf", Kind.INVITATION, Form.TAGGED),
    Sending("Wartungsvertrag_unterschrieben.pdf", Kind.CONTRACT, Form.SIGNED, pages=3),
    Sending("Fax_20260311_142233.tif", Kind.CANCELLATION, Form.FAX, Noise.LIGHT, pages=2),
    Sending("Antrag Strassenfest.tiff", Kind.APPLICATION, Form.GRAY_TIFF, Noise.LIGHT, pages=3, topic="event"),
    Sending("IMG_2031.jpg", Kind.NOTICE_OF_DEFECT, Form.PHOTO, Noise.MEDIUM, topic="road_damage", held_sideways=True),
    Sending("IMG_2032.jpg", Kind.COMPLAINT, Form.PHOTO, Noise.LIGHT, topic="housing"),
    Sending("scan0007.png", Kind.CERTIFICATE, Form.PNG, Noise.LIGHT),
    Sending("Anfrage Kita-Plätze.eml", Kind.INQUIRY, Form.MAIL, topic="daycare"),
    Sending("Akteneinsicht.txt", Kind.INFORMATION_REQUEST, Form.TEXT, topic="building_permit"),
)


@dataclass(frozen=True, slots=True)
class _Draft:
    """A letter written and set, before it becomes a file. `random` goes on where the writing stopped."""

    sending: Sending
    letter: Letter
    pages: list[Page]
    random: Random

    def printed(self, *, tagged: bool = False) -> bytes:
        letter = self.letter
        return print_pages(
            self.pages, title=letter.subject, author=letter.sender.name, random=self.random, tagged=tagged
        )


def sample_letters(seed: int = SEED) -> list[SampleLetter]:
    """What `write_sample_mail` with this seed would write, without writing it."""
    return [_describe(_draft(sending, seed), seed) for sending in MAILBAG]


def write_sample_mail(folder: Path, *, seed: int = SEED, processes: int = 2) -> list[SampleLetter]:
    """Writes all files of the mailbag; those of the same name are replaced. About half a CPU second per scanned page.

    The processes are started afresh (no fork), so that nothing of the caller's connections gets into them.
    """
    folder.mkdir(parents=True, exist_ok=True)
    write = partial(write_letter, folder, seed)
    if processes == 1:
        return [write(sending) for sending in MAILBAG]
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        return list(pool.map(write, MAILBAG))


def write_letter(folder: Path, seed: int, sending: Sending) -> SampleLetter:
    draft = _draft(sending, seed)
    _write(draft, folder / sending.name, seed)
    return _describe(draft, seed)


def _draft(sending: Sending, seed: int) -> _Draft:
    random = Random(f"{seed}:{sending.name}")
    writer = LetterWriter(random, (Share.MAIL,))
    letter = writer.write(sending.kind, topic=sending.topic)
    face, size = load_typeface(random.choice(sorted(FAMILIES))), random.choice([10.5, 11.0, 11.5])
    _lengthen(letter, writer, sending.pages, lambda: len(set_letter(letter, face, size)))
    return _Draft(sending, letter, set_letter(letter, face, size), random)


def _lengthen(letter: Letter, writer: LetterWriter, pages: int, count: Callable[[], int]) -> None:
    """Adds paragraphs as long as there is something new to say, then annexes of one page each."""
    extras = iter(writer.extra_paragraphs(letter))
    while count() < pages and (paragraph := next(extras, None)):
        at = len(letter.paragraphs) if letter.form else max(1, len(letter.paragraphs) - 2)
        letter.paragraphs.insert(at, paragraph)
    while count() < pages:
        _append_annex(letter, writer.random)


def _append_annex(letter: Letter, random: Random) -> None:
    rows, number = random.randint(18, 28), len(letter.annexes) + 1
    if letter.kind in (Kind.CONTRACT, Kind.OFFER, Kind.INVOICE):
        annex = make_items(random, min(rows, 20))
        annex.title = f"Anlage {number}: Leistungsverzeichnis"
    elif letter.kind is Kind.STATEMENT:
        annex = make_log(random, letter.day, rows, f"Anlage {number}: Messprotokoll, Messreihe {number}")
    else:
        annex = make_chronicle(random, letter.day, rows * 2 // 3, f"Anlage {number}: Chronologie der Ereignisse")
    letter.annexes.append(annex)


def _describe(draft: _Draft, seed: int) -> SampleLetter:
    sending, letter = draft.sending, draft.letter
    pages = [page.text for page in draft.pages]
    if sending.form is Form.MAIL:
        attached = _attached(draft, seed)
        pages = [_mail_text(letter), *(page.text for page in attached.pages), _note(letter)]
    elif sending.form is Form.TEXT:
        pages = [_plain_text(letter)]
    if sending.blank_back:
        pages.append("")
    noise = None if sending.form in DIGITAL_FORMS else sending.noise
    return SampleLetter(
        sending.name, sending.kind, sending.form, noise, tuple(pages), letter.subject, letter.sender.name,
        letter.day.isoformat(),
    )  # fmt: skip


def _write(draft: _Draft, path: Path, seed: int) -> None:
    letter = draft.letter
    written_at = datetime.combine(letter.day, time(9, 41, 7), tzinfo=UTC)
    match draft.sending.form:
        case Form.SCAN:
            path.write_bytes(files.pack_scan(_pictures(draft)))
        case Form.FAX:
            files.write_fax(path, _pictures(draft))
        case Form.GRAY_TIFF:
            files.write_gray_tiff(path, _pictures(draft))
        case Form.PNG:
            files.write_png(path, _pictures(draft)[0])
        case Form.PHOTO:
            sideways = draft.sending.held_sideways
            files.write_photo(path, _pictures(draft)[0], written_at, held_sideways=sideways)
        case Form.DIGITAL | Form.TAGGED:
            path.write_bytes(draft.printed(tagged=draft.sending.form is Form.TAGGED))
        case Form.SIGNED:
            path.write_bytes(sign_for(letter.sender.name, draft.printed()))
        case Form.TEXT:
            path.write_text(_plain_text(letter), encoding="utf-8")
        case Form.MAIL:
            _write_mail(draft, path, written_at, seed)


def _pictures(draft: _Draft) -> list[Image.Image]:
    sending = draft.sending
    pictures = picture_pages(draft.printed())
    if sending.barcode:
        pictures[0] = stick_barcodes(pictures[0], sending.barcode)
    if sending.blank_back:
        pictures.append(blank_page())
    noise = np.random.default_rng(draft.random.getrandbits(64))
    worn = [wear(picture, sending.noise, noise) for picture in pictures]
    if sending.upside_down:
        worn[sending.upside_down - 1] = worn[sending.upside_down - 1].transpose(Image.Transpose.ROTATE_180)
    if sending.on_its_side:
        worn[sending.on_its_side - 1] = worn[sending.on_its_side - 1].transpose(Image.Transpose.ROTATE_90)
    return worn


def _write_mail(draft: _Draft, path: Path, sent: datetime, seed: int) -> None:
    attachments = [
        ("Antrag auf Betreuungsplatz.pdf", "application/pdf", _attached(draft, seed).printed()),
        ("Wunschzeiten für Überbrückung.txt", "text/plain", _note(draft.letter).encode()),
    ]
    letter = draft.letter
    files.write_mail(
        path, sender=letter.sender.name, subject=f"{letter.subject} – früher möglich?", text=_mail_text(letter),
        sent=sent, attachments=attachments,
    )  # fmt: skip


def _attached(draft: _Draft, seed: int) -> _Draft:
    return _draft(Sending(f"{draft.sending.name}:1", Kind.APPLICATION, Form.DIGITAL, topic="daycare"), seed)


def _mail_text(letter: Letter) -> str:
    return "\n\n".join([letter.salutation, *letter.paragraphs, f"{letter.closing}\n{letter.sender.name}"]) + "\n"


def _note(letter: Letter) -> str:
    times = "Montag bis Donnerstag: 7:30 bis 15 Uhr\nFreitag: 7:30 bis 12:30 Uhr"
    return f"Wunschzeiten\n\n{times}\n\n{letter.sender.name}\n"


def _plain_text(letter: Letter) -> str:
    return "\n".join(textwrap.fill(line, 78) + "\n" for line in letter.text.splitlines())
