"""The sample mail: believable, varied, the same for everyone, and of every form in which mail comes."""

from __future__ import annotations

import email
import email.policy
import io
import re
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import numpy as np
import pikepdf
import pytest
import zxingcpp
from PIL import Image
from pyhanko.pdf_utils.reader import PdfFileReader

from ingest.classification.kinds import KINDS, Kind
from ingest.samples import mailbag
from ingest.samples.examples import background_examples, labelled_examples, misread
from ingest.samples.files import pack_scan, write_photo
from ingest.samples.letters import LetterWriter
from ingest.samples.mailbag import MAILBAG, Form, SampleLetter, sample_letters
from ingest.samples.people import make_iban
from ingest.samples.phrases import TRAINING, Share, read_wording, share_of
from ingest.samples.scanning import A4, Noise, stick_barcodes, wear

LEFT_OVER = re.compile(r"[{}]")


def write_one(folder: Path, name: str) -> tuple[Path, SampleLetter]:
    sending = next(sending for sending in MAILBAG if sending.name == name)
    letter = mailbag.write_letter(folder, mailbag.SEED, sending)
    return folder / name, letter


def test_the_mailbag_holds_enough_and_every_kind_and_form() -> None:
    letters = sample_letters()
    assert len(letters) >= 26
    assert sum(len(letter.pages) for letter in letters) >= 62
    assert {letter.kind for letter in letters} == set(Kind)
    assert {letter.form for letter in letters} == set(Form)
    assert {letter.noise for letter in letters} == {None, *Noise}


def test_every_kind_has_a_label_and_a_slug_of_its_own() -> None:
    assert [kind.slug for kind in KINDS] == list(Kind)
    assert len({str(kind.label) for kind in KINDS}) == len(KINDS) >= 14


def test_a_letter_has_as_many_pages_as_planned() -> None:
    planned = {sending.name: sending.pages + sending.blank_back for sending in MAILBAG if sending.form is not Form.MAIL}
    counted = {letter.name: len(letter.pages) for letter in sample_letters() if letter.form is not Form.MAIL}
    assert counted == planned


def test_no_two_letters_are_alike_and_no_gap_is_left_open() -> None:
    texts = [letter.text for seed in range(4) for kind in Kind for letter in [LetterWriter(Random(seed)).write(kind)]]
    assert len(set(texts)) == len(texts)
    assert not [text for text in texts if LEFT_OVER.search(text)]


@pytest.mark.parametrize("kind", list(Kind))
def test_every_phrase_can_be_filled(kind: Kind) -> None:
    writer = LetterWriter(Random(5), tuple(Share))
    for topic in read_wording("topics"):
        for _ in range(12):
            letter = writer.write(kind, topic=topic)
            told = [letter.text, *writer.extra_paragraphs(letter)]
            assert not LEFT_OVER.search("\n".join(told))


def test_the_same_seed_writes_the_same_letters_and_another_seed_others() -> None:
    assert sample_letters(7) == sample_letters(7)
    same = {letter.pages for letter in sample_letters(7)} & {letter.pages for letter in sample_letters(8)}
    assert not same


def test_ibans_have_right_check_numbers() -> None:
    for seed in range(200):
        iban = make_iban(Random(seed)).replace(" ", "")
        assert len(iban) == 22
        assert int(iban[4:] + "1314" + iban[2:4]) % 97 == 1


def test_an_invoice_adds_up() -> None:
    for seed in range(30):
        table = LetterWriter(Random(seed)).write(Kind.INVOICE).table
        assert table
        cents = [int(re.sub(r"\D", "", row[-1])) for row in table.rows]
        *items, net, tax, total = cents
        assert sum(items) == net
        assert net + tax == total


def test_training_never_sees_a_phrase_that_tells_the_kind_of_sample_mail() -> None:
    for kind in Kind:
        for slot in [read_wording(kind)["subject"], *read_wording(kind)["slots"]]:
            assert not set(share_of(slot, TRAINING)) & set(share_of(slot, (Share.MAIL,)))
            assert share_of(slot, (Share.MAIL,))


def test_labelled_examples_are_even_and_partly_misread() -> None:
    examples = labelled_examples(6, seed=1)
    assert Counter(kind for _, kind in examples) == dict.fromkeys(Kind, 6)
    assert examples == labelled_examples(6, seed=1)
    assert len(set(background_examples(50, seed=1))) == 50


def test_misreading_changes_about_as_many_characters_as_asked() -> None:
    assert misread("Antrag", 0.0, Random(1)) == "Antrag"
    assert 400 < misread("l" * 10_000, 0.04, Random(1)).count("1") < 800


# --- files --------------------------------------------------------------------------------------------


def test_a_scan_holds_one_gray_jpeg_per_page_and_no_text(tmp_path: Path) -> None:
    path, letter = write_one(tmp_path, "Scan_20260312_0004.pdf")
    with pikepdf.open(path) as pdf:
        images = [page.Resources.XObject.Im0 for page in pdf.pages]
        assert [(str(i.Filter), int(i.Width), int(i.Height)) for i in images] == [("/DCTDecode", *A4)] * 2
        assert all(round(float(page.mediabox[2])) == 595 for page in pdf.pages)
    assert letter.pages[-1] == ""


@pytest.mark.parametrize("name", ["Rechnung_2026-0417.pdf", "Scan_20260312_0003.pdf", "Anfrage Kita-Plätze.eml"])
def test_the_same_file_is_written_byte_for_byte_again(name: str, tmp_path: Path) -> None:
    first = write_one(tmp_path, name)[0].read_bytes()
    assert write_one(tmp_path, name)[0].read_bytes() == first


def test_a_fax_is_black_and_white_group_4_and_the_office_tiff_gray_lzw(tmp_path: Path) -> None:
    for name, compression, mode in (
        ("Fax_20260311_142233.tif", "group4", "1"),
        ("Antrag Strassenfest.tiff", "tiff_lzw", "L"),
    ):
        path, letter = write_one(tmp_path, name)
        with Image.open(path) as picture:
            assert (getattr(picture, "n_frames", 1), picture.mode) == (len(letter.pages), mode)
            assert picture.info["compression"] == compression


def test_a_photo_held_sideways_says_so_in_its_exif(tmp_path: Path) -> None:
    picture = Image.new("L", (300, 400), 200)
    write_photo(tmp_path / "photo.jpg", picture, datetime(2026, 3, 1, tzinfo=UTC), held_sideways=True)
    with Image.open(tmp_path / "photo.jpg") as photo:
        assert photo.size == (400, 300)
        assert photo.getexif()[0x0112] == 6


def test_the_signed_contract_carries_a_whole_signature(tmp_path: Path) -> None:
    path, _ = write_one(tmp_path, "Wartungsvertrag_unterschrieben.pdf")
    signature = PdfFileReader(io.BytesIO(path.read_bytes())).embedded_signatures[0]
    signature.compute_integrity_info()
    assert signature.summarise_integrity_info()["docmdp_ok"] is not False
    assert signature.coverage.name == "ENTIRE_FILE"


def test_the_tagged_invitation_has_a_structure_tree_over_every_line(tmp_path: Path) -> None:
    path, letter = write_one(tmp_path, "Einladung Jahreshauptversammlung.pdf")
    with pikepdf.open(path) as pdf:
        assert bool(pdf.Root.MarkInfo.Marked)
        marked = pdf.Root.StructTreeRoot.K[0].K
        assert len(marked) == sum(len(page.splitlines()) for page in letter.pages)


def test_the_mail_has_an_umlaut_subject_html_and_two_attachments(tmp_path: Path) -> None:
    path, letter = write_one(tmp_path, "Anfrage Kita-Plätze.eml")
    mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert mail["Subject"].endswith("– früher möglich?")
    assert mail.get_body(("html",)) is not None
    attached = [(part.get_content_type(), part.get_filename()) for part in mail.iter_attachments()]
    assert attached == [
        ("application/pdf", "Antrag auf Betreuungsplatz.pdf"),
        ("text/plain", "Wunschzeiten für Überbrückung.txt"),
    ]
    assert letter.pages[0].split()[0] in path.read_text(encoding="utf-8", errors="replace")


def test_barcodes_can_still_be_read_after_light_wear() -> None:
    page = stick_barcodes(Image.new("L", A4, 255), "NAL-EINGANG-2026-004711")
    worn = wear(page, Noise.LIGHT, np.random.default_rng(1))
    found = {(code.format.name, code.text) for code in zxingcpp.read_barcodes(np.asarray(worn))}
    assert {text for _, text in found} == {"NAL-EINGANG-2026-004711"}
    assert len(found) == 2


def test_each_noise_level_is_worse_than_the_one_before() -> None:
    page = Image.new("L", A4, 255)
    grain = [np.asarray(wear(page, noise, np.random.default_rng(1)), dtype=float).std() for noise in Noise]
    assert grain == sorted(grain)


def test_turned_pages_lie_as_the_scanner_saw_them(tmp_path: Path) -> None:
    pictures = [Image.new("L", (20, 30), 255), Image.new("L", (30, 20), 255)]
    (tmp_path / "turned.pdf").write_bytes(pack_scan(pictures))
    with pikepdf.open(tmp_path / "turned.pdf") as pdf:
        widths = [page.mediabox[2] > page.mediabox[3] for page in pdf.pages]
    assert widths == [False, True]
    assert any(sending.upside_down for sending in MAILBAG)
    assert any(sending.on_its_side for sending in MAILBAG)
